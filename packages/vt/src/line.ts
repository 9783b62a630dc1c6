// Reading lines: cells, and runs of neighbouring cells of one pen.
import { type Buffer, DOUBLE_BOTTOM, DOUBLE_TOP, DOUBLE_WIDTH, SIZE, WRAPPED } from "./buffer.js";
import { CLUSTER, HEAD, TAIL, TEXT } from "./cell.js";
import type { Control } from "./control.js";
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

/** A line as it was when it was asked for; to be read before the terminal is fed again. */
export class Line {
  private readonly control: Control;
  private readonly buffer: Buffer;
  private readonly slot: number;

  /** @internal */
  constructor(control: Control, buffer: Buffer, slot: number) {
    this.control = control;
    this.buffer = buffer;
    this.slot = slot;
  }

  /** Whether the text goes on in the next line without a line feed between. */
  get wrapped(): boolean {
    return (this.buffer.flags[this.slot]! & WRAPPED) !== 0;
  }

  /** DECDWL and DECDHL: such a line shows its first half of the columns, each twice as wide. */
  get size(): "single" | "double-width" | "double-top" | "double-bottom" {
    switch (this.buffer.flags[this.slot]! & SIZE) {
      case DOUBLE_WIDTH:
        return "double-width";
      case DOUBLE_TOP:
        return "double-top";
      case DOUBLE_BOTTOM:
        return "double-bottom";
      default:
        return "single";
    }
  }

  /** The runs from left to right. Blank cells in the default pen after the last other cell are left out. */
  runs(): Run[] {
    const { buffer, control } = this;
    const { ch, at } = buffer;
    const start = this.slot * buffer.cols;
    const len = buffer.len[this.slot]!;
    const runs: Run[] = [];
    let first = 0;
    while (first < len) {
      const style = at[start + first]!;
      let end = first + 1;
      while (end < len && at[start + end] === style) end++;
      runs.push({
        col: first,
        cols: end - first,
        text: this.textBetween(ch, start + first, start + end),
        pen: control.styles.pen(style),
      });
      first = end;
    }
    const tail = buffer.tail[this.slot]!;
    if (tail !== 0 && len < buffer.cols) {
      const text = " ".repeat(buffer.cols - len);
      const last = runs[runs.length - 1];
      if (last !== undefined && at[start + len - 1] === tail) {
        last.cols += text.length;
        last.text += text;
      } else runs.push({ col: len, cols: text.length, text, pen: control.styles.pen(tail) });
    } else if (tail === 0) {
      const last = runs[runs.length - 1];
      if (last !== undefined && last.pen === control.styles.pen(0) && last.text.endsWith(" ")) {
        const text = trimmed(last.text);
        if (text === "") runs.pop();
        else {
          last.cols -= last.text.length - text.length;
          last.text = text;
        }
      }
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
        text: control.textOf(ch),
        width: (ch & TAIL) !== 0 ? 0 : (ch & HEAD) !== 0 ? 2 : 1,
        pen: control.styles.pen(buffer.at[i]!),
      };
    }
    const pen = control.styles.pen(buffer.tail[this.slot]!);
    for (let col = len; col < buffer.cols; col++) yield { text: " ", width: 1, pen };
  }

  /** The plain text, trailing blanks removed. */
  text(): string {
    const start = this.slot * this.buffer.cols;
    return trimmed(this.textBetween(this.buffer.ch, start, start + this.buffer.len[this.slot]!));
  }

  private textBetween(ch: Uint32Array, from: number, to: number): string {
    let text = "";
    let i = from;
    while (i < to) {
      const end = Math.min(to, i + 64);
      const codes: number[] = [];
      while (i < end) {
        const c = ch[i++]!;
        if (c < 0x10000) codes.push(c);
        else if ((c & TAIL) === 0) {
          if ((c & CLUSTER) !== 0) {
            text += String.fromCharCode(...codes) + this.control.clusters.text(c & TEXT);
            codes.length = 0;
          } else {
            const cp = c & TEXT;
            if (cp < 0x10000) codes.push(cp);
            else codes.push(0xd800 + ((cp - 0x10000) >> 10), 0xdc00 + ((cp - 0x10000) & 0x3ff));
          }
        }
      }
      text += String.fromCharCode(...codes);
    }
    return text;
  }
}

function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(0, end);
}
