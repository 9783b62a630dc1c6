import { palette, themes } from "@asciinema-ts/render";
import { Terminal } from "@asciinema-ts/vt";
import { expect, test } from "vitest";
import { Cells, CURSOR_BAR, type CursorLook, expand, OVERLINE, pixel, STRIKE, UNDERLINE } from "./cells.js";
import { GlyphTable, TAIL } from "./glyphs.js";

const look = { palette: palette(themes["asciinema"]!), boldIsBright: false, blinkOn: true };
const [fg, bg] = [pixel(0xcccccc), pixel(0x121314)];

/** The first row of a terminal of 8 columns that was fed this. */
function row(text: string, change: Partial<typeof look> = {}, cursor?: CursorLook) {
  const terminal = new Terminal({ cols: 8, rows: 2 });
  terminal.feed(text);
  const cells = new Cells(8, 2);
  const glyphs = new GlyphTable();
  const blinks = expand(terminal.line(0), cells, 0, glyphs, { ...look, ...change }, cursor);
  const text8 = [...cells.glyphs.subarray(0, 8)].map((glyph) => (glyph === TAIL ? "→" : glyphs.glyphs[glyph]!.text));
  return { cells, blinks, glyphs, text: text8.join("") };
}

test("characters become glyphs, and what is blank is blank", () => {
  const { text, cells } = row("a b");
  expect(text).toBe("a b     ");
  expect(cells.fg[0]).toBe(fg);
  expect(cells.fg[1]).toBe(0);
  expect(cells.bg[7]).toBe(bg);
});

test("wide characters and clusters take their cells", () => {
  expect(row("日a").text).toBe("日→a     ");
  expect(row("e\u0301x").text).toBe("e\u0301x      ");
  expect(row("─█⣿é").text).toBe("─█⣿é    ");
});

test("on a line of double size characters take twice as many cells, and what does not fit is not there", () => {
  expect(row("\x1b#6a日").text).toBe("a→日→→→  ");
  expect(row("\x1b#6abc").text).toBe("a→b→c→  ");
  expect(row("abcdefgh\x1b#6").text).toBe("a→b→c→d→");
  expect(row("日a日\x1b#4").text).toBe("日→→→a→  ");
  const { cells, glyphs } = row("\x1b#3x", {}, { col: 0, shape: "block", color: 0x010203 });
  expect(cells.sizes[0]).toBe(2);
  expect(glyphs.glyphs[cells.glyphs[0]!]!).toEqual({ text: "x", style: 8, cols: 2 });
  expect([...cells.bg.subarray(0, 3)]).toEqual([pixel(0x010203), pixel(0x010203), bg]);
});

test("colours are resolved: palette, direct, inverse, faint", () => {
  expect(row("\x1b[31mx").cells.fg[0]).toBe(pixel(0xdd3c69));
  expect(row("\x1b[38;2;1;2;3mx").cells.fg[0]).toBe(pixel(0x010203));
  const inverse = row("\x1b[7mx").cells;
  expect([inverse.fg[0], inverse.bg[0]]).toEqual([bg, fg]);
  expect(row("\x1b[1;30mx").cells.fg[0]).toBe(pixel(0x000000));
  expect(row("\x1b[1;30mx", { boldIsBright: true }).cells.fg[0]).toBe(pixel(0x4d4d4d));
});

test("the style of a glyph is in its number, its colour is not", () => {
  const { cells } = row("\x1b[31mx\x1b[32mx\x1b[1mx\x1b[3mx");
  const [plain, green, bold, both] = cells.glyphs;
  expect(green).toBe(plain);
  expect(new Set([plain, bold, both]).size).toBe(3);
});

test("lines have a kind and a colour", () => {
  const { lines } = row("\x1b[4:3;58;2;255;0;0mx\x1b[0;9mx\x1b[0;53mx\x1b[0mx").cells;
  expect(lines[0]! & UNDERLINE).toBe(3);
  expect(lines[0]! >>> 8).toBe(0x0000ff);
  expect(lines[1]).toBe(STRIKE);
  expect(lines[2]).toBe(OVERLINE);
  expect(lines[3]).toBe(0);
});

test("concealed text is not drawn, and blinking text only half of the time", () => {
  expect(row("\x1b[8mx").text).toBe("        ");
  expect(row("\x1b[5mx")).toMatchObject({ text: "x       ", blinks: true });
  expect(row("\x1b[5mx", { blinkOn: false })).toMatchObject({ text: "        ", blinks: true });
  expect(row("x").blinks).toBe(false);
});

test("a block cursor swaps the colours of its cell, both halves of a wide one", () => {
  const block = { col: 1, shape: "block", color: undefined } as const;
  const { cells } = row("日x", {}, block);
  expect([...cells.bg.subarray(0, 3)]).toEqual([fg, fg, bg]);
  expect(cells.fg[0]).toBe(bg);
  expect(row("", {}, { ...block, color: 0xff0000 }).cells.bg[1]).toBe(pixel(0xff0000));
});

test("other cursors are lines", () => {
  const { cells } = row("ab", {}, { col: 1, shape: "bar", color: 0x0000ff });
  expect(cells.lines[1]! & CURSOR_BAR).toBe(CURSOR_BAR);
  expect(cells.lines[1]! >>> 8).toBe(0xff0000);
  expect(cells.bg[1]).toBe(bg);
});
