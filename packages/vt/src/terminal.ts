import { MARK } from "./cell.js";
import { Control, resetMargins, screenShown } from "./control.js";
import { dump } from "./dump.js";
import { LARGEST_SIZE } from "./limits.js";
import { Line } from "./line.js";
import { BLINKING, DECSCNM, DECTCEM, SYNC } from "./modes.js";
import { parse } from "./parser.js";
import { type Anchor, reflow } from "./reflow.js";
import { restore, type Snapshot, snapshot } from "./snapshot.js";
import { type Colors, tabStops } from "./state.js";

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

/** An OSC 133 mark on a line of the screen. */
export interface Mark {
  readonly row: number;
  readonly kind: "prompt" | "command" | "output" | "end";
}

/** A terminal without a window: text in, screen out. */
export interface Terminal {
  /** Columns of the screen. */
  readonly cols: number;
  /** Rows of the screen. */
  readonly rows: number;
  /** The cursor as it is now. */
  readonly cursor: Cursor;
  /** The title that the program set by OSC 0 or 2, empty at first. */
  readonly title: string;
  /** Colours that the program set over those of the theme. */
  readonly colors: Colors;
  /** Whether foreground and background are swapped on the whole screen (DECSCNM). */
  readonly reverse: boolean;
  /** Whether the program asked to hold drawing until a frame is complete (mode 2026). */
  readonly synchronized: boolean;
  /** Whether the alternate screen is shown. */
  readonly alternate: boolean;
  /** Lines of scrollback there are now. */
  readonly scrollback: number;
  /** Lines that ever left the primary screen at the top. */
  readonly scrolledOut: number;
  /** The size that the program last asked its window to take (CSI 8 t, DECCOLM), if it did. It is not obeyed. */
  readonly requestedSize: { readonly cols: number; readonly rows: number } | undefined;
  /** OSC 133 marks on the screen's lines, from the top. */
  readonly marks: readonly Mark[];

  /** Feeds terminal output and returns what it changed.
   *
   *  Never throws: unknown and malformed sequences are ignored as terminals do. A sequence may be split across calls at
   *  any point.
   *
   *  @param text  decoded output, any length
   *  @see https://vt100.net/emu/dec_ansi_parser */
  feed(text: string): Changes;
  /** Changes the size. Soft-wrapped lines of the primary screen are wrapped anew and the cursor stays on its cell; the
   *  alternate screen is clipped; margins are reset.
   *
   *  @throws RangeError when a size is not a whole number in its range */
  resize(cols: number, rows: number): Changes;
  /** A line: 0 to rows-1 of the screen, -1 and less of the scrollback, the newest first. To be read before the next feed.
   *
   *  @throws RangeError when there is no such line */
  line(row: number): Line;
  /** The screen's rows as plain text, trailing blanks removed. */
  text(): string[];
  /** Control sequences that rebuild this state, without the scrollback, in a fresh terminal of the same size. */
  dump(): string;
  /** A copy of the state without the scrollback, for seeking. */
  snapshot(): Snapshot;
  /** Brings back a state, its size included. Scrollback stays when the size does, else it goes. */
  restore(state: Snapshot): void;
}

class Machine extends Control implements Terminal {
  constructor({ cols, rows, scrollback = 0, legacyWidths = false }: TerminalOptions) {
    checkSize(cols, rows);
    if (scrollback !== Infinity) check("scrollback", scrollback, 0, Infinity);
    super(cols, rows, scrollback, legacyWidths);
  }

  get cursor(): Cursor {
    const { row, col, modes, shape } = this;
    return {
      row,
      col,
      visible: (modes & DECTCEM) !== 0,
      shape: (["block", "underline", "bar"] as const)[shape]!,
      blinking: (modes & BLINKING) !== 0,
    };
  }

  get reverse(): boolean {
    return (this.modes & DECSCNM) !== 0;
  }

  get synchronized(): boolean {
    return (this.modes & SYNC) !== 0;
  }

  get alternate(): boolean {
    return screenShown(this) === 1;
  }

  get scrollback(): number {
    return this.buffer.history;
  }

  get scrolledOut(): number {
    return this.screens[0].scrolledOut;
  }

  get requestedSize(): { readonly cols: number; readonly rows: number } | undefined {
    return this.askedCols === 0 ? undefined : { cols: this.askedCols, rows: this.askedRows };
  }

  get marks(): Mark[] {
    const b = this.buffer;
    const marks: Mark[] = [];
    for (let row = 0; row < b.rows; row++)
      for (const [kind, k] of [
        ["end", 3],
        ["prompt", 0],
        ["command", 1],
        ["output", 2],
      ] as const)
        if (b.flags[b.slot(row)]! & (MARK << k)) marks.push({ row, kind });
    return marks;
  }

  feed(text: string): Changes {
    begin(this);
    parse(this, text);
    return changes(this);
  }

  resize(cols: number, rows: number): Changes {
    checkSize(cols, rows);
    begin(this);
    if (cols !== this.cols || rows !== this.rows) resize(this, cols, rows);
    return changes(this);
  }

  line(row: number): Line {
    if (!Number.isInteger(row) || row >= this.rows || row < -this.scrollback)
      throw new RangeError(`line ${row} is not in ${-this.scrollback} to ${this.rows - 1}`);
    return new Line(this, row);
  }

  text(): string[] {
    return Array.from({ length: this.rows }, (_, row) => this.line(row).text());
  }

  dump(): string {
    return dump(this);
  }

  snapshot(): Snapshot {
    return snapshot(this);
  }

  restore(state: Snapshot): void {
    restore(this, state);
  }
}

export const Terminal: new (options: TerminalOptions) => Terminal = Machine;

function begin(t: Control): void {
  const b = t.buffer;
  b.generation = (b.generation + 1) | 0;
  b.movedTop = b.movedEnd = b.scrolled = t.screens[0].scrolled = 0;
  t.all = false;
}

function changes({ buffer, screens, all }: Control): Changes {
  const { scrolled } = buffer;
  // Only the primary screen reports how far it moved.
  const primary = buffer === screens[0];
  if (all || (!primary && scrolled > 0)) buffer.touchAll();
  return { rows: buffer, scrolled: primary ? scrolled : 0, all };
}

function resize(t: Control, cols: number, rows: number): void {
  const shown = screenShown(t);
  const [primary, alternate] = t.screens;
  const { generation } = t.buffer;
  const [own] = t.saved;
  const anchorOf = ({ row, col, pending }: Pick<Control, "row" | "col" | "pending">) => ({ row, col: col + pending });
  const placed = ({ row, col }: Anchor) => ({ row, col: Math.min(cols - 1, col), pending: col < cols ? 0 : 1 });
  const cursor = anchorOf(shown === 1 && own ? own : t);
  const saved = own && anchorOf(own);
  t.screens = [reflow(primary, cols, rows, saved ? [cursor, saved] : [cursor])];
  const lost = shown === 1 ? Math.max(0, t.row - rows + 1) : 0;
  if (alternate) t.screens[1] = reflow(alternate, cols, rows, [{ row: lost, col: 0 }], lost);
  t.buffer = t.screens[shown]!;
  t.buffer.generation = generation;
  t.cols = cols;
  t.rows = rows;
  resetMargins(t);
  // New columns have the usual stops unless the program made its own.
  const usual = tabStops(t.tabs.length).every((stop, col) => stop <= t.tabs[col]!);
  const tabs = usual ? tabStops(cols) : new Uint8Array(cols);
  tabs.set(t.tabs.subarray(0, cols));
  t.tabs = tabs;
  const fit = ({ row, col }: Anchor) => ({ row: Math.min(rows - 1, row), col: Math.min(cols - 1, col) });
  t.saved = t.saved.map((old, which) => old && { ...old, ...(which === 0 ? placed(saved!) : fit(old)) });
  if (shown === 0) Object.assign(t, placed(cursor));
  else {
    if (t.col !== cols - 1) t.pending = 0;
    Object.assign(t, fit({ row: t.row - lost, col: t.col }));
  }
  t.all = true;
}

function checkSize(cols: number, rows: number): void {
  check("cols", cols, 1, LARGEST_SIZE);
  check("rows", rows, 1, LARGEST_SIZE);
}

function check(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`${name} is ${value}: a whole number from ${least} to ${most} is needed`);
}
