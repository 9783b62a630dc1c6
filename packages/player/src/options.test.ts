import { expect, test } from "vitest";
import { seconds, settle } from "./options.js";

test("everything has a default", () => {
  const settings = settle({});
  expect(settings).toMatchObject({
    autoPlay: false,
    theme: { name: "asciinema", embedded: true },
    fit: "width",
    controls: "auto",
    cursorMode: "blinking",
  });
  expect(settings.driver).toMatchObject({ speed: 1, startAt: 0, loop: false, preload: false });
});

test("what is no poster is none", () => {
  expect(settle({ poster: 5 as never }).driver.poster).toBeUndefined();
});

test("null means the default", () => {
  const nulls = Object.fromEntries(
    ["cols", "rows", "speed", "idleTimeLimit", "theme", "poster", "markers", "fit", "cursorMode", "logger"].map(
      (key) => [key, null],
    ),
  );
  const { logger: _, ...given } = settle(nulls);
  const { logger: __, ...usual } = settle({});
  expect(given).toEqual(usual);
});

test.each([
  [90, 90],
  ["90", 90],
  ["1:30", 90],
  ["0:01:30.5", 90.5],
])("%j is %d seconds", (given, expected) => {
  expect(seconds(given)).toBe(expected);
});

test("autoplay is autoPlay, which wins", () => {
  expect(settle({ autoplay: true }).autoPlay).toBe(true);
  expect(settle({ autoplay: true, autoPlay: false }).autoPlay).toBe(false);
});

test("posters are of two kinds, and none when it plays at once", () => {
  expect(settle({ poster: "npt:1:05" }).driver.poster).toEqual({ type: "npt", value: 65 });
  expect(settle({ poster: "data:text/plain,a,b%20" }).driver.poster).toEqual({ type: "text", value: "a,b%20" });
  expect(settle({ poster: "https://example.org/a.png" }).driver.poster).toBeUndefined();
  expect(settle({ poster: "npt:1", autoPlay: true }).driver.poster).toBeUndefined();
});

test("themes are taken with or without the recording's own colours", () => {
  expect(settle({ theme: "auto/nord" }).theme).toEqual({ name: "nord", embedded: true });
  expect(settle({ theme: "nord" }).theme).toEqual({ name: "nord", embedded: false });
});

test("what cannot be is refused by name", () => {
  expect(() => settle({ fit: "cover" as never })).toThrow("unsupported fit mode: cover");
  expect(() => settle({ cursorMode: "off" as never })).toThrow("unsupported cursor mode: off");
});
