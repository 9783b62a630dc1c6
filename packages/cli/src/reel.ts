// A recording as it is replayed: the events that have been read, and the screen at any of them.
import type { Event } from "@asciinema-ts/asciicast";
import { type Snapshot, Terminal } from "@asciinema-ts/vt";
import { wholeLine } from "./whole-line.js";

/** Characters of events that are read before they are needed, as long as nobody asks for more. */
const AHEAD = 8 * 1024 * 1024;
/** Characters of events that are kept for going back. */
const KEPT = 256 * 1024 * 1024;
/** Characters from one keyframe to the next. */
const SPACING = 1024 * 1024;
/** What an event takes besides its text, in characters. */
const OVERHEAD = 32;
/** Milliseconds of work after which others get their turn. */
const SLICE = 10;

/** The events of a recording, by index from 0. They are read ahead in the background.
 *
 *  Of a recording that is longer than can be kept, the beginning is forgotten as playback moves on. */
export class Reel {
  /** Times of the markers that have been read. */
  readonly markers: number[] = [];
  /** Whether everything has been read, or nothing more can be. */
  ended = false;
  /** What ended it, if that was an error. */
  error: unknown;

  readonly #kept: number;
  #ahead = AHEAD;
  #events: Event[] = [];
  /** Index of the first event that is kept. */
  #first = 0;
  /** Characters of all events that are kept, and of all that have been played. */
  #size = 0;
  #played = 0;
  #position = 0;
  readonly #waiting = new Set<() => void>();
  #room: () => void = () => {};

  readonly #terminal: Terminal;
  /** Events that the terminal has been fed. */
  #fed = 0;
  #sinceKeyframe = 0;
  #keyframes: { index: number; state: Snapshot }[];
  /** The screen after the events that have been forgotten. */
  #beginning: Terminal | undefined;

  /** @param options.kept  characters that are kept at most */
  constructor(
    header: { readonly cols: number; readonly rows: number },
    source: AsyncIterable<Event[]>,
    options: { kept?: number } = {},
  ) {
    this.#kept = options.kept ?? KEPT;
    this.#terminal = new Terminal(bounded(header));
    this.#keyframes = [{ index: 0, state: this.#terminal.snapshot() }];
    void this.#read(source);
  }

  /** Index of the first event that can be gone back to. */
  get first(): number {
    return this.#first;
  }

  /** The number of events that have been read. */
  get length(): number {
    return this.#first + this.#events.length;
  }

  /** The time of the last event that has been read. */
  get duration(): number {
    return this.#events.at(-1)?.time ?? 0;
  }

  /** The event of that index, if it has been read and is kept. */
  at(index: number): Event | undefined {
    return this.#events[index - this.#first];
  }

  /** Says up to which event playback has come, so that more is read, and the oldest can be forgotten. */
  reached(index: number): void {
    for (; this.#position < index; this.#position++) this.#played += sizeOf(this.at(this.#position)!);
    for (; this.#position > index; this.#position--) this.#played -= sizeOf(this.at(this.#position - 1)!);
    this.#room();
  }

  /** Reads on without waiting for playback. */
  hurry(): void {
    this.#ahead = Number.POSITIVE_INFINITY;
    this.#room();
  }

  /** Resolves when more has been read, or nothing more can be. */
  more(): Promise<void> {
    return this.ended ? Promise.resolve() : new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** How many events have happened at that time. */
  indexAt(time: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.time <= time) low = middle + 1;
      else high = middle;
    }
    return this.#first + low;
  }

  /** The screen after so many events, or the first that is not forgotten. It is the same object every time. */
  async screen(index: number): Promise<Terminal> {
    if (index < this.#fed) this.#rewind(index);
    const slices = new Slices();
    while (this.#fed < Math.max(index, this.#first)) {
      const event = this.at(this.#fed);
      if (!event) {
        this.#rewind(this.#first);
        continue;
      }
      apply(this.#terminal, event);
      this.#fed++;
      this.#sinceKeyframe += sizeOf(event);
      if (this.#sinceKeyframe >= SPACING) {
        this.#sinceKeyframe = 0;
        if (this.#keyframes.at(-1)!.index < this.#fed) {
          this.#keyframes.push({ index: this.#fed, state: this.#terminal.snapshot() });
        }
      }
      await slices.next();
    }
    return this.#terminal;
  }

  #rewind(index: number): void {
    const keyframe = this.#keyframes.findLast((one) => one.index <= index) ?? this.#keyframes[0]!;
    this.#terminal.restore(keyframe.state);
    this.#fed = keyframe.index;
    this.#sinceKeyframe = 0;
  }

  /** Looks for the next moment at which text appears on the screen. It reads on as long as more comes at once.
   *
   *  @param from  the number of events after which to begin
   *  @param isText  whether a line has the text
   *  @param stopped  asked now and then
   *  @returns the number of events at that moment; undefined when there is none, or the search was stopped */
  async findAfter(from: number, isText: Match, stopped: () => boolean): Promise<number | undefined> {
    this.hurry();
    const search = new Search((await this.screen(from)).snapshot(), isText);
    for (let index = from; ; index++) {
      if (index === this.length && !(await this.#arrives())) return undefined;
      const offset = search.next(this.at(index)!);
      if (offset !== undefined) return this.#cut(index, offset);
      if ((await search.slices.next()) && stopped()) return undefined;
    }
  }

  /** The same for the moment before. */
  async findBefore(to: number, isText: Match, stopped: () => boolean): Promise<number | undefined> {
    await this.screen(to);
    let end = to;
    for (const { index: start, state } of this.#keyframes.filter(({ index }) => index < to).reverse()) {
      const search = new Search(state, isText);
      let found: { index: number; offset: number } | undefined;
      for (let index = start; index < end; index++) {
        // An event can have the text several times, and the last one counts.
        const event = this.at(index);
        for (let from = 0; event; ) {
          const offset = search.next(event, from);
          if (offset === undefined) break;
          if (index < to - 1 || offset < lengthOf(event)) found = { index, offset };
          from = offset;
        }
        if ((await search.slices.next()) && stopped()) return undefined;
      }
      if (found) return this.#cut(found.index, found.offset);
      end = start;
    }
    return undefined;
  }

  /** Resolves with whether more was read, or with false when nothing came for a moment. */
  async #arrives(): Promise<boolean> {
    const { length } = this;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.more(), new Promise((resolve) => (timer = setTimeout(resolve, QUIET)))]);
    clearTimeout(timer);
    return this.length > length;
  }

  /** Makes the moment after so many characters of an event one that can be gone to.
   *
   *  @returns the number of events at that moment */
  #cut(index: number, offset: number): number {
    const event = this.at(index)!;
    if (event.type !== "output" || offset >= event.text.length) return index + 1;
    const parts = [event.text.slice(0, offset), event.text.slice(offset)].map((text) => ({ ...event, text }));
    this.#events.splice(index - this.#first, 1, ...parts);
    this.#size += OVERHEAD;
    if (this.#position > index) {
      this.#position++;
      this.#played += OVERHEAD;
    }
    if (this.#fed > index) this.#fed++;
    for (const keyframe of this.#keyframes) if (keyframe.index > index) keyframe.index++;
    return index + 1;
  }

  async #read(source: AsyncIterable<Event[]>): Promise<void> {
    const slices = new Slices();
    try {
      for await (const batch of source) {
        for (const event of batch) {
          this.#events.push(event);
          this.#size += sizeOf(event);
          if (event.type === "marker") this.markers.push(event.time);
        }
        this.#wake();
        while (this.#size - this.#played > Math.min(this.#ahead, this.#kept)) {
          await new Promise<void>((resolve) => (this.#room = resolve));
        }
        if (this.#size > this.#kept) this.#forget();
        await slices.next();
      }
    } catch (error) {
      this.error = error;
    }
    this.ended = true;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Drops the oldest events that have been played. What they left on the screen becomes the first keyframe. */
  #forget(): void {
    this.#beginning ??= new Terminal(this.#keyframes[0]!.state);
    this.#beginning.restore(this.#keyframes[0]!.state);
    let count = 0;
    for (; this.#size > this.#kept && this.#first + count < this.#position; count++) {
      const event = this.#events[count]!;
      apply(this.#beginning, event);
      this.#size -= sizeOf(event);
      this.#played -= sizeOf(event);
    }
    if (count === 0) return;
    this.#events.splice(0, count);
    this.#first += count;
    const later = this.#keyframes.filter(({ index }) => index > this.#first);
    this.#keyframes = [{ index: this.#first, state: this.#beginning.snapshot() }, ...later];
  }
}

/** Whether a line has what is looked for. */
export type Match = (line: string) => boolean;

/** Milliseconds without anything new after which a source is taken to have nothing more to give now. */
export const QUIET = 250;

/** A search on a screen of its own. */
class Search {
  readonly slices = new Slices();
  readonly #terminal: Terminal;
  readonly #isText: Match;
  /** Rows of the screen whose lines have the text. */
  #found: boolean[];

  constructor(state: Snapshot, isText: Match) {
    this.#isText = isText;
    this.#terminal = new Terminal(state);
    this.#terminal.restore(state);
    this.#found = this.#lookAtAll();
  }

  /** Goes on through an event.
   *
   *  @returns after how many of its characters the text has appeared; undefined when it has not */
  next(event: Event, from = 0): number | undefined {
    if (event.type === "resize") {
      apply(this.#terminal, event);
      this.#found = this.#lookAtAll();
    }
    if (event.type !== "output") return undefined;
    // In pieces of which nothing is scrolled out of sight before it has been looked at.
    for (let at = from; at < event.text.length; ) {
      const end = endOfRows(event.text, at, this.#terminal);
      const appeared = this.#feed(event.text.slice(at, end));
      at = end;
      if (appeared) return at;
    }
    return undefined;
  }

  #feed(text: string): boolean {
    const { rows, scrolled } = this.#terminal.feed(text);
    if (scrolled > 0) this.#found.splice(0, scrolled);
    let appeared = false;
    for (const row of rows) if (this.#look(row)) appeared = true;
    return appeared;
  }

  /** Looks at the line of that row. Its rows count as one, so that text is found where a line goes on in the next row.
   *
   *  @returns whether it has the text and had not before */
  #look(row: number): boolean {
    const { first, last, text } = wholeLine(this.#terminal, row);
    const had = this.#found.slice(first, last + 1).includes(true);
    const has = this.#isText(text);
    for (let at = first; at <= last; at++) this.#found[at] = has;
    return has && !had;
  }

  #lookAtAll(): boolean[] {
    return Array.from({ length: this.#terminal.rows }, (_, row) => this.#isText(wholeLine(this.#terminal, row).text));
  }
}

/** Where text has gone on for as many rows as the screen has, but one, or ends. */
function endOfRows(text: string, start: number, { cols, rows }: Terminal): number {
  let end = start;
  for (let left = Math.max(1, rows - 1); left > 0; ) {
    const next = text.indexOf("\n", end);
    const stop = next < 0 ? text.length : next + 1;
    if (stop - end > left * cols) return end + left * cols;
    left -= Math.max(1, Math.ceil((stop - end) / cols));
    end = stop;
    if (next < 0) break;
  }
  return end;
}

/** Work in slices, between which others get their turn. */
class Slices {
  #start = performance.now();

  /** @returns whether others had a turn */
  async next(): Promise<boolean> {
    if (performance.now() - this.#start < SLICE) return false;
    await new Promise((resolve) => setImmediate(resolve));
    this.#start = performance.now();
    return true;
  }
}

function apply(terminal: Terminal, event: Event): void {
  if (event.type === "output") terminal.feed(event.text);
  else if (event.type === "resize") {
    const { cols, rows } = bounded(event);
    terminal.resize(cols, rows);
  }
}

function bounded({ cols, rows }: { readonly cols: number; readonly rows: number }): { cols: number; rows: number } {
  return { cols: Math.min(cols, LARGEST), rows: Math.min(rows, LARGEST) };
}

/** A larger screen would only take memory. */
const LARGEST = 1000;

function lengthOf(event: Event): number {
  return event.type === "output" ? event.text.length : 0;
}

function sizeOf(event: Event): number {
  return OVERHEAD + lengthOf(event);
}
