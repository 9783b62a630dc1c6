import { expect, test } from "vitest";
import { legible, luminance, toTheme } from "./colors.js";

const contrast = (a: number, b: number) => {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};

test("luminance is what WCAG says", () => {
  expect(luminance(0xffffff)).toBeCloseTo(1, 5);
  expect(luminance(0)).toBe(0);
  expect(luminance(0xff0000)).toBeCloseTo(0.2126, 4);
});

test.each([
  ["solarized dark", 0x839496, 0x002b36],
  ["solarized light", 0x657b83, 0xfdf6e3],
  ["grey on grey", 0x808080, 0x707070],
])("%s becomes legible", (_, fg, bg) => {
  expect(contrast(fg, bg)).toBeLessThan(7);
  const best = Math.max(contrast(0, bg), contrast(0xffffff, bg));
  expect(contrast(legible(fg, bg), bg)).toBeGreaterThanOrEqual(Math.min(7, best - 0.01));
});

test("what is legible stays", () => {
  expect(legible(0xcccccc, 0x121314)).toBe(0xcccccc);
});

test("a palette of eight is doubled, and nonsense is no theme", () => {
  const eight = Array.from({ length: 8 }, (_, i) => `#00000${i}`);
  expect(toTheme({ foreground: "#ffffff", background: "#000000", palette: eight })?.palette).toEqual([
    ...eight,
    ...eight,
  ]);
  expect(toTheme({ foreground: "white", background: "#000000", palette: eight })).toBeUndefined();
  expect(toTheme({ foreground: "#ffffff", background: "#000000", palette: eight.slice(1) })).toBeUndefined();
});
