// Reading lines: cells, and runs of neighbouring cells of one pen.
import type { Buffer } from "./buffer.js";
import { BLANK, CLUSTER, FILLER, HEAD, SIZE, TAIL, TEXT, WRAPPED } from "./cell.js";
import type { Control } from "./control.js";
import { textOf } from "./print.js";
import type { Pen } from "./style.js";

/** Neighbouring cells of one pen. */
export interface Run {
  /** First column, zero-based. */
  col: number;
  /** Cells covered. */
  cols: number;
  text: string;
  pen: Pen;
}

/** One cell. The second half of a wide character has no text and width 0. */
export interface Cell {
  text: string;
  width: 0 | 1 | 2;
  pen: Pen;
}

const SIZES = ["single", "double-width", "double-top", "double-bottom"] as const;

/** A line as it was when it was asked for; to be read before the terminal is fed again. */
export class Line {
  private readonly control: Control;
  private readonly buffer: Buffer;
  private readonly slot: number;

  /** @internal */
  constructor(control: Control, row: number) {
    this.control = control;
    this.buffer = control.buffer;
    this.slot = this.buffer.slot(row);
  }

  /** Whether the text goes on in the next line without a line feed between. */
  get wrapped(): boolean {
    return (this.buffer.flags[this.slot]! & WRAPPED) !== 0;
  }

  /** DECDWL and DECDHL: such a line shows its first half of the columns, each twice as wide. */
  get size(): "single" | "double-width" | "double-top" | "double-bottom" {
    return SIZES[(this.buffer.flags[this.slot]! & SIZE) >> 1]!;
  }

  /** The runs from left to right. Blank cells in the default pen after the last other cell are left out. */
  runs(): Run[] {
    const { buffer, slot, control } = this;
    const { at, ch, cols } = buffer;
    const start = slot * cols;
    const tail = buffer.tail[slot]!;
    let len = buffer.len[slot]!;
    // Virtual cells stay so: what is read resizes and dumps like what is not.
    const rest = tail === 0 ? 0 : cols - len;
    if (rest === 0) while (len > 0 && at[start + len - 1] === 0 && (ch[start + len - 1]! & ~FILLER) === BLANK) len--;
    const runs: Run[] = [];
    const text = read(control, start, len);
    for (let col = 0, end = 0; end < len + rest; col = end) {
      const style = end < len ? at[start + col]! : tail;
      while (end < len && at[start + end] === style) end++;
      let part = oneToOne ? text.slice(col, end) : text.slice(offsets[col], offsets[end]);
      if (end === len && style === tail) {
        part += " ".repeat(rest);
        end += rest;
      }
      runs.push({ col, cols: end - col, text: part, pen: control.styles.pen(style) });
    }
    return runs;
  }

  /** All cells of the line from left to right, blank ones included. */
  *cells(): Generator<Cell> {
    const { buffer, slot, control } = this;
    for (let col = 0; col < buffer.cols; col++) {
      const i = slot * buffer.cols + col;
      const isReal = col < buffer.len[slot]!;
      const ch = isReal ? buffer.ch[i]! : BLANK;
      yield {
        text: textOf(control, ch),
        width: ch === TAIL ? 0 : ch & HEAD ? 2 : 1,
        pen: control.styles.pen(isReal ? buffer.at[i]! : buffer.tail[slot]!),
      };
    }
  }

  /** The plain text, trailing blanks removed. */
  text(): string {
    const { buffer, slot, control } = this;
    return read(control, slot * buffer.cols, buffer.len[slot]!).replace(/ +$/, "");
  }
}

// Scratch space shared by all lines.
let bytes = new Uint8Array(0);
let units = new Uint16Array(0);
/** Where the text of each cell begins, unless each is one unit. */
let offsets = new Uint32Array(0);
let oneToOne = true;
let latin1: TextDecoder | undefined;
let utf16: TextDecoder | undefined;

/** The text of `len` cells from `start` on. */
function read(t: Control, start: number, len: number): string {
  const { ch } = t.buffer;
  if (bytes.length < len) {
    bytes = new Uint8Array(len);
    units = new Uint16Array(2 * len);
    offsets = new Uint32Array(len + 1);
  }
  const narrow = bytes;
  start |= 0;
  len |= 0;
  let all = 0;
  for (let k = 0; k < len; k = (k + 1) | 0) {
    const c = ch[(start + k) | 0]! | 0;
    all |= c;
    narrow[k] = c;
  }
  oneToOne = all < 0x100;
  // In Latin-1 the codes that a cell can hold are the same as in windows-1252, by which decoders read it.
  if (oneToOne) return (latin1 ??= new TextDecoder("latin1")).decode(bytes.subarray(0, len));
  const where = offsets;
  let wide = units;
  let n = 0;
  for (let k = 0; k < len; k = (k + 1) | 0) {
    where[k] = n;
    const c = ch[(start + k) | 0]! | 0;
    const cp = c & TEXT;
    if (c & CLUSTER) {
      const text = t.clusters.text(cp);
      if (n + text.length + 2 * len > wide.length) {
        units = new Uint16Array(2 * (n + text.length + len));
        units.set(wide);
        wide = units;
      }
      for (let j = 0; j < text.length; j++) wide[n++] = text.charCodeAt(j);
    } else if (cp >= 0x10000) {
      wide[n] = 0xd7c0 + (cp >> 10);
      wide[(n + 1) | 0] = 0xdc00 + (cp & 0x3ff);
      n = (n + 2) | 0;
    } else if (c !== TAIL) {
      wide[n] = cp;
      n = (n + 1) | 0;
    }
  }
  where[len] = n;
  return (utf16 ??= new TextDecoder("utf-16le", { ignoreBOM: true })).decode(wide.subarray(0, n));
}
