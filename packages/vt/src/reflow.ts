// Resizing: the primary screen rewraps its soft-wrapped lines, the alternate one is clipped.
import { Buffer } from "./buffer.js";
import { BLANK, FILLER, HEAD, SIZE, TAIL, WRAPPED } from "./cell.js";

/** A position that keeps its place in the text while lines are rewrapped. */
export interface Anchor {
  row: number;
  /** May be one past the last column: after the last character of a full line. */
  col: number;
}

/** First of the bits that mark the cells of anchors while lines are rewrapped. */
const ANCHORED = 1 << 25;

/** A buffer of another size with the same text in it, soft-wrapped lines joined and cut anew.
 *
 *  Anchors, the cursor first, move with their cells. A screen that was full to its last row stays so as far as the
 *  scrollback reaches; else its first line stays first. With `lost`, lines are clipped instead, and the screen begins
 *  after so many of them. */
export function reflow(old: Buffer, cols: number, rows: number, anchors: Anchor[], lost?: number): Buffer {
  const first = { row: 0, col: 0 };
  const all = [first, ...anchors];
  // How far an anchor is to the right of the cell that carries it: the last one of the text for those after it.
  const beyond = all.map(({ row, col }, k) => {
    const slot = old.slot(row);
    if (!(old.flags[slot]! & WRAPPED)) old.trim(slot);
    if (old.len[slot] === 0) old.materialize(slot, 1);
    let at = Math.min(col, old.len[slot]! - 1);
    if (old.ch[slot * old.cols + at] === TAIL) at--;
    old.ch[slot * old.cols + at]! |= ANCHORED << k;
    return col - at;
  });
  let used = old.rows;
  while (old.isBlank(old.slot(used - 1))) used--;

  // All lines are kept at first: which of them are the screen is known in the end.
  const next = new Buffer(cols, rows, Infinity);
  const rewraps = cols !== old.cols;
  let line = -1;
  let slot = 0;
  let col = 0;
  const begin = (flags: number) => {
    if (++line >= rows) next.push(0);
    slot = next.slot(Math.min(line, rows - 1));
    next.flags[slot] = flags;
    col = 0;
  };
  const put = (ch: number, style: number) => {
    if (col === cols) {
      if (lost !== undefined) return;
      next.flags[slot]! |= WRAPPED;
      begin(0);
    }
    const i = slot * cols + col;
    next.ch[i] = ch & (ANCHORED - 1);
    next.at[i] = style;
    if (ch >= ANCHORED)
      for (const [k, anchor] of all.entries())
        if (ch & (ANCHORED << k)) {
          anchor.row = line;
          anchor.col = Math.min(cols, col + beyond[k]!);
        }
    next.len[slot] = ++col;
  };
  let goesOn = false;
  for (let row = -old.history; row < used; row++) {
    const source = old.slot(row);
    const flags = old.flags[source]!;
    if (!goesOn) begin(flags & ~WRAPPED);
    goesOn =
      rewraps &&
      lost === undefined &&
      row + 1 < used &&
      (flags & WRAPPED) !== 0 &&
      ((flags | old.flags[old.slot(row + 1)]!) & SIZE) === 0;
    const end = rewraps && !goesOn ? old.trim(source) : old.len[source]!;
    for (let at = 0, i = source * old.cols; at < end; at++, i++) {
      const ch = old.ch[i]!;
      const style = old.at[i]!;
      if (rewraps && ch & FILLER) {
        if (!goesOn) put(ch & ~FILLER, style);
      } else if (cols > 1) {
        if (ch & HEAD && col === cols - 1) put(BLANK | FILLER, style);
        put(ch, style);
      } else if (ch !== TAIL) put(ch & HEAD ? BLANK | (ch & -ANCHORED) : ch, style);
    }
    if (!goesOn) {
      next.tail[slot] = old.tail[source]!;
      if (!rewraps) next.flags[slot] = flags;
    }
  }

  const { row } = all[1]!;
  const top = lost ?? Math.min(Math.max(used === old.rows ? 0 : first.row, line + 1 - rows), row);
  for (const anchor of all) anchor.row = Math.max(0, Math.min(rows - 1, anchor.row - top));
  next.startAt(top);
  next.limit = old.limit;
  next.history = Math.min(top, old.limit);
  next.scrolledOut = Math.max(0, old.scrolledOut - old.history + top);
  next.doubled = old.doubled;
  return next;
}
