// What a dump says that no control sequence can express, in APC strings that other terminals ignore:
// `asciinema-ts;name=number;…`. Names are those of the state's fields, and
//
//   wrapped   1: the cursor's line is soft-wrapped though its text does not show it
//   filler    1: its last cell is the blank that a wide character left when it wrapped
import { BLANK, FILLER, PROTECTED, WRAPPED } from "./cell.js";
import { type Control, here, updatePlain } from "./control.js";
import { KEPT } from "./modes.js";
import { widthOf } from "./unicode.js";

/** Fields of the state that are told as they are. */
export const TOLD = [
  "row",
  "col",
  "pending",
  "last",
  "modes",
  "savedModes",
  "savedOn",
  "askedCols",
  "askedRows",
] as const;

/** The string that says something. */
export function hide(what: string): string {
  return `\x1b_asciinema-ts${what}\x1b\\`;
}

/** Takes in what an APC string of a dump says; others mean nothing. */
export function hidden(t: Control, data: string): void {
  if (!data.startsWith("asciinema-ts;")) return;
  for (const [, name, value] of data.matchAll(/;(\w+)=(\d{1,10})/g)) {
    for (const field of TOLD) if (field === name) t[field] = Number(value);
    t.row = Math.min(t.row, t.rows - 1);
    t.col = Math.min(t.col, t.cols - 1);
    t.pending &= 1;
    t.modes &= KEPT;
    if (t.last > 0x10ffff || widthOf(t.last) === 0) t.last = 0;
    const b = t.buffer;
    const slot = here(t);
    const i = (slot + 1) * t.cols - 1;
    if (name === "wrapped") b.flags[slot]! |= WRAPPED;
    if (name === "filler" && b.len[slot] === t.cols && (b.ch[i]! & ~PROTECTED) === BLANK) b.ch[i]! |= FILLER;
    b.stamp[slot] = b.generation;
  }
  updatePlain(t);
}
