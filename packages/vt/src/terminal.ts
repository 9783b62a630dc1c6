import { type Buffer, MARK_COMMAND, MARK_END, MARK_OUTPUT, MARK_PROMPT } from "./buffer.js";
import { type Colors, Control } from "./control.js";
import { applyHidden, dump } from "./dump.js";
import { Line } from "./line.js";
import { BLINKING, DECSCNM, DECTCEM, SYNC } from "./modes.js";
import { Parser } from "./parser.js";
import { type Anchor, clip, reflow } from "./reflow.js";
import { restore, type Snapshot, type State, snapshot } from "./snapshot.js";

const LARGEST = 10_000;

/** What a terminal is made with. */
export interface TerminalOptions {
  /** Columns, 1 to 10 000. */
  cols: number;
  /** Rows, 1 to 10 000. */
  rows: number;
  /** Lines of scrollback kept; 0 by default, Infinity for all. */
  scrollback?: number;
  /** Count the cells of each code point by itself, as programs did before grapheme clusters. */
  legacyWidths?: boolean;
}

/** What a call changed. Valid until the next call. */
export interface Changes {
  /** Screen rows that differ, ascending, after the screen moved up by `scrolled`. */
  readonly rows: Iterable<number>;
  /** Lines that the primary screen moved up by, first; counted even without scrollback, 0 on the alternate screen. */
  readonly scrolled: number;
  /** Colours, screen or size changed: everything is to be drawn again. */
  readonly all: boolean;
}

/** The cursor. */
export interface Cursor {
  /** Zero-based row. */
  readonly row: number;
  /** Zero-based column, at most cols-1: also when the next character goes to the next line. */
  readonly col: number;
  readonly visible: boolean;
  readonly shape: "block" | "underline" | "bar";
  readonly blinking: boolean;
}

/** A terminal without a window: text in, screen out. */
export class Terminal {
  private readonly control: Control;
  private readonly parser: Parser;

  /** @throws RangeError when a size is not a whole number in its range */
  constructor(options: TerminalOptions) {
    const { cols, rows, scrollback = 0, legacyWidths = false } = options;
    checkSize(cols, rows);
    if (!(scrollback >= 0) || (scrollback !== Infinity && !Number.isInteger(scrollback)))
      throw new RangeError(`scrollback is ${scrollback}: a whole number from 0 on, or Infinity, is needed`);
    const control = new Control(cols, rows, scrollback, legacyWidths);
    this.control = control;
    this.parser = new Parser(control, (data) => applyHidden(control, this.parser, data));
  }

  /** Columns of the screen. */
  get cols(): number {
    return this.control.cols;
  }

  /** Rows of the screen. */
  get rows(): number {
    return this.control.rows;
  }

  /** The cursor as it is now. */
  get cursor(): Cursor {
    const { row, col, modes, shape } = this.control;
    return { row, col, visible: (modes & DECTCEM) !== 0, shape, blinking: (modes & BLINKING) !== 0 };
  }

  /** The title that the program set by OSC 0 or 2, empty at first. */
  get title(): string {
    return this.control.title;
  }

  /** Colours that the program set over those of the theme. */
  get colors(): Colors {
    const { foreground, background, cursorColor, palette } = this.control;
    return {
      ...(foreground && { foreground }),
      ...(background && { background }),
      ...(cursorColor && { cursor: cursorColor }),
      palette,
    };
  }

  /** Whether foreground and background are swapped on the whole screen (DECSCNM). */
  get reverse(): boolean {
    return (this.control.modes & DECSCNM) !== 0;
  }

  /** Whether the program asked to hold drawing until a frame is complete (mode 2026). */
  get synchronized(): boolean {
    return (this.control.modes & SYNC) !== 0;
  }

  /** Whether the alternate screen is shown. */
  get alternate(): boolean {
    return this.control.buffer === this.control.alternate;
  }

  /** Lines of scrollback there are now. */
  get scrollback(): number {
    return this.alternate ? 0 : this.control.primary.history;
  }

  /** Lines that ever left the primary screen at the top. */
  get scrolledOut(): number {
    return this.control.primary.scrolledOut;
  }

  /** The size that the program last asked its window to take (CSI 8 t, DECCOLM), if it did. It is not obeyed. */
  get requestedSize(): { readonly cols: number; readonly rows: number } | undefined {
    return this.control.requested;
  }

  /** OSC 133 marks on the screen's lines, from the top. */
  get marks(): { row: number; kind: "prompt" | "command" | "output" | "end" }[] {
    const b = this.control.buffer;
    const marks: { row: number; kind: "prompt" | "command" | "output" | "end" }[] = [];
    for (let row = 0; row < b.rows; row++) {
      const flags = b.flags[b.slot(row)]!;
      if (flags & MARK_END) marks.push({ row, kind: "end" });
      if (flags & MARK_PROMPT) marks.push({ row, kind: "prompt" });
      if (flags & MARK_COMMAND) marks.push({ row, kind: "command" });
      if (flags & MARK_OUTPUT) marks.push({ row, kind: "output" });
    }
    return marks;
  }

  /** Feeds terminal output and returns what it changed.
   *
   *  Never throws: unknown and malformed sequences are ignored as terminals do. A sequence may be split across calls at
   *  any point.
   *
   *  @param text  decoded output, any length
   *  @see https://vt100.net/emu/dec_ansi_parser */
  feed(text: string): Changes {
    this.begin();
    this.parser.feed(text);
    return this.changes();
  }

  /** Changes the size. Soft-wrapped lines of the primary screen are wrapped anew and the cursor stays on its cell; the
   *  alternate screen is clipped; margins are reset.
   *
   *  @throws RangeError when a size is not a whole number in its range */
  resize(cols: number, rows: number): Changes {
    checkSize(cols, rows);
    this.begin();
    const c = this.control;
    if (cols !== c.cols || rows !== c.rows) {
      const onAlternate = this.alternate;
      const own = c.saved[0];
      const cursor: Anchor =
        onAlternate && own ? anchorOf(own) : { row: c.row, col: c.col + (!onAlternate && c.pending ? 1 : 0) };
      const saved: Anchor | undefined = own && anchorOf(own);
      const primary = reflow(c.primary, cols, rows, saved ? [cursor, saved] : [cursor]);
      let lost = 0;
      let alternate: Buffer | undefined;
      if (c.alternate) ({ buffer: alternate, lost } = clip(c.alternate, cols, rows, onAlternate ? c.row : 0));
      c.resize(cols, rows, primary, alternate, onAlternate);
      if (own && saved) c.saved[0] = { ...own, ...placed(saved, cols) };
      if (onAlternate) {
        c.row = Math.max(0, Math.min(rows - 1, c.row - lost));
        if (c.col >= cols) c.pending = false;
        c.col = Math.min(cols - 1, c.col);
        if (c.col < cols - 1) c.pending = false;
      } else Object.assign(c, placed(cursor, cols));
    }
    return this.changes();
  }

  private begin(): void {
    const b = this.control.buffer;
    b.generation = (b.generation + 1) | 0;
    b.movedTop = 0;
    b.movedEnd = 0;
    this.control.primary.scrolled = 0;
    b.scrolled = 0;
    this.control.all = false;
  }

  private changes(): Changes {
    const { buffer, primary, all } = this.control;
    // Only the primary screen reports how far it moved.
    if (all || (buffer !== primary && buffer.scrolled > 0)) buffer.touchAll();
    return {
      rows: new ChangedRows(buffer),
      scrolled: buffer === primary ? primary.scrolled : 0,
      all,
    };
  }

  /** A line: 0 to rows-1 of the screen, -1 and less of the scrollback, the newest first. To be read before the next feed.
   *
   *  @throws RangeError when there is no such line */
  line(row: number): Line {
    const b = this.control.buffer;
    if (!Number.isInteger(row) || row >= b.rows || row < -this.scrollback)
      throw new RangeError(`line ${row} is not in ${-this.scrollback} to ${b.rows - 1}`);
    return new Line(this.control, b, b.slot(row));
  }

  /** The screen's rows as plain text, trailing blanks removed. */
  text(): string[] {
    const rows: string[] = [];
    for (let row = 0; row < this.rows; row++) rows.push(this.line(row).text());
    return rows;
  }

  /** Control sequences that rebuild this state, without the scrollback, in a fresh terminal of the same size. */
  dump(): string {
    return dump(this.control, this.parser);
  }

  /** A copy of the state without the scrollback, for seeking. */
  snapshot(): Snapshot {
    return snapshot(this.control, this.parser);
  }

  /** Brings back a state, its size included. Scrollback stays when the size does, else it goes. */
  restore(state: Snapshot): void {
    restore(state as State, this.control, this.parser);
  }
}

/** Rows whose line was stamped in the current generation, or that lie in the span of moved rows. */
class ChangedRows {
  private readonly buffer: Buffer;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  [Symbol.iterator](): Iterator<number> {
    const b = this.buffer;
    const { movedTop, movedEnd, generation } = b;
    const rows: number[] = [];
    for (let row = 0; row < b.rows; row++)
      if ((row >= movedTop && row < movedEnd) || b.stamp[b.slot(row)] === generation) rows.push(row);
    return rows[Symbol.iterator]();
  }
}

function anchorOf(saved: { row: number; col: number; pending: boolean }): Anchor {
  return { row: saved.row, col: saved.col + (saved.pending ? 1 : 0) };
}

function placed(anchor: Anchor, cols: number): { row: number; col: number; pending: boolean } {
  return { row: anchor.row, col: Math.min(cols - 1, anchor.col), pending: anchor.col >= cols };
}

function checkSize(cols: number, rows: number): void {
  for (const [name, value] of [
    ["cols", cols],
    ["rows", rows],
  ] as const)
    if (!Number.isInteger(value) || value < 1 || value > LARGEST)
      throw new RangeError(`${name} is ${value}: a whole number from 1 to ${LARGEST} is needed`);
}
