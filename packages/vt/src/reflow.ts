// Resizing: the primary screen rewraps its soft-wrapped lines, the alternate one is clipped.
import { Buffer, SIZE, WRAPPED } from "./buffer.js";
import { BLANK, FILLER, HEAD, TAIL } from "./cell.js";

/** A position that keeps its place in the text while lines are rewrapped. */
export interface Anchor {
  row: number;
  /** May be one past the last column: after the last character of a full line. */
  col: number;
}

/** A buffer of another size with the same text in it, soft-wrapped lines joined and cut anew.
 *
 *  Anchors, the cursor first, move with their cells. A screen that was full to its last row stays so as far as the
 *  scrollback reaches; else its first line stays first. */
export function reflow(old: Buffer, cols: number, rows: number, anchors: readonly Anchor[]): Buffer {
  const rewraps = cols !== old.cols;
  let used = old.rows;
  while (used > anchors[0]!.row + 1 && old.isBlank(old.slot(used - 1))) used--;
  const first = { row: 0, col: 0 };
  const places = [first, ...anchors].map((anchor) => ({ anchor, ...anchor }));

  // All lines are kept at first: which of them are the screen is known in the end.
  const next = new Buffer(cols, rows, Infinity);
  let line = -1;
  let slot = 0;
  let col = 0;
  const begin = () => {
    if (++line >= rows) next.push(0);
    slot = next.slot(Math.min(line, rows - 1));
    col = 0;
  };
  const put = (ch: number, style: number) => {
    if (col === cols) {
      next.flags[slot]! |= WRAPPED;
      begin();
    }
    const i = slot * cols + col++;
    next.ch[i] = ch;
    next.at[i] = style;
    next.len[slot] = col;
  };
  let goesOn = false;
  for (let row = -old.history; row < used; row++) {
    const source = old.slot(row);
    const flags = old.flags[source]!;
    if (!goesOn) {
      begin();
      next.flags[slot] = flags & ~WRAPPED;
    }
    const after = old.flags[old.slot(row + 1)]!;
    goesOn = rewraps && row + 1 < used && (flags & WRAPPED) !== 0 && ((flags | after) & SIZE) === 0;
    let len = rewraps && !goesOn ? old.trim(source) : old.len[source]!;
    const start = source * old.cols;
    while (goesOn && len > 0 && (old.ch[start + len - 1]! & FILLER) !== 0) len--;
    const here = places.filter((place) => place.row === row);
    for (let at = 0; at < len; at++) {
      let ch = old.ch[start + at]!;
      const style = old.at[start + at]!;
      if ((ch & HEAD) !== 0) {
        if (cols === 1) ch = BLANK;
        else if (col === cols - 1) put(BLANK | FILLER, style);
      }
      if (cols > 1 || (ch & TAIL) === 0) put(rewraps ? ch & ~FILLER : ch, style);
      for (const { anchor, col: wanted } of here)
        if (wanted === at) {
          anchor.row = line;
          anchor.col = col - 1;
        }
    }
    for (const { anchor, col: wanted } of here)
      if (wanted >= len) {
        anchor.row = line;
        anchor.col = Math.min(cols, col + (goesOn ? 0 : wanted - len));
      }
    if (!goesOn) {
      next.tail[slot] = old.tail[source]!;
      if (!rewraps) next.flags[slot]! |= flags & WRAPPED;
    }
  }

  const lines = line + 1;
  const top = Math.min(Math.max(used === old.rows ? 0 : first.row, lines - rows), anchors[0]!.row);
  for (const anchor of anchors) anchor.row = Math.max(0, Math.min(rows - 1, anchor.row - top));
  next.startAt(top);
  next.limit = old.limit;
  next.history = Math.min(top, old.limit);
  next.scrolledOut = Math.max(0, old.scrolledOut - old.history + top);
  next.doubled = old.doubled;
  return next;
}

/** A buffer of another size with what fits of the same screen, without the first `lost` rows. */
export function clip(old: Buffer, cols: number, rows: number, lost: number): Buffer {
  const next = new Buffer(cols, rows, old.limit);
  next.doubled = old.doubled;
  for (let row = 0; row < Math.min(rows, old.rows - lost); row++) {
    const source = old.slot(row + lost);
    old.split(source, cols);
    const len = old.len[source]!;
    next.len[row] = Math.min(cols, len);
    next.tail[row] = cols > old.cols && len === old.cols ? 0 : old.tail[source]!;
    next.flags[row] = old.flags[source]!;
    if (cols !== old.cols) {
      old.unfill(source);
      next.flags[row]! &= ~WRAPPED;
    }
    const start = source * old.cols;
    next.ch.set(old.ch.subarray(start, start + next.len[row]!), row * cols);
    next.at.set(old.at.subarray(start, start + next.len[row]!), row * cols);
  }
  return next;
}
