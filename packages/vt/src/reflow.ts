// Resizing: the primary screen rewraps its soft-wrapped lines, the alternate one is clipped.
import { Buffer, type Contents, SIZE, WRAPPED } from "./buffer.js";
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
export function reflow(old: Buffer, cols: number, rows: number, anchors: Anchor[]): Buffer {
  const cursor = anchors[0]!;
  let used = old.rows;
  while (used > cursor.row + 1 && isBlank(old, old.slot(used - 1))) used--;
  const full = used === old.rows;
  const first: Anchor = { row: 0, col: 0 };
  const places = [first, ...anchors].map((anchor) => ({ anchor, row: anchor.row, col: anchor.col }));

  const out = new Lines(cols, old.history + used);
  for (let row = -old.history; row < used; row++) {
    const from = row;
    if (cols !== old.cols) while (row + 1 < used && flowsOn(old, row)) row++;
    const last = old.slot(row);
    if (cols !== old.cols) old.trim(last);
    out.begin(old.flags[old.slot(from)]! & ~WRAPPED);
    for (let r = from; r <= row; r++) {
      const slot = old.slot(r);
      const start = slot * old.cols;
      let end = old.len[slot]!;
      if (r < row) while (end > 0 && (old.ch[start + end - 1]! & FILLER) !== 0) end--;
      const here = places.filter((place) => place.row === r);
      for (let col = 0; col < end; col++) {
        out.put(old.ch[start + col]!, old.at[start + col]!);
        for (const { anchor, col: at } of here)
          if (at === col) {
            anchor.row = out.count - 1;
            anchor.col = out.col - 1;
          }
      }
      for (const { anchor, col } of here)
        if (col >= end) {
          anchor.row = out.count - 1;
          anchor.col = Math.min(cols, out.col + (r === row ? col - end : 0));
        }
    }
    out.end(old.tail[last]!, cols === old.cols ? old.flags[last]! & WRAPPED : 0);
  }

  const lines = out.count;
  const top = full ? Math.max(0, lines - rows) : Math.max(first.row, lines - rows);
  const start = Math.min(top, cursor.row);
  for (const anchor of anchors) anchor.row = Math.max(0, Math.min(rows - 1, anchor.row - start));
  const next = new Buffer(cols, rows, old.limit, { ...out.contents(), top: start });
  next.scrolledOut = Math.max(0, old.scrolledOut - old.history + start);
  return next;
}

/** A buffer of another size with what fits of the same screen; the cursor's row stays on it. Returns the rows lost above. */
export function clip(old: Buffer, cols: number, rows: number, cursorRow: number): { buffer: Buffer; lost: number } {
  const lost = Math.max(0, Math.min(cursorRow, old.rows - 1) - (rows - 1));
  const next = new Buffer(cols, rows, old.limit);
  next.doubled = old.doubled;
  for (let row = 0; row < Math.min(rows, old.rows - lost); row++) {
    const source = old.slot(row + lost);
    old.split(source, cols);
    if (cols !== old.cols) old.unfill(source);
    const len = Math.min(cols, old.len[source]!);
    const first = source * old.cols;
    next.ch.set(old.ch.subarray(first, first + len), row * cols);
    next.at.set(old.at.subarray(first, first + len), row * cols);
    next.len[row] = len;
    next.tail[row] = cols > old.cols && len < old.cols ? old.tail[source]! : cols <= old.cols ? old.tail[source]! : 0;
    next.flags[row] = old.flags[source]! & (cols === old.cols ? 0xff : ~WRAPPED);
  }
  return { buffer: next, lost };
}

function isBlank(buffer: Buffer, slot: number): boolean {
  buffer.trim(slot);
  return buffer.len[slot] === 0 && buffer.tail[slot] === 0 && buffer.flags[slot] === 0;
}

function flowsOn(buffer: Buffer, row: number): boolean {
  const flags = buffer.flags[buffer.slot(row)]!;
  return (flags & WRAPPED) !== 0 && (flags & SIZE) === 0 && (buffer.flags[buffer.slot(row + 1)]! & SIZE) === 0;
}

/** Lines being written one after the other, each in a slot of its own. */
class Lines {
  private readonly cols: number;
  private ch: Int32Array;
  private at: Int32Array;
  private len: Int32Array;
  private tail: Int32Array;
  private flags: Uint8Array;
  /** Lines so far, the one being written included. */
  count = 0;
  /** Column of the next cell. */
  col = 0;

  constructor(cols: number, capacity: number) {
    this.cols = cols;
    this.ch = new Int32Array(capacity * cols);
    this.at = new Int32Array(capacity * cols);
    this.len = new Int32Array(capacity);
    this.tail = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
  }

  begin(flags: number): void {
    if (this.count === this.len.length) this.grow();
    this.flags[this.count++] = flags;
    this.col = 0;
  }

  private grow(): void {
    const { ch, at, len, tail, flags } = this;
    const capacity = len.length * 2 + 8;
    this.ch = new Int32Array(capacity * this.cols);
    this.at = new Int32Array(capacity * this.cols);
    this.len = new Int32Array(capacity);
    this.tail = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.ch.set(ch);
    this.at.set(at);
    this.len.set(len);
    this.tail.set(tail);
    this.flags.set(flags);
  }

  private wrap(): void {
    this.flags[this.count - 1]! |= WRAPPED;
    this.len[this.count - 1] = this.cols;
    this.begin(0);
  }

  put(ch: number, style: number): void {
    const { cols } = this;
    if ((ch & HEAD) !== 0) {
      if (cols === 1) ch = BLANK;
      else if (this.col === cols - 1) this.cell(BLANK | FILLER, style);
    } else if ((ch & TAIL) !== 0 && cols === 1) return;
    if (this.col === cols) this.wrap();
    this.cell(ch & ~FILLER, style);
  }

  private cell(ch: number, style: number): void {
    const i = (this.count - 1) * this.cols + this.col++;
    this.ch[i] = ch;
    this.at[i] = style;
  }

  end(tail: number, flags: number): void {
    this.len[this.count - 1] = this.col;
    this.tail[this.count - 1] = tail;
    this.flags[this.count - 1]! |= flags;
  }

  contents(): Omit<Contents, "top"> {
    const { ch, at, len, tail, flags, count } = this;
    return { ch, at, len, tail, flags, count };
  }
}
