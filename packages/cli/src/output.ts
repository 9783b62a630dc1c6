// Where a session's events go. Each output has its own queue and fails alone.
import type { Event } from "@asciinema-ts/asciicast";
import { Bytes } from "./bytes.js";
import type { ByteEncoding } from "./encoding.js";
import type { Sink } from "./sink.js";
import { cut } from "./utf8.js";

/** Bytes of output in one event at most. It is all that a full disk can cost. */
const LONGEST = 4096;
/** Milliseconds for which a compressor may keep what a reader of the file would miss. */
const FLUSH = 1_000;

export interface Output {
  /** Takes an event other than output; never waits and never throws. */
  write(event: Exclude<Event, { type: "output" }>): void;
  /** Takes what the child has printed, like an event.
   *
   *  @param time  in microseconds
   *  @param output  valid UTF-8, whole characters; the memory is used again */
  print(time: number, output: Uint8Array): void;
  /** Hears that time stands still from now on, and nothing but markers and sizes comes; or that it goes on. */
  pause(paused: boolean): void;
  /** Bytes taken that are not where they belong yet. */
  readonly pending: number;
  /** Resolves when nothing is pending, or nothing more can be written. */
  drained(): Promise<void>;
  /** Resolves when everything is where it belongs, or was given up. */
  end(): Promise<void>;
}

/** A file that gets every event at once, as text of its format.
 *
 *  One write is on its way at a time; what comes meanwhile follows in the next. After an error nothing more is written:
 *  the file then ends within the last event that found room, which readers put up with. */
export class FileOutput implements Output {
  readonly #sink: Sink;
  readonly #encoding: ByteEncoding;
  readonly #onError: (error: Error) => void;
  #queue = new Bytes();
  /** What is being written. */
  #inFlight = new Bytes();
  #writing: Promise<void> | undefined;
  #failed = false;
  /** What is to be done after the next write. */
  #due: "flush" | "sync" | undefined;
  #flushing: NodeJS.Timeout | undefined;

  /** @param sink  this ends it
   *  @param onError  called once, when writing fails for the first time */
  constructor(sink: Sink, encoding: ByteEncoding, onError: (error: Error) => void) {
    this.#sink = sink;
    this.#encoding = encoding;
    this.#onError = onError;
  }

  /** Resolves when the beginning of the file has been written.
   *
   *  @throws the system's error */
  async start(): Promise<void> {
    try {
      this.#encoding.start(this.#queue);
      await this.#sink.write(this.#queue.view);
      this.#queue.clear();
      await this.#sink.flush?.();
    } catch (error) {
      await this.#sink.close().catch(() => {});
      throw error;
    }
  }

  get pending(): number {
    return this.#queue.length + this.#inFlight.length;
  }

  write(event: Exclude<Event, { type: "output" }>): void {
    this.#add((queue) => this.#encoding.event(event, queue));
  }

  print(time: number, output: Uint8Array): void {
    this.#add((queue) => {
      for (const piece of cut(output, LONGEST)) this.#encoding.output(time, piece, queue);
    });
  }

  /** Leaves a remark where the format has a place for it, and makes what was written last. */
  pause(paused: boolean): void {
    this.#add((queue) => this.#encoding.comment(`${paused ? "paused" : "resumed"} ${new Date().toISOString()}`, queue));
    this.#due = "sync";
    this.#pump();
  }

  async drained(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async end(): Promise<void> {
    clearTimeout(this.#flushing);
    this.#add((queue) => this.#encoding.end(queue));
    await this.drained();
    if (!this.#failed) await this.#sink.end?.().catch((error) => this.#fail(error));
    await this.#sink.sync();
    await this.#sink.close().catch((error) => this.#fail(error));
  }

  #add(encode: (queue: Bytes) => void): void {
    if (this.#failed) return;
    encode(this.#queue);
    this.#pump();
  }

  #pump(): void {
    if (this.#writing || this.#failed || (this.#queue.length === 0 && !this.#due)) return;
    [this.#queue, this.#inFlight] = [this.#inFlight, this.#queue];
    const due = this.#due;
    this.#due = undefined;
    this.#writing = this.#carryOut(this.#inFlight.view, due)
      .catch((error) => this.#fail(error))
      .then(() => {
        this.#inFlight.clear();
        this.#writing = undefined;
        this.#pump();
      });
  }

  async #carryOut(data: Uint8Array, due: "flush" | "sync" | undefined): Promise<void> {
    const sink = this.#sink;
    if (data.length > 0) await sink.write(data);
    if (due) await sink.flush?.();
    if (due === "sync") await sink.sync();
    if (due || !sink.flush || data.length === 0) return;
    this.#flushing ??= setTimeout(() => {
      this.#flushing = undefined;
      this.#due ??= "flush";
      this.#pump();
    }, FLUSH);
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#queue.clear();
    clearTimeout(this.#flushing);
    this.#onError(error);
  }
}
