// A recording in real time on the user's terminal.
import type { Event } from "@asciinema-ts/asciicast";
import type { Filter } from "./filter.js";
import { INTERRUPT, type Key, KeyReader } from "./keys.js";
import type { Tty } from "./tty.js";

/** Bytes that may wait for the terminal before playback does. */
const HIGH_WATER = 256 * 1024;
/** Milliseconds without a look at the keyboard while events are overdue. */
const SLICE = 10;

export interface PlaybackOptions {
  filter: Filter;
  keys: { pause: Key | undefined; step: Key | undefined; nextMarker: Key | undefined };
  pauseOnMarkers: boolean;
  /** Ask the terminal to take the sizes of the recording. */
  resize: boolean;
}

export type Outcome = "ended" | "interrupted";

type Action = "quit" | "pause" | "step" | "marker";

/** Plays events, whose times are already those of the playback, from the first to the last or until somebody stops it. */
export class Playback {
  readonly #tty: Tty;
  readonly #options: PlaybackOptions;
  readonly #reader = new KeyReader();
  readonly #actions: Action[] = [];
  #wake: () => void = () => {};
  #lookedAt = performance.now();
  /** Milliseconds since some origin at which the event with time 0 was due; only while playing. */
  #start = performance.now();
  /** Microseconds of the last event; where playback stands while paused. */
  #position = 0;
  #state: "playing" | "paused" | "to-marker" = "playing";
  #stopped = false;

  constructor(tty: Tty, options: PlaybackOptions) {
    this.#tty = tty;
    this.#options = options;
    tty.onInput = (chunk) => this.#onInput(Buffer.from(chunk).toString("latin1"));
    tty.onEnd = () => this.stop();
    tty.resume();
  }

  /** Ends playback as ctrl+c does. */
  stop(): void {
    this.#act("quit");
  }

  /** Plays one recording. It can be called again for another round.
   *
   *  @throws what the events throw */
  async play(size: { cols: number; rows: number }, batches: AsyncIterable<Event[]>): Promise<Outcome> {
    if (this.#stopped) return "interrupted";
    this.#position = 0;
    this.#start = performance.now();
    if (this.#options.resize) this.#resize(size);
    const events = batches[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = events.next();
        // Who waits for a slow source can still stop.
        while (!(await this.#first(next)) && !this.#takeActions()) {}
        if (this.#stopped) return "interrupted";
        const batch = await next;
        if (batch.done) return "ended";
        for (const event of batch.value) {
          await this.#until(event);
          if (this.#stopped) return "interrupted";
          this.#apply(event);
        }
      }
    } finally {
      // A source that never answers must not hold us.
      void events.return?.().catch(() => {});
    }
  }

  /** Resolves when the event is to be applied, or playback was stopped. */
  async #until(event: Event): Promise<void> {
    let step = false;
    for (;;) {
      if (this.#takeActions((action) => (step ||= action === "step"))) return;
      if (step || this.#state === "to-marker") break;
      if (this.#state === "paused") await this.#sleep(undefined);
      else {
        const late = performance.now() - (this.#start + event.time / 1000);
        if (late >= 0) break;
        await this.#sleep(-late);
      }
    }
    this.#position = event.time;
    while (this.#tty.pending > HIGH_WATER && !(await this.#first(this.#tty.drained())) && !this.#takeActions()) {}
    if (performance.now() - this.#lookedAt > SLICE) await this.#sleep(0);
  }

  #apply(event: Event): void {
    switch (event.type) {
      case "output":
        this.#tty.write(this.#options.filter.feed(event.text));
        break;
      case "resize":
        if (this.#options.resize) this.#resize(event);
        break;
      case "marker":
        if (this.#options.pauseOnMarkers || this.#state === "to-marker") this.#state = "paused";
        break;
      case "input":
      case "exit":
      case "other":
        break;
      default:
        event satisfies never;
    }
  }

  #resize({ cols, rows }: { cols: number; rows: number }): void {
    this.#tty.write(`\x1b[8;${rows};${cols}t`);
  }

  /** Does what keys have asked for; steps are for the caller.
   *
   *  @returns whether playback was stopped */
  #takeActions(other: (action: Action) => void = () => {}): boolean {
    for (let action = this.#actions.shift(); action; action = this.#actions.shift()) {
      const { paused } = this;
      if (action === "quit") this.#stopped = true;
      else if (action === "pause" && !paused) this.#state = "paused";
      else if (action === "pause") {
        this.#state = "playing";
        this.#start = performance.now() - this.#position / 1000;
      } else if (action === "marker" && paused) this.#state = "to-marker";
      else if (action === "step" && paused) {
        other(action);
        break; // One event for each press.
      }
    }
    return this.#stopped;
  }

  get paused(): boolean {
    return this.#state === "paused";
  }

  #onInput(bytes: string): void {
    const { pause, step, nextMarker } = this.#options.keys;
    for (const { text, pasted } of this.#reader.read(bytes)) {
      const is = (key: Key | undefined) => !pasted && key !== undefined && key.includes(text);
      if (is(INTERRUPT)) this.#act("quit");
      else if (is(pause)) this.#act("pause");
      else if (is(step)) this.#act("step");
      else if (is(nextMarker)) this.#act("marker");
    }
  }

  #act(action: Action): void {
    this.#actions.push(action);
    this.#wake();
  }

  /** Resolves after so many milliseconds, or when somebody acts. */
  async #sleep(milliseconds: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      // The longest time that timers take.
      if (milliseconds !== undefined) setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1));
    });
    this.#lookedAt = performance.now();
  }

  /** Resolves with true when the work is done, or with false when somebody acts before. */
  #first(work: Promise<unknown>): Promise<boolean> {
    const acted = new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(false);
    });
    if (this.#actions.length > 0) this.#wake();
    return Promise.race([work.then(() => true), acted]);
  }
}
