import { readFileSync } from "node:fs";
import { type Capture, type Event, openTtyrec, openTypescript } from "@asciinema-ts/asciicast";
import { expect, test } from "vitest";
import { type Recorded, ttyrec, typescript } from "./foreign.js";

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../fixtures/casts/${name}`, import.meta.url)));

/** What the package `asciicast` makes of it, as far as the player is concerned. */
async function expected(opening: Promise<Capture>): Promise<Recorded> {
  const { header, events } = await opening;
  const all: Event[] = [];
  for await (const batch of events()) all.push(...batch);
  const { cols, rows } = header;
  return { head: { cols, rows }, events: all.filter(({ type }) => type !== "exit") };
}

test("a ttyrec, whole and torn", async () => {
  const file = fixture("nethack.ttyrec");
  for (const size of [file.length, file.length - 1, file.length >> 1, 100, 13]) {
    const part = file.slice(0, size);
    expect(ttyrec([part], "utf-8")).toEqual(await expected(openTtyrec(part)));
  }
  expect(() => ttyrec([new TextEncoder().encode("no ttyrec at all")], "utf-8")).toThrow("not a ttyrec");
});

test.each([
  ["classic.timing", "classic.typescript", undefined],
  ["advanced.timing", "advanced.output", "advanced.input"],
  ["advanced.timing", "advanced.output", undefined],
  ["io.timing", "io.typescript", undefined],
])("a typescript: %s, %s, %s", async (timing, output, input) => {
  const text = new TextDecoder().decode(fixture(timing));
  const files = { output: fixture(output), ...(input && { input: fixture(input) }) };
  const read = (timing: string, output: Uint8Array<ArrayBuffer>) =>
    typescript([new TextEncoder().encode(timing), output, ...(files.input ? [files.input] : [])], "utf-8");
  for (const size of [text.length, text.length - 3, text.length >> 1]) {
    const part = text.slice(0, size);
    expect(read(part, files.output)).toEqual(await expected(openTypescript({ timing: part, ...files })));
  }
  // Whoever recorded may have spoken another language than the rest of the file.
  const local = new TextDecoder("latin1").decode(files.output);
  const other = Buffer.from(
    local.replace("Script started on", "Skript gestartet am").replace("Script done on", "\xfe"),
    "latin1",
  );
  expect(read(text, new Uint8Array(other))).toEqual(read(text, files.output));
  expect(read(text, new Uint8Array(other))).toEqual(
    await expected(openTypescript({ timing: text, ...files, output: new Uint8Array(other) })),
  );
  const torn = { ...files, output: files.output.slice(0, files.output.length - 90) };
  expect(read(text, torn.output)).toEqual(await expected(openTypescript({ timing: text, ...torn })));
  expect(() => read("nonsense\n", files.output)).toThrow("not a timing file");
});

test.each([
  ["0.1 6\n0.2 4\n", "hello\nbye\n", undefined],
  ["0.1 6\r\n0.2 4\r\n", "hello\nbye\n", undefined],
  ["H 0 INPUT_LOG a\nH 0 OUTPUT_LOG a\nI 0.1 2\nO 0.1 4\n", "l\nls\r\n", undefined],
  ["I 1 2\nO 1 3\n", "Skript\nls\n", "l\n"],
])("a typescript without a first line of its own: %j, %j, %j", async (timing, output, input) => {
  const files = [timing, output, ...(input ? [input] : [])].map((text) => new TextEncoder().encode(text));
  const read = typescript(files, "utf-8");
  expect(read).toEqual(await expected(openTypescript({ timing, output, ...(input && { input }) })));
  expect(read.events).toHaveLength(2);
});
