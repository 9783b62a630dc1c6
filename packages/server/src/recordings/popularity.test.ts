import fc from "fast-check";
import { expect, test } from "vitest";
import { leastPopularity, popularityAfterView } from "./popularity.js";

const DAY = 86_400_000;
const now = Date.parse("2026-11-21");
const after = (times: number[]) =>
  times.reduce<number | null>((before, time) => popularityAfterView(before, time), null)!;
/** The definition: views, each halved for every week of its age. */
const score = (times: number[], at: number) => times.reduce((sum, time) => sum + 0.5 ** ((at - time) / (7 * DAY)), 0);

test("orders as the sum of views, each halved every week, does", () => {
  const views = fc.array(fc.integer({ min: now - 60 * DAY, max: now }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(views, views, (a, b) => {
      const [x, y] = [score(a, now), score(b, now)];
      // Equal sums may come out either way.
      if (Math.abs(x - y) > 1e-6 * x) expect(after(a) > after(b)).toBe(x > y);
      expect(2 ** (after(a) - now / (7 * DAY))).toBeCloseTo(x, 5);
    }),
  );
});

test("views in any order come to the same", () => {
  const times = [now, now - 30 * DAY, now - DAY];
  expect(after(times)).toBeCloseTo(after([...times].reverse()), 9);
});

test("one view is forgotten after ninety days, several a little later", () => {
  expect(after([now - 89 * DAY])).toBeGreaterThan(leastPopularity(now));
  expect(after([now - 91 * DAY])).toBeLessThan(leastPopularity(now));
  const times = Array<number>(8).fill(now - 110 * DAY);
  expect(after(times)).toBeGreaterThan(leastPopularity(now));
  expect(after(times)).toBeLessThan(leastPopularity(now + 2 * DAY));
});
