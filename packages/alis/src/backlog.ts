import type { Event } from "@asciinema-ts/asciicast";
import type { Init } from "./message.js";

/** Where in a stream its receiver is. */
export type Place = Pick<Init, "lastId" | "time" | "cols" | "rows">;

type Entry = { event: Event; id: number; size: number };

/** What an event takes of memory besides its text, in bytes. */
const OVERHEAD = 64;

/** The events of a stream that may have to be sent, or sent again. The older ones have been sent on this connection. */
export class Backlog {
  #entries: Entry[] = [];
  /** Those before were let go. */
  #first = 0;
  /** Those before were sent. */
  #next = 0;
  #size = 0;
  #start: Place;

  constructor(start: Place) {
    this.#start = start;
  }

  /** The place before the first event that is kept. */
  get start(): Place {
    return this.#start;
  }

  /** What is kept, in bytes or nearly so. */
  get size(): number {
    return this.#size;
  }

  /** Whether everything has been sent. */
  get sent(): boolean {
    return this.#next === this.#entries.length;
  }

  push(event: Event, id: number): void {
    const size = OVERHEAD + ("text" in event ? event.text.length : 0);
    this.#entries.push({ event, id, size });
    this.#size += size;
  }

  /** The next event to be sent, which counts as sent from now on. */
  take(): Entry | undefined {
    return this.sent ? undefined : this.#entries[this.#next++];
  }

  /** Counts everything as not sent. */
  rewind(): void {
    this.#next = this.#first;
  }

  /** Lets go of what was sent up to an event. */
  release(lastId: number): void {
    while (this.#first < this.#next && this.#entries[this.#first]!.id <= lastId) this.#release();
  }

  /** Lets go of what was sent, the oldest first, until no more is kept than so many bytes.
   *
   *  @returns whether that was enough */
  shrink(size: number): boolean {
    while (this.#size > size && this.#first < this.#next) this.#release();
    return this.#size <= size;
  }

  /** Lets go of everything; the stream goes on from another place. */
  clear(start: Place): void {
    this.#entries = [];
    this.#first = this.#next = this.#size = 0;
    this.#start = start;
  }

  #release(): void {
    const { event, id, size } = this.#entries[this.#first]!;
    // Not later than once in a thousand, and not more often than half of the array is empty.
    if (++this.#first >= 1024 && this.#first * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#next -= this.#first;
      this.#first = 0;
    }
    this.#size -= size;
    const { cols, rows } = event.type === "resize" ? event : this.#start;
    this.#start = { lastId: id, time: Math.max(event.time, this.#start.time), cols, rows };
  }
}
