import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkAnswer, operations as described, description, misfits } from "../../test/api-description.js";
import { basic, cast, form, installId, otherInstallId, startTestServer, type TestServer } from "../../test/harness.js";
import { recordingSettings, settingNames } from "./fields.js";

// Those of streams have a test of their own.
const operations = described.filter(({ path }) => !path.includes("/streams"));
const owned = { authorization: basic(installId) };
const seen = new Set<string>();

/** A request that must be described, and answered as described; the harness refuses any other answer. */
async function ask(server: TestServer, method: string, path: string, init: RequestInit = {}, from?: string) {
  const answer = await server.request(path, { method, ...init, ...(from && { from }) });
  const checked = await checkAnswer(method, path, answer.clone());
  expect(checked?.wrong).toEqual([]);
  seen.add(checked!.operation);
  return answer;
}

const uploads = [
  ["/api/v1/recordings", "file"],
  ["/api/asciicasts", "asciicast"],
] as const;

describe("every answer of the interface is described, and every described answer is given:", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ unregisteredUploadCountLimit: 8, uploadSizeLimit: 1000 });
  });
  afterAll(() => server.close());

  test.each(uploads)("POST %s", async (path, field) => {
    const send = (content: string, headers: Record<string, string> = owned) =>
      ask(server, "POST", path, { headers, body: form(content, { field }) });
    expect((await send(cast())).status).toBe(201);
    expect((await ask(server, "POST", path, { headers: owned, body: "x" })).status).toBe(400);
    expect((await send(cast(), {})).status).toBe(401);
    expect((await send(cast(), { ...owned, accept: "text/html" })).status).toBe(406);
    expect((await send(cast({}, Array(200).fill('[1, "o", "x"]')))).status).toBe(413);
    expect((await send("nonsense")).status).toBe(422);
    const fields = { speed: "0", title: "x".repeat(129) };
    const refused = await ask(server, "POST", path, { headers: owned, body: form(cast(), { field, fields }) });
    expect(await refused.json()).toMatchObject({ details: [{ field: "title" }, { field: "speed" }] });
    const authorization = basic(otherInstallId);
    for (let i = 0; i < 8; i++) await send(cast(), { authorization });
    expect((await send(cast(), { authorization })).status).toBe(403);
  });

  test.each(["PATCH", "PUT", "DELETE"])("%s /api/v1/recordings/:id", async (method) => {
    await server.reset();
    const { id } = (await (await server.upload(cast())).json()) as { id: number };
    const path = `/api/v1/recordings/${id}`;
    const send = (headers: Record<string, string>, body?: unknown, to = path) => {
      return ask(server, method, to, { headers, ...(method !== "DELETE" && { body: JSON.stringify(body ?? {}) }) });
    };
    expect((await send({})).status).toBe(401);
    expect((await send({ authorization: basic(otherInstallId) })).status).toBe(401);
    expect((await send(owned, {}, "/api/v1/recordings/99")).status).toBe(404);
    expect((await send({ ...owned, accept: "image/png" })).status).toBe(406);
    if (method === "DELETE") {
      expect((await send(owned)).status).toBe(204);
      return;
    }
    expect((await send(owned, [])).status).toBe(400);
    expect((await send(owned, { title: "x".repeat(70_000) })).status).toBe(413);
    expect((await send(owned, { visibility: "secret" })).status).toBe(422);
    const saved = await send(owned, { title: "New", audio_url: "https://example.org/a.ogg", visibility: "public" });
    expect(saved.status).toBe(200);
  });

  test("and when it is asked too often, is too busy or broken", async () => {
    await server.reset();
    for (const { method, path } of operations) {
      const ask429 = () => ask(server, method, path.replace("{id}", "1"), {}, "203.0.113.9");
      for (let i = 0; i < 51 && (await ask429()).status !== 429; i++);
      server.now += 61_000;
    }
    await server.workers.close();
    for (const [path, field] of uploads) {
      const body = form(cast(), { field });
      expect((await ask(server, "POST", path, { headers: owned, body })).status).toBe(503);
    }
    await server.db.destroy();
    for (const { method, path } of operations) {
      const answer = await ask(server, method, path.replace("{id}", "1"), {
        headers: owned,
        ...(method === "POST" ? { body: form(cast()) } : method === "DELETE" ? {} : { body: "{}" }),
      });
      expect(answer.status).toBe(500);
    }
    const all = operations.flatMap((one) => Object.keys(one.responses).map((it) => `${one.method} ${one.path} ${it}`));
    expect([...seen].sort()).toEqual(all.sort());
  });
});

test("the server serves it, to pages elsewhere too", async () => {
  const server = await startTestServer();
  try {
    const answer = await server.request("/api/v1/openapi.json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(description)));
  } finally {
    await server.close();
  }
});

describe("described settings", () => {
  const { properties } = description.components.schemas["RecordingSettings"] as {
    properties: Record<string, object>;
  };
  const refusedField = (field: string, value: unknown) => {
    try {
      recordingSettings({ [field]: value });
      return false;
    } catch {
      return true;
    }
  };

  test("are those that the server knows", () => {
    expect(Object.keys(properties).sort()).toEqual([...settingNames].sort());
  });

  // Values around every limit, and any others.
  const value = fc.oneof(
    fc.constantFrom(null, "", 0, 1, 2, 2.5, 1e-7, -1, 200, 201, 720, 721, true, false, "public", "nord", "original"),
    fc.constantFrom(
      "default",
      "steady",
      "https://example.org/a.ogg",
      "ftp://x",
      "https://a b",
      "1 - a\n2.5 - b",
      "1 -",
    ),
    fc.constantFrom("😀".repeat(128), "😀".repeat(129), "x".repeat(4096), "x".repeat(4097), `1 - ${"y".repeat(98)}`),
    fc.constantFrom(`1 - ${"y".repeat(100)}`, "  7.25  -  z  \r\n", "a - 1", [], {}),
    fc.string({ unit: "grapheme" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  test.each(Object.keys(properties))("%s: what fits the description is accepted", (field) => {
    fc.assert(
      fc.property(value, (one) => {
        fc.pre(misfits(properties[field]!, one).length === 0);
        expect([one, refusedField(field, one)]).toEqual([one, false]);
      }),
      { numRuns: 150, maxSkipsPerRun: 1000 },
    );
  });
  test.each([
    ["visibility", "hidden"],
    ["visibility", null],
    ["title", "😀".repeat(129)],
    ["description", "x".repeat(4097)],
    ["markers", "one - a"],
    ["markers", `1 - ${"y".repeat(100)}`],
    ["snapshot_at", 0],
    ["speed", -1],
    ["idle_time_limit", "soon"],
    ["audio_url", "javascript:alert(1)"],
    ["term_cols_override", 721],
    ["term_rows_override", 1.5],
    ["term_theme_name", "neon"],
    ["term_bold_is_bright", "maybe"],
    ["term_adaptive_palette", null],
    ["term_line_height", 2.1],
    ["term_font_family", "Comic Sans"],
    ["term_cursor_mode", "wild"],
    ["keystroke_overlay", 7],
  ])("%s: %j fits neither the description nor the server", (field, one) => {
    expect(misfits(properties[field]!, one)).not.toEqual([]);
    expect(refusedField(field, one)).toBe(true);
  });
});
