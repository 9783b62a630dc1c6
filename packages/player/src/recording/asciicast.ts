import type { Event as CastEvent, Theme } from "@asciinema-ts/asciicast";

/** What the player wants to know of a recording before its events. */
export interface Head {
  cols: number;
  rows: number;
  /** Not checked: its colours are whatever the file holds. */
  theme?: Theme | undefined;
  /** Microseconds. */
  idleTimeLimit?: number | undefined;
}

const LONGEST = 1 << 26; // characters of a line, or of a v1 file, that are kept
const TRIES = 99; // places at which it is tried to close a torn v1 file

type Json = Record<string, unknown>;

/** Reads what can be played of asciicast v1, v2 and v3, piece by piece: the size, the colours, the events.
 *
 *  This is not the codec: the package `asciicast` has that, checks everything, says what is wrong and keeps what it does not
 *  know. Here broken lines are skipped, in a fraction of the code; a test holds both to the same events. */
export class AsciicastReader {
  head: Head | undefined;
  #rest = "";
  /** The file so far while it is v1, or may be. */
  #whole = "";
  #relative = false;
  #line = 0;
  #time = 0;

  /** @param warn  hears of every line that is skipped */
  constructor(private readonly warn: (text: string) => void) {}

  /** Takes the next piece of the file, which may end anywhere, and gives the events that are complete.
   *
   *  @throws Error  when it is no asciicast file */
  push(piece: string): CastEvent[] {
    const events: CastEvent[] = [];
    let start = 0;
    for (let end = 0; (end = piece.indexOf("\n", start)) >= 0; start = end + 1) {
      this.#take(this.#rest + piece.slice(start, end), events);
      this.#rest = "";
    }
    this.#rest += piece.slice(start);
    if (this.#rest.length + this.#whole.length > LONGEST) throw new Error(`line ${this.#line + 1} is too long`);
    // What is no recording may have no line end for long.
    if (!this.head && !this.#whole && this.#rest.length > 99) this.#judge(this.#rest);
    return events;
  }

  /** Takes the end of the file: a last line without a line end is an event if it is whole. */
  end(): CastEvent[] {
    const events: CastEvent[] = [];
    this.#take(this.#rest, events);
    if (this.#whole) this.#readWhole(events);
    else if (!this.head) refuse("it is empty");
    return events;
  }

  #take(line: string, events: CastEvent[]): void {
    this.#line++;
    if (this.#whole) {
      this.#whole += `${line}\n`;
      return;
    }
    const text = line.trim();
    if (!text || text.startsWith("#")) return;
    const json = parse(text);
    if (this.head) {
      const event = Array.isArray(json) && this.#event(json[0], json[1], json[2], this.#relative);
      if (event) events.push(event);
      else this.warn(`line ${this.#line}: not an event: skipped`);
      return;
    }
    this.#judge(text);
    if (json === undefined || (json as Json).version === 1) this.#whole = `${text}\n`;
    else this.#open(json as Json);
  }

  /** Refuses what cannot be the beginning of a header. Comments may come first. */
  #judge(text: string): void {
    const first = /^\s*([^\s#])/.exec(text)?.[1] ?? "{";
    if (first !== "{") refuse(first === "[" ? "its header is missing" : "its first line is not a header");
  }

  #open({ version, width, height, term, theme, idle_time_limit: limit }: Json): void {
    const inner = Object(term) as Json;
    if (version === 3) this.#relative = true;
    else if (version !== 1 && version !== 2) refuse(`version ${version} is not supported`);
    const { fg, bg, palette } = Object(this.#relative ? inner.theme : theme) as Record<string, string>;
    this.head = {
      cols: size(this.#relative ? inner.cols : width, 80),
      rows: size(this.#relative ? inner.rows : height, 24),
      theme: fg && bg && palette ? { fg, bg, palette: `${palette}`.split(":") } : undefined,
      idleTimeLimit: typeof limit === "number" && limit >= 0 ? Math.round(limit * 1e6) : undefined,
    };
  }

  #readWhole(events: CastEvent[]): void {
    const text = this.#whole;
    let json = parse(text);
    // It was torn off: closed after one of its last entries it can be read.
    for (let cut = text.length, left = TRIES; !json && left > 0 && (cut = text.lastIndexOf("]", cut - 1)) > 0; left--) {
      json = parse(`${text.slice(0, cut + 1)}]}`) ?? parse(`${text.slice(0, cut + 1)}}`);
      this.warn("the file ends early");
    }
    const { version, stdout } = Object(json) as Json;
    if (version !== 1 || !Array.isArray(stdout)) refuse("its header is broken");
    this.#open(json as Json);
    for (const [i, entry] of (stdout as unknown[][]).entries()) {
      const event = Array.isArray(entry) && this.#event(entry[0], "o", entry[1], true);
      if (event) events.push(event);
      else this.warn(`stdout[${i}]: not an event: skipped`);
    }
  }

  #event(seconds: unknown, code: unknown, data: unknown, relative: boolean): CastEvent | undefined {
    const own = typeof seconds === "number" ? Math.round(seconds * 1e6) : Number.NaN;
    const time = relative ? this.#time + own : own;
    if (!Number.isSafeInteger(time) || typeof data !== "string" || typeof code !== "string" || !code) return undefined;
    const event = toEvent(Math.max(time, this.#time), code, data);
    if (event) this.#time = event.time;
    return event;
  }
}

/** An event as it is kept here; undefined for a resize to no size. */
export function toEvent(time: number, code: string, data: unknown): CastEvent | undefined {
  const text = `${data}`;
  if (code === "o") return { time, type: "output", text };
  if (code === "i") return { time, type: "input", text };
  if (code === "m") return { time, type: "marker", label: text };
  if (code !== "r") return { time, type: "other", code, data: text };
  const given = typeof data === "string" ? (/^(\d+)x(\d+)$/.exec(data)?.slice(1) ?? []) : Object.values(Object(data));
  const [cols, rows] = given.map(Number);
  return isSize(cols) && isSize(rows) ? { time, type: "resize", cols, rows } : undefined;
}

function size(value: unknown, unknown: number): number {
  if (!value) return unknown; // recorders write 0 that could not find out
  if (!isSize(value)) refuse("its size is none");
  return value as number;
}

/** Whether something can be a terminal's number of columns or rows. */
export function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65536;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(why: string): never {
  throw new Error(`not an asciicast v1, v2 or v3 file: ${why}`);
}
