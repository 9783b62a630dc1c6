import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Event } from "./event.js";
import type { Capture, Source } from "./open.js";
import { type ForeignOptions, openTtyrec } from "./ttyrec.js";

const fixture = readFileSync(new URL("../../../fixtures/casts/nethack.ttyrec", import.meta.url));

/** A frame: seconds, microseconds, output. */
function frame(seconds: number, microseconds: number, output: string | number[]): number[] {
  const data = typeof output === "string" ? [...new TextEncoder().encode(output)] : output;
  const head = new DataView(new ArrayBuffer(12));
  head.setUint32(0, seconds, true);
  head.setUint32(4, microseconds, true);
  head.setUint32(8, data.length, true);
  return [...new Uint8Array(head.buffer), ...data];
}

async function read(source: Source, options?: ForeignOptions): Promise<Capture & { all: Event[] }> {
  const capture = await openTtyrec(source, options);
  const all: Event[] = [];
  for await (const batch of capture.events()) all.push(...batch);
  return { ...capture, all };
}

it("reads frames, characters that go over two of them too", async () => {
  const { header, all, notes } = await read(fixture);
  expect(header).toEqual({ cols: 90, rows: 25, timestamp: 1700000000 });
  expect(all).toEqual([
    { time: 0, type: "output", text: "\x1b[8;25;90tHello, Agent" },
    { time: 500_000, type: "output", text: "d" },
    { time: 1_750_000, type: "output", text: "öor\r\n" },
  ]);
  expect(notes).toEqual([]);
});

it("is 80x24 when nothing says otherwise", async () => {
  expect((await read(Uint8Array.from(frame(1, 0, "a")))).header).toMatchObject({ cols: 80, rows: 24 });
});

it("reads other encodings", async () => {
  const { all } = await read(Uint8Array.from(frame(1, 0, [0xb3, 0xdb])), { encoding: "ibm866" });
  expect(all).toMatchObject([{ text: "│█" }]);
});

it("gives what a torn last frame holds", async () => {
  const { all, notes } = await read(fixture.subarray(0, -2));
  expect(all.at(-1)).toMatchObject({ text: "öor" });
  expect(notes).toEqual([{ line: 3, text: "the file ends within this frame: what it holds is used" }]);
  expect((await read(fixture.subarray(0, -10))).notes).toEqual([
    { line: 3, text: "the file ends within this frame, which is dropped" },
  ]);
});

it("keeps the order when the clock was set back", async () => {
  const { all, notes } = await read(Uint8Array.from([...frame(9, 0, "a"), ...frame(5, 0, "b"), ...frame(10, 5, "c")]));
  expect(all.map((event) => event.time)).toEqual([0, 0, 1_000_005]);
  expect(notes).toEqual([{ line: 2, text: "the time goes back: taken as that of the frame before" }]);
});

it.each([
  ["", "empty file"],
  ["short", "not a ttyrec: shorter than the header of a frame"],
  ["anything but a ttyrec", "not a ttyrec: it does not begin with the header of a frame"],
])("refuses %j", async (text, message) => {
  await expect(openTtyrec(text)).rejects.toMatchObject({ message, name: "AsciicastError" });
});

it("names the frame that is broken", async () => {
  const bytes = Uint8Array.from([
    ...frame(1, 0, "a"),
    ...frame(2, 0, "b"),
    ...new TextEncoder().encode("some other text"),
  ]);
  await expect(read(bytes)).rejects.toMatchObject({ message: "line 3: not the header of a frame", line: 3 });
});
