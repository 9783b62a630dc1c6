// The lines of one screen and of its scrollback, and what moves or blanks cells.
//
// Each line lives in a slot of `cols` cells. `order` is a ring of slots: scrollback, then the screen, whose first row is
// at `base`. Scrolling moves numbers in the ring, never cells. Cells from `len` on are virtual: blank, of style `tail`.
import { BLANK, CLUSTER, FILLER, HEAD, PROTECTED, TAIL, TEXT } from "./cell.js";
import type { ClusterTable } from "./cluster.js";
import { INTERNED } from "./style.js";

/** Line flag: the text goes on in the next line (soft wrap). */
export const WRAPPED = 1;
/** Line flags: DECDWL and the halves of DECDHL. */
export const SIZE = 6;
export const DOUBLE_WIDTH = 2;
export const DOUBLE_TOP = 4;
export const DOUBLE_BOTTOM = 6;
/** Line flags: OSC 133 marks. */
export const MARKS = 0x78;
export const MARK_PROMPT = 0x08;
export const MARK_COMMAND = 0x10;
export const MARK_OUTPUT = 0x20;
export const MARK_END = 0x40;

/** Lines in slots from 0 on, to make a buffer of: those before `top` are its scrollback. */
export interface Contents {
  ch: Int32Array;
  at: Int32Array;
  len: Int32Array;
  tail: Int32Array;
  flags: Uint8Array;
  count: number;
  top: number;
}

export class Buffer {
  readonly cols: number;
  readonly rows: number;
  /** Lines of scrollback kept at most. */
  readonly limit: number;
  /** Lines of scrollback kept now. */
  history = 0;
  /** Lines that ever left the screen at the top. */
  scrolledOut = 0;

  ch: Int32Array;
  at: Int32Array;
  /** Per slot: real cells; style of the cells after them; flags; generation of the last change. */
  len: Int32Array;
  tail: Int32Array;
  flags: Uint8Array;
  stamp: Int32Array;
  order: Int32Array;
  mask: number;
  base = 0;
  private slots: number;
  private used: number;

  /** Whether any line may be of double width. */
  doubled = false;

  /** Current generation: a line changed since the last reading if its stamp equals it. */
  generation = 1;
  /** Rows that changed by moving, first and one past the last. */
  movedTop = 0;
  movedEnd = 0;
  /** Lines that the screen moved up since the last reading. */
  scrolled = 0;

  constructor(cols: number, rows: number, limit: number, contents?: Contents) {
    this.cols = cols;
    this.rows = rows;
    this.limit = limit;
    this.history = contents ? Math.min(limit, contents.top) : 0;
    const slots = rows + this.history;
    this.slots = slots;
    this.used = slots;
    this.ch = new Int32Array(slots * cols);
    this.at = new Int32Array(slots * cols);
    this.len = new Int32Array(slots);
    this.tail = new Int32Array(slots);
    this.flags = new Uint8Array(slots);
    this.stamp = new Int32Array(slots);
    let size = 2;
    while (size <= slots) size *= 2;
    this.order = new Int32Array(size);
    this.mask = size - 1;
    for (let i = 0; i < slots; i++) this.order[i] = i;
    this.base = this.history;
    if (!contents) return;
    const first = contents.top - this.history;
    const end = Math.min(contents.count, first + slots);
    this.ch.set(contents.ch.subarray(first * cols, end * cols));
    this.at.set(contents.at.subarray(first * cols, end * cols));
    this.len.set(contents.len.subarray(first, end));
    this.tail.set(contents.tail.subarray(first, end));
    this.flags.set(contents.flags.subarray(first, end));
    this.doubled = this.flags.some((flags) => (flags & SIZE) !== 0);
  }

  /** The slot of a screen row; negative rows are scrollback. */
  slot(row: number): number {
    return this.order[(this.base + row) & this.mask]!;
  }

  private allocate(): number {
    if (this.used === this.slots) {
      // Untouched memory costs nothing: a usual scrollback is allocated at once, a long one by doubling.
      const slots = Math.min(this.rows + this.limit, Math.max(this.slots * 2, this.rows + 2048));
      this.ch = grown(this.ch, new Int32Array(slots * this.cols));
      this.at = grown(this.at, new Int32Array(slots * this.cols));
      this.len = grown(this.len, new Int32Array(slots));
      this.tail = grown(this.tail, new Int32Array(slots));
      this.flags = grown(this.flags, new Uint8Array(slots));
      this.stamp = grown(this.stamp, new Int32Array(slots));
      this.slots = slots;
    }
    const lines = this.history + this.rows + 1;
    if (lines > this.mask) {
      const order = new Int32Array((this.mask + 1) * 2);
      for (let i = 0; i < lines; i++) order[i] = this.slot(i - this.history);
      this.order = order;
      this.mask = order.length - 1;
      this.base = this.history;
    }
    return this.used++;
  }

  /** Moves the whole screen up by one line into the scrollback. */
  push(style: number): void {
    let slot: number;
    if (this.history < this.limit) {
      slot = this.allocate();
      this.history++;
    } else slot = this.order[(this.base - this.history) & this.mask]!;
    this.base = (this.base + 1) & this.mask;
    this.order[(this.base + this.rows - 1) & this.mask] = slot;
    this.len[slot] = 0;
    this.tail[slot] = style;
    this.flags[slot] = 0;
    this.stamp[slot] = this.generation;
    this.scrolled++;
    this.scrolledOut++;
    if (this.movedEnd > 0) {
      this.movedEnd--;
      if (this.movedTop > 0) this.movedTop--;
    }
  }

  private moved(top: number, end: number): void {
    if (this.movedEnd <= this.movedTop) {
      this.movedTop = top;
      this.movedEnd = end;
    } else {
      if (top < this.movedTop) this.movedTop = top;
      if (end > this.movedEnd) this.movedEnd = end;
    }
  }

  /** Moves rows top to bottom up by n, blank lines coming in; what leaves row 0 goes to the scrollback. */
  scrollUp(top: number, bottom: number, n: number, style: number): void {
    if (top > 0) {
      this.deleteLines(top, bottom, n, style);
      return;
    }
    if (n > bottom + 1) n = bottom + 1;
    while (n-- > 0) {
      this.push(style);
      if (bottom === this.rows - 1) continue;
      this.rotateDown(bottom, this.rows - 1, 1);
      this.moved(bottom, this.rows);
    }
  }

  /** Moves rows top to bottom up by n, blank lines coming in; what leaves the top is lost. */
  deleteLines(top: number, bottom: number, n: number, style: number): void {
    const height = bottom - top + 1;
    if (n > height) n = height;
    this.moved(top, bottom + 1);
    if (top > 0) this.unwrap(top - 1);
    this.unwrap(bottom);
    if (n < height) this.rotateUp(top, bottom, n);
    for (let row = bottom - n + 1; row <= bottom; row++) this.clearLine(this.slot(row), style);
  }

  /** Moves rows top to bottom down by n, blank lines coming in; what leaves the bottom is lost. */
  scrollDown(top: number, bottom: number, n: number, style: number): void {
    const height = bottom - top + 1;
    if (n > height) n = height;
    this.moved(top, bottom + 1);
    if (top > 0) this.unwrap(top - 1);
    this.rotateDown(top, bottom, n);
    for (let row = top; row < top + n; row++) this.clearLine(this.slot(row), style);
    this.unwrap(bottom);
  }

  private rotateUp(top: number, bottom: number, n: number): void {
    const { order, mask } = this;
    const first = (this.base + top) & mask;
    const last = first + bottom - top;
    if (n === 1) {
      const slot = order[first]!;
      if (last <= mask && last - first > 16) order.copyWithin(first, first + 1, last + 1);
      else for (let i = first; i < last; i++) order[i & mask] = order[(i + 1) & mask]!;
      order[last & mask] = slot;
      return;
    }
    const kept: number[] = [];
    for (let i = first; i < first + n; i++) kept.push(order[i & mask]!);
    for (let i = first; i <= last - n; i++) order[i & mask] = order[(i + n) & mask]!;
    for (let i = 0; i < n; i++) order[(last - n + 1 + i) & mask] = kept[i]!;
  }

  private rotateDown(top: number, bottom: number, n: number): void {
    const height = bottom - top + 1;
    if (n < height && n > 1) this.rotateUp(top, bottom, height - n);
    else if (n === 1) {
      const { order, mask } = this;
      const first = this.base + top;
      const last = this.base + bottom;
      const slot = order[last & mask]!;
      for (let i = last; i > first; i--) order[i & mask] = order[(i - 1) & mask]!;
      order[first & mask] = slot;
    }
  }

  private unwrap(row: number): void {
    const slot = this.slot(row);
    if ((this.flags[slot]! & WRAPPED) === 0) return;
    this.flags[slot]! &= ~WRAPPED;
    this.stamp[slot] = this.generation;
  }

  /** Marks a row as changed. */
  touch(row: number): void {
    this.stamp[this.slot(row)] = this.generation;
  }

  /** Marks all rows as changed. */
  touchAll(): void {
    this.movedTop = 0;
    this.movedEnd = this.rows;
  }

  clearLine(slot: number, style: number): void {
    this.len[slot] = 0;
    this.tail[slot] = style;
    this.flags[slot] = 0;
    this.stamp[slot] = this.generation;
  }

  /** Blanks a wide character that begins before `col` and ends after it. */
  split(slot: number, col: number): void {
    if (col > 0 && col < this.len[slot]!) {
      const i = slot * this.cols + col;
      if ((this.ch[i]! & TAIL) !== 0) {
        this.ch[i] = BLANK;
        this.ch[i - 1] = BLANK;
      }
    }
  }

  /** Makes the blank that a wrapped wide character left an ordinary one, since cells move. */
  unfill(slot: number): void {
    this.ch[(slot + 1) * this.cols - 1]! &= ~FILLER;
  }

  /** Makes the cells before `col` real. */
  materialize(slot: number, col: number): void {
    const len = this.len[slot]!;
    if (len >= col) return;
    const start = slot * this.cols;
    this.ch.fill(BLANK, start + len, start + col);
    this.at.fill(this.tail[slot]!, start + len, start + col);
    this.len[slot] = col;
  }

  /** Blanks cells from `from` up to, not including, `to`. */
  erase(slot: number, from: number, to: number, style: number): void {
    if (from >= to) return;
    this.stamp[slot] = this.generation;
    this.split(slot, from);
    const len = this.len[slot]!;
    if (to >= this.cols) {
      this.flags[slot]! &= ~WRAPPED;
      if (from > len && this.tail[slot] !== style) this.materialize(slot, from);
      if (from < this.len[slot]!) this.len[slot] = from;
      this.tail[slot] = style;
      return;
    }
    this.split(slot, to);
    if (from >= len && this.tail[slot] === style) return;
    this.materialize(slot, to);
    const start = slot * this.cols;
    this.ch.fill(BLANK, start + from, start + to);
    this.at.fill(style, start + from, start + to);
  }

  /** Blanks the cells of a range that are not protected; without a style theirs stay. */
  eraseSelective(slot: number, from: number, to: number, style?: number): void {
    const start = slot * this.cols;
    if (style !== undefined && style !== this.tail[slot]) this.materialize(slot, to);
    to = Math.min(to, this.len[slot]!);
    if (from >= to) return;
    this.stamp[slot] = this.generation;
    for (let col = from; col < to; col++) {
      if ((this.ch[start + col]! & PROTECTED) !== 0) continue;
      this.split(slot, col);
      this.split(slot, col + 1);
      this.ch[start + col] = BLANK;
      if (style !== undefined) this.at[start + col] = style;
    }
  }

  /** Moves the cells from `col` up to `end` right by n, blanks coming in at `col`. */
  insertCells(slot: number, col: number, end: number, n: number, style: number): void {
    if (n > end - col) n = end - col;
    this.stamp[slot] = this.generation;
    this.flags[slot]! &= ~WRAPPED;
    this.split(slot, col);
    this.split(slot, end);
    this.split(slot, end - n);
    const len = this.len[slot]!;
    if (col >= len && this.tail[slot] === style) return;
    this.materialize(slot, end);
    const start = slot * this.cols;
    this.unfill(slot);
    this.ch.copyWithin(start + col + n, start + col, start + end - n);
    this.at.copyWithin(start + col + n, start + col, start + end - n);
    this.ch.fill(BLANK, start + col, start + col + n);
    this.at.fill(style, start + col, start + col + n);
  }

  /** Moves the cells after `col` up to `end` left by n onto it, blanks coming in at the end. */
  deleteCells(slot: number, col: number, end: number, n: number, style: number): void {
    if (n > end - col) n = end - col;
    this.stamp[slot] = this.generation;
    this.flags[slot]! &= ~WRAPPED;
    this.split(slot, col);
    this.split(slot, col + n);
    this.split(slot, end);
    const len = this.len[slot]!;
    if (col >= len && this.tail[slot] === style) return;
    this.materialize(slot, end);
    const start = slot * this.cols;
    this.unfill(slot);
    this.ch.copyWithin(start + col, start + col + n, start + end);
    this.at.copyWithin(start + col, start + col + n, start + end);
    this.ch.fill(BLANK, start + end - n, start + end);
    this.at.fill(style, start + end - n, start + end);
    if (end === this.cols) this.trim(slot);
  }

  /** Blanks cells of a block; the line goes on as before. */
  blankCells(slot: number, from: number, end: number, style: number): void {
    const wrapped = this.flags[slot]! & WRAPPED;
    this.erase(slot, from, end, style);
    this.flags[slot]! |= wrapped;
  }

  /** Copies n cells from a line to a line; wide characters cut at the edges are blanked. */
  copyCells(slot: number, col: number, source: number, from: number, n: number): void {
    this.materialize(source, from + n);
    this.materialize(slot, col + n);
    this.split(slot, col);
    this.split(slot, col + n);
    const start = slot * this.cols + col;
    const first = source * this.cols + from;
    this.unfill(source);
    this.ch.copyWithin(start, first, first + n);
    this.at.copyWithin(start, first, first + n);
    if ((this.ch[start]! & TAIL) !== 0) this.ch[start] = BLANK;
    if ((this.ch[start + n - 1]! & HEAD) !== 0) this.ch[start + n - 1] = BLANK;
    this.stamp[slot] = this.generation;
  }

  /** Gives up real cells at the end that equal the virtual ones. */
  trim(slot: number): void {
    const start = slot * this.cols;
    const tail = this.tail[slot]!;
    let len = this.len[slot]!;
    while (len > 0 && this.ch[start + len - 1] === BLANK && this.at[start + len - 1] === tail) len--;
    this.len[slot] = len;
  }

  /** Forgets the scrollback. */
  clearHistory(): void {
    if (this.history === 0) return;
    const { cols, rows } = this;
    const fresh = new Buffer(cols, rows, this.limit);
    for (let row = 0; row < rows; row++) fresh.copyLine(row, this, this.slot(row));
    this.ch = fresh.ch;
    this.at = fresh.at;
    this.len = fresh.len;
    this.tail = fresh.tail;
    this.flags = fresh.flags;
    this.stamp = fresh.stamp;
    this.order = fresh.order;
    this.mask = fresh.mask;
    this.base = 0;
    this.slots = rows;
    this.used = rows;
    this.history = 0;
    this.touchAll();
  }

  /** Makes a slot of this buffer hold what a slot of another one of the same width holds. */
  copyLine(slot: number, from: Buffer, source: number): void {
    const start = slot * this.cols;
    const first = source * from.cols;
    const len = from.len[source]!;
    this.ch.set(from.ch.subarray(first, first + len), start);
    this.at.set(from.at.subarray(first, first + len), start);
    this.len[slot] = len;
    this.tail[slot] = from.tail[source]!;
    this.flags[slot] = from.flags[source]!;
  }

  /** Rewrites every style and cluster index, scrollback included, when the tables are renewed. */
  remap(styles: (style: number) => number, from: ClusterTable, to: ClusterTable): void {
    for (let row = -this.history; row < this.rows; row++) {
      const slot = this.slot(row);
      const start = slot * this.cols;
      const end = start + this.len[slot]!;
      for (let i = start; i < end; i++) {
        const style = this.at[i]!;
        if (style >= INTERNED) this.at[i] = styles(style);
        const ch = this.ch[i]!;
        if ((ch & CLUSTER) !== 0) this.ch[i] = (ch & ~TEXT) | to.index(from.text(ch & TEXT));
      }
      this.tail[slot] = styles(this.tail[slot]!);
    }
  }
}

function grown<T extends Int32Array | Int32Array | Uint8Array>(old: T, fresh: T): T {
  fresh.set(old as never);
  return fresh;
}
