import type { Event as CastEvent } from "@asciinema-ts/asciicast";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Playout } from "./playout.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const output = (milliseconds: number, text: string): CastEvent => ({ time: milliseconds * 1000, type: "output", text });

/** A playout with a buffer of 100 ms unless told, and what it performed when. */
function playout(bufferTime: number | undefined = 100, frameTime = 16) {
  const performed: string[] = [];
  const start = performance.now();
  const perform = (event: CastEvent) => {
    performed.push(`${Math.round(performance.now() - start)} ${event.type === "output" ? event.text : event.type}`);
  };
  return { performed, play: new Playout(perform, bufferTime ? () => bufferTime : undefined, 0, frameTime) };
}

test("events that come unevenly are performed in their own time, a buffer later", () => {
  const { performed, play } = playout();
  play.push(output(0, "a"));
  vi.advanceTimersByTime(80);
  play.push(output(50, "b"));
  play.push(output(80, "c"));
  vi.advanceTimersByTime(500);
  expect(performed).toEqual(["100 a", "150 b", "180 c"]);
});

test("output that follows closely comes as one, other events in between", () => {
  const { performed, play } = playout();
  vi.advanceTimersByTime(40);
  play.push(output(0, "a"));
  play.push(output(10, "b"));
  play.push({ time: 12_000, type: "marker", label: "" });
  play.push(output(14, "c"));
  play.push(output(40, "d"));
  vi.advanceTimersByTime(500);
  expect(performed).toEqual(["100 ab", "100 marker", "100 c", "140 d"]);
});

test("what is late is performed at once, in one", () => {
  const { performed, play } = playout();
  vi.advanceTimersByTime(5000);
  for (let i = 0; i < 50; i++) play.push(output(i * 40, "x"));
  vi.advanceTimersByTime(1);
  expect(performed).toEqual([`5000 ${"x".repeat(50)}`]);
});

test("an event from the future moves the beginning of the stream", () => {
  const { performed, play } = playout();
  play.push(output(3000, "a"));
  play.push(output(3100, "b"));
  vi.advanceTimersByTime(1000);
  expect(performed).toEqual(["100 a", "200 b"].map((text) => expect.stringMatching(text.slice(4))));
  expect(Number.parseInt(performed[0]!, 10)).toBeLessThanOrEqual(101);
});

test("without a buffer events are performed as they come", () => {
  const { performed, play } = playout(0);
  play.push(output(9000, "a"));
  expect(performed).toEqual(["0 a"]);
});

test("the last words are performed at once, and nothing after a stop", () => {
  const { performed, play } = playout();
  play.push(output(0, "last "));
  play.push(output(70, "words"));
  play.flush();
  expect(performed).toEqual(["0 last words"]);
  play.push(output(80, "too late"));
  play.stop();
  vi.advanceTimersByTime(1000);
  expect(performed).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("whatever the network does, everything is performed, in order and never before its time", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(300), fc.nat(400)), { maxLength: 60 }), (arrivals) => {
      let text = "";
      const start = performance.now();
      const early: number[] = [];
      let time = 0;
      const play = new Playout(
        (event) => {
          text += (event as { text: string }).text;
          early.push(event.time / 1000 - (performance.now() - start));
        },
        () => 30,
        0,
        16,
      );
      for (const [i, [interval, wait]] of arrivals.entries()) {
        vi.advanceTimersByTime(wait);
        time = Math.min(time + interval, performance.now() - start);
        play.push(output(time, `${i} `));
      }
      vi.advanceTimersByTime(1000);
      expect(text).toBe(arrivals.map((_, i) => `${i} `).join(""));
      for (const by of early) expect(by).toBeLessThanOrEqual(0);
    }),
    { numRuns: 200 },
  );
});
