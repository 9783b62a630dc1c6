import type { Event as CastEvent } from "@asciinema-ts/asciicast";
import type { Marker } from "../options.js";
import { showable } from "../size.js";

const SECOND = 1_000_000;

/** How events are placed in time as they arrive. Times are microseconds. */
export interface Timing {
  /** Pauses longer than this are shortened to it. */
  idleTimeLimit?: number | undefined;
  /** Where playback starts on the timeline before pauses are shortened. */
  startAt?: number;
  /** Moves recorded input by this, after pauses are shortened. Nothing is placed before all is read then. */
  inputOffset?: number;
  /** Take the place of the recording's own markers; in seconds, after pauses are shortened. */
  markers?: Marker[] | undefined;
}

/** A marker where it came to lie. */
export interface PlacedMarker {
  index: number;
  /** Index of its event. */
  event: number;
  /** Microseconds. */
  time: number;
  label: string;
}

/** A recording's events, compact and growing while it is read.
 *
 *  Output, which is nearly all of it, is kept as long strings and two numbers per event, so that a stretch of it is
 *  one slice; other events are kept whole, aside. */
export class Timeline {
  readonly markers: PlacedMarker[] = [];
  /** Events so far. */
  length = 0;
  /** Nothing will be appended any more. */
  complete = false;
  /** Where playback starts after pauses were shortened, in microseconds. */
  startAt: number;

  #times = new Float64Array(1024);
  /** Units of output up to and including each event. */
  #ends = new Uint32Array(1024);
  #others = new Map<number, CastEvent>();
  /** Indexes of the others, ascending. */
  #otherIndexes: number[] = [];
  #text = new LongText();
  #read = 0;
  #shortened = 0;
  #own: [time: number, label: string][] | undefined;
  #limit: number;
  #start: number;
  #inputOffset: number;
  #held: CastEvent[] = [];

  constructor(timing: Timing = {}) {
    this.#limit = timing.idleTimeLimit ?? Number.POSITIVE_INFINITY;
    this.#start = timing.startAt ?? 0;
    this.startAt = this.#start;
    this.#inputOffset = timing.inputOffset ?? 0;
    this.#own = timing.markers
      ?.map((marker): [number, string] => (typeof marker === "number" ? [marker, ""] : [marker[0], `${marker[1]}`]))
      .map(([time, label]): [number, string] => [Math.round(time * SECOND), label])
      .sort((a, b) => a[0] - b[0]);
  }

  /** Time of the last event so far, in microseconds. */
  get duration(): number {
    return this.length > 0 ? this.time(this.length - 1) : 0;
  }

  /** Units of output so far. */
  get units(): number {
    return this.#text.length;
  }

  /** Appends what was read next, in microseconds before pauses are shortened. */
  append(event: CastEvent): void {
    const pause = event.time - this.#read;
    if (pause > this.#limit) {
      this.#shortened += pause - this.#limit;
      if (event.time < this.#start) this.startAt = this.#start - this.#shortened;
    }
    this.#read = event.time;
    const time = event.time - this.#shortened;
    if (event.type === "marker" && this.#own) return;
    if (this.#inputOffset === 0) this.#place({ ...event, time });
    else this.#held.push({ ...event, time: event.type === "input" ? time + this.#inputOffset : time });
  }

  /** Says that there is no more. */
  end(): void {
    for (const event of this.#held.sort((a, b) => a.time - b.time)) this.#place(event);
    this.#held = [];
    this.#placeOwn(Number.POSITIVE_INFINITY);
    this.complete = true;
  }

  /** Time of event `index` in microseconds. */
  time(index: number): number {
    return this.#times[index]!;
  }

  /** Event `index` unless it is output. */
  other(index: number): CastEvent | undefined {
    return this.#others.get(index);
  }

  /** Index of the first event at or after `index` that is not output, or the length. */
  nextOther(index: number): number {
    const at = lowerBound(this.#otherIndexes.length, (i) => this.#otherIndexes[i]! >= index);
    return this.#otherIndexes[at] ?? this.length;
  }

  /** Output of events `from` up to but not including `to`. */
  output(from: number, to: number): string {
    return this.#text.slice(this.unitsBefore(from), this.unitsBefore(to));
  }

  /** Units of output before event `index`. */
  unitsBefore(index: number): number {
    return index > 0 ? this.#ends[index - 1]! : 0;
  }

  /** The fewest events that hold this many units of output. */
  indexOfUnits(units: number): number {
    return lowerBound(this.length, (i) => this.#ends[i]! >= units) + 1;
  }

  /** Index of the first event after `time`, or the length. */
  indexAfter(time: number): number {
    return lowerBound(this.length, (i) => this.#times[i]! > time);
  }

  /** Index of the first event at or after `time`, or the length. */
  indexAt(time: number): number {
    return lowerBound(this.length, (i) => this.#times[i]! >= time);
  }

  /** How much output each of so many equal parts of the duration holds: 1 for the fullest, on a logarithmic scale. */
  trace(buckets: number): number[] {
    const units = Array.from({ length: buckets }, () => 0);
    const { duration } = this;
    let before = 0;
    for (let i = 0; i < buckets; i++) {
      const end = i + 1 < buckets ? this.indexAt(((i + 1) * duration) / buckets) : this.length;
      const total = this.unitsBefore(end);
      units[i] = Math.log1p(total - before);
      before = total;
    }
    const most = Math.max(...units) || 1;
    return units.map((value) => value / most);
  }

  #place(event: CastEvent): void {
    this.#placeOwn(event.time);
    this.#push(event);
  }

  #placeOwn(until: number): void {
    while (this.#own?.length && this.#own[0]![0] <= until) {
      const [time, label] = this.#own.shift()!;
      this.#push({ time, type: "marker", label });
    }
  }

  #push(event: CastEvent): void {
    if (this.length === this.#times.length) {
      this.#times = doubled(this.#times);
      this.#ends = doubled(this.#ends);
    }
    if (event.type === "output") this.#text.append(event.text);
    else {
      this.#others.set(this.length, event.type === "resize" ? { ...event, ...showable(event) } : event);
      this.#otherIndexes.push(this.length);
      if (event.type === "marker")
        this.markers.push({ index: this.markers.length, event: this.length, time: event.time, label: event.label });
    }
    this.#times[this.length] = event.time;
    this.#ends[this.length] = this.#text.length;
    this.length++;
  }
}

/** Text that grows to any length: full blocks, and the pieces of the one being filled. */
class LongText {
  length = 0;
  #blocks: string[] = [];
  #starts: number[] = [];
  #pieces: string[] = [];
  #open = 0;

  append(text: string): void {
    if (this.length - this.#open > 65_536) this.#close();
    this.#pieces.push(text);
    this.length += text.length;
  }

  slice(from: number, to: number): string {
    if (to > this.#open) this.#close();
    let at = Math.max(0, lowerBound(this.#starts.length, (i) => this.#starts[i]! > from) - 1);
    let text = "";
    for (; at < this.#blocks.length && this.#starts[at]! < to; at++) {
      const start = this.#starts[at]!;
      text += this.#blocks[at]!.slice(Math.max(0, from - start), to - start);
    }
    return text;
  }

  #close(): void {
    if (this.length === this.#open) return;
    this.#blocks.push(this.#pieces.join(""));
    this.#starts.push(this.#open);
    this.#pieces = [];
    this.#open = this.length;
  }
}

function doubled<A extends Float64Array | Uint32Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(array.length * 2);
  larger.set(array);
  return larger;
}

/** The first of 0 … length for which `reached` holds; it must hold for all after the first. */
function lowerBound(length: number, reached: (i: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
