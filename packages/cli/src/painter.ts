// A recorded screen on the user's terminal, with a line about the playback under it.
import { type Color, clusters, clusterWidth, type Pen, type Terminal, textWidth } from "@asciinema-ts/vt";
import type { Size, Tty } from "./tty.js";
import { wholeLine } from "./whole-line.js";

/** Paints whole frames on the alternate screen, of which only what changed is written. */
export class Painter {
  readonly #tty: Tty;
  #size: Size = { cols: 80, rows: 24 };
  /** What stands in each row. */
  #rows: (string | undefined)[] = [];

  constructor(tty: Tty) {
    this.#tty = tty;
  }

  get cols(): number {
    return this.#size.cols;
  }

  enter(): void {
    this.#tty.write("\x1b[?1049h\x1b[?7l\x1b[0m\x1b[2J");
    this.forget();
  }

  leave(): void {
    this.#tty.write("\x1b[0m\x1b[?7h\x1b[?25h\x1b[0 q\x1b[?1049l");
  }

  /** Paints everything anew the next time: the size may have changed, or something else has written to the terminal. */
  forget(): void {
    this.#size = this.#tty.size;
    this.#rows = [];
  }

  /** @param status  the line under the screen, as wide as the terminal at most; without it there is none
   *  @param cursor  the column of a cursor in that line, instead of the recorded one
   *  @param marked  finds the places in a line that are to stand out: from and to, in characters */
  paint(
    terminal: Terminal,
    options: { status: string | undefined; cursor: number | undefined; marked?: Marked },
  ): void {
    const { cols, rows } = this.#size;
    const { status } = options;
    const room = rows - (status === undefined ? 0 : 1);
    // Of a screen that is too high, the part is shown in which something happens.
    const top = Math.max(0, Math.min(terminal.rows - room, terminal.cursor.row - room + 1));
    let text = "";
    const put = (row: number, content: string) => {
      if (this.#rows[row] === content) return;
      this.#rows[row] = content;
      // Erased before: behind the last column the cursor stands on it.
      text += `\x1b[${row + 1};1H\x1b[0m\x1b[K${content}\x1b[0m`;
    };
    for (let row = 0; row < room; row++) {
      put(row, top + row < terminal.rows ? lineOf(terminal, top + row, cols, options.marked) : "");
    }
    if (status !== undefined) put(room, status);
    const { cursor } = terminal;
    const row = cursor.row - top;
    if (options.cursor !== undefined) text += `\x1b[${room + 1};${options.cursor + 1}H\x1b[?25h`;
    else if (cursor.visible && row >= 0 && row < room && cursor.col < cols) {
      text += `\x1b[${row + 1};${cursor.col + 1}H\x1b[?25h`;
    } else text += "\x1b[?25l";
    this.#tty.write(`\x1b[?2026h\x1b[?25l${text}\x1b[?2026l`);
  }
}

/** The places in a line of text that are to stand out. */
export type Marked = (line: string) => { from: number; to: number }[];

function lineOf(terminal: Terminal, row: number, cols: number, marked: Marked | undefined): string {
  const places = marked ? placesIn(terminal, row, marked) : [];
  const colors = new Colors(terminal);
  let text = "";
  let col = 0;
  let at = 0;
  let last: string | undefined;
  let link: string | undefined;
  let blanks = "";
  for (const { text: char, width, pen } of terminal.line(row).cells()) {
    if (width === 0) continue;
    if (col + width > cols) break;
    col += width;
    const standsOut = places.some(({ from, to }) => at >= from && at < to);
    at += char.length;
    const look = colors.sgr(pen, standsOut);
    const address = pen.link !== undefined && LINK.test(pen.link) ? pen.link : undefined;
    if (look === "" && char === " " && address === undefined) {
      blanks += " ";
      continue;
    }
    if (blanks !== "" && last !== undefined && last !== "") text += "\x1b[0m";
    if (blanks !== "") last = "";
    if (address !== link && link !== undefined) text += linkTo("");
    text += blanks;
    blanks = "";
    if (look !== (last ?? "")) text += `\x1b[0${look}m`;
    if (address !== link && address !== undefined) text += linkTo(address);
    last = look;
    link = address;
    text += char;
  }
  return link === undefined ? text : text + linkTo("");
}

/** Where links may lead, as in what is passed on as it is. */
const LINK = /^(?:https?|mailto):[\x21-\x7e]*$/i;

function linkTo(address: string): string {
  return `\x1b]8;;${address}\x1b\\`;
}

/** The places within a row, of those in the line that it is a part of. */
function placesIn(terminal: Terminal, row: number, marked: Marked): { from: number; to: number }[] {
  const { first, text, starts } = wholeLine(terminal, row);
  const start = starts[row - first]!;
  return marked(text).map(({ from, to }) => ({ from: from - start, to: to - start }));
}

/** Pens as the terminal that is painted on understands them, with the colours that the program has changed. */
class Colors {
  readonly #reverse: boolean;
  readonly #changed: Terminal["colors"];

  constructor({ reverse, colors }: Terminal) {
    this.#reverse = reverse;
    this.#changed = colors;
  }

  /** SGR parameters, each with a semicolon before it; nothing for what is default. */
  sgr(pen: Pen, standsOut: boolean): string {
    let text = "";
    if (pen.bold) text += ";1";
    if (pen.faint) text += ";2";
    if (pen.italic) text += ";3";
    if (pen.underline) text += pen.underline === "single" ? ";4" : `;4:${STYLES.indexOf(pen.underline) + 2}`;
    if (pen.blink) text += ";5";
    if (pen.conceal) text += ";8";
    if (pen.strike) text += ";9";
    if (pen.overline) text += ";53";
    if (standsOut) return `${text};30;43`;
    if (pen.inverse !== this.#reverse) text += ";7";
    const { foreground, background } = this.#changed;
    text += color(this.#resolved(pen.fg) ?? foreground, 30) + color(this.#resolved(pen.bg) ?? background, 40);
    return pen.underline ? text + color(this.#resolved(pen.underlineColor), 50) : text;
  }

  #resolved(value: Color): Color {
    return typeof value === "number" ? (this.#changed.palette.get(value) ?? value) : value;
  }
}

const STYLES = ["double", "curly", "dotted", "dashed"];

function color(value: Color, base: number): string {
  if (value === undefined) return "";
  if (typeof value !== "number") return `;${base + 8};2;${value.r};${value.g};${value.b}`;
  if (base < 50 && value < 8) return `;${base + value}`;
  if (base < 50 && value < 16) return `;${base + 60 + value - 8}`;
  return `;${base + 8};5;${value}`;
}

/** What the line under the screen tells. */
export interface Status {
  /** Microseconds. */
  position: number;
  duration: number;
  /** Whether `duration` is that of everything. */
  complete: boolean;
  paused: boolean;
  speed: number;
  /** Times of the markers in microseconds. */
  markers: readonly number[];
  /** What is to be said instead of the keys. */
  message: string | undefined;
}

const HINTS = ["space ←→ /search s:hide q:quit", "space ←→ / s q", ""];
/** Cells of the bar that are worth drawing. */
const NARROWEST = 10;

/** The line about the playback, exactly as wide as `cols`. */
export function statusLine(status: Status, cols: number): string {
  const { position, duration, complete, paused, speed, message } = status;
  const left = ` ${paused ? "‖" : "▸"} ${clock(position)} / ${clock(duration)}${complete ? "" : "+"}  ${speed}× `;
  const rest = (text: string) => cols - left.length - (text === "" ? 0 : text.length + 2);
  const words = message === undefined ? HINTS : [message];
  const right = words.find((text) => rest(text) >= NARROWEST) ?? words.at(-1)!;
  const bar = rest(right) >= NARROWEST ? `${barOf(status, rest(right) - 1)} ` : "";
  const text = left + bar + (right === "" ? "" : ` ${right} `);
  return `\x1b[0;7m${fit(text, cols)}`;
}

/** A line in which something is typed, exactly as wide as `cols`, and the column of its cursor. */
export function promptLine(text: string, cols: number): { line: string; cursor: number } {
  // The end is what matters.
  let shown = `/${text}`;
  while (textWidth(shown) > cols - 1) shown = shown.slice([...clusters(shown)][0]!.length);
  return { line: `\x1b[0;7m${fit(shown, cols)}`, cursor: textWidth(shown) };
}

function barOf({ position, duration, markers }: Status, cells: number): string {
  const cell = (time: number) => (duration > 0 ? Math.min(cells - 1, Math.floor((time / duration) * cells)) : 0);
  const bar: string[] = Array.from({ length: cells }, (_, n) => (duration > 0 && n <= cell(position) ? "━" : "─"));
  for (const time of markers) bar[cell(time)] = "◆";
  return bar.join("");
}

/** Text cut or filled to a width. Nothing in it is obeyed by a terminal. */
function fit(text: string, cols: number): string {
  let shown = "";
  let width = 0;
  for (const char of clusters(text.replace(/[\0-\x1f\x7f-\x9f]/g, "\ufffd"))) {
    const next = clusterWidth(char);
    if (width + next > cols) break;
    shown += char;
    width += next;
  }
  return shown + " ".repeat(cols - width);
}

/** Time as people write it: 0:05, 12:34, 1:02:03. */
function clock(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
