// The lines of one screen and of its scrollback, and what moves or blanks cells.
//
// Each line lives in a slot of `cols` cells. `order` is a ring of all slots: scrollback, then the screen, whose first row
// is at `base`, then unused ones. Scrolling moves numbers in the ring, never cells. Cells from `len` on are virtual:
// blank, of style `tail`.

import { BLANK, CLUSTER, FILLER, HEAD, PROTECTED, TAIL, TEXT, WRAPPED } from "./cell.js";
import type { ClusterTable } from "./cluster.js";
import { USUAL_HISTORY } from "./limits.js";
import type { StyleTable } from "./style.js";

export class Buffer {
  readonly cols: number;
  readonly rows: number;
  /** Lines of scrollback kept at most. */
  limit: number;
  /** Lines of scrollback kept now. */
  history = 0;
  /** Lines that ever left the screen at the top. */
  scrolledOut = 0;

  ch = new Int32Array();
  at = new Int32Array();
  /** Per slot: real cells; style of the cells after them; flags; generation of the last change. */
  len = new Int32Array();
  tail = new Int32Array();
  flags = new Int32Array();
  stamp = new Int32Array();
  order = new Int32Array();
  mask = -1;
  base = 0;

  /** Rows turnTop to turnBottom stand in the ring as they would if they moved down, in a circle, by `turn`: so a region
   *  scrolls without a move of numbers. */
  turn = 0;
  turnTop = 0;
  turnBottom = 0;

  /** Whether any line may be of double width. */
  doubled = false;

  /** Current generation: a line changed since the last reading if its stamp equals it. */
  generation = 1;
  /** Rows that changed by moving, first and one past the last. */
  movedTop = 0;
  movedEnd = 0;
  /** Lines that the screen moved up since the last reading. */
  scrolled = 0;

  constructor(cols: number, rows: number, limit: number) {
    this.cols = cols;
    this.rows = rows;
    this.limit = limit;
    this.grow(rows);
  }

  /** Makes room for so many lines. */
  private grow(lines: number): void {
    let size = 1;
    while (size < lines) size *= 2;
    this.order = new Int32Array(size).map((_, i) => (i <= this.mask ? this.slot(i - this.history) : i));
    this.mask = size - 1;
    this.base = this.history;
    this.ch = grown(this.ch, size * this.cols);
    this.at = grown(this.at, size * this.cols);
    this.len = grown(this.len, size);
    this.tail = grown(this.tail, size);
    this.flags = grown(this.flags, size);
    this.stamp = grown(this.stamp, size);
  }

  /** The slot of a screen row; negative rows are scrollback. */
  slot(row: number): number {
    if (this.turn !== 0) row = this.turned(row);
    return this.order[(this.base + row) & this.mask]! | 0;
  }

  /** The row at whose place in the ring a row stands. */
  private turned(row: number): number {
    if (row < this.turnTop || row > this.turnBottom) return row;
    row += this.turn;
    return row > this.turnBottom ? row - this.turnBottom + this.turnTop - 1 : row;
  }

  /** Puts all rows in their own places of the ring. */
  settle(): void {
    for (; this.turn !== 0; this.turn = (this.turn + 1) % (this.turnBottom - this.turnTop + 1))
      this.rotate(this.turnTop, this.turnBottom);
  }

  /** Rows that changed since the last reading. */
  [Symbol.iterator](): Iterator<number> {
    const changed: number[] = [];
    for (let row = 0; row < this.rows; row++)
      if ((row >= this.movedTop && row < this.movedEnd) || this.stamp[this.slot(row)] === this.generation)
        changed.push(row);
    return changed.values();
  }

  /** Moves the whole screen up by one line into the scrollback. */
  push(style: number): void {
    this.settle();
    if (this.history < this.limit) {
      const lines = this.history + this.rows;
      if (lines > this.mask) this.grow(Math.min(this.rows + this.limit, Math.max(lines * 2, USUAL_HISTORY)));
      this.history++;
    }
    this.base = (this.base + 1) & this.mask;
    this.clearLine(this.slot(this.rows - 1), style);
    this.scrolled++;
    this.scrolledOut++;
    if (this.movedEnd > 0) {
      this.movedEnd--;
      if (this.movedTop > 0) this.movedTop--;
    }
  }

  /** Makes a line, counted from the first of the scrollback, the first of the screen. */
  startAt(line: number): void {
    while (this.history < line) this.push(0);
    this.base = (this.base - this.history + line) & this.mask;
    this.history = line;
    this.scrolled = 0;
  }

  /** Moves rows top to bottom up by n lines (down when negative), blank ones coming in. With `keep`, what leaves the
   *  first row of the screen goes to the scrollback. */
  scroll(top: number, bottom: number, n: number, style: number, keep: boolean): void {
    for (let left = Math.min(Math.abs(n), bottom - top + 1); left > 0; left--)
      this.scrollOnce(top, bottom, n > 0, style, keep && top === 0);
  }

  /** The same by one line. */
  scrollOnce(top: number, bottom: number, up: boolean, style: number, push: boolean): void {
    if (up && push) {
      this.push(style);
      if (bottom === this.rows - 1) return;
      this.rotate(bottom, this.rows - 1);
      this.unwrap(bottom - 1);
      this.moved(bottom, this.rows);
    } else {
      if (this.turnTop !== top || this.turnBottom !== bottom) {
        this.settle();
        this.turnTop = top;
        this.turnBottom = bottom;
      }
      const height = (bottom - top + 1) | 0;
      const turn = (this.turn + (up ? 1 : height - 1)) | 0;
      this.turn = turn >= height ? (turn - height) | 0 : turn;
      this.clearLine(this.slot(up ? bottom : top), style);
      this.unwrap(top - 1);
      this.unwrap(up ? bottom - 1 : bottom);
      this.moved(top, bottom + 1);
    }
  }

  private moved(top: number, end: number): void {
    const unmoved = this.movedEnd <= this.movedTop;
    if (unmoved || top < this.movedTop) this.movedTop = top;
    if (unmoved || end > this.movedEnd) this.movedEnd = end;
  }

  /** Moves rows top to bottom down by one, the last one coming in at the top. */
  private rotate(top: number, bottom: number): void {
    const { order, mask } = this;
    const first = (this.base + top) & mask;
    let i = (first + bottom - top) | 0;
    const slot = order[i & mask]!;
    for (; i > first; i = (i - 1) | 0) order[i & mask] = order[(i - 1) & mask]!;
    order[first] = slot;
  }

  private unwrap(row: number): void {
    if (row < -this.history) return;
    const slot = this.slot(row);
    if (!(this.flags[slot]! & WRAPPED)) return;
    this.flags[slot]! &= ~WRAPPED;
    this.stamp[slot] = this.generation;
  }

  /** Marks all rows as changed. */
  touchAll(): void {
    this.movedTop = 0;
    this.movedEnd = this.rows;
  }

  /** Makes a line as it was at first but for its style. */
  clearLine(slot: number, style: number): void {
    this.len[slot] = this.flags[slot] = 0;
    this.tail[slot] = style;
    this.stamp[slot] = this.generation;
  }

  private fill(slot: number, from: number, to: number, style: number): void {
    const start = slot * this.cols;
    this.ch.fill(BLANK, start + from, start + to);
    this.at.fill(style, start + from, start + to);
  }

  private copy(to: number, from: number, n: number): void {
    this.ch.copyWithin(to, from, from + n);
    this.at.copyWithin(to, from, from + n);
  }

  /** Blanks a wide character that begins before `col` and ends after it. */
  split(slot: number, col: number): void {
    const i = slot * this.cols + col;
    if (col > 0 && col < this.len[slot]! && this.ch[i] === TAIL) this.ch[i] = this.ch[i - 1] = BLANK;
  }

  /** Makes the blank that a wrapped wide character left an ordinary one, since cells move. */
  unfill(slot: number): void {
    this.ch[(slot + 1) * this.cols - 1]! &= ~FILLER;
  }

  /** Makes the cells before `col` real. */
  materialize(slot: number, col: number): void {
    const len = this.len[slot]!;
    if (len >= col) return;
    this.fill(slot, len, col, this.tail[slot]!);
    this.len[slot] = col;
  }

  /** Blanks cells from `from` up to, not including, `to`. */
  erase(slot: number, from: number, to: number, style: number): void {
    if (from >= to) return;
    this.stamp[slot] = this.generation;
    this.split(slot, from);
    const tail = this.tail[slot];
    if (to >= this.cols) {
      this.flags[slot]! &= ~WRAPPED;
      if (tail !== style) this.materialize(slot, from);
      if (from < this.len[slot]!) this.len[slot] = from;
      this.tail[slot] = style;
      return;
    }
    this.split(slot, to);
    if (from >= this.len[slot]! && tail === style) return;
    this.materialize(slot, to);
    this.fill(slot, from, to, style);
  }

  /** Blanks the cells of a range that are not protected; without a style theirs stay. */
  eraseSelective(slot: number, from: number, to: number, style?: number): void {
    if (style !== undefined && style !== this.tail[slot]) this.materialize(slot, to);
    this.stamp[slot] = this.generation;
    for (let col = from; col < to && col < this.len[slot]!; col++) {
      const i = slot * this.cols + col;
      if (this.ch[this.ch[i] === TAIL ? i - 1 : i]! & PROTECTED) continue;
      this.split(slot, col);
      this.split(slot, col + 1);
      this.fill(slot, col, col + 1, style ?? this.at[i]!);
    }
  }

  /** Moves the cells from `col` up to `end` right by n (left when negative), blanks coming in. */
  shift(slot: number, col: number, end: number, n: number, style: number): void {
    const left = n < 0;
    n = Math.min(Math.abs(n), end - col);
    this.stamp[slot] = this.generation;
    this.flags[slot]! &= ~WRAPPED;
    this.split(slot, col);
    this.split(slot, end);
    this.split(slot, left ? col + n : end - n);
    if (col >= this.len[slot]! && this.tail[slot] === style) return;
    const len = Math.max(col, this.len[slot]!) + n;
    this.materialize(slot, end);
    this.unfill(slot);
    const start = slot * this.cols + col;
    this.copy(left ? start : start + n, left ? start + n : start, end - col - n);
    if (left) col = end - n;
    this.fill(slot, col, col + n, style);
    if (end !== this.cols) return;
    // What came in at the end is virtual, or the line would count as full; what was virtual stays so.
    if (left) this.tail[slot] = style;
    this.len[slot] = left ? col : Math.min(end, len);
    this.trim(slot);
  }

  /** Copies n cells from a line to a line; wide characters cut at the edges are blanked. */
  copyCells(slot: number, col: number, source: number, from: number, n: number): void {
    this.materialize(source, from + n);
    this.materialize(slot, col + n);
    this.split(slot, col);
    this.split(slot, col + n);
    this.unfill(source);
    const { ch } = this;
    const start = slot * this.cols + col;
    const last = start + n - 1;
    this.copy(start, source * this.cols + from, n);
    if (ch[start] === TAIL) ch[start] = BLANK;
    if (ch[last]! & HEAD) ch[last] = BLANK;
    this.stamp[slot] = this.generation;
  }

  /** Gives up real cells at the end that equal the virtual ones; returns how many are left. */
  trim(slot: number): number {
    let len = this.len[slot]!;
    // Nobody saw the style of a line's rest that there is none of.
    if (len === this.cols) this.tail[slot] = 0;
    for (let i = slot * this.cols + len; len > 0 && this.ch[--i] === BLANK && this.at[i] === this.tail[slot]; ) len--;
    return (this.len[slot] = len);
  }

  /** Whether a line is as it was at first. */
  isBlank(slot: number): boolean {
    return this.trim(slot) === 0 && this.tail[slot] === 0 && this.flags[slot] === 0;
  }

  /** Rewrites the styles and clusters of the lines from `row` on from ones of other tables. */
  remap(row: number, styles: StyleTable, oldStyles: StyleTable, clusters: ClusterTable, old: ClusterTable): void {
    for (; row < this.rows; row++) {
      const slot = this.slot(row);
      for (let i = slot * this.cols, end = i + this.len[slot]!; i < end; i++) {
        this.at[i] = styles.import(this.at[i]!, oldStyles);
        const ch = this.ch[i]!;
        if (ch & CLUSTER) this.ch[i] = (ch & ~TEXT) | clusters.index(old.text(ch & TEXT));
      }
      this.tail[slot] = styles.import(this.tail[slot]!, oldStyles);
    }
  }
}

function grown(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const fresh = new Int32Array(size);
  fresh.set(old);
  return fresh;
}
