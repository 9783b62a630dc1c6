import { AsciicastError } from "./error.js";
import type { Event } from "./event.js";
import { decodeData, Malformed } from "./event-line.js";
import { isObject } from "./fields.js";
import { foreign, HEAD } from "./foreign.js";
import type { Header } from "./header.js";
import { addNote, type Note } from "./note.js";
import * as v1 from "./v1.js";
import * as v2 from "./v2.js";
import * as v3 from "./v3.js";

/** What to do with a line that is broken in the middle of a file. */
export type Damage = "throw" | "skip";

/** Characters in one line, or in all of a v1 file, above which input is refused rather than kept in memory. */
const LONGEST = 64 * 1024 * 1024;

const BRACKET = 0x5b;

/** Decodes asciicast v1, v2 and v3, piece by piece and synchronously.
 *
 *  Feed it with `push()` and close it with `end()`; each returns the events that became complete. How the input is cut
 *  into pieces makes no difference to events, notes and errors. v1 can only be understood whole: its events come from
 *  `end()`, and a broken entry throws before any of them.
 *
 *  A last line without a line end is an event if it is whole; else it was torn off, and is dropped with a note. A broken
 *  line before that throws, or is skipped with a note, as `damage` says.
 *
 *  `push()` and `end()` throw {@link AsciicastError} and nothing else. Events before a broken line are returned first,
 *  and the next call throws. After an error every further call throws it again; after `end()` they return nothing.
 *
 *  @see docs/asciicast.md */
export class Decoder {
  /** What was put up with so far. */
  readonly notes: Note[] = [];
  readonly #skip: boolean;
  // A byte-order mark is dropped as white space, so that text and bytes are treated alike.
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #state: "header" | "whole" | "events" | "ended" = "header";
  #header: Header | undefined;
  #version: 1 | 2 | 3 | undefined;
  /** The line that is not complete yet; in state `whole` all of the input. */
  #rest = "";
  /** Whether the unfinished first line can become a header. */
  #plausible = false;
  /** The number of the last complete line. */
  #line = 0;
  /** The time of the last event. */
  #time = 0;
  #error: AsciicastError | undefined;

  /** @param options.damage  what to do with broken lines; `throw` unless told otherwise */
  constructor(options: { damage?: Damage } = {}) {
    this.#skip = options.damage === "skip";
  }

  /** The header, as soon as it has been read. */
  get header(): Header | undefined {
    return this.#header;
  }

  /** The version of the format, known together with the header. */
  get version(): 1 | 2 | 3 | undefined {
    return this.#version;
  }

  /** Takes the next piece of the input. It may end anywhere, within a character too. */
  push(chunk: string | Uint8Array): Event[] {
    return this.#decode((events) => {
      this.#text(typeof chunk === "string" ? chunk : this.#utf8.decode(chunk, { stream: true }), events);
    });
  }

  /** Counts an event line that the caller has read by itself instead of pushing it. Only between lines, behind the header.
   *
   *  @param seconds  the number that the line begins with
   *  @returns the event's time in microseconds; undefined when the line has to be pushed, to be told what is wrong with it
   *  @throws {RangeError} when this is within a line, or the file has no event lines */
  skip(seconds: number): number | undefined {
    if (this.#state !== "events" || this.#rest !== "") throw new RangeError("not between event lines");
    if (this.#error || !Number.isSafeInteger(this.#since(seconds))) return undefined;
    this.#line++;
    return this.#advance(seconds);
  }

  /** Takes the end of the input. */
  end(): Event[] {
    return this.#decode((events) => {
      this.#text(this.#utf8.decode(), events);
      if (this.#state === "header" && this.#rest !== "") {
        this.#line++;
        if (!this.#first(this.#rest)) this.#rest = "";
      }
      if (this.#state === "header") throw new AsciicastError("empty file", 0);
      if (this.#state === "whole") this.#whole(events);
      else this.#last(events);
      this.#state = "ended";
      this.#rest = "";
    });
  }

  /** Runs one step, keeping an error back for the next one when there are events to return first. */
  #decode(step: (events: Event[]) => void): Event[] {
    if (this.#error) throw this.#error;
    const events: Event[] = [];
    if (this.#state === "ended") return events;
    try {
      step(events);
    } catch (error) {
      if (!(error instanceof AsciicastError)) throw error;
      this.#error = error;
      this.#rest = "";
      if (events.length === 0) throw error;
    }
    return events;
  }

  #text(text: string, events: Event[]): void {
    let start = 0;
    while (this.#state !== "whole") {
      const end = text.indexOf("\n", start);
      if (end < 0) break;
      const line = this.#rest + text.slice(start, end);
      this.#rest = "";
      this.#line++;
      start = end + 1;
      if (line.length > LONGEST) throw tooLong(this.#line);
      if (this.#state === "events") this.#event(line, events);
      else if (this.#first(line)) this.#rest = `${line}\n`;
    }
    // Appended without being looked at, so that a long line in many small pieces costs no more than in one.
    this.#rest += text.slice(start);
    if (this.#rest.length > LONGEST) throw tooLong(this.#state === "whole" ? 0 : this.#line + 1);
    if (this.#state === "header") this.#glance();
  }

  /** Refuses what cannot be a recording by its first characters, without waiting for the end of a line. */
  #glance(): void {
    if (this.#plausible || this.#rest.length < HEAD) return;
    // Kept without its leading space, so that any amount of that costs nothing.
    this.#rest = this.#rest.trimStart();
    const head = this.#rest.slice(0, HEAD);
    if (head.length < HEAD) return;
    if (head[0] !== "{" && head[0] !== "#") throw refuse(foreign(head));
    this.#plausible = true;
  }

  /** Reads a line before the header, or the header. Returns whether the line has to be kept to be read with the rest. */
  #first(line: string): boolean {
    this.#plausible = false;
    const text = line.trim();
    if (text === "" || text.startsWith("#")) return false;
    if (!text.startsWith("{")) throw refuse(foreign(text.slice(0, HEAD)));
    const json = parse(text);
    // Not whole yet: v1 in several lines, of which the first tells nothing.
    const whole = !isObject(json) || json["version"] === 1;
    if (whole) this.#state = "whole";
    else this.#open(json);
    return whole;
  }

  /** Reads the header line of v2 or v3. */
  #open(json: Record<string, unknown>): void {
    const { version } = json;
    if (version !== 2 && version !== 3) throw refuse(unsupported(version));
    const decodeHeader = version === 2 ? v2.decodeHeader : v3.decodeHeader;
    this.#header = decodeHeader(json, (text) => addNote(this.notes, this.#line, text));
    this.#version = version;
    this.#state = "events";
  }

  /** Reads all of a v1 file. */
  #whole(events: Event[]): void {
    const text = this.#rest.trim();
    const note = (what: string) => addNote(this.notes, 0, what);
    let json = parse(text);
    if (json === undefined) {
      const mended = v1.mend(text);
      json = mended === undefined ? undefined : parse(mended);
      if (!isObject(json) || json["version"] !== 1) throw refuse("its header is broken or not on one line");
      note("the file ends early: what comes after its last whole entry is dropped");
    }
    if (!isObject(json) || json["version"] !== 1)
      throw refuse(unsupported(isObject(json) ? json["version"] : undefined));
    const bad = (what: string) => {
      if (!this.#skip) throw new AsciicastError(what, 0);
      note(`${what}: skipped`);
    };
    const recording = v1.decode(json, bad, note);
    this.#header = recording.header;
    this.#version = 1;
    for (const event of recording.events) events.push(event);
  }

  #event(line: string, events: Event[]): void {
    if (isIdle(line)) return;
    try {
      events.push(this.#decodeEvent(line));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      if (!this.#skip) throw new AsciicastError(error.message, this.#line, { cause: error });
      addNote(this.notes, this.#line, `${error.message}: skipped`);
    }
  }

  /** Reads the last line, which has no line end. */
  #last(events: Event[]): void {
    this.#line++;
    if (isIdle(this.#rest)) return;
    try {
      events.push(this.#decodeEvent(this.#rest));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      addNote(this.notes, this.#line, `${error.message}: the file ends within this line, which is dropped`);
    }
  }

  #decodeEvent(line: string): Event {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      throw new Malformed("not valid JSON", { cause: error });
    }
    if (!Array.isArray(json) || json.length < 3 || typeof json[0] !== "number") {
      throw new Malformed("not an event: [time, code, data] expected");
    }
    const time = this.#since(json[0]);
    if (!Number.isSafeInteger(time)) throw new Malformed("the time is out of range");
    const event = decodeData(Math.max(time, this.#time), json[1], json[2]);
    if (json.length > 3) addNote(this.notes, this.#line, "an event has three parts: the others are left out");
    this.#advance(json[0]);
    return event;
  }

  /** Microseconds since the start. v2 has times since then, v3 since the previous event. Adding 0 makes -0 into 0. */
  #since(seconds: number): number {
    const own = Math.round(seconds * 1e6) + 0;
    return this.#version === 2 ? own : this.#time + own;
  }

  /** The time of the event that is being read. */
  #advance(seconds: number): number {
    const time = this.#since(seconds);
    if (time < this.#time) addNote(this.notes, this.#line, "the time goes back: taken as that of the event before");
    this.#time = Math.max(time, this.#time);
    return this.#time;
  }
}

/** Whether a line says nothing: blank, or a comment. */
function isIdle(line: string): boolean {
  if (line.charCodeAt(0) === BRACKET) return false;
  const text = line.trimStart();
  return text === "" || text.startsWith("#");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unsupported(version: unknown): string {
  if (version === undefined) return "its header has no version";
  return Number.isInteger(version) ? `asciicast v${version} is not supported` : "its version is not a number";
}

function refuse(why: string): AsciicastError {
  return new AsciicastError(`not a v1, v2, v3 asciicast file: ${why}`, 0);
}

function tooLong(line: number): AsciicastError {
  return new AsciicastError(`longer than ${LONGEST / 1024 / 1024} MB`, line);
}
