import type { Line, Terminal } from "@asciinema-ts/vt";

/** A line as it was printed, over several rows of the screen where it was too long for one. */
export interface WholeLine {
  /** The rows that it takes. */
  first: number;
  last: number;
  text: string;
  /** Where in the text each of the rows begins. */
  starts: readonly number[];
}

/** The line of which a row of the screen is a part. */
export function wholeLine(terminal: Terminal, row: number): WholeLine {
  let first = row;
  while (first > 0 && terminal.line(first - 1).wrapped) first--;
  const starts: number[] = [];
  let text = "";
  for (let last = first; ; last++) {
    const line = terminal.line(last);
    const goesOn = line.wrapped && last + 1 < terminal.rows;
    starts.push(text.length);
    text += goesOn ? filled(line) : line.text();
    if (!goesOn) return { first, last, text, starts };
  }
}

/** The text of a row with the blanks at its end, which belong to the line that goes on. */
function filled(line: Line): string {
  let text = "";
  for (const cell of line.cells()) if (cell.width > 0) text += cell.text;
  return text;
}
