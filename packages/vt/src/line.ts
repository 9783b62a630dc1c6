// Reading lines: cells, and runs of neighbouring cells of one pen.
import { type Buffer, SIZE, WRAPPED } from "./buffer.js";
import { BLANK, CLUSTER, FILLER, HEAD, TAIL, TEXT } from "./cell.js";
import type { Control } from "./control.js";
import { CLUSTER_LIMIT, textOf } from "./print.js";
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
    const { buffer, slot } = this;
    const { styles } = this.control;
    const { at, cols } = buffer;
    const start = slot * cols;
    const tail = buffer.tail[slot]!;
    let len = buffer.len[slot]!;
    if (tail === 0)
      while (len > 0 && at[start + len - 1] === 0 && (buffer.ch[start + len - 1]! & ~FILLER) === BLANK) len--;
    const runs: Run[] = [];
    const text = this.read(len);
    const oneToOne = text.length === len && !this.mapped;
    let col = 0;
    while (col < len) {
      const style = at[start + col]!;
      let end = col + 1;
      while (end < len && at[start + end] === style) end++;
      const part = oneToOne ? text.slice(col, end) : text.slice(offsets![col], offsets![end]);
      runs.push({ col, cols: end - col, text: part, pen: styles.pen(style) });
      col = end;
    }
    if (tail !== 0 && len < cols) {
      const blanks = " ".repeat(cols - len);
      const last = runs[runs.length - 1];
      if (last !== undefined && at[start + len - 1] === tail) {
        last.cols += blanks.length;
        last.text += blanks;
      } else runs.push({ col: len, cols: blanks.length, text: blanks, pen: styles.pen(tail) });
    }
    return runs;
  }

  /** All cells of the line from left to right, blank ones included. */
  *cells(): Generator<Cell> {
    const { buffer, control } = this;
    const start = this.slot * buffer.cols;
    const len = buffer.len[this.slot]!;
    for (let i = start; i < start + len; i++) {
      const ch = buffer.ch[i]!;
      yield {
        text: textOf(control, ch),
        width: (ch & TAIL) !== 0 ? 0 : (ch & HEAD) !== 0 ? 2 : 1,
        pen: control.styles.pen(buffer.at[i]!),
      };
    }
    const pen = control.styles.pen(buffer.tail[this.slot]!);
    for (let col = len; col < buffer.cols; col++) yield { text: " ", width: 1, pen };
  }

  /** The plain text, trailing blanks removed. */
  text(): string {
    const text = this.read(this.buffer.len[this.slot]!);
    let end = text.length;
    while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
    return text.slice(0, end);
  }

  /** The text of the first `len` cells. When not every cell is one unit, `offsets` says where each begins. */
  private read(len: number): string {
    const { ch, cols } = this.buffer;
    const start = this.slot * cols;
    const end = start + len;
    this.mapped = false;
    if (len === 0) return "";
    if (bytes.length < len) {
      bytes = new Uint8Array(len);
      if (units.length < len) units = new Uint16Array(len);
    }
    let all = 0;
    for (let i = start, k = 0; i < end; i++, k++) {
      const c = ch[i]!;
      all |= c;
      bytes[k] = c;
    }
    // In Latin-1 the codes that a cell can hold are the same as in windows-1252, by which decoders read it.
    if (all >>> 8 === 0) return (latin1 ??= new TextDecoder("latin1")).decode(bytes.subarray(0, len));
    let k = 0;
    if (all >>> 16 === 0) for (let i = start; i < end; i++) units[k++] = ch[i]!;
    else {
      this.mapped = true;
      if (offsets === undefined || offsets.length <= len) offsets = new Uint32Array(len + 1);
      for (let i = start; i < end; i++) {
        offsets[i - start] = k;
        const c = ch[i]!;
        if (k + CLUSTER_LIMIT + 2 > units.length) {
          const old = units;
          units = new Uint16Array(2 * k + 256);
          units.set(old);
        }
        if ((c & CLUSTER) !== 0) {
          const text = this.control.clusters.text(c & TEXT);
          for (let j = 0; j < text.length; j++) units[k++] = text.charCodeAt(j);
        } else if ((c & TAIL) === 0) {
          const cp = c & TEXT;
          if (cp < 0x10000) units[k++] = cp;
          else {
            units[k++] = 0xd7c0 + (cp >> 10);
            units[k++] = 0xdc00 + (cp & 0x3ff);
          }
        }
      }
      offsets[len] = k;
    }
    return (utf16 ??= new TextDecoder("utf-16le", { ignoreBOM: true })).decode(units.subarray(0, k));
  }

  private mapped = false;
}

// Scratch space shared by all lines.
let bytes = new Uint8Array(0);
let units = new Uint16Array(0);
let offsets: Uint32Array | undefined;
let latin1: TextDecoder | undefined;
let utf16: TextDecoder | undefined;
