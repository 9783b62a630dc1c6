import type { Event as CastEvent } from "@asciinema-ts/asciicast";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Timeline, type Timing } from "./timeline.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

const output = (time: number, text: string): CastEvent => ({ time, type: "output", text });

function timeline(events: CastEvent[], timing: Timing = {}): Timeline {
  const result = new Timeline(timing);
  for (const event of events) result.append(event);
  result.end();
  return result;
}

const times = (of: Timeline) => Array.from({ length: of.length }, (_, i) => of.time(i));

test("output is kept as one text that any stretch can be cut from", () => {
  const line = timeline([output(0, "one "), output(1, "two "), output(2, "three")]);
  expect(line.output(0, 3)).toBe("one two three");
  expect(line.output(1, 2)).toBe("two ");
  expect(line.output(2, 2)).toBe("");
});

test("any stretch of any output is what was appended", () => {
  // Long, and different everywhere: a number before each copy of something short.
  const long = fc
    .tuple(fc.string({ unit: character, minLength: 20, maxLength: 60 }), fc.nat(600))
    .map(([piece, times]) => Array.from({ length: times }, (_, i) => `${i}${piece}`).join(""));
  fc.assert(
    fc.property(fc.array(long, { maxLength: 12 }), fc.nat(12), fc.nat(12), (texts, a, b) => {
      const line = new Timeline();
      const [from, to] = [Math.min(a, b, texts.length), Math.min(Math.max(a, b), texts.length)];
      for (const [i, text] of texts.entries()) {
        line.append(output(i, text));
        line.output(0, i + 1); // reading in between must not matter
      }
      expect(line.output(from, to)).toBe(texts.slice(from, to).join(""));
    }),
    { numRuns: 50 },
  );
});

test("pauses are shortened to the limit", () => {
  const line = timeline([output(1e6, "a"), output(10e6, "b"), output(11e6, "c")], { idleTimeLimit: 2e6 });
  expect(times(line)).toEqual([1e6, 3e6, 4e6]);
  expect(line.duration).toBe(4e6);
});

test("the start is meant before pauses are shortened", () => {
  const events = [output(1e6, "a"), output(10e6, "b"), output(20e6, "c")];
  expect(timeline(events, { idleTimeLimit: 2e6, startAt: 12e6 }).startAt).toBe(5e6);
  expect(timeline(events, { startAt: 12e6 }).startAt).toBe(12e6);
});

test("markers of the recording are numbered", () => {
  const line = timeline([
    output(0, "a"),
    { time: 5, type: "marker", label: "x" },
    { time: 9, type: "marker", label: "" },
  ]);
  expect(line.markers).toEqual([
    { index: 0, event: 1, time: 5, label: "x" },
    { index: 1, event: 2, time: 9, label: "" },
  ]);
});

test("markers of the page take the place of the recording's, before events of the same time and past the end", () => {
  const events = [output(0, "a"), { time: 5, type: "marker", label: "x" } as const, output(1e6, "b")];
  const line = timeline(events, { markers: [[2, "late"], 1] });
  expect(line.markers).toEqual([
    { index: 0, event: 1, time: 1e6, label: "" },
    { index: 1, event: 3, time: 2e6, label: "late" },
  ]);
  expect(line.duration).toBe(2e6);
});

test("moved input finds its place among the output", () => {
  const events = [output(0, "a"), { time: 1, type: "input", text: "i" } as const, output(2, "b"), output(9, "c")];
  const line = timeline(events, { inputOffset: 4 });
  expect(times(line)).toEqual([0, 2, 5, 9]);
  expect(line.other(2)).toMatchObject({ type: "input", text: "i" });
});

test("events are found by time", () => {
  const line = timeline([output(0, "a"), output(5, "b"), output(5, "c"), output(9, "d")]);
  expect(line.indexAt(5)).toBe(1);
  expect(line.indexAfter(5)).toBe(3);
  expect(line.indexAfter(100)).toBe(4);
  expect(line.nextOther(0)).toBe(4);
});

test("the trace is 1 where most was printed", () => {
  const line = timeline([output(0, "a"), output(1e6, "x".repeat(1000)), output(4e6, "b")]);
  const trace = line.trace(4);
  expect(trace).toHaveLength(4);
  expect(trace[1]).toBe(1);
  expect(trace[2]).toBe(0);
  expect(trace[0]).toBeCloseTo(Math.log(2) / Math.log(1001));
});
