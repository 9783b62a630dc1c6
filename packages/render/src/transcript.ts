import type { Event } from "@asciinema-ts/asciicast";
import { type Changes, Terminal } from "@asciinema-ts/vt";
import { affordable } from "./size.js";

/** A line of a transcript. */
export interface TimedLine {
  /** When the line was begun, in microseconds since the start of the session. */
  time: number;
  text: string;
}

// A line that goes on for longer is cut.
const LONGEST = 1 << 20;

// Output is fed in pieces that cannot push more lines out of the screen than the scrollback holds, save by sequences that
// scroll by large numbers.
const PIECE = /.{1,1024}/gsu;
const LINES_KEPT = 2_048;
const CELLS_KEPT = 4_000_000;

// Before a sequence that forgets the scrollback (ED 3, RIS) or hides it (DECSET), what is in it must have been taken.
const FORGETS = /(?=(?:\x1b\[|\x9b)(?:\?[\d;]*h|[\d;]*3J)|\x1bc)/;

/** What a session printed, line by line: the lines that scrolled out of the screen as they go, and in the end those on it.
 *
 *  Lines that the terminal wrapped are joined, white space at their ends and empty lines at the end of the whole are left
 *  out. Of the alternate screen only what it shows at the end counts, after the primary one. Memory does not grow with the
 *  session. */
export class TimedTranscript {
  private terminal: Terminal;
  /** Lines read of those that ever left the primary screen. */
  private read = 0;
  /** When the text of each row of the primary screen was begun. */
  private begun: (number | undefined)[] = [];
  private now = 0;
  /** The line that is being joined, and when it was begun. */
  private text = "";
  private time: number | undefined;
  /** Empty lines held back: there may be nothing after them. */
  private empty = 0;
  private lines: TimedLine[] = [];

  /** @param size  of the terminal when the session starts; sizes beyond 10 000 or 4 million cells are cut */
  constructor(size: { cols: number; rows: number }) {
    this.terminal = terminal(size);
  }

  /** Takes the next event and returns the lines that are complete now. Only output and resizes matter. */
  push(event: Event): TimedLine[] {
    this.now = event.time;
    if (event.type === "output") {
      for (const part of event.text.split(FORGETS)) {
        for (const [piece] of part.matchAll(PIECE)) this.follow(this.terminal.feed(piece));
      }
    } else if (event.type === "resize") {
      this.resize(event.cols, event.rows);
    }
    return this.complete();
  }

  /** Returns the lines that are left. Nothing may be pushed after it. */
  end(): TimedLine[] {
    const { terminal } = this;
    if (terminal.alternate) {
      const alternate = this.copy();
      // CAN ends a sequence that the recording broke off in.
      this.follow(terminal.feed("\x18\x1b[?47l"));
      this.screen();
      this.terminal = alternate;
      this.begun = [];
    }
    this.screen();
    return this.complete();
  }

  private resize(cols: number, rows: number): void {
    // Lines that were read must not come back when the screen grows.
    if (this.read === this.terminal.scrolledOut) this.terminal = this.copy();
    const size = affordable({ cols, rows });
    const times = this.timesOfLines();
    const changes = this.terminal.resize(size.cols, size.rows);
    this.placeTimes(times);
    this.follow(changes);
  }

  /** When each line on the screen was begun, wrapped rows taken together. */
  private timesOfLines(): (number | undefined)[] {
    const times: (number | undefined)[] = [];
    for (let row = 0; row < this.terminal.rows; row++) {
      if (row === 0 || !this.terminal.line(row - 1).wrapped) times.push(this.begun[row]);
      else times[times.length - 1] ??= this.begun[row];
    }
    return times;
  }

  /** Gives the times of lines to the rows that they have after they were wrapped anew, from the first row not read. */
  private placeTimes(times: (number | undefined)[]): void {
    const { terminal } = this;
    if (terminal.alternate) return;
    this.begun = [];
    let line = 0;
    for (let row = Math.min(0, this.read - terminal.scrolledOut); row < terminal.rows; row++) {
      this.begun.push(times[line]);
      if (row < -terminal.scrollback || !terminal.line(row).wrapped) line++;
    }
  }

  /** The terminal without its scrollback. */
  private copy(): Terminal {
    const copy = terminal(this.terminal);
    copy.restore(this.terminal.snapshot());
    return copy;
  }

  /** Reads what left the screen and notes where text was begun. */
  private follow(changes: Changes): void {
    const { terminal, begun } = this;
    if (terminal.alternate) return;
    for (let row = this.read - terminal.scrolledOut; row < 0; row++) {
      const time = begun.shift() ?? this.now;
      if (row >= -terminal.scrollback) this.line(row, time);
    }
    this.read = terminal.scrolledOut;
    for (const row of changes.rows) {
      if (terminal.line(row).text() === "") begun[row] = undefined;
      else begun[row] ??= this.now;
    }
  }

  /** Reads the screen. */
  private screen(): void {
    for (let row = 0; row < this.terminal.rows; row++) this.line(row, this.begun[row] ?? this.now);
    if (this.text) this.finish();
  }

  private line(row: number, time: number): void {
    const line = this.terminal.line(row);
    this.time ??= time;
    if (line.wrapped && row < this.terminal.rows - 1 && this.text.length < LONGEST) {
      this.text += this.whole(row);
    } else {
      this.text += line.text();
      this.finish();
    }
  }

  /** All of a wrapped line, with the blanks at its end but for the one left by a wide character that did not fit. */
  private whole(row: number): string {
    const { terminal } = this;
    const text = terminal.line(row).text();
    if (text.length === terminal.cols) return text;
    const cells = [...terminal.line(row).cells()];
    const [next] = terminal.line(row + 1).cells();
    if (next?.width === 2 && cells.at(-1)?.text === " ") cells.pop();
    return cells.map((cell) => cell.text).join("");
  }

  private finish(): void {
    const text = this.text.trimEnd();
    const time = this.time!;
    this.text = "";
    this.time = undefined;
    if (text === "") {
      this.empty++;
      return;
    }
    for (; this.empty > 0; this.empty--) this.lines.push({ time, text: "" });
    this.lines.push({ time, text });
  }

  private complete(): TimedLine[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }
}

/** What a session printed as plain text: the `txt` format. The lines of {@link TimedTranscript}, each ended by a line feed. */
export class Transcript {
  private readonly lines: TimedTranscript;

  /** @param size  of the terminal when the session starts */
  constructor(size: { cols: number; rows: number }) {
    this.lines = new TimedTranscript(size);
  }

  /** Takes the next event and returns the text that is complete now. */
  push(event: Event): string {
    return plain(this.lines.push(event));
  }

  /** Returns the text that is left. */
  end(): string {
    return plain(this.lines.end());
  }
}

function terminal(size: { cols: number; rows: number }): Terminal {
  const { cols, rows } = affordable(size);
  return new Terminal({ cols, rows, scrollback: Math.max(LINES_KEPT, Math.floor(CELLS_KEPT / cols)) });
}

function plain(lines: readonly TimedLine[]): string {
  return lines.map(({ text }) => `${text}\n`).join("");
}
