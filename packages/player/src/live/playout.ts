import type { Event as CastEvent } from "@asciinema-ts/asciicast";
import type { BufferTime } from "./buffer-time.js";

/** Performs a stream's events in their own time, a little after they came, so that an uneven network is not seen. */
export class Playout {
  /** `performance.now()` at the beginning of the stream. */
  #epoch: number;
  #queue: { event: CastEvent; due: number }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param perform     called for each event; output that follows closely comes as one event
   *  @param bufferTime  nothing for no buffer: events are performed as they come
   *  @param start       microseconds of the stream now
   *  @param frameTime   milliseconds within which output is performed together */
  constructor(
    private readonly perform: (event: CastEvent) => void,
    private readonly bufferTime: BufferTime | undefined,
    start: number,
    private readonly frameTime: number,
  ) {
    this.#epoch = performance.now() - start / 1000;
  }

  /** @param event  with its time on the stream */
  push(event: CastEvent): void {
    if (!this.bufferTime) {
      this.perform(event);
      return;
    }
    const time = event.time / 1000;
    let latency = this.#elapsed - time;
    if (latency < 0) {
      // It comes before its time, so the stream began earlier than it seemed.
      this.#epoch += latency;
      latency = 0;
    }
    this.#queue.push({ event, due: time + this.bufferTime(latency) });
    if (this.#queue.length === 1) this.#schedule();
  }

  /** Performs all that is left at once: nothing more will come. */
  flush(): void {
    this.#perform(Number.POSITIVE_INFINITY);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  /** Milliseconds since the beginning of the stream. */
  get #elapsed(): number {
    return performance.now() - this.#epoch;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const [first] = this.#queue;
    if (!first) return;
    this.#timer = setTimeout(
      () => this.#perform(Math.max(first.due + this.frameTime, this.#elapsed)),
      first.due - this.#elapsed,
    );
  }

  /** Performs what is due before a time, consecutive outputs as one. */
  #perform(until: number): void {
    let output: (CastEvent & { text: string }) | undefined;
    const perform = (event: CastEvent | undefined) => event && this.perform(event);
    while (this.#queue[0] && this.#queue[0].due < until) {
      const { event } = this.#queue.shift()!;
      if (event.type === "output") output = output ? { ...output, text: output.text + event.text } : event;
      else {
        perform(output);
        output = undefined;
        perform(event);
      }
    }
    perform(output);
    this.#schedule();
  }
}
