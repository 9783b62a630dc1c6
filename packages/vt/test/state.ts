// Everything that decides what a terminal shows now and later, as plain data: two terminals with equal states are equal.
import type { Buffer } from "../src/buffer.js";
import { FILLER, HEAD, PROTECTED, TAIL } from "../src/cell.js";
import type { Control } from "../src/control.js";
import { textOf } from "../src/print.js";
import type { Terminal } from "../src/terminal.js";

export function state(terminal: Terminal): unknown {
  const c = terminal as unknown as Control;
  const [primary, alternate] = c.screens;
  const blank = (b: Buffer) => screen(c, b).every((row) => row === BLANK_ROW(b.cols));
  return structuredClone({
    size: [c.cols, c.rows],
    primary: screen(c, primary),
    alternate:
      !alternate || (c.buffer !== alternate && !c.saved[1] && blank(alternate)) ? undefined : screen(c, alternate),
    onAlternate: c.buffer === alternate,
    cursor: [c.row, c.col, c.pending],
    pen: [c.fg, c.bg, c.attrs, c.underlineColor, c.link],
    protecting: c.protecting,
    modes: c.modes,
    savedModes: [c.savedModes, c.savedOn],
    margins: [c.top, c.bottom, c.left, c.right],
    tabs: [...c.tabs].join(""),
    sets: c.sets,
    shifts: [c.gl, c.single],
    saved: c.saved,
    last: c.last,
    rectangle: c.rectangle,
    shape: c.shape,
    titles: [c.title, ...c.titles],
    colors: [[...c.colors.palette].sort(), c.colors.foreground, c.colors.background, c.colors.cursor],
    requested: [c.askedCols, c.askedRows],
    rest: c.rest,
  });
}

function BLANK_ROW(cols: number): string {
  return `0|${Array(cols).fill(" 1 0,0,0,0,").join("|")}`;
}

function screen(c: Control, b: Buffer): string[] {
  const rows: string[] = [];
  for (let row = 0; row < b.rows; row++) {
    const slot = b.slot(row);
    const cells: string[] = [];
    for (let col = 0; col < b.cols; col++) {
      const real = col < b.len[slot]!;
      const ch = real ? b.ch[slot * b.cols + col]! : 0x20;
      const style = real ? b.at[slot * b.cols + col]! : b.tail[slot]!;
      const p = c.styles.parts(style);
      const width = ch === TAIL ? 0 : ch & HEAD ? 2 : 1;
      const flags = `${ch & PROTECTED ? "P" : ""}${ch & FILLER ? "F" : ""}`;
      cells.push(`${textOf(c, ch)}${width}${flags} ${p.fg},${p.bg},${p.attrs},${p.underlineColor},${p.link}`);
    }
    rows.push(`${b.flags[slot]}|${cells.join("|")}`);
  }
  return rows;
}

/** What a drawing would read of each row. */
export function shown(terminal: Terminal): unknown[] {
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = terminal.line(row);
    return [line.wrapped, line.size, ...line.runs()];
  });
}
