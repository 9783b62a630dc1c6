// What a terminal shows, in a form that can be compared with what xterm says it shows.
import type { Color, Pen, Terminal } from "../src/index.js";

/** A screen as plain data. */
export interface Screen {
  /** The rows, trailing blanks removed, marks composed with their letters as xterm does. */
  text: string[];
  /** For each row, where its cells are not in the default pen: `first-last:codes`, the codes as in SGR. */
  pens: string[];
  /** Row and column, zero-based. */
  cursor: [number, number];
}

/** What our terminal shows. Left out is what xterm does not tell: concealed text, overlines, underlines' kinds and colours. */
export function screenOf(terminal: Terminal): Screen {
  const text: string[] = [];
  const pens: string[] = [];
  for (let row = 0; row < terminal.rows; row++) {
    let line = "";
    const codes: string[] = [];
    for (const { text, pen } of terminal.line(row).cells()) {
      const shown = pen.conceal ? " " : text;
      line += shown;
      codes.push(shown === " " ? blankCodes(codesOf(pen)) : codesOf(pen));
    }
    text.push(line.trimEnd().normalize("NFC"));
    pens.push(runs(codes));
  }
  return { text, pens, cursor: [terminal.cursor.row, terminal.cursor.col] };
}

/** The codes that can be seen of a blank cell: xterm keeps the pen's foreground in erased cells. */
export function blankCodes(codes: string): string {
  const list = codes.split(";");
  return list.includes("7") ? codes : list.filter((code) => !/^(3\d|9\d)(:|$)/.test(code)).join(";");
}

/** Cells' codes as runs. */
export function runs(codes: readonly string[]): string {
  const parts: string[] = [];
  for (let col = 0; col < codes.length; ) {
    let end = col + 1;
    while (end < codes.length && codes[end] === codes[col]) end++;
    if (codes[col] !== "") parts.push(`${col}-${end - 1}:${codes[col]}`);
    col = end;
  }
  return parts.join(" ");
}

function codesOf(pen: Pen): string {
  const codes: string[] = [];
  if (pen.bold) codes.push("1");
  if (pen.faint) codes.push("2");
  if (pen.italic) codes.push("3");
  if (pen.underline) codes.push(pen.underline === "double" ? "21" : "4");
  if (pen.blink) codes.push("5");
  if (pen.inverse) codes.push("7");
  if (pen.strike) codes.push("9");
  codes.push(...colorCodes(pen.fg, 30), ...colorCodes(pen.bg, 40));
  return codes.join(";");
}

function colorCodes(color: Color, base: number): string[] {
  if (color === undefined) return [];
  if (typeof color === "object") return [`${base + 8}:2::${color.r}:${color.g}:${color.b}`];
  if (color < 8) return [`${base + color}`];
  if (color < 16) return [`${base + 60 + color - 8}`];
  return [`${base + 8}:5:${color}`];
}
