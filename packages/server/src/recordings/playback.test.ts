import fc from "fast-check";
import { expect, test } from "vitest";
import { pageOptions } from "./playback.js";

test.each([
  [{ t: "71" }, { startAt: 71, autoplay: true }],
  [{ t: "1:11.5" }, { startAt: 71.5, autoplay: true }],
  [{ startAt: "1:00:02" }, { startAt: 3602, autoplay: true }],
  [
    { t: "5", autoplay: "0" },
    { startAt: 5, autoplay: false, poster: "npt:5" },
  ],
  [
    { t: "5", autoplay: "false", poster: "npt:1:02" },
    { startAt: 5, autoplay: false, poster: "npt:62" },
  ],
  [{ t: "0" }, { startAt: 0, autoplay: true }],
  [
    { speed: "1.5", i: "2", cols: "100", rows: "30" },
    { speed: 1.5, idleTimeLimit: 2, cols: 100, rows: 30 },
  ],
  [{ loop: "true" }, { loop: true }],
  [{ loop: "3" }, { loop: 3 }],
  [{ loop: "1" }, { loop: true }],
  [
    { preload: "1", autoplay: "1" },
    { preload: true, autoplay: true },
  ],
  [{ theme: "dracula" }, { theme: "dracula" }],
  [{ theme: "auto/nord" }, { theme: "auto/nord" }],
  [{ theme: "original" }, { theme: "auto/asciinema" }],
])("%j asks for %j", (query, options) => {
  expect(pageOptions(query)).toEqual(options);
});

test.each([
  { t: "soon" },
  { t: "-5" },
  { t: "1:2:3:4" },
  { speed: "0" },
  { speed: "fast" },
  { cols: "721" },
  { cols: "8.5" },
  { rows: "201" },
  { theme: "pink" },
  { theme: "__proto__" },
  { theme: "toString" },
  { poster: "http://elsewhere.example/x" },
  { poster: "npt:x" },
  { autoplay: "yes" },
  { colour: "red" },
])("%j asks for nothing", (query: Record<string, string>) => {
  expect(pageOptions(query)).toEqual({});
});

test("any address asks only for what the player knows", () => {
  const names = fc.constantFrom("t", "startAt", "speed", "loop", "cols", "rows", "theme", "poster", "i", "autoplay");
  fc.assert(
    fc.property(fc.dictionary(names, fc.string()), (query) => {
      for (const value of Object.values(pageOptions(query)))
        expect(["boolean", "number", "string"]).toContain(typeof value);
    }),
  );
});
