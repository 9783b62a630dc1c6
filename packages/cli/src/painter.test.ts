import { Terminal } from "@asciinema-ts/vt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Painter, promptLine, statusLine } from "./painter.js";
import type { Tty } from "./tty.js";

/** A terminal that is painted on, and a painter for it. */
function canvas(cols: number, rows: number) {
  const shown = new Terminal({ cols, rows });
  const tty = { size: { cols, rows }, write: (text: string) => void shown.feed(text) };
  const painter = new Painter(tty as unknown as Tty);
  painter.enter();
  return { shown, painter };
}
const plain = { status: undefined, cursor: undefined };

const output = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[a-z é漢🌍]{1,12}$/u),
      fc.constantFrom("\r\n", "\x1b[H", "\x1b[5C", "\x1b[K", "\x1b[0m", "\x1b[7m", "\x1b[1;4;31m", "\x1b[48;5;100m"),
      fc.constantFrom("\x1b[38;2;1;2;3m", "\x1b[4:3;58;5;9m", "\x1b[95;103m", "\x1b[?5h", "\x1b[?5l", "\x1b[?25l"),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

test("what is painted looks like what was recorded, frame after frame", () => {
  fc.assert(
    fc.property(fc.array(output, { minLength: 1, maxLength: 4 }), (frames) => {
      const terminal = new Terminal({ cols: 20, rows: 5 });
      const { shown, painter } = canvas(20, 5);
      for (const frame of frames) {
        terminal.feed(frame);
        painter.paint(terminal, plain);
        expect(shown.text()).toEqual(terminal.text());
        for (let row = 0; row < 5; row++) {
          const cells = [...shown.line(row).cells()].map(({ text, pen }) => ({ text, pen }));
          const wanted = [...terminal.line(row).cells()].map(({ text, pen }) => ({
            text,
            pen: terminal.reverse ? { ...pen, inverse: !pen.inverse } : pen,
          }));
          expect(cells).toEqual(wanted);
        }
        const { visible, row, col } = terminal.cursor;
        expect(shown.cursor.visible).toBe(visible);
        if (visible) expect([shown.cursor.row, shown.cursor.col]).toEqual([row, col]);
      }
    }),
    { numRuns: 150 },
  );
});

test("of a screen that is larger the part around the cursor is shown, without halves of characters", () => {
  const terminal = new Terminal({ cols: 12, rows: 6 });
  terminal.feed("1\r\n2\r\n3\r\n4\r\n漢漢漢漢漢漢");
  const { shown, painter } = canvas(5, 3);
  painter.paint(terminal, { status: "state", cursor: undefined });
  expect(shown.text()).toEqual(["4", "漢漢", "state"]);
  terminal.feed("\x1b[H");
  painter.paint(terminal, plain);
  expect(shown.text()).toEqual(["1", "2", "3"]);
});

test("only what changed is written", () => {
  const written: string[] = [];
  const tty = { size: { cols: 20, rows: 3 }, write: (text: string) => void written.push(text) };
  const painter = new Painter(tty as unknown as Tty);
  const terminal = new Terminal({ cols: 20, rows: 3 });
  terminal.feed("first\r\nsecond");
  painter.paint(terminal, plain);
  terminal.feed("!");
  painter.paint(terminal, plain);
  expect(written[1]).toContain("second!");
  expect(written[1]).not.toContain("first");
});

test("places that stand out do", () => {
  const terminal = new Terminal({ cols: 20, rows: 1 });
  terminal.feed("漢 \x1b[31mfoo bar");
  const { shown, painter } = canvas(20, 1);
  painter.paint(terminal, { ...plain, marked: (line) => [{ from: line.indexOf("oo"), to: line.indexOf("oo") + 2 }] });
  const marked = [...shown.line(0).cells()].filter(({ pen }) => pen.bg === 3).map(({ text }) => text);
  expect(marked).toEqual(["o", "o"]);
});

test("so do those that go on in the next row", () => {
  const terminal = new Terminal({ cols: 8, rows: 2 });
  terminal.feed("one two three");
  const { shown, painter } = canvas(8, 2);
  const marked = (line: string) => [{ from: line.indexOf("two three"), to: line.length }];
  painter.paint(terminal, { ...plain, marked });
  const rows = [0, 1].map((row) => [...shown.line(row).cells()].map(({ pen }) => (pen.bg === 3 ? "^" : " ")).join(""));
  expect(shown.text()).toEqual(["one two", "three"]);
  expect(rows).toEqual(["    ^^^^", "^^^^^   "]);
});

test("colours that the program has changed are painted as it sees them", () => {
  const terminal = new Terminal({ cols: 8, rows: 1 });
  const { shown, painter } = canvas(8, 1);
  terminal.feed("\x1b[31ma\x1b[39mb\x1b[48;5;100mc");
  painter.paint(terminal, plain);
  terminal.feed("\x1b]4;1;#102030\x07\x1b]10;#405060\x07\x1b]11;#708090\x07\x1b]4;100;#a0b0c0\x07");
  painter.paint(terminal, plain);
  const [a, b, c] = [...shown.line(0).cells()].map(({ pen }) => pen);
  expect(a).toMatchObject({ fg: { r: 0x10, g: 0x20, b: 0x30 }, bg: { r: 0x70, g: 0x80, b: 0x90 } });
  expect(b).toMatchObject({ fg: { r: 0x40, g: 0x50, b: 0x60 } });
  expect(c).toMatchObject({ bg: { r: 0xa0, g: 0xb0, b: 0xc0 } });
});

test("links lead where they did, if that is harmless", () => {
  const terminal = new Terminal({ cols: 20, rows: 1 });
  const { shown, painter } = canvas(20, 1);
  terminal.feed("\x1b]8;;https://a.example/\x07one two\x1b]8;;file:///etc\x07 three\x1b]8;;\x07 four");
  painter.paint(terminal, plain);
  const linked = [...shown.line(0).cells()].map(({ pen }) => (pen.link === undefined ? " " : pen.link.length));
  expect(shown.text()).toEqual(["one two three four"]);
  expect(linked.join("").trimEnd()).toBe("18".repeat(7));
});

const status = {
  position: 62e6,
  duration: 3725e6,
  complete: true,
  paused: false,
  speed: 1.5,
  markers: [1800e6],
  message: undefined,
};
const text = (line: string, cols: number) => {
  const terminal = new Terminal({ cols, rows: 2 });
  terminal.feed(line);
  return terminal.text();
};

test("the line about the playback fits every width", () => {
  expect(text(statusLine(status, 80), 80)[0]).toMatch(/^ ▸ 1:02 \/ 1:02:05 {2}1\.5× ━─+◆─+ {2}space .* q:quit$/);
  expect(text(statusLine({ ...status, paused: true, complete: false }, 40), 40)[0]).toMatch(
    /^ ‖ 1:02 \/ 1:02:05\+ {2}1\.5×/,
  );
  for (let cols = 1; cols < 120; cols++) {
    for (const message of [undefined, "not found: żółw 漢字 \x1b[2J"]) {
      const rows = text(statusLine({ ...status, message }, cols), cols);
      expect(rows[1]).toBe("");
    }
  }
  expect(text(statusLine({ ...status, message: "not found: x\x1b[2J" }, 60), 60)[0]).toContain("not found: x\ufffd[2J");
});

test("of a long text that is typed the end is shown", () => {
  const { line, cursor } = promptLine("漢字 abcdefgh", 8);
  expect(text(line, 8)).toEqual(["bcdefgh", ""]);
  expect(cursor).toBe(7);
  expect(promptLine("", 8)).toMatchObject({ cursor: 1 });
});
