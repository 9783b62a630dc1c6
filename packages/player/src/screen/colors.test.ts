import { expect, test } from "vitest";
import { checkTheme, legible, luminance } from "./colors.js";

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

test("a palette of eight is doubled, short colours are long, and nonsense is no theme", () => {
  const eight = Array.from({ length: 8 }, (_, i) => `#00000${i}`);
  const given = { foreground: "#ffffff", background: "#000000", palette: eight };
  expect(checkTheme(given)).toEqual({ ...given, palette: [...eight, ...eight] });
  expect(checkTheme({ ...given, foreground: "#fed", palette: Array(20).fill("#12c", 0, 16).fill("?", 16) })).toEqual({
    ...given,
    foreground: "#ffeedd",
    palette: Array(16).fill("#1122cc"),
  });
  for (const broken of [
    { foreground: "white" },
    { background: "#12345" },
    { palette: eight.slice(1) },
    { palette: null },
  ])
    expect(checkTheme({ ...given, ...broken } as never)).toBeNull();
});
