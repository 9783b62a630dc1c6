import type { Event } from "@asciinema-ts/asciicast";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Trace, trace, tracePath } from "./trace.js";

const output = (time: number, text: string): Event => ({ time, type: "output", text });

describe("trace", () => {
  test("is the bytes of each part on a logarithmic scale, the largest 1, none below 0.07", () => {
    const events = [output(0, "x".repeat(999)), output(1_500_000, "é€😀"), output(3_999_999, "x".repeat(31))];
    expect(trace(events, 4_000_000, 4)).toEqual([
      1,
      Math.log(10) / Math.log(1000),
      0.07,
      Math.log(32) / Math.log(1000),
    ]);
  });

  test("counts output only, and what comes at or after the end for the last part", () => {
    const events: Event[] = [{ time: 0, type: "input", text: "xxx" }, output(1000, "a"), output(9000, "a")];
    expect(trace(events, 1000, 2)).toEqual([0.07, 1]);
  });

  test("is flat for a session that printed nothing or took no time", () => {
    expect(trace([], 0, 3)).toEqual([0.07, 0.07, 0.07]);
    expect(trace([output(0, "a")], 0, 2)).toEqual([1, 0.07]);
  });

  test("needs not know the duration before the end", () => {
    const one = new Trace();
    for (let i = 0; i <= 64; i++) one.push(output(i * 1_000_000, i % 2 ? "x".repeat(50) : ""));
    const bars = one.bars(64);
    expect(bars.filter((bar) => bar === 1)).toHaveLength(32);
    expect(bars.filter((bar) => bar === 0.07)).toHaveLength(32);
  });

  test("is within a thousandth of the duration of where things happened", () => {
    const times = fc.array(fc.nat({ max: 10 ** 12 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(times, (times) => {
        times.sort((a, b) => a - b);
        const duration = Math.max(1, times.at(-1)!);
        const bars = trace(
          times.map((time) => output(time, "x")),
          duration,
          64,
        );
        const near = (bar: number) =>
          times.some((time) => Math.abs(time / duration - (bar + 0.5) / 64) <= 0.5 / 64 + 0.002) || bars[bar] === 0.07;
        expect(bars.every((_, bar) => near(bar))).toBe(true);
        expect(Math.max(...bars)).toBe(1);
      }),
    );
  });
});

test("tracePath draws upright strokes on the ground line", () => {
  expect(tracePath([1, 0.07, 0.5])).toBe("M0.5 16v-16M1.5 16v-1.1M2.5 16v-8");
});
