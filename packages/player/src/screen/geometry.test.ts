import { describe, expect, test } from "vitest";
import { layOut } from "./geometry.js";

const given = {
  fit: "width" as const,
  container: { width: 800, height: 600 },
  cols: 80,
  rows: 24,
  metrics: { charWidth: 9, charHeight: 20 },
  bar: () => 44,
  ratio: 1,
};

test("width: the terminal with its border is as wide as the container", () => {
  const { border, screenWidth, screenHeight, cellHeight, width, height } = layOut(given);
  expect(width).toBe(800);
  expect(screenWidth + 2 * border).toBe(800);
  expect(screenHeight).toBe(24 * cellHeight);
  expect(height).toBe(screenHeight + 2 * border + 44);
});

test("height: the terminal, its border and the bar are as high as the container at most", () => {
  const { border, screenHeight, height } = layOut({ ...given, fit: "height" });
  expect(height).toBe(600);
  expect(screenHeight + 2 * border + 44).toBeLessThanOrEqual(600);
  expect(screenHeight + 2 * border + 44).toBeGreaterThan(600 - 24);
});

test("both: whichever is filled first", () => {
  const wide = layOut({ ...given, fit: "both", container: { width: 2000, height: 600 } });
  expect(wide.height).toBe(600);
  expect(wide.width).toBeLessThan(2000);
  const high = layOut({ ...given, fit: "both", container: { width: 800, height: 2000 } });
  expect(high.width).toBe(800);
  expect(high.height).toBeLessThan(2000);
});

test("none: the font size decides", () => {
  const { fontSize, width } = layOut({ ...given, fit: "none", fontSize: 30 });
  expect(fontSize).toBe(30);
  expect(width).toBe(9 * 80 * 2 + 2 * 23);
});

describe.each([1, 1.25, 1.5, 2, 3])("at ratio %d", (ratio) => {
  test.each(["width", "height", "both", "none"] as const)("everything of fit %s lies on device pixels", (fit) => {
    for (const width of [320, 333.5, 800, 1281]) {
      const geometry = layOut({ ...given, fit, ratio, container: { width, height: 611 } });
      expect(Number.isInteger(geometry.screenWidth)).toBe(true);
      expect(Number.isInteger(geometry.cellHeight)).toBe(true);
      expect(geometry.border * ratio).toBeCloseTo(Math.round(geometry.border * ratio), 6);
      expect(geometry.cellWidth * 80).toBeCloseTo(geometry.screenWidth, 6);
    }
  });
});

test("a narrow player has room for its higher bar", () => {
  const bar = (width: number) => (width < 544 ? 80 : 44);
  const tall = layOut({ ...given, fit: "height", container: { width: 1000, height: 300 }, bar });
  expect(tall.width).toBeLessThan(544);
  expect(tall.screenHeight + 2 * tall.border + 80).toBeLessThanOrEqual(300);
});
