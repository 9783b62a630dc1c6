import type { Event } from "@asciinema-ts/asciicast";
import { describe, expect, test } from "vitest";
import { Preview } from "./preview.js";

const output = (seconds: number, text: string): Event => ({ time: seconds * 1e6, type: "output", text });

/** The screen chosen for a time in seconds, and how many events were taken. */
function preview(at: number, events: Event[]): { screen: string; taken: number; size: string } {
  const preview = new Preview({ cols: 10, rows: 3 }, at * 1e6);
  let taken = 0;
  while (taken < events.length && preview.push(events[taken]!)) taken++;
  const terminal = preview.end();
  return { screen: terminal.text().join("|"), taken, size: `${terminal.cols}x${terminal.rows}` };
}

describe("Preview", () => {
  test("is the screen at the given time", () => {
    expect(preview(5, [output(1, "a"), output(5, "b"), output(5.1, "c"), output(9, "d")]).screen).toBe("ab||");
    expect(preview(5, [output(1, "a")]).screen).toBe("a||");
  });

  test("follows resizes", () => {
    const { screen, size } = preview(5, [output(1, "abcdefghijklm"), { time: 2e6, type: "resize", cols: 20, rows: 2 }]);
    expect([screen, size]).toEqual(["abcdefghijklm|", "20x2"]);
  });

  test("stops reading when it knows", () => {
    const events = Array.from({ length: 100 }, (_, i) => output(i, "x"));
    expect(preview(10, events).taken).toBe(11);
  });

  test("is the fullest screen after the time if that is blank", () => {
    const events = [
      output(1, "before"),
      output(2, "\x1b[2J\x1b[H"),
      output(6, "a"),
      output(7, "bcd"),
      output(8, "\x1b[2J\x1b[He"),
    ];
    expect(preview(5, events).screen).toBe("abcd||");
  });

  test("is the fullest before it if nothing follows", () => {
    expect(
      preview(5, [output(1, "ab"), output(2, "\x1b[2J\x1b[Ha"), output(3, "\x1b[2J\x1b[H"), output(9, " ")]).screen,
    ).toBe("ab||");
    expect(preview(5, []).screen).toBe("||");
  });

  test("counts a coloured background as something to see", () => {
    expect(preview(5, [output(1, "text"), output(2, "\x1b[44m\x1b[2J"), output(6, "later")]).screen).toBe("||");
  });

  test("of time 0 is what is printed at once", () => {
    expect(preview(0, [output(0, "a"), output(0, "b"), output(1, "c")]).screen).toBe("ab||");
    expect(preview(0, [output(1, "first"), output(2, " more")]).screen).toBe("first more||");
  });

  test("bounds what it reads", () => {
    const chunk = `${"\x1b[2J".repeat(1 << 18)}`;
    let read = 0;
    const preview = new Preview({ cols: 10, rows: 3 }, 1e15);
    while (preview.push(output(read, chunk))) read++;
    expect(read * chunk.length).toBeLessThanOrEqual(1 << 25);
    const blank = new Preview({ cols: 10, rows: 3 }, 0);
    let events = 0;
    while (blank.push(output(events, ""))) events++;
    expect(events).toBeLessThanOrEqual(65);
  });

  test("makes no terminal of a size that would fill the memory", () => {
    const preview = new Preview({ cols: 60_000, rows: 60_000 }, 0);
    preview.push({ time: 0, type: "resize", cols: 0, rows: 65_535 });
    const { cols, rows } = preview.end();
    expect(cols * rows).toBeLessThanOrEqual(4_000_000);
  });
});
