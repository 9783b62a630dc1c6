// Where a session's events go. Each output has its own queue and fails alone.
import type { Event } from "@asciinema-ts/asciicast";
import type { Encoding } from "./encoding.js";
import type { Sink } from "./sink.js";

/** Milliseconds for which a compressor may keep what a reader of the file would miss. */
const FLUSH = 1_000;

export interface Output {
  /** Takes an event; never waits and never throws. */
  write(event: Event): void;
  /** Leaves a remark for people where the format has a place for it. */
  comment(text: string): void;
  /** Bytes taken that are not where they belong yet. */
  readonly pending: number;
  /** Resolves when nothing is pending, or nothing more can be written. */
  drained(): Promise<void>;
  /** Makes what was written last. */
  sync(): void;
  /** Resolves when everything is where it belongs, or was given up. */
  end(): Promise<void>;
}

/** A file that gets every event at once, as text of its format.
 *
 *  One write is on its way at a time; what comes meanwhile follows in the next. After an error nothing more is written:
 *  the file then ends within the last event that found room, which readers put up with. */
export class FileOutput implements Output {
  readonly #sink: Sink;
  readonly #encoding: Encoding;
  readonly #onError: (error: Error) => void;
  #queue = "";
  #buffer = Buffer.alloc(0);
  #writing: Promise<void> | undefined;
  #inFlight = 0;
  #failed = false;
  /** What is to be done after the next write. */
  #due: "flush" | "sync" | undefined;
  #flushing: NodeJS.Timeout | undefined;

  /** @param sink  this ends it
   *  @param onError  called once, when writing fails for the first time */
  constructor(sink: Sink, encoding: Encoding, onError: (error: Error) => void) {
    this.#sink = sink;
    this.#encoding = encoding;
    this.#onError = onError;
  }

  /** Resolves when the beginning of the file has been written.
   *
   *  @throws the system's error */
  async start(): Promise<void> {
    try {
      await this.#sink.write(Buffer.from(this.#encoding.start()));
      await this.#sink.flush?.();
    } catch (error) {
      await this.#sink.close().catch(() => {});
      throw error;
    }
  }

  get pending(): number {
    return this.#queue.length + this.#inFlight;
  }

  write(event: Event): void {
    if (this.#failed) return;
    this.#queue += this.#encoding.event(event);
    this.#pump();
  }

  comment(text: string): void {
    if (this.#failed) return;
    this.#queue += this.#encoding.comment(text);
    this.#pump();
  }

  async drained(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  sync(): void {
    this.#due = "sync";
    this.#pump();
  }

  async end(): Promise<void> {
    clearTimeout(this.#flushing);
    if (!this.#failed) this.#queue += this.#encoding.end();
    this.#pump();
    await this.drained();
    if (!this.#failed) await this.#sink.end?.().catch((error) => this.#fail(error));
    await this.#sink.sync();
    await this.#sink.close().catch((error) => this.#fail(error));
  }

  #pump(): void {
    if (this.#writing || this.#failed || (this.#queue === "" && !this.#due)) return;
    // One write at a time, so its memory can be used again; three bytes are the most that a UTF-16 unit takes.
    const most = this.#queue.length * 3;
    if (this.#buffer.length < most) this.#buffer = Buffer.allocUnsafeSlow(most);
    const data = this.#buffer.subarray(0, this.#buffer.write(this.#queue));
    this.#queue = "";
    this.#inFlight = data.length;
    const due = this.#due;
    this.#due = undefined;
    this.#writing = this.#carryOut(data, due)
      .catch((error) => this.#fail(error))
      .then(() => {
        this.#inFlight = 0;
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
    this.#queue = "";
    clearTimeout(this.#flushing);
    this.#onError(error);
  }
}
