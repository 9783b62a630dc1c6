// The invariants of a terminal's inner state.

import { INTERNED } from "../src/attributes.js";
import type { Buffer } from "../src/buffer.js";
import { CLUSTER, FILLER, HEAD, TAIL, TEXT } from "../src/cell.js";
import type { Control } from "../src/control.js";
import type { Terminal } from "../src/terminal.js";

/** Throws if an invariant is broken. */
export function verify(terminal: Terminal): void {
  const c = terminal as unknown as Control;
  for (const b of c.screens) if (b) lines(c, b);
  const fits = (low: number, value: number, high: number) => Number.isInteger(value) && value >= low && value <= high;
  const state = `row ${c.row}, col ${c.col}, margins ${c.top}–${c.bottom}, ${c.left}–${c.right} of ${c.cols}x${c.rows}`;
  check(fits(0, c.row, c.rows - 1) && fits(0, c.col, c.cols - 1), state);
  check(fits(0, c.top, c.bottom) && fits(c.top, c.bottom, c.rows - 1), state);
  check(fits(0, c.left, c.right) && fits(c.left, c.right, c.cols - 1), state);
  check(c.tabs.length === c.cols && c.buffer.cols === c.cols && c.buffer.rows === c.rows, state);
}

function lines(c: Control, b: Buffer): void {
  const known = (style: number) => style < INTERNED || style - INTERNED < c.styles.count;
  const seen = new Set<number>();
  for (let row = -b.history; row < b.rows; row++) {
    const slot = b.slot(row);
    check(slot >= 0 && slot < b.len.length && !seen.has(slot), `row ${row}: slot out of range or used twice`);
    seen.add(slot);
    const len = b.len[slot]!;
    check(len >= 0 && len <= b.cols, `row ${row}: length ${len}`);
    check(known(b.tail[slot]!), `row ${row}: unknown style of the tail`);
    for (let col = 0; col < len; col++) {
      const where = `row ${row}, column ${col}`;
      const i = slot * b.cols + col;
      const ch = b.ch[i]!;
      check(known(b.at[i]!), `${where}: unknown style`);
      if ((ch & HEAD) !== 0)
        check(col + 1 < len && b.ch[i + 1] === TAIL && b.at[i + 1] === b.at[i], `${where}: half a character`);
      check((ch & FILLER) === 0 || col === b.cols - 1, `${where}: filler`);
      if (ch === TAIL) check(col > 0 && (b.ch[i - 1]! & HEAD) !== 0, `${where}: second half without a first`);
      else if ((ch & CLUSTER) !== 0) check((ch & TEXT) < c.clusters.count, `${where}: unknown cluster`);
      else check((ch & TEXT) >= 0x20 && (ch & TEXT) <= 0x10ffff, `${where}: control character`);
    }
  }
  check(b.history <= b.limit, `${b.history} lines of scrollback`);
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken invariant: ${what}`);
}
