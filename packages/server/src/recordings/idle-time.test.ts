import fc from "fast-check";
import { expect, test } from "vitest";
import { IdleTime } from "./idle-time.js";

test("shortens pauses and finds back", () => {
  const idle = new IdleTime(1000);
  expect([0, 500, 5000, 5200, 9000].map((time) => idle.next(time))).toEqual([0, 500, 1500, 1700, 2700]);
  expect([0, 500, 1500, 1700, 2700].map((time) => idle.recorded(time))).toEqual([0, 500, 5000, 5200, 9000]);
  const recorded = [0, 250, 500, 1000, 1600, 4999, 5000, 5100, 8000, 9000, 9500];
  const shortened = [0, 250, 500, 1000, 1500, 1500, 1500, 1600, 2700, 2700, 3200];
  expect(recorded.map((time) => idle.shortened(time))).toEqual(shortened);
  const again = new IdleTime(undefined, idle.cuts);
  expect(recorded.map((time) => again.shortened(time))).toEqual(shortened);
});

test("no pause is longer than the limit, no event moves before another, every time leads back", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000)), fc.nat(3000), (gaps, limit) => {
      const idle = new IdleTime(limit);
      let recorded = 0;
      let last = 0;
      const times = gaps.map((gap) => {
        recorded += gap;
        const time = idle.next(recorded);
        expect(time - last).toBe(Math.min(gap, limit));
        last = time;
        return { recorded, time };
      });
      // With a limit of 0 everything happens at once; then only the last is certain.
      if (limit > 0) for (const one of times) expect(idle.recorded(one.time)).toBe(one.recorded);
      for (const one of times) expect(idle.shortened(one.recorded)).toBe(one.time);
    }),
  );
});

test("leaves everything as it is without a limit", () => {
  const idle = new IdleTime(undefined);
  expect(idle.next(9_000_000)).toBe(9_000_000);
  expect(idle.recorded(9_000_000)).toBe(9_000_000);
});
