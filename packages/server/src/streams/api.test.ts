import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checkAnswer, description, misfits, operations } from "../../test/api-description.js";
import { basic, installId, otherInstallId, startTestServer, type TestServer } from "../../test/harness.js";
import { userWithMachine } from "../../test/users.js";
import { streamSettings } from "./fields.js";

const mine = { authorization: basic(installId) };
const theirs = { authorization: basic(otherInstallId) };
const described = operations.filter(({ path }) => path.includes("/streams"));
const seen = new Set<string>();

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  await server.reset();
  await userWithMachine(server.db, "mira", installId);
  await userWithMachine(server.db, "lin", otherInstallId);
});
afterAll(() => server.close());

interface Answer {
  status: number;
  body: Record<string, unknown> & { id: number; url: string; ws_producer_url: string };
  headers: Headers;
}

/** Asks, and notes that an answer as described was given. */
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = mine) {
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const answer = await server.request(path, init);
  seen.add((await checkAnswer(method, path.split("?")[0]!, answer.clone()))!.operation);
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : undefined, headers: answer.headers } as Answer;
}
const create = async (body: unknown = {}, headers = mine) => (await ask("POST", "/api/v1/streams", body, headers)).body;
const token = (stream: { url: string }) => stream.url.split("/").at(-1)!;

/** What asciinema 3.1 sends. */
const asked = {
  live: true,
  title: "Live title",
  term_type: null,
  term_version: null,
  shell: "/bin/bash",
  env: { TERM: "xterm", SHELL: "/bin/bash" },
};

describe("a stream", () => {
  test("is made for the command that asks, which learns where to connect", async () => {
    const { status, body } = await ask("POST", "/api/v1/streams", asked);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 1,
      url: expect.stringMatching(/^http:\/\/casts\.example\.org\/s\/[A-Za-z0-9]{16}$/),
      ws_producer_url: expect.stringMatching(/^ws:\/\/casts\.example\.org\/ws\/S\/[A-Za-z0-9]{44}$/),
      audio_url: null,
      live: true,
      title: "Live title",
      description: null,
      visibility: "unlisted",
    });
    const row = await server.db.selectFrom("streams").selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ shell: "/bin/bash", env: JSON.stringify(asked.env), term_type: null });
    expect(JSON.stringify(row)).not.toContain(body.ws_producer_url.split("/").at(-1));
  });

  test("is found by the beginning of its token, and set live again", async () => {
    const stream = await create({ title: "Mine" });
    await create();
    const prefix = token(stream).slice(0, 4);
    const found = await ask("GET", `/api/v1/user/streams?prefix=${prefix}&limit=10`);
    expect(found.body).toEqual([stream]);
    const { status, body } = await ask("PATCH", `/api/v1/streams/${stream.id}`, asked);
    expect([status, body]).toEqual([200, { ...stream, live: true, title: "Live title" }]);
    expect((await ask("PUT", `/api/v1/streams/${token(stream)}`, { live: false })).body.live).toBe(false);
  });

  test("is deleted", async () => {
    const { id } = await create();
    expect((await ask("DELETE", `/api/v1/streams/${id}`)).status).toBe(204);
    expect((await ask("DELETE", `/api/v1/streams/${id}`)).status).toBe(404);
  });

  test("has what its owner settled for all of them", async () => {
    await server.db.updateTable("users").set({ default_stream_visibility: "public" }).execute();
    expect((await create())["visibility"]).toBe("public");
  });

  test("of somebody else can be changed by nobody, and is not even there for those who cannot see it", async () => {
    const refused = async (address: string | number) => {
      const answers = [
        await ask("PATCH", `/api/v1/streams/${address}`, { title: "Taken" }, theirs),
        await ask("PUT", `/api/v1/streams/${address}`, { title: "Taken" }, theirs),
        await ask("DELETE", `/api/v1/streams/${address}`, undefined, theirs),
      ];
      return [...new Set(answers.map(({ status, body }) => `${status} ${body["message"]}`))];
    };
    const denied = ["403 You don't have access to this resource"];
    const missing = ["404 Stream not found"];
    const open = await create({ visibility: "public" });
    expect(await refused(open.id)).toEqual(denied);
    const unlisted = await create({ visibility: "unlisted" });
    expect(await refused(token(unlisted))).toEqual(denied);
    expect(await refused(unlisted.id)).toEqual(missing);
    const closed = await create({ visibility: "private" });
    expect(await refused(token(closed))).toEqual(missing);
    expect(await refused(closed.id)).toEqual(missing);
    expect(await refused("x".repeat(16))).toEqual(missing);
    await server.db.updateTable("users").set({ is_admin: true }).where("username", "=", "lin").execute();
    expect((await ask("PATCH", `/api/v1/streams/${closed.id}`, { title: "Renamed" }, theirs)).status).toBe(200);
  });
});

describe("the list of streams", () => {
  test("goes on behind a link", async () => {
    for (let i = 0; i < 5; i++) await create({ title: `${i}` });
    await create({}, theirs);
    const titles: unknown[] = [];
    let path: string | undefined = "/api/v1/user/streams?limit=2";
    while (path !== undefined) {
      const page: Answer = await ask("GET", path);
      titles.push(...(page.body as unknown as { title: string }[]).map(({ title }) => title));
      path = /^<http:\/\/casts\.example\.org(.+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(titles).toEqual(["0", "1", "2", "3", "4"]);
  });

  test("takes a prefix as it is", async () => {
    await create();
    for (const prefix of ["%", "_", "\\", "' or 1=1"]) {
      expect((await ask("GET", `/api/v1/user/streams?prefix=${encodeURIComponent(prefix)}`)).body).toEqual([]);
    }
  });

  test.each(["limit=0", "limit=x", "limit=1.5", "cursor=x", "cursor=e30"])("refuses %s", async (query) => {
    expect((await ask("GET", `/api/v1/user/streams?${query}`)).status).toBe(400);
  });
});

describe("the live limit", () => {
  test("holds for all ways to go live", async () => {
    await server.db.updateTable("users").set({ live_stream_limit: 2 }).execute();
    const first = await create({ live: true });
    const second = await create({ live: true });
    const third = await create();
    const refusal = { type: "live_stream_limit_reached", message: "Maximum 2 live streams reached" };
    for (const answer of [
      await ask("POST", "/api/v1/streams", { live: true }),
      await ask("PATCH", `/api/v1/streams/${third.id}`, { live: true }),
      await ask("PUT", `/api/v1/streams/${third.id}`, { live: true }),
    ]) {
      expect([answer.status, answer.body]).toEqual([422, refusal]);
    }
    // One that is live may be set so again, and what ends makes room.
    expect((await ask("PATCH", `/api/v1/streams/${second.id}`, { live: true })).status).toBe(200);
    await ask("PATCH", `/api/v1/streams/${first.id}`, { live: false });
    expect((await ask("PATCH", `/api/v1/streams/${third.id}`, { live: true })).status).toBe(200);
  });
});

describe("streaming", () => {
  test("needs a machine with an account", async () => {
    const unknown = { authorization: basic("00000000-0000-0000-0000-000000000000") };
    for (const { method, path } of described) {
      const to = path.replace("{id}", "1");
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      expect((await ask(method, to, body, {})).body["type"]).toBe("unauthenticated");
      expect((await ask(method, to, body, unknown)).body).toEqual({
        type: "account_required",
        message: "This action requires an account",
      });
    }
    await server.db.updateTable("users").set({ username: null, email: null }).execute();
    expect((await ask("POST", "/api/v1/streams", {})).status).toBe(401);
  });

  test("can be forbidden to an account", async () => {
    await create();
    await server.db.updateTable("users").set({ streaming_enabled: false }).execute();
    for (const { method, path } of described) {
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      expect((await ask(method, path.replace("{id}", "1"), body)).body).toEqual({
        type: "access_denied",
        message: "Streaming is disabled for this account",
      });
    }
  });
});

describe("settings", () => {
  test("that do not fit are named", async () => {
    const wrong = {
      title: "x".repeat(129),
      visibility: "secret",
      audio_url: "javascript:alert(1)",
      buffer_time: 31,
      schedule: "* * 32",
      env: ["A"],
      live: "maybe",
    };
    for (const [method, path] of [
      ["POST", "/api/v1/streams"],
      ["PATCH", `/api/v1/streams/${(await create()).id}`],
      ["PUT", "/api/v1/streams/1"],
    ] as const) {
      const { status, body } = await ask(method, path, wrong);
      expect(status).toBe(422);
      const details = body["details"] as { field: string }[];
      expect(details.map(({ field }) => field).sort()).toEqual(Object.keys(wrong).sort());
    }
  });

  test("have to be an object of some size", async () => {
    const { id } = await create();
    for (const [method, path] of [
      ["POST", "/api/v1/streams"],
      ["PATCH", `/api/v1/streams/${id}`],
      ["PUT", `/api/v1/streams/${id}`],
    ] as const) {
      expect((await ask(method, path, [])).status).toBe(400);
      expect((await ask(method, path, { title: "x".repeat(70_000) })).status).toBe(413);
    }
  });

  test("of the surroundings are cleaned instead of refused", () => {
    expect(
      streamSettings({
        shell: "x".repeat(300),
        term_type: "a\nb",
        env: { TERM: "xterm", "a b": "x", LC_x: "y", NUMBER: 1, NOTHING: null },
      }),
    ).toEqual({ shell: "x".repeat(255), term_type: "a b", env: '{"TERM":"xterm","LC_x":"y"}' });
  });

  test("a schedule says when the stream is next, in the owner's time zone", async () => {
    await server.db.updateTable("users").set({ timezone: "Europe/Warsaw" }).execute();
    const { id } = await create({ schedule: "0 18 * * sat" });
    const row = () => server.db.selectFrom("streams").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    expect((await row()).next_start_at).toBe(Date.parse("2026-11-21T17:00Z"));
    await ask("PATCH", `/api/v1/streams/${id}`, { schedule: "" });
    expect(await row()).toMatchObject({ schedule: null, next_start_at: null });
  });

  const { properties } = description.components.schemas["StreamSettings"] as { properties: Record<string, object> };
  const value = fc.oneof(
    fc.constantFrom(null, "", 0, 1, 1.5, 2, 30, 31, true, false, "public", "nord", "default", "steady"),
    fc.constantFrom("https://example.org/a.ogg", "ftp://x", "0 18 * * 6", "61", "x".repeat(4096), {}, [], { A: "b" }),
    fc.string({ unit: "grapheme" }),
    fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.constant(null))),
  );
  test.each(Object.keys(properties))("%s: what fits the description is accepted", (field) => {
    fc.assert(
      fc.property(value, (one) => {
        fc.pre(misfits(properties[field]!, one).length === 0);
        // What must have a value is the only thing that may not be emptied.
        expect(() => streamSettings({ [field]: one })).not.toThrow();
      }),
      { numRuns: 100, maxSkipsPerRun: 2000 },
    );
  });
});

test("every described answer is given", async () => {
  for (const { method, path } of described) {
    const body = method === "GET" || method === "DELETE" ? undefined : {};
    const to = path.replace("{id}", "77");
    if (path.includes("{id}")) expect((await ask(method, to, body)).status).toBe(404);
    expect((await ask(method, to, body, { ...mine, accept: "text/html" })).status).toBe(406);
    for (let i = 0; i < 51; i++) {
      const init = { method, headers: mine, from: "203.0.113.9", ...(body && { body: "{}" }) };
      const answer = await server.request(to, init);
      if (answer.status !== 429) continue;
      seen.add((await checkAnswer(method, path.split("?")[0]!, answer))!.operation);
      break;
    }
    server.now += 61_000;
  }
  const broken = await startTestServer();
  const kept = server;
  server = broken;
  await broken.db.destroy();
  for (const { method, path } of described) {
    const body = method === "GET" || method === "DELETE" ? undefined : {};
    expect((await ask(method, path.replace("{id}", "1"), body)).status).toBe(500);
  }
  server = kept;
  await broken.close();
  const all = described.flatMap((one) => Object.keys(one.responses).map((it) => `${one.method} ${one.path} ${it}`));
  expect([...seen].sort()).toEqual(all.sort());
});
