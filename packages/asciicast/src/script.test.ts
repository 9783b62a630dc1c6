import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Event } from "./event.js";
import { openTypescript, type Typescript } from "./script.js";
import type { ForeignOptions } from "./ttyrec.js";

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/casts/${name}`, import.meta.url));

async function read(files: Typescript, options?: ForeignOptions) {
  const { header, notes, events } = await openTypescript(files, options);
  const all: Event[] = [];
  for await (const batch of events()) all.push(...batch);
  return { header, notes, events: all };
}

it("reads the classic format", async () => {
  const files = { timing: fixture("classic.timing"), output: fixture("classic.typescript") };
  expect(await read(files)).toEqual({
    header: { cols: 80, rows: 24, timestamp: Date.parse("2026-11-21T09:19:16Z") / 1000 },
    notes: [],
    events: [
      { time: 10_173, type: "output", text: "héllo\r\r\n\x1b[31mred\x1b[0m\r\n" },
      { time: 303_923, type: "output", text: "bye\r\n" },
      { time: 303_923, type: "exit", status: 3 },
    ],
  });
});

it("reads the advanced format", async () => {
  const files = {
    timing: fixture("advanced.timing"),
    output: fixture("advanced.output"),
    input: fixture("advanced.input"),
  };
  expect(await read(files)).toEqual({
    header: {
      cols: 90,
      rows: 20,
      termType: "tmux-256color",
      timestamp: Date.parse("2026-11-21T09:19:17Z") / 1000,
      command: "read x; echo got $x; sleep 0.2; exit 4",
      env: { SHELL: "/bin/bash" },
    },
    notes: [],
    events: [
      { time: 501_994, type: "input", text: "abc\r" },
      { time: 502_033, type: "output", text: "abc\r\n" },
      { time: 502_104, type: "output", text: "got abc\r\n" },
      { time: 705_914, type: "resize", cols: 70, rows: 15 },
      { time: 716_104, type: "exit", status: 4 },
    ],
  });
});

it("leaves input out when its file is not given", async () => {
  const { events, notes } = await read({ timing: fixture("advanced.timing"), output: fixture("advanced.output") });
  expect(events.map((event) => event.type)).toEqual(["output", "output", "resize", "exit"]);
  expect(notes).toEqual([{ line: 0, text: "input is left out: its file was not given" }]);
});

it("reads input and output from one file", async () => {
  const { events } = await read({ timing: fixture("io.timing"), output: fixture("io.typescript") });
  expect(events).toMatchObject([
    { type: "input", text: "dé\r" },
    { type: "output", text: "dé\r\ngot dé\r\n" },
    { type: "exit", status: 0 },
  ]);
});

describe("by hand", () => {
  const output = 'Script started on 2026-01-02 03:04:05+00:00 [COLUMNS="100" LINES="30"]\naébc\nScript done on x\n';

  it("takes the size from the first line of output", async () => {
    expect((await read({ timing: "1 5\n", output })).header).toMatchObject({ cols: 100, rows: 30 });
  });

  it("joins characters that go over two entries", async () => {
    expect((await read({ timing: "1 2\n0.5 3\n", output })).events).toEqual([
      { time: 1_000_000, type: "output", text: "a" },
      { time: 1_500_000, type: "output", text: "ébc" },
    ]);
  });

  it("keeps a first line that entries count: not all programs write one of their own", async () => {
    const { events, notes } = await read({ timing: "0.1 6\n0.2 4\n", output: "hello\nbye\n" });
    expect(events).toMatchObject([{ text: "hello\n" }, { text: "bye\n" }]);
    expect(notes).toEqual([]);
    const both = "H 0 INPUT_LOG a\nH 0 OUTPUT_LOG a\nI 0.1 2\nO 0.1 4\n";
    expect((await read({ timing: both, output: "l\nls\r\n" })).events).toMatchObject([
      { type: "input", text: "l\n" },
      { type: "output", text: "ls\r\n" },
    ]);
    expect((await read({ timing: "I 1 2\nO 1 3\n", input: "l\n", output: "Skript\nls\n" })).events).toMatchObject([
      { type: "input", text: "l\n" },
      { type: "output", text: "ls\n" },
    ]);
  });

  it("plays output whose timing was torn off", async () => {
    const { events, notes } = await read({ timing: "1 1\n0.5 ", output });
    expect(events).toMatchObject([{ text: "a" }, { time: 1_000_000, text: "ébc" }]);
    expect(notes).toEqual([
      { line: 2, text: "the timing file ends within this line, which is dropped" },
      { line: 0, text: "the timing file ends before the output does: the rest comes at the end" },
    ]);
  });

  it("plays timing whose output was torn off", async () => {
    const { events, notes } = await read({ timing: "1 1\n1 9\n1 9\n", output: "ab" });
    expect(events).toMatchObject([{ text: "a" }, { text: "b" }]);
    expect(notes).toEqual([{ line: 2, text: "the file of output ends within this entry" }]);
  });

  it("names the line that is broken, or skips it", async () => {
    const files = { timing: "1 1\nhello\n1 1\n", output: "ab" };
    await expect(read(files)).rejects.toMatchObject({ message: "line 2: not an entry of a timing file", line: 2 });
    expect((await read(files, { damage: "skip" })).notes).toEqual([
      { line: 2, text: "not an entry of a timing file: skipped" },
    ]);
  });

  it("refuses what is no timing file", async () => {
    await expect(read({ timing: '{"version":2}\n', output })).rejects.toThrow("not a timing file of script(1)");
    await expect(read({ timing: "", output })).rejects.toThrow("empty timing file");
  });
});
