import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Coverage } from "./coverage.js";
import { arc } from "./shape.js";

const masked = (...points: number[]) => {
  const coverage = new Coverage();
  coverage.polygon(points, 0, 0);
  return coverage.mask();
};
const area = (...points: number[]) =>
  (masked(...points)?.alpha ?? new Uint8Array()).reduce((sum, alpha) => sum + alpha / 255, 0);

describe("what an outline covers", () => {
  test("of whole pixels is whole", () => {
    expect(masked(2, 3, 4, 3, 4, 5, 2, 5)).toEqual({
      x: 2,
      y: 3,
      width: 2,
      height: 2,
      alpha: new Uint8Array(4).fill(255),
    });
  });

  test("of parts of pixels is their part", () => {
    expect([...masked(0.5, 0, 1.25, 0, 1.25, 1, 0.5, 1)!.alpha]).toEqual([128, 64]);
    expect([...masked(0, 0, 1, 0, 1, 0.25, 0, 0.25)!.alpha]).toEqual([64]);
  });

  test("lies left of zero too", () => {
    expect(masked(-2.5, -1, 0, -1, 0, 0, -2.5, 0)).toMatchObject({ x: -3, y: -1, width: 3, height: 1 });
  });

  test("is the same whichever way round, and twice the same is no more", () => {
    expect(area(0, 0, 3, 0, 3, 2)).toBeCloseTo(3, 1);
    expect(area(3, 2, 3, 0, 0, 0)).toBeCloseTo(3, 1);
    const twice = new Coverage();
    for (let i = 0; i < 2; i++) twice.polygon([0, 0, 2, 0, 2, 2, 0, 2], 0, 0);
    expect([...twice.mask()!.alpha]).toEqual([255, 255, 255, 255]);
  });

  test("has the area of a disc", () => {
    expect(area(...arc(20, 20, 15.3, 15.3, 0, 4))).toBeCloseTo(Math.PI * 15.3 ** 2, -1);
  });

  test("of a triangle is half of its base times its height", () => {
    const place = fc.double({ min: -30, max: 30, noNaN: true });
    fc.assert(
      fc.property(place, place, place, place, place, place, (ax, ay, bx, by, cx, cy) => {
        const exact = Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
        // Each pixel is rounded to 1/255.
        expect(Math.abs(area(ax, ay, bx, by, cx, cy) - exact)).toBeLessThan(1.5);
      }),
    );
  });

  test("of an edge that is all but level is found, and in no time", () => {
    expect(area(0, 0, 30, 5e-324, -30, 3)).toBeCloseTo(45, 0);
  });

  test("is nothing for what has no area, no end or no sense", () => {
    expect(masked(1, 1, 5, 1)).toBeUndefined();
    expect(masked(Number.NaN, 0, 1, Number.POSITIVE_INFINITY, 2, 2)).toBeUndefined();
    expect(masked(0, 0, 1e6, 0, 1e6, 1e6)).toBeUndefined();
  });
});
