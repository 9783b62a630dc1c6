import { BACKGROUND, type Colors, FOREGROUND, resolveColors } from "@asciinema-ts/render";
import type { Cell, Line, Pen } from "@asciinema-ts/vt";
import { BLANK, BOLD, type GlyphCols, type GlyphTable, ITALIC, lineSizes, TAIL } from "./glyphs.js";

// Lines of a cell, in its `lines` word: bits 0–2 underline, 3–6 as below, 8–31 the underline's colour.
export const UNDERLINE = 7;
export const STRIKE = 8;
export const OVERLINE = 16;
export const CURSOR_BAR = 32;
export const CURSOR_UNDERLINE = 64;

/** Underlines by their number in a `lines` word. */
export const underlines = [false, "single", "double", "curly", "dotted", "dashed"] as const;

/** A screen as it is painted: every question of style is answered, only colours and shapes are left.
 *
 *  Four words per cell, row by row; a character on a line of double size takes twice as many cells. Colours are as `ImageData` has them on little-endian machines: 0xffBBGGRR. */
export class Cells {
  /** Number of the glyph, `BLANK` or `TAIL`. */
  readonly glyphs: Int32Array;
  readonly fg: Int32Array;
  readonly bg: Int32Array;
  readonly lines: Int32Array;
  /** Size of every row, by its place in `lineSizes`. */
  readonly sizes: Uint8Array;

  constructor(
    readonly cols: number,
    readonly rows: number,
  ) {
    this.glyphs = new Int32Array(cols * rows);
    this.fg = new Int32Array(cols * rows);
    this.bg = new Int32Array(cols * rows);
    this.lines = new Int32Array(cols * rows);
    this.sizes = new Uint8Array(rows);
  }
}

/** How a screen's cells are made from a terminal's. */
export interface Look {
  /** 258 colours as `render` has them. */
  palette: Uint32Array;
  boldIsBright: boolean;
  /** Blinking text is in its visible half. */
  blinkOn: boolean;
}

/** The cursor as it is to be seen. */
export interface CursorLook {
  col: number;
  shape: "block" | "underline" | "bar";
  /** 0xRRGGBB; undefined: the text's colour. */
  color: number | undefined;
}

const colors: Colors = { fg: 0, bg: 0, underline: 0 };

/** Writes one line of a terminal into a row of cells.
 *
 *  @param cursor  where the cursor is on this line, if it is to be seen
 *  @returns       whether anything in it blinks */
export function expand(
  line: Line,
  cells: Cells,
  row: number,
  glyphs: GlyphTable,
  look: Look,
  cursor: CursorLook | undefined,
): boolean {
  const start = row * cells.cols;
  const size = lineSizes.indexOf(line.size);
  const scale = size === 0 ? 1 : 2;
  const end = start + cells.cols - (cells.cols % scale);
  cells.sizes[row] = size;
  let at = start;
  let blinks = false;
  let whole: Cell[] | undefined;
  for (const run of line.runs()) {
    const { pen, text } = run;
    resolveColors(pen, look.palette, look, colors);
    const fg = pixel(colors.fg);
    const bg = pixel(colors.bg);
    const lines = linesOf(pen, colors.underline);
    const style = (pen.bold ? BOLD : 0) | (pen.italic ? ITALIC : 0) | (size << 2);
    blinks ||= pen.blink;
    const hidden = pen.conceal || (pen.blink && !look.blinkOn);
    at = Math.min(start + run.col * scale, end);
    const stop = Math.min(at + run.cols * scale, end);
    if (hidden) {
      for (; at < stop; at++) put(cells, at, BLANK, fg, bg, pen.blink ? 0 : lines);
    } else if (scale === 1 && text.length === run.cols && isPlain(text)) {
      for (let i = 0; at < stop; i++, at++) {
        const code = text.charCodeAt(i);
        let glyph: number = code < 128 ? glyphs.ascii[(style << 7) | code]! : 0;
        if (glyph === 0 && code !== 32) glyph = glyphs.number(text[i]!, style, 1);
        put(cells, at, glyph, fg, bg, lines);
      }
    } else {
      whole ??= [...line.cells()];
      for (; at < stop; at++) {
        const cell = whole[Math.floor((at - start) / scale)]!;
        const cols = (cell.width * scale) as GlyphCols;
        let glyph: number = BLANK; // what is cut off at the end of a line of double size
        if (cell.width === 0 || (at - start) % scale > 0) glyph = cells.glyphs[at - 1] === BLANK ? BLANK : TAIL;
        else if (at + cols <= end) glyph = glyphs.number(cell.text, style, cols);
        put(cells, at, glyph, fg, bg, lines);
      }
    }
  }
  const blank = pixel(look.palette[BACKGROUND]!);
  for (; at < start + cells.cols; at++) put(cells, at, BLANK, 0, blank, 0);
  if (cursor) showCursor(line, cells, start, scale, look, cursor);
  return blinks;
}

/** A colour as a pixel: 0xRRGGBB → 0xffBBGGRR. */
export function pixel(rgb: number): number {
  return -0x1000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >>> 16);
}

function put(cells: Cells, at: number, glyph: number, fg: number, bg: number, lines: number): void {
  cells.glyphs[at] = glyph;
  // Where nothing is drawn the text's colour does not matter: cells that look alike are to be alike.
  cells.fg[at] = glyph === BLANK && lines === 0 ? 0 : fg;
  cells.bg[at] = bg;
  cells.lines[at] = lines;
}

function linesOf(pen: Pen, color: number): number {
  if (!(pen.underline || pen.strike || pen.overline)) return 0;
  const style = underlines.indexOf(pen.underline);
  return (style > 0 ? style | (pixel(color) << 8) : 0) | (pen.strike ? STRIKE : 0) | (pen.overline ? OVERLINE : 0);
}

function showCursor(line: Line, cells: Cells, start: number, scale: number, look: Look, cursor: CursorLook): void {
  if ((cursor.col + 1) * scale > cells.cols) return;
  let at = start + cursor.col * scale;
  let end = at + scale;
  while (cells.glyphs[at] === TAIL) at--;
  while (end < start + cells.cols && cells.glyphs[end] === TAIL) end++;
  let color = pixel(cursor.color ?? look.palette[FOREGROUND]!);
  if (cursor.color === undefined) {
    for (const run of line.runs()) {
      const col = (at - start) / scale;
      if (run.col <= col && col < run.col + run.cols)
        color = pixel(resolveColors(run.pen, look.palette, look, colors).fg);
    }
  }
  for (let i = at; i < end; i++) {
    if (cursor.shape === "block") {
      cells.fg[i] = cells.bg[i]!;
      cells.bg[i] = color;
    } else {
      const shape = cursor.shape === "bar" ? CURSOR_BAR : CURSOR_UNDERLINE;
      if (i === at || shape === CURSOR_UNDERLINE) cells.lines[i] = (cells.lines[i]! & 0xff) | shape | (color << 8);
    }
  }
}

/** Whether every unit is a character of one cell; then a text of as many units as cells has one in each. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x300 && !(code >= 0x2500 && code < 0x25a0) && (code & 0xff00) !== 0x2800) return false;
  }
  return true;
}
