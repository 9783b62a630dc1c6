import type { Event } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimedTranscript, Transcript } from "./transcript.js";

const output = (text: string, time = 0): Event => ({ time, type: "output", text });
const resize = (cols: number, rows: number, time = 0): Event => ({ time, type: "resize", cols, rows });

function transcript(events: (Event | string)[], cols = 10, rows = 4): string {
  const transcript = new Transcript({ cols, rows });
  const parts = events.map((event) => transcript.push(typeof event === "string" ? output(event) : event));
  return parts.join("") + transcript.end();
}

describe("Transcript", () => {
  test("is what scrolled out and what is on the screen, without blanks at the ends", () => {
    expect(transcript(["one  \r\n\r\ntwo\r\n", "three\r\nfour\r\nfive\r\n\r\n"])).toBe(
      "one\n\ntwo\nthree\nfour\nfive\n",
    );
    expect(transcript([])).toBe("");
    expect(transcript(["\r\n\r\n\r\n\r\n\r\n\r\n"])).toBe("");
  });

  test("streams: lines come when they leave the screen", () => {
    const transcript = new Transcript({ cols: 10, rows: 2 });
    expect(transcript.push(output("one\r\n\r\ntwo"))).toBe("one\n");
    expect(transcript.push(output("\r\n"))).toBe("");
    expect(transcript.push(output("x\r\n"))).toBe("\ntwo\n");
    expect(transcript.end()).toBe("x\n");
  });

  test("takes output only, and applies what the terminal does with it", () => {
    const events: Event[] = [output("\x1b[31mred\x1b[0m x\b!\x1b]0;title\x07"), { time: 1, type: "input", text: "in" }];
    expect(transcript(events)).toBe("red !\n");
  });

  test("joins lines that were wrapped", () => {
    expect(transcript(["0123456789abcdefghijk\r\nx"])).toBe("0123456789abcdefghijk\nx\n");
    expect(transcript(["0123456789abcdefghijk\r\nx"], 10, 2)).toBe("0123456789abcdefghijk\nx\n");
    expect(transcript(["in blanks    that wrap"])).toBe("in blanks    that wrap\n");
    // A wide character that does not fit leaves a cell empty, which is no blank.
    expect(transcript(["012345678日本"])).toBe("012345678日本\n");
  });

  test("wraps anew when the size changes, and gives nothing twice", () => {
    expect(transcript(["0123456789abc\r\nx\r\n", resize(5, 4), "y", resize(40, 10), "z"])).toBe(
      "0123456789abc\nx\nyz\n",
    );
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    expect(transcript([lines.join("\r\n"), resize(10, 15), resize(7, 3), resize(20, 30)])).toBe(
      `${lines.join("\n")}\n`,
    );
  });

  test("keeps what scrolled out before the scrollback is erased or the terminal reset", () => {
    for (const clear of ["\x1b[H\x1b[2J\x1b[3J", "\x1bc", "\x9b3J\x1b[H\x1b[J"]) {
      expect(transcript([`1\r\n2\r\n3\r\n4\r\n5${clear}6`]), JSON.stringify(clear)).toBe("1\n6\n");
    }
  });

  test("has of the alternate screen what is there at the end, after the primary one", () => {
    expect(transcript(["$ vi\r\n\x1b[?1049h\x1b[Hedit", "ing\x1b[?1049l$ ls"])).toBe("$ vi\n$ ls\n");
    expect(transcript(["1\r\n2\r\n3\r\n4\r\n$ vi\x1b[?1049h\x1b[H~\r\n~", "\x1b[2;1Hedit\x1b["])).toBe(
      "1\n2\n3\n4\n$ vi\n~\nedit\n",
    );
    expect(transcript(["1\r\n2\r\n3\r\n4\x1b[?1049hedit", resize(10, 2), resize(10, 3), "\x1b[?1049l"])).toBe(
      "1\n2\n3\n4\n",
    );
  });

  test("may be of any size", () => {
    expect(transcript([resize(60_000, 60_000), "a", resize(0, 0), "b"], 0, 99_999)).toBe("ab\n");
  });

  test("is the same however the output is cut", () => {
    const piece = fc.constantFrom(
      "a",
      "日",
      "word ",
      "\r\n",
      "\n",
      "\x1b[2J",
      "\x1b[3J",
      "\x1b[H",
      "\x1b[?1049h",
      "\x1b[?1049l",
      "\x1bc",
      "\x1b[3S",
      "\x1b[31m",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 80 }),
        fc.array(fc.nat({ max: 100 }), { maxLength: 20 }),
        (pieces, cuts) => {
          const text = pieces.join("");
          const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
          expect(
            transcript(
              at.slice(1).map((end, i) => text.slice(at[i], end)),
              6,
              3,
            ),
          ).toBe(transcript([text], 6, 3));
        },
      ),
    );
  });

  test("loses no line, whatever the sizes", () => {
    const lines = fc.array(fc.stringMatching(/^[a-z]([a-z ]{0,30}[a-z])?$/), { minLength: 1, maxLength: 30 });
    const sizes = fc.array(fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 10 })), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(lines, sizes, (lines, sizes) => {
        const events: Event[] = lines.map((line, i) => output((i ? "\r\n" : "") + line));
        for (const [i, [cols, rows]] of sizes.entries())
          events.splice((i * 7) % (events.length + 1), 0, resize(cols, rows));
        expect(transcript(events)).toBe(`${lines.join("\n")}\n`);
      }),
    );
  });

  test("holds no more of a long session than its screen", () => {
    const one = new Transcript({ cols: 80, rows: 24 });
    let lines = 0;
    for (let i = 0; i < 200; i++) lines += one.push(output(`${"x".repeat(79)}\r\n`.repeat(100))).split("\n").length - 1;
    expect(lines).toBe(20_000 - 23);
    expect(one.end().split("\n").length - 1).toBe(23);
  });

  test("is the screen when nothing scrolled", () => {
    const terminal = new Terminal({ cols: 10, rows: 4 });
    terminal.feed("a\x1b[3;3Hb");
    expect(transcript(["a\x1b[3;3Hb"])).toBe(`${terminal.text().join("\n").trimEnd()}\n`);
  });
});

describe("TimedTranscript", () => {
  const timed = (events: Event[]) => {
    const transcript = new TimedTranscript({ cols: 10, rows: 3 });
    return [...events.flatMap((event) => transcript.push(event)), ...transcript.end()].map(
      ({ time, text }) => `${time} ${text}`,
    );
  };

  test("says when each line was begun", () => {
    expect(
      timed([output("$ ", 1), output("ls\r\n", 2), output("a\r\nb\r\n", 3), output("$ ", 4), output("exit", 5)]),
    ).toEqual(["1 $ ls", "3 a", "3 b", "4 $ exit"]);
  });

  test("a line that was cleared begins anew, an empty one with the next", () => {
    expect(timed([output("old", 1), output("\x1b[2J\x1b[H", 2), output("\r\n\r\nnew", 3)])).toEqual([
      "3 ",
      "3 ",
      "3 new",
    ]);
    expect(timed([output("old", 1), output("\x1b[2J\x1b[H", 2), output("new", 3)])).toEqual(["3 new"]);
  });

  test("keeps times when lines are wrapped anew", () => {
    const long = (n: number) => output(`${n} ${"x".repeat(6)}\r\n`, n);
    const lines = ["1 1 xxxxxx", "2 2 xxxxxx", "3 3 xxxxxx", "9 end"];
    expect(timed([long(1), long(2), long(3), resize(5, 4, 8), output("end", 9)])).toEqual(lines);
    expect(timed([resize(5, 4), long(1), long(2), long(3), resize(20, 4, 8), output("end", 9)])).toEqual(lines);
  });
});
