// What a dump says that no control sequence can express, in one APC string that other terminals ignore:
// `asciinema-ts;key=number,…;…`
//
//   row col pending   the cursor
//   last              last character printed, as a code point
//   modes             as the bits of modes.ts
//   savedModes savedOn askedCols askedRows   as in state.ts
//   w0 w1             rows of the primary and the alternate screen that are soft-wrapped though their text does not show it
//   f0 f1             rows whose last cell is the blank that a wide character left when it wrapped
//   q0 q1             1: the saved cursor of a screen waits to wrap
import { WRAPPED } from "./buffer.js";
import { BLANK, FILLER, PROTECTED } from "./cell.js";
import { type Control, updatePlain } from "./control.js";
import { KEPT } from "./modes.js";
import { widthOf } from "./unicode.js";

export const HIDDEN = "asciinema-ts";
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

/** Takes in what the APC string of a dump says; other strings mean nothing. */
export function hidden(t: Control, data: string): void {
  const [name, ...items] = data.split(";");
  if (name !== HIDDEN) return;
  for (const item of items) {
    const [key = "", value = ""] = item.split("=");
    const numbers = value.split(",").map(Number);
    const first = numbers[0]!;
    if (!numbers.every((number) => number >>> 0 === number)) continue;
    for (const field of TOLD) if (field === key) t[field] = first;
    const which = key.endsWith("1") ? 1 : 0;
    const b = t.screens[which];
    const saved = t.saved[which];
    if (/^q/.test(key) && saved) t.saved = t.saved.with(which, { ...saved, pending: first & 1 });
    if (b && /^[wf][01]/.test(key))
      for (const row of numbers) {
        if (row >= b.rows) continue;
        const slot = b.slot(row);
        const i = slot * b.cols + b.cols - 1;
        b.stamp[slot] = b.generation;
        if (key < "w") {
          if (b.len[slot] === b.cols && (b.ch[i]! & ~PROTECTED) === BLANK) b.ch[i]! |= FILLER;
        } else b.flags[slot]! |= WRAPPED;
      }
  }
  t.row = Math.min(t.row, t.rows - 1);
  t.col = Math.min(t.col, t.cols - 1);
  t.pending &= 1;
  t.modes &= KEPT;
  if (t.last > 0x10ffff || widthOf(t.last) === 0) t.last = 0;
  updatePlain(t);
}
