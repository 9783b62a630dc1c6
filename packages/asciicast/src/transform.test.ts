import { describe, expect, it } from "vitest";
import type { Event } from "./event.js";
import { open } from "./open.js";
import { accelerate, concatenate, limitIdleTime, quantize } from "./transform.js";

const SECOND = 1_000_000;
const at = (time: number): Event => ({ time, type: "marker", label: String(time) });
const times = (events: Iterable<Event>) => [...events].map((event) => event.time);

async function* batches(...all: Event[][]) {
  yield* all;
}

async function collect(source: AsyncIterable<Event[]>): Promise<Event[][]> {
  const all: Event[][] = [];
  for await (const batch of source) all.push(batch);
  return all;
}

describe("limitIdleTime", () => {
  const events = [0, 1, 3.5, 4, 7.5].map((seconds) => at(seconds * SECOND));

  it("shortens every pause to the limit", () => {
    expect(times(limitIdleTime(events, 2 * SECOND))).toEqual([0, 1, 3, 3.5, 5.5].map((seconds) => seconds * SECOND));
  });

  it("counts the pause before the first event", () => {
    expect(times(limitIdleTime([at(10 * SECOND)], SECOND))).toEqual([SECOND]);
  });

  it("can be read again, and leaves its source alone", () => {
    const limited = limitIdleTime(events, SECOND);
    expect(times(limited)).toEqual(times(limited));
    expect(times(events)).toEqual([0, 1, 3.5, 4, 7.5].map((seconds) => seconds * SECOND));
  });

  it("remembers from batch to batch", async () => {
    const limited = limitIdleTime(batches(events.slice(0, 2), events.slice(2)), 2 * SECOND);
    expect((await collect(limited)).map(times)).toEqual([
      [0, SECOND],
      [3 * SECOND, 3.5 * SECOND, 5.5 * SECOND],
    ]);
  });

  it("refuses what is no limit", () => {
    expect(() => limitIdleTime([], -1)).toThrow(RangeError);
    expect(() => limitIdleTime([], Number.NaN)).toThrow("the idle time limit must be 0 or more, not NaN");
  });
});

describe("accelerate", () => {
  it("divides times, to whole microseconds", () => {
    expect(times(accelerate([at(0), at(SECOND), at(2 * SECOND)], 3))).toEqual([0, 333_333, 666_667]);
    expect(times(accelerate([at(SECOND)], 0.5))).toEqual([2 * SECOND]);
  });

  it.each([0, -1, Number.NaN, Infinity])("refuses a speed of %d", (speed) => {
    expect(() => accelerate([], speed)).toThrow(RangeError);
  });
});

describe("quantize", () => {
  it("rounds to milliseconds without adding up errors", () => {
    // The differences that a quantizer with error diffusion gives for these, here in microseconds.
    const deltas = [26692, 540290, 64736, 105951, 171006, 191943, 107942, 128108, 148904, 108973, 211002, 44701];
    let time = 0;
    const events = deltas.map((delta) => at((time += delta)));
    const rounded = [0, ...times(quantize(events))];
    expect(rounded.slice(1).map((one, index) => one - rounded[index]!)).toEqual([
      27000, 540000, 65000, 106000, 171000, 192000, 108000, 128000, 149000, 109000, 211000, 44000,
    ]);
  });
});

describe("concatenate", () => {
  const cast = (cols: number, ...events: unknown[][]) =>
    open(`{"version":2,"width":${cols},"height":24}\n${events.map((event) => `${JSON.stringify(event)}\n`).join("")}`);

  it("begins each session at the last event of the one before", async () => {
    const parts = await Promise.all([cast(80, [1, "o", "a"], [2, "x", "0"]), cast(80, [0.5, "o", "b"])]);
    expect((await collect(concatenate(parts))).flat()).toEqual([
      { time: SECOND, type: "output", text: "a" },
      { time: 2 * SECOND, type: "exit", status: 0 },
      { time: 2.5 * SECOND, type: "output", text: "b" },
    ]);
  });

  it("puts a resize where another size begins", async () => {
    const parts = await Promise.all([cast(80, [1, "r", "90x24"]), cast(90, [1, "o", "b"]), cast(80)]);
    expect((await collect(concatenate(parts))).flat()).toEqual([
      { time: SECOND, type: "resize", cols: 90, rows: 24 },
      { time: 2 * SECOND, type: "output", text: "b" },
      { time: 2 * SECOND, type: "resize", cols: 80, rows: 24 },
    ]);
  });
});
