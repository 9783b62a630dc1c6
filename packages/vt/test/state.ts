// Everything that decides what a terminal shows now and later, as plain data: two terminals with equal states are equal.
import type { Buffer } from "../src/buffer.js";
import { FILLER, HEAD, PROTECTED, TAIL } from "../src/cell.js";
import type { Control } from "../src/control.js";
import type { Parser } from "../src/parser.js";
import type { Terminal } from "../src/terminal.js";

export function state(terminal: Terminal): unknown {
  const { control: c, parser } = terminal as unknown as { control: Control; parser: Parser };
  const own = { state: parser.state, marker: 0, intermediates: "", kind: "", data: "", params: "", high: parser.high };
  if (parser.state === 1) own.intermediates = parser.intermediates;
  if (parser.state === 2) {
    own.marker = parser.marker;
    own.intermediates = parser.intermediates;
    own.params = String(c.params);
  }
  if (parser.state === 4) {
    own.kind = parser.kind;
    own.data = parser.data;
  }
  const blank = (b: Buffer | undefined) => !b || screen(c, b).every((row) => row === BLANK_ROW(b.cols));
  return structuredClone({
    size: [c.cols, c.rows],
    primary: screen(c, c.primary),
    alternate:
      c.buffer !== c.alternate && !c.saved[1] && blank(c.alternate) ? undefined : c.alternate && screen(c, c.alternate),
    onAlternate: c.buffer === c.alternate,
    cursor: [c.row, c.col, c.pending],
    pen: c.pen,
    protecting: c.protecting,
    modes: c.modes,
    savedModes: [...c.savedModes].sort(),
    margins: [c.top, c.bottom, c.left, c.right],
    tabs: [...c.tabs].join(""),
    charsets: c.charsets,
    shifts: [c.gl, c.single],
    saved: c.saved,
    last: c.last,
    rectangle: c.rectangle,
    shape: c.shape,
    titles: [c.title, ...c.titles],
    colors: [[...c.palette].sort(), c.foreground, c.background, c.cursorColor],
    requested: c.requested,
    parser: own,
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
      const width = ch & TAIL ? 0 : ch & HEAD ? 2 : 1;
      const flags = `${ch & PROTECTED ? "P" : ""}${ch & FILLER ? "F" : ""}`;
      cells.push(`${c.textOf(ch)}${width}${flags} ${p.fg},${p.bg},${p.attrs},${p.underlineColor},${p.link}`);
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
