import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { constants, gunzipSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { launchChromium } from "../../../e2e/chromium.js";
import type { Event } from "./event.js";
import { type Capture, open, type Source } from "./open.js";

const header = '{"version":2,"width":80,"height":24}\n';
const cast = `${header}[0.5,"o","żółw"]\n[1,"o","b"]\n`;
const bytes = new TextEncoder().encode(cast);

/** A recording whose events do not compress well, so that cutting its gzip form takes few of them each time. */
const long = header + Array.from({ length: 20_000 }, (_, i) => `[${i},"o","${Math.sin(i)}"]\n`).join("");

async function eventsOf(recording: Capture): Promise<Event[]> {
  const events: Event[] = [];
  for await (const batch of recording.events()) events.push(...batch);
  return events;
}

describe("sources", () => {
  const slow = async function* () {
    yield bytes.subarray(0, 50);
    yield bytes.subarray(50);
  };
  const sources: [string, () => Source][] = [
    ["a string", () => cast],
    ["bytes", () => bytes],
    ["an ArrayBuffer", () => bytes.slice().buffer],
    ["an array of strings", () => [cast.slice(0, 10), "", cast.slice(10)]],
    ["an async generator of bytes", slow],
    ["a stream of Node", () => Readable.from([Buffer.from(bytes)])],
    ["a ReadableStream", () => new Blob([bytes]).stream()],
    ["a Response", () => new Response(bytes)],
    ["gzip", () => gzipSync(bytes)],
    ["gzip byte by byte", () => Array.from(gzipSync(bytes), (byte) => Uint8Array.of(byte))],
    ["two gzip members in one file", () => Buffer.concat([gzipSync(cast.slice(0, 20)), gzipSync(cast.slice(20))])],
  ];

  it.each(sources)("%s", async (_, source) => {
    const recording = await open(source());
    expect(recording).toMatchObject({ version: 2, header: { cols: 80, rows: 24 } });
    expect(await eventsOf(recording)).toEqual([
      { time: 500_000, type: "output", text: "żółw" },
      { time: 1_000_000, type: "output", text: "b" },
    ]);
    expect(recording.notes).toEqual([]);
  });

  it("a Response that is an error says so", async () => {
    const response = new Response("<h1>Not here</h1>", { status: 404, statusText: "Not Found" });
    await expect(open(response)).rejects.toThrow("the server answered 404 Not Found");
  });

  it("an error of the source is passed on as it is", async () => {
    const failing = async function* () {
      yield gzipSync(long).subarray(0, 1000);
      throw new Error("connection lost");
    };
    await expect(open(failing()).then(eventsOf)).rejects.toThrow("connection lost");
  });
});

it("gives the header and events as they arrive", async () => {
  const asked: string[] = [];
  const source = async function* () {
    for (const line of cast.split(/(?<=\n)/)) {
      asked.push(line);
      yield line;
    }
  };
  const recording = await open(source());
  expect(asked).toHaveLength(1);
  const events = recording.events()[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject([{ text: "żółw" }]);
  expect(asked).toHaveLength(2);
});

it("closes its source when the reader stops", async () => {
  let closed = false;
  const source = async function* () {
    try {
      for (;;) yield cast;
    } finally {
      closed = true;
    }
  };
  for await (const batch of (await open(source())).events()) if (batch.length > 0) break;
  expect(closed).toBe(true);
});

it("can be read once", async () => {
  const recording = await open(cast);
  await eventsOf(recording);
  await expect(eventsOf(recording)).rejects.toThrow("can be read once");
});

it("a limit counts what has been decompressed", async () => {
  const bomb = gzipSync(`${header}[1,"o","${"x".repeat(1_000_000)}"]`);
  expect(bomb.length).toBeLessThan(5000);
  await expect(open(bomb, { limit: 500_000 }).then(eventsOf)).rejects.toThrow("longer than 500000 bytes");
});

describe("zstd", () => {
  const magic = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0);

  it("is refused without somebody to decompress it", async () => {
    await expect(open(magic)).rejects.toThrow("compressed with zstd: decompress it first");
  });

  it("is handed to whoever can", async () => {
    const handed: number[] = [];
    const recording = await open(magic, {
      decompress: async function* (compressed) {
        for await (const chunk of compressed) handed.push(...chunk);
        yield bytes;
      },
    });
    expect(handed).toEqual([...magic]);
    expect(await eventsOf(recording)).toHaveLength(2);
  });
});

describe("gzip that ends early", () => {
  const whole = gzipSync(long);

  it.each([whole.length - 1, whole.length - 8, whole.length - 100, whole.length >> 1, 5000])(
    "gives all that %i bytes hold",
    async (length) => {
      const recording = await open(whole.subarray(0, length));
      const events = await eventsOf(recording);
      // What a decompressor that is never closed gives for the same bytes.
      expect(events).toHaveLength(inflatePart(whole.subarray(0, length)).split("\n").filter(isJson).length - 1);
      expect(recording.notes[0]).toEqual({
        line: 0,
        text: "the gzip data ends early or is damaged at its end: what it holds is used",
      });
    },
  );

  it("is an empty file when it holds nothing", async () => {
    await expect(open(whole.subarray(0, 12))).rejects.toThrow("empty file");
  });
});

it("gzip that is broken in the middle is refused, or played so far with a note", async () => {
  const broken = gzipSync(long);
  broken.fill(0xff, broken.length >> 1, (broken.length >> 1) + 64);
  // What comes out before the damage shows need not be text any more.
  await expect(open(broken).then(eventsOf)).rejects.toThrow(/not valid JSON|the gzip data is broken/);
  const recording = await open(broken, { damage: "skip" });
  expect((await eventsOf(recording)).length).toBeGreaterThan(5000);
  expect(recording.notes.map((note) => note.text)).toContain("the gzip data is broken: what comes before is used");
});

it("plays a torn gzip file in Chromium", async () => {
  const bundle = await build({
    stdin: { contents: `export * from "./index.js"`, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    format: "iife",
    globalName: "asciicast",
    write: false,
  });
  const whole = gzipSync(long);
  const server = createServer((request, response) => {
    response.setHeader("content-type", request.url === "/" ? "text/html" : "application/octet-stream");
    if (request.url === "/") response.end(`<script>${bundle.outputFiles[0]!.text}</script>`);
    else response.end(whole.subarray(0, Number(request.url!.slice(1))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const read = (length: number) =>
      page.evaluate(async (name) => {
        const { asciicast } = globalThis as unknown as { asciicast: { open: typeof open } };
        const recording = await asciicast.open(await fetch(`/${name}`));
        let count = 0;
        for await (const batch of recording.events()) count += batch.length;
        return { count, notes: recording.notes.map((note) => note.text) };
      }, length);
    expect(await read(whole.length)).toEqual({ count: 20_000, notes: [] });
    for (const length of [whole.length - 1, whole.length >> 1]) {
      const { count, notes } = await read(length);
      expect(count).toBe(inflatePart(whole.subarray(0, length)).split("\n").filter(isJson).length - 1);
      expect(notes[0]).toBe("the gzip data ends early or is damaged at its end: what it holds is used");
    }
  } finally {
    await browser.close();
    server.close();
  }
});

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** All that a part of a gzip file holds, by Node's own decompressor told not to mind the end. */
function inflatePart(part: Uint8Array): string {
  return gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
}
