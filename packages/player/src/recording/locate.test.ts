import { describe, expect, test } from "vitest";
import { locate } from "./locate.js";
import { Timeline } from "./timeline.js";

const S = 1_000_000;

function timeline(complete = true): Timeline {
  const line = new Timeline();
  for (const [time, label] of [
    [10, "a"],
    [20, "b"],
    [30, "c"],
  ] as const)
    line.append({ time: time * S, type: "marker", label });
  line.append({ time: 100 * S, type: "output", text: "end" });
  if (complete) line.end();
  return line;
}

test.each([
  [5, 5],
  [-1, 0],
  [1000, 100],
  ["50%", 50],
  ["150%", 100],
  ["<<", 35],
  [">>", 45],
  ["<<<", 30],
  [">>>", 50],
  [{ marker: 1 }, 20],
  [{ marker: "prev" }, 30],
  [{ marker: "next" }, 100],
] as const)("from 40 s, %j leads to %d s", (where, seconds) => {
  expect(locate(where, 40 * S, timeline(), false)).toBe(seconds * S);
});

test("a marker that has just been passed is skipped while playing", () => {
  expect(locate({ marker: "prev" }, 20.5 * S, timeline(), true)).toBe(10 * S);
  expect(locate({ marker: "prev" }, 20.5 * S, timeline(), false)).toBe(20 * S);
  expect(locate({ marker: "prev" }, 5 * S, timeline(), true)).toBe(0);
});

test.each([Number.NaN, "x%", "%", "later", {}, { marker: "first" }, null])("%j is no target", (where) => {
  expect(() => locate(where as never, 0, timeline(), false)).toThrow(/^invalid (seek target|marker index): /);
});

test("messages say what was asked for", () => {
  expect(() => locate("soon" as never, 0, timeline(), false)).toThrow('invalid seek target: "soon"');
  expect(() => locate({ marker: 3 }, 0, timeline(), false)).toThrow("invalid marker index: 3");
  expect(() => locate({ marker: -1 }, 0, timeline(), false)).toThrow('invalid seek target: {"marker":-1}');
});

describe("while the recording is being read", () => {
  test("what has been read can be gone to", () => {
    expect(locate(50, 0, timeline(false), false)).toBe(50 * S);
    expect(locate({ marker: 2 }, 0, timeline(false), false)).toBe(30 * S);
  });

  test.each([200, "10%", ">>>", { marker: 7 }] as const)("where %j leads is not known yet", (where) => {
    expect(locate(where, 0, timeline(false), false)).toBeUndefined();
  });
});
