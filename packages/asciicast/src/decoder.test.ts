import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decode } from "../fuzz/decode.js";
import { Decoder } from "./decoder.js";
import { AsciicastError } from "./error.js";

const V2 = '{"version":2,"width":80,"height":24}\n';
const V3 = '{"version":3,"term":{"cols":80,"rows":24}}\n';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/casts/${name}`, import.meta.url));
const output = (seconds: number, text: string) => ({ time: seconds * 1e6, type: "output", text });
const header = (json: object) => decode([`${JSON.stringify(json)}\n`]);

describe("v1", () => {
  const hello = [output(0.5, "hello"), output(1.75, " world")];

  it("adds up delays", () => {
    expect(decode([fixture("minimal-v1.json")]).events).toEqual(hello);
  });

  it("is read in any layout", () => {
    const json = JSON.parse(fixture("minimal-v1.json").toString());
    for (const indent of [0, 2, "\t"]) expect(decode([JSON.stringify(json, null, indent)]).events).toEqual(hello);
    const reversed = Object.fromEntries(Object.entries(json).reverse());
    expect(decode([JSON.stringify(reversed)]).events).toEqual(hello);
    expect(decode([`\ufeff\r\n${JSON.stringify(json, null, 2).replaceAll("\n", "\r\n")}\r\n\r\n`]).events).toEqual(
      hello,
    );
  });

  it("has a header", () => {
    expect(decode([fixture("full-v1.json")]).header).toEqual({
      cols: 100,
      rows: 30,
      termType: "xterm-256color",
      command: "/bin/zsh",
      title: "Compiling",
      env: { TERM: "xterm-256color", SHELL: "/bin/zsh" },
      other: { recorder: "handmade" },
    });
  });

  it("that ends early is played to its last whole entry", () => {
    const whole = fixture("full-v1.json").toString();
    const cut = whole.slice(0, whole.indexOf("bye") + 2);
    const { events, notes } = decode([cut]);
    expect(events).toEqual([output(0.248848, "\x1b[1;31mred\x1b[0m "), output(1.250224, "wide 宽 ")]);
    expect(notes).toEqual([{ line: 0, text: "the file ends early: what comes after its last whole entry is dropped" }]);
  });

  it.each([
    ['[1,"a \\"quote\\\\"],[1,"b', 1],
    ['[1,"a, ]}"],[1', 1],
    ['[1,"a"],[1,"b"],', 2],
    [`[1,"${"x".repeat(20_000_000)}"],[1,"`, 1],
  ])("is cut at the right place: %#", (stdout, count) => {
    expect(decode([`{"version":1,"width":80,"height":24,"stdout":[${stdout}`]).events).toHaveLength(count);
  });

  it("names a broken entry, or skips it", () => {
    const json = '{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[1],[1,"b"]]}';
    expect(decode([json]).error).toEqual({ message: "stdout[1] is not [delay, data]", line: 0 });
    expect(decode([json], "skip")).toMatchObject({
      events: [output(1, "a"), output(2, "b")],
      notes: [{ line: 0, text: "stdout[1] is not [delay, data]: skipped" }],
    });
  });
});

describe("v2", () => {
  it("has times since the start and every code", () => {
    const { events, header, notes } = decode([fixture("full-v2.cast")]);
    expect(events).toEqual([
      output(0.248848, "$ "),
      { time: 1001376, type: "input", text: "make\r" },
      output(1.001377, "make\r\n\x1b[1;31mred\x1b[0m\r\n"),
      { time: 2000000, type: "marker", label: "built" },
      { time: 2500000, type: "resize", cols: 120, rows: 40 },
      { time: 3250000, type: "other", code: "q", data: "a code of the future" },
      { time: 4000000, type: "exit", status: 2 },
    ]);
    expect(header).toMatchObject({
      timestamp: 1509091818,
      idleTimeLimit: 2_500_000,
      termType: "xterm-256color",
      theme: { fg: "#d0d0d0", bg: "#212121" },
      other: { tags: ["one", "two"] },
    });
    expect(header?.theme?.palette).toHaveLength(16);
    expect(notes).toEqual([]);
  });

  it("rounds times to microseconds", () => {
    const { events } = decode([
      `${V2}[0.1234567,"o","a"]\n[1e-7,"o","b"]\n[1.5e3,"o","c"]\n[2147483647.999999,"o","d"]\n`,
    ]);
    expect(events.map((event) => event.time)).toEqual([123457, 123457, 1_500_000_000, 2147483647999999]);
  });

  it("keeps the order when a time goes back", () => {
    const { events, notes } = decode([fixture("backwards-v2.cast")]);
    expect(events).toEqual([output(1, "one\r\n"), output(1, "two\r\n"), output(2, "three\r\n")]);
    expect(notes).toEqual([{ line: 3, text: "the time goes back: taken as that of the event before" }]);
  });

  it("takes null for absent", () => {
    const { header, notes } = decode([fixture("nulls-v2.cast")]);
    expect(header).toEqual({ cols: 80, rows: 24, termType: "xterm", env: { TERM: "xterm" } });
    expect(notes).toEqual([]);
  });
});

describe("v3", () => {
  it("has intervals", () => {
    const { events, header } = decode([fixture("full-v3.cast")]);
    expect(events.map((event) => event.time)).toEqual([249000, 1001000, 1001000, 2000000, 2500000, 3250000, 4000000]);
    expect(header).toMatchObject({ termType: "xterm-256color", termVersion: "XTerm(390)", title: "Compiling" });
  });

  it("takes a negative interval for none", () => {
    const { events, notes } = decode([`${V3}[1,"o","a"]\n[-3,"o","b"]\n[1,"o","c"]\n`]);
    expect(events).toEqual([output(1, "a"), output(1, "b"), output(2, "c")]);
    expect(notes).toEqual([{ line: 3, text: "the time goes back: taken as that of the event before" }]);
  });

  it("keeps keys of term that it does not know", () => {
    const term = { cols: 80, rows: 24, cell: [8, 16] };
    expect(header({ version: 3, term }).header).toEqual({ cols: 80, rows: 24, other: { term: { cell: [8, 16] } } });
  });
});

describe("what is put up with", () => {
  it.each([
    ["a byte-order mark", `\ufeff${V3}[1,"o","a"]\n`],
    ["CRLF", `${V3}[1,"o","a"]\n`.replaceAll("\n", "\r\n")],
    [
      "blank lines and comments, also before the header",
      `\n# made by hand\n${V3}\n \n# comment\n  # another\n[1,"o","a"]\n\n`,
    ],
    ["space around a line", ` ${V3} [1, "o" ,"a"] \n`],
    ["a last line without an end", `${V3}[1,"o","a"]`],
  ])("%s", (_, text) => {
    expect(decode([text])).toEqual({ events: [output(1, "a")], notes: [], header: { cols: 80, rows: 24 } });
  });

  it("bytes that are not UTF-8 become U+FFFD", () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode(`${V3}[1,"o","a`),
      0xff,
      ...new TextEncoder().encode('"]\n'),
    ]);
    expect(decode([bytes]).events).toEqual([output(1, "a\ufffd")]);
  });

  it.each([
    ["colours in capitals", { fg: "#FFFFFF", bg: "#00000A", palette: Array(16).fill("#AbCdEf").join(":") }, "#abcdef"],
    [
      "a palette of 8, doubled",
      { fg: "#ffffff", bg: "#00000a", palette: Array(8).fill("#000000").join(":") },
      "#000000",
    ],
  ])("%s", (_, theme, color) => {
    const { header: read, notes } = header({ version: 2, width: 80, height: 24, theme });
    expect(read?.theme).toEqual({ fg: "#ffffff", bg: "#00000a", palette: Array(16).fill(color) });
    expect(notes).toEqual([]);
  });

  it.each([
    ["theme", { fg: "red", bg: "#000000", palette: "" }, "a theme of #rrggbb colours: fg, bg and a palette of 8 or 16"],
    ["title", 7, "a string"],
    ["env", ["TERM"], "an object"],
    ["timestamp", "yesterday", "a number of seconds since 1970"],
    ["idle_time_limit", -1, "a number of seconds"],
  ])("a bad %s, which is left out with a note", (key, value, kind) => {
    const { header: read, notes } = header({ version: 2, width: 80, height: 24, [key]: value });
    expect(read).toEqual({ cols: 80, rows: 24 });
    expect(notes).toEqual([{ line: 1, text: `${key} left out: it is not ${kind}` }]);
  });

  it("a size of 0, which is taken as 80x24", () => {
    const { header: read, notes } = header({ version: 2, width: 0, height: 0 });
    expect(read).toEqual({ cols: 80, rows: 24 });
    expect(notes.map((note) => note.text)).toEqual(["width is 0, taken as 80", "height is 0, taken as 24"]);
  });

  it("a key nested more deeply than can be written again, which is left out with a note", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const { header: read, notes } = decode([`{"version":2,"width":80,"height":24,"deep":${deep}}\n`]);
    expect(read).toEqual({ cols: 80, rows: 24 });
    expect(notes).toEqual([{ line: 1, text: "deep left out: it is nested too deeply" }]);
    expect(decode([`{"version":2,"width":${deep}}\n`]).error?.message).toMatch(/not a list$/);
  });

  it("names that JavaScript gives a meaning to", () => {
    const { header: read } = decode([
      '{"version":2,"width":80,"height":24,"__proto__":{"title":"x"},"env":{"__proto__":"y"}}\n',
    ]);
    expect(read?.title).toBeUndefined();
    expect(Object.entries(read?.other ?? {})).toEqual([["__proto__", { title: "x" }]]);
    expect(Object.entries(read?.env ?? {})).toEqual([["__proto__", "y"]]);
  });
});

describe("damage", () => {
  it("a torn last line is dropped with a note", () => {
    for (const damage of ["throw", "skip"] as const) {
      expect(decode([fixture("torn-v3.cast")], damage)).toMatchObject({
        events: [output(0.1, "one\r\n"), output(0.3, "two\r\n")],
        notes: [{ line: 4, text: "not valid JSON: the file ends within this line, which is dropped" }],
      });
    }
  });

  it("a broken line in the middle throws, after the events before it", () => {
    const decoder = new Decoder();
    expect(decoder.push(fixture("broken-line-v2.cast"))).toEqual([output(0.1, "one\r\n")]);
    const error = caught(() => decoder.end());
    expect(error).toBeInstanceOf(AsciicastError);
    expect(error).toMatchObject({ name: "AsciicastError", line: 3, message: "line 3: not valid JSON" });
    expect(caught(() => decoder.push("more"))).toBe(error);
  });

  it("or is skipped with a note", () => {
    expect(decode([fixture("broken-line-v2.cast")], "skip")).toMatchObject({
      events: [output(0.1, "one\r\n"), output(0.3, "three\r\n")],
      notes: [{ line: 3, text: "not valid JSON: skipped" }],
    });
  });

  it.each([
    ['[1,"o"]', "not an event: [time, code, data] expected"],
    ['["1","o","a"]', "not an event: [time, code, data] expected"],
    ['{"time":1}', "not an event: [time, code, data] expected"],
    ['[1,"o",null]', "not an event: [time, code, data] with strings for code and data"],
    ['[1,"","a"]', "an event without a code"],
    ['[1e300,"o","a"]', "the time is out of range"],
    ['[1,"r","80x"]', 'a resize to "80x": COLSxROWS expected, each 1 to 65535'],
    ['[1,"r","0x24"]', 'a resize to "0x24": COLSxROWS expected, each 1 to 65535'],
    ['[1,"r","99999x24"]', 'a resize to "99999x24": COLSxROWS expected, each 1 to 65535'],
    ['[1,"x","ok"]', 'an exit with "ok": a whole number expected'],
    ["nonsense", "not valid JSON"],
  ])("%s: %s", (line, reason) => {
    expect(decode([`${V3}${line}\n`]).error).toEqual({ line: 2, message: `line 2: ${reason}` });
  });

  it("in every line makes no more than a hundred notes", () => {
    const { notes } = decode([V3 + "x\n".repeat(1000)], "skip");
    expect(notes).toHaveLength(101);
    expect(notes.at(-1)).toEqual({ line: 102, text: "there are more; they are not listed" });
  });
});

describe("what is not a recording", () => {
  it.each([
    ["", "empty file"],
    [" \n\n", "empty file"],
    ["hello\n", "not a v1, v2, v3 asciicast file: its first line is not a header"],
    ['{"version":9}\n', "not a v1, v2, v3 asciicast file: asciicast v9 is not supported"],
    ['{"version":"2"}\n', "not a v1, v2, v3 asciicast file: its version is not a number"],
    ['{"title":"x"}\n', "not a v1, v2, v3 asciicast file: its header has no version"],
    ['{"version":1,"width":1,"height":1}', "not a v1, v2, v3 asciicast file: v1 without stdout"],
    ['{"version":2}\n', "not a v1, v2, v3 asciicast file: width must be a whole number from 1 to 65535 and is missing"],
    [
      '{"version":2,"width":"80"}\n',
      'not a v1, v2, v3 asciicast file: width must be a whole number from 1 to 65535, not "80"',
    ],
    [
      '{"version":2,"width":80,"height":70000}\n',
      "not a v1, v2, v3 asciicast file: height must be a whole number from 1 to 65535, not 70000",
    ],
    ['{"version":3,"width":80,"height":24}\n', "not a v1, v2, v3 asciicast file: v3 without term"],
    ['{"version":2,\n"width":80', "not a v1, v2, v3 asciicast file: its header is broken or not on one line"],
    ['[1,"o","a"]\n', "not a v1, v2, v3 asciicast file: it begins with an event, the header is missing"],
    ["<!DOCTYPE html>", "not a v1, v2, v3 asciicast file: it looks like a web page or other markup"],
    ["\x1b[31mred", "not a v1, v2, v3 asciicast file: it looks like raw terminal output"],
  ])("%j: %s", (text, message) => {
    expect(decode([text]).error).toEqual({ message, line: 0 });
  });

  it.each([
    ["a PNG picture", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52]],
    ["a JPEG picture", [0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0]],
    ["a gzip file", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]],
    ["a zstd file", [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00]],
    ["UTF-16 text; save it as UTF-8", [0xff, 0xfe, 0x7b, 0, 0x22, 0]],
    ["a binary file", [1, 2, 3, 4]],
  ])("%s", (what, bytes) => {
    const message = `not a v1, v2, v3 asciicast file: it looks like ${what}`;
    expect(decode([Uint8Array.from(bytes)]).error).toEqual({ message, line: 0 });
  });

  it("is refused by its first characters, not at the end of a line that never comes", () => {
    expect(() => new Decoder().push("x".repeat(100))).toThrow("its first line is not a header");
  });
});

it("refuses a line that is too long rather than keeping it", () => {
  const decoder = new Decoder();
  decoder.push(`${V3}[1,"o","`);
  const megabyte = "x".repeat(1024 * 1024);
  for (let i = 0; i < 63; i++) decoder.push(megabyte);
  expect(caught(() => decoder.push(megabyte))).toMatchObject({ message: "line 2: longer than 64 MB", line: 2 });
});

it("gives the header as soon as its line is complete", () => {
  const decoder = new Decoder();
  decoder.push(V3.trimEnd());
  expect(decoder.header).toBeUndefined();
  decoder.push("\n");
  expect(decoder.header).toEqual({ cols: 80, rows: 24 });
  expect(decoder.version).toBe(3);
});

it("gives nothing more after the end", () => {
  const decoder = new Decoder();
  decoder.push(`${V3}[1,"o","a"]`);
  expect(decoder.end()).toHaveLength(1);
  expect(decoder.end()).toEqual([]);
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

it("lines that somebody else has read count, for time and for line numbers", () => {
  const decoder = new Decoder();
  expect(() => decoder.skip(1)).toThrow(RangeError);
  decoder.push('{"version":3,"term":{"cols":80,"rows":24}}\n[1, "o", "a"]\n');
  expect(decoder.skip(0.5)).toBe(1_500_000);
  expect(decoder.skip(1e300)).toBeUndefined();
  expect(decoder.skip(-1)).toBe(1_500_000);
  expect(decoder.notes).toEqual([{ line: 4, text: "the time goes back: taken as that of the event before" }]);
  expect(decoder.push("[0.5,")).toEqual([]);
  expect(() => decoder.skip(1)).toThrow(RangeError);
  expect(() => decoder.push("\n")).toThrow("line 5");
});
