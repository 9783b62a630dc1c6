import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { Terminal } from "@asciinema-ts/vt";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cast, startTestServer, type TestServer } from "../../test/harness.js";
import { readSegment, writeSegments } from "./segments.js";
import type { Reading } from "./session.js";

interface Index {
  version: number;
  duration: number;
  term: { cols: number; rows: number; theme?: { fg: string; palette: string } };
  markers: [number, string][];
  trace: number[];
  segments: { url: string; start: number }[];
}
interface Segment {
  snapshot: { cols: number; rows: number; init: string };
  events: [number, string, string][];
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-segments-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Cuts a file and reads everything back. */
async function cut(
  content: string,
  options: Partial<Reading> & { length?: number; markers?: [number, string][] } = {},
): Promise<{ index: Index; segments: Segment[] }> {
  const { length, markers, ...reading } = options;
  const name = join(folder, String(Math.random()));
  writeFileSync(name, gzipSync(content));
  await writeSegments(
    { content: name, cols: null, rows: null, idleTimeLimit: null, ...reading },
    { markers, key: "k", ...(length && { length }) },
    `${name}.out`,
  );
  const part = async (which: number | "index") =>
    JSON.parse(gunzipSync((await readSegment(`${name}.out`, which))!).toString()) as unknown;
  const index = (await part("index")) as Index;
  const segments = await Promise.all(index.segments.map(async (_, i) => (await part(i)) as Segment));
  expect(await readSegment(`${name}.out`, segments.length)).toBeUndefined();
  check(index, segments);
  return { index, segments };
}

/** What players insist on. */
function check(index: Index, segments: Segment[]): void {
  expect(index.version).toBe(1);
  expect(segments.length).toBeGreaterThan(0);
  let last = 0;
  for (const [i, { url, start }] of index.segments.entries()) {
    const { events, snapshot } = segments[i]!;
    expect(url).toBe(`${i}.json?v=k`);
    expect(i === 0 ? start === 0 : events[0]![0] === start && start > index.segments[i - 1]!.start).toBe(true);
    expect(start).toBeLessThan(index.duration);
    expect(events.length).toBeGreaterThan(0);
    expect(Number.isInteger(snapshot.cols) && Number.isInteger(snapshot.rows)).toBe(true);
    const next = index.segments[i + 1]?.start ?? Number.POSITIVE_INFINITY;
    for (const [time] of events) {
      expect(time).toBeGreaterThanOrEqual(last);
      expect(time).toBeLessThan(next);
      last = time;
    }
  }
  expect(last).toBe(index.duration);
  const marked = segments.flatMap(({ events }) => events.filter(([, code]) => code === "m").map(([t, , l]) => [t, l]));
  expect(index.markers).toEqual(marked);
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => `[0.25, "o", "line ${i}\\r\\n"]`);

describe("a recording in segments", () => {
  test("is one when it is short", async () => {
    const theme = { fg: "#ffffff", bg: "#000000", palette: Array(16).fill("#112233").join(":") };
    const { index, segments } = await cut(cast({ term: { cols: 80, rows: 24, theme } }));
    expect(index).toMatchObject({ duration: 2, term: { cols: 80, rows: 24, theme }, markers: [[1.5, "middle"]] });
    expect(index.trace).toHaveLength(128);
    expect(index.trace.flatMap((height, i) => (height > 0.07 ? [[i, height]] : []))).toEqual([
      [31, 1],
      [127, expect.closeTo(0.86, 1)],
    ]);
    expect(segments).toEqual([
      {
        snapshot: { cols: 80, rows: 24, init: "" },
        events: [
          [0.5, "o", "hello\r\n"],
          [1.5, "m", "middle"],
          [2, "o", "bye\r\n"],
        ],
      },
    ]);
  });

  test("is cut where it gets long, never between events of one time", async () => {
    const { segments } = await cut(cast({}, lines(100)), { length: 500 });
    expect(segments.length).toBeGreaterThan(4);
    const together = Array(100).fill('[0, "o", "0123456789"]');
    expect((await cut(cast({}, [...together, '[1, "o", "x"]']), { length: 500 })).segments).toHaveLength(1);
    expect((await cut(cast({}, ['[1, "o", "x"]', ...together]), { length: 500 })).segments).toHaveLength(1);
  });

  test("shows the owner's markers instead of its own, at the times that are played", async () => {
    const { index } = await cut(cast({}, lines(10)), {
      markers: [
        [0, "start"],
        [1.1, "a"],
        [99, "late"],
      ],
    });
    expect(index.markers).toEqual([
      [0, "start"],
      [1.1, "a"],
    ]);
    expect((await cut(cast(), { markers: [] })).index.markers).toEqual([]);
  });

  test("has pauses shortened and the owner's size", async () => {
    const events = ['[1, "o", "a"]', '[60, "r", "100x30"]', '[1, "o", "b"]'];
    const { index, segments } = await cut(cast({}, events), { idleTimeLimit: 2_000_000, cols: 40, rows: 10 });
    expect(index).toMatchObject({ duration: 4, term: { cols: 40, rows: 10 } });
    expect(segments[0]!.events[1]).toEqual([3, "r", "40x10"]);
  });

  test("without length is none", async () => {
    await expect(cut(cast({}, ['[0, "o", "x"]']))).rejects.toThrow(/too short/);
  });

  test("shows at the start of each segment the screen as it is then", async () => {
    const output = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.constantFrom("\r\n", "\x1b[31m", "\x1b[1;1H", "\x1b[?1049h", "\x1b[2J", "\x1b[5;10r", "\x1b[?6h", "\x1b["),
    );
    const event = fc.oneof(
      { weight: 9, arbitrary: output.map((text) => ["o", text] as const) },
      { weight: 1, arbitrary: fc.constantFrom("20x5", "80x24", "3x2").map((size) => ["r", size] as const) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(0, 0.25, 1), event), { minLength: 2, maxLength: 60 }),
        async (all) => {
          const events = all.map(([interval, [code, data]]) => JSON.stringify([interval, code, data]));
          const { index, segments } = await cut(cast({}, [...events, '[0.5, "o", "."]']), { length: 120 });
          const whole = new Terminal(index.term);
          for (const { snapshot, events: part } of segments) {
            const { cols, rows } = snapshot;
            const jumped = new Terminal({ cols, rows });
            jumped.feed(snapshot.init);
            expect(jumped.dump()).toBe(whole.dump());
            for (const [, code, data] of part) {
              if (code === "o") whole.feed(data);
              if (code !== "r") continue;
              const [width, height] = data.split("x").map(Number) as [number, number];
              whole.resize(width, height);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("the server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());
  const add = async (content: string, visibility = "public") => {
    const { url } = (await (await server.upload(content, { fields: { visibility } })).json()) as { url: string };
    return new URL(url).pathname;
  };

  test("serves segments to players anywhere, to be kept under their key", async () => {
    const path = await add(cast());
    const index = await server.request(`${path}/segments/index.json`);
    expect(index.headers.get("content-type")).toBe("application/json");
    expect(index.headers.get("access-control-allow-origin")).toBe("*");
    expect(index.headers.get("cache-control")).toBe("no-cache");
    const { segments } = (await index.json()) as Index;
    const address = `${path}/segments/${segments[0]!.url}`;
    const plain = await server.request(address);
    expect(plain.headers.get("cache-control")).toContain("max-age=31536000");
    const text = await plain.text();
    const packed = await server.request(address, { headers: { "accept-encoding": "gzip" } });
    expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(text);
    const headers = { "if-none-match": plain.headers.get("etag")! };
    expect((await server.request(address, { headers })).status).toBe(304);
  });

  test("plays one that is long from its segments, from the moment that its address names", async () => {
    const busy = Array.from({ length: 40 }, (_, i) => `[0.5, "o", "${"x".repeat(110_000)}${i}"]`);
    const path = await add(cast({ idle_time_limit: 2 }, ['[100, "o", "$ "]', ...busy, '[9, "m", "end"]']));
    const played = async (query: string, ending = "") => {
      const answer = await server.request(`${path}${ending}${query}`, { headers: { accept: "text/html" } });
      const setup = /data-player="([^"]*)"/.exec(await answer.text())![1]!.replaceAll("&quot;", '"');
      return JSON.parse(setup.replaceAll("&amp;", "&")) as { src: unknown; options: Record<string, unknown> };
    };
    // A page does not wait long for them.
    await server.request(`${path}/segments/index.json`);
    const key = /v=([\w-]+)/.exec(JSON.stringify((await played("")).src))![1];
    const src = { url: `${path}/segments/index.json?v=${key}`, format: "segmented" };
    for (const ending of ["", "/iframe"]) {
      const { options, ...rest } = await played("?t=110", ending);
      expect(rest.src).toEqual(src);
      // The first pause takes 2 seconds instead of 100.
      expect(options).toMatchObject({ startAt: 12, autoplay: true });
      expect(options).not.toHaveProperty("idleTimeLimit");
    }
    expect((await played("?t=50")).options["startAt"]).toBe(2);
    // A limit of the reader's own takes the whole file.
    expect(await played("?i=1&t=110")).toMatchObject({
      src: `${path}.cast`,
      options: { idleTimeLimit: 1, startAt: 110 },
    });
  });

  test("does not serve what is not there, what has changed or what may not be seen", async () => {
    const path = await add(cast());
    for (const name of ["1.json", "0.json?v=other", "index", "01x.json", "-1.json", "9999999.json"]) {
      expect([name, (await server.request(`${path}/segments/${name}`)).status]).toEqual([name, 404]);
    }
    const hidden = await add(cast(), "private");
    expect((await server.request(`${hidden}/segments/index.json`)).status).toBe(404);
    const still = await add(cast({}, ['[0, "o", "x"]']));
    expect((await server.request(`${still}/segments/index.json`)).status).toBe(422);
  });

  test("serves a recording in the versions of the format", async () => {
    const v3 = cast({ title: "T" }, ['[0.5, "o", "a"]', '[0.25, "m", "half"]', '[1.001, "x", "3"]']);
    const path = await add(v3);
    const v2 = await (await server.request(`${path}.cast?version=2`)).text();
    expect(
      v2
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { version: 2, width: 80, height: 24, title: "T" },
      [0.5, "o", "a"],
      [0.75, "m", "half"],
      [1.751, "x", "3"],
    ]);
    expect(await (await server.request(`${path}.cast?version=3`)).text()).toBe(v3);
    const back = await add(v2);
    const again = await server.request(`${back}.cast?version=3&dl=1`);
    expect(again.headers.get("content-disposition")).toMatch(/attachment; filename="\d+\.cast"/);
    expect(again.headers.get("etag")).not.toBe((await server.request(`${back}.cast`)).headers.get("etag"));
    expect((await again.text()).split("\n").slice(1)).toEqual(
      v3.replace("[0.5,", "[0.500,").replace("[0.25,", "[0.250,").split("\n").slice(1),
    );
    const v1 = await server.request(`${path}.json?version=1&dl=1`);
    expect(v1.headers.get("content-disposition")).toMatch(/attachment; filename="\d+\.json"/);
    const old = await v1.text();
    expect(JSON.parse(old)).toEqual({
      version: 1,
      width: 80,
      height: 24,
      title: "T",
      stdout: [[0.5, "a"]],
      duration: 0.5,
    });
    // It is a recording like any other.
    const first = await add(old);
    expect(await (await server.request(`${first}.json`)).text()).toBe(old);
    expect((await (await server.request(`${first}.cast?version=2`)).text()).split("\n")[1]).toBe('[0.5, "o", "a"]');
    expect((await server.request(`${path}.cast?version=4`)).status).toBe(400);
  });
});
