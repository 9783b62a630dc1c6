import { Decoder } from "@asciinema-ts/asciicast";
import { Transcript } from "@asciinema-ts/render";
import { expect, test } from "vitest";
import { sampleCast } from "./sample.js";

test("the sample is a whole recording of about half a minute with chapters, wide characters and drawings", () => {
  const decoder = new Decoder();
  const events = [...decoder.push(sampleCast(Date.parse("2026-11-21T10:00:00Z"))), ...decoder.end()];
  expect(decoder.notes).toEqual([]);
  expect(decoder.header).toMatchObject({ cols: 80, rows: 24, timestamp: 1795255200 });
  expect(events.at(-1)!.time / 1e6).toBeGreaterThan(18);
  expect(events.at(-1)!.time / 1e6).toBeLessThan(35);
  expect(events.at(-1)).toMatchObject({ type: "exit", status: 0 });
  expect(events.filter((event) => event.type === "marker").map((event) => event.label)).toEqual([
    "Hello",
    "A build",
    "Its tests",
    "All the colours",
  ]);

  const transcript = new Transcript(decoder.header!);
  const text = events.map((event) => transcript.push(event)).join("") + transcript.end();
  expect(text).toContain("Hello, 世界\n");
  expect(text).toContain("████████████████████████████████████████ 100 %\n");
  expect(text).toContain("│ demo.js      │  18.2 kB │\n");
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("it is the same every time", () => {
  expect(sampleCast(0)).toBe(sampleCast(0));
});
