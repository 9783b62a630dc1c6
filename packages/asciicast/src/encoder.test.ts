import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decode } from "../fuzz/decode.js";
import { encoder, type Format } from "./encoder.js";
import type { Event } from "./event.js";
import type { Header } from "./header.js";

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/casts/${name}`, import.meta.url), "utf8");
const at = (time: number): Event => ({ time, type: "marker", label: "" });

function encode(format: Format, header: Header, events: Event[], append?: number): string {
  const { start, event, end } = encoder(format, header, append === undefined ? {} : { append });
  return start() + events.map(event).join("") + end();
}

function rewrite(name: string, format: Format): string {
  const { header, events } = decode([fixture(name)]);
  return encode(format, header!, events);
}

it("writes v2 as it was", () => {
  expect(rewrite("full-v2.cast", "asciicast-v2")).toBe(fixture("full-v2.cast"));
});

it("writes v3 as it was, but for comments and blank lines", () => {
  expect(rewrite("full-v3.cast", "asciicast-v3")).toBe(fixture("full-v3.cast").replace(/^#.*\n|^\n/gm, ""));
});

it("writes v1 as v2 and v3", () => {
  expect(rewrite("minimal-v1.json", "asciicast-v2")).toBe(
    '{"version":2,"width":80,"height":24}\n[0.5, "o", "hello"]\n[1.75, "o", " world"]\n',
  );
  expect(rewrite("minimal-v1.json", "asciicast-v3")).toBe(
    '{"version":3,"term":{"cols":80,"rows":24}}\n[0.500, "o", "hello"]\n[1.250, "o", " world"]\n',
  );
});

it("writes v2 as v3 and back, losing less than half a millisecond", () => {
  const v3 = rewrite("full-v2.cast", "asciicast-v3");
  expect(v3).toContain('[0.249, "o", "$ "]\n[0.752, "i", "make\\r"]\n[0.000, "o"');
  const { header, events } = decode([v3]);
  expect(encode("asciicast-v2", header!, events)).toBe(
    fixture("full-v2.cast").replace("0.248848", "0.249").replace("1.001376", "1.001").replace("1.001377", "1.001"),
  );
});

it("writes seconds as floats, and no empty environment", () => {
  const header = { cols: 80, rows: 24, idleTimeLimit: 2_000_000, env: {} };
  expect(encode("asciicast-v2", header, [])).toBe('{"version":2,"width":80,"height":24,"idle_time_limit":2.0}\n');
  expect(encode("asciicast-v3", header, [])).toBe('{"version":3,"term":{"cols":80,"rows":24},"idle_time_limit":2.0}\n');
});

it.each([
  [0, "0.0"],
  [1, "0.000001"],
  [12_300_000, "12.3"],
  [1_000_001, "1.000001"],
  [3_600_000_000, "3600.0"],
])("v2: %i µs is %s", (time, text) => {
  expect(encoder("asciicast-v2", { cols: 1, rows: 1 }).event(at(time))).toBe(`[${text}, "m", ""]\n`);
});

it("v3: rounding errors do not add up", () => {
  const { event } = encoder("asciicast-v3", { cols: 1, rows: 1 });
  const intervals = [400, 800, 1200, 1600, 2100, 3600].map((time) => event(at(time)).slice(1, 6));
  expect(intervals).toEqual(["0.000", "0.001", "0.000", "0.001", "0.000", "0.002"]);
});

it("v3: a time that goes back is no interval", () => {
  const { event } = encoder("asciicast-v3", { cols: 1, rows: 1 });
  expect([5000, 1000, 6000].map((time) => event(at(time)).slice(1, 6))).toEqual(["0.005", "0.000", "0.001"]);
});

it("escapes what JSON must escape and nothing else", () => {
  const text = '"\\/\b\f\n\r\t\x00\x1b\x7f\u0080\u2028é宽😀';
  expect(encoder("asciicast-v3", { cols: 1, rows: 1 }).event({ time: 0, type: "output", text })).toBe(
    '[0.000, "o", "\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001b\x7f\u0080\u2028é宽😀"]\n',
  );
});

it("lets no unknown key take the place of a known one", () => {
  const header = {
    cols: 80,
    rows: 24,
    title: "mine",
    other: { title: "theirs", width: 1, term: { cols: 1, cell: 8 } },
  };
  expect(encode("asciicast-v2", header, [])).toBe(
    '{"version":2,"width":80,"height":24,"title":"mine","term":{"cols":1,"cell":8}}\n',
  );
  expect(encode("asciicast-v3", header, [])).toBe(
    '{"version":3,"term":{"cols":80,"rows":24,"cell":8},"title":"mine","width":1}\n',
  );
});

describe("raw", () => {
  it("is the size, then the output alone", () => {
    expect(rewrite("full-v2.cast", "raw")).toBe("\x1b[8;30;100t$ make\r\n\x1b[1;31mred\x1b[0m\r\n");
  });
});

describe("appending", () => {
  const header = { cols: 90, rows: 20 };

  it("v2 goes on from the last time of the file", () => {
    expect(encode("asciicast-v2", header, [at(500_000)], 4_000_000)).toBe('[4.0, "r", "90x20"]\n[4.5, "m", ""]\n');
  });

  it("v3 goes on from wherever the file is", () => {
    expect(encode("asciicast-v3", header, [at(500_000)], 4_000_000)).toBe('[0.000, "r", "90x20"]\n[0.500, "m", ""]\n');
  });

  it("raw says the size again", () => {
    expect(encode("raw", header, [], 0)).toBe("\x1b[8;20;90t");
  });
});
