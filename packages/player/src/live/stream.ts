import type { Event as CastEvent, Theme } from "@asciinema-ts/asciicast";
import { Clock } from "../clock.js";
import type { Dispatch } from "../driver.js";
import type { Logger } from "../options.js";
import { type AdaptiveBuffer, adaptiveBuffer, type BufferTime } from "./buffer-time.js";
import { Playout } from "./playout.js";

const SECOND = 1_000_000;

/** How a live source is played. */
export interface LiveSource {
  url: string;
  /** How long events are held back, so that they come evenly: milliseconds, 0 for not at all; a function that makes one
   *  from latency to buffer, both milliseconds; or how to adapt to the network, which is the default. */
  bufferTime?: number | null | AdaptiveBuffer | ((tools: { logger: Logger }) => BufferTime);
  /** Output that follows within this many seconds is shown together; 1/60 by default. */
  minFrameTime?: number;
}

/** Where a stream begins, or begins anew. Times are microseconds. */
export interface Beginning {
  time: number;
  cols: number;
  rows: number;
  theme?: Theme | undefined;
  dump?: string | undefined;
}

/** What both live drivers do with what they receive: buffer it, and tell the player. */
export class Stream {
  /** Whether it was heard that nothing is on. */
  idle = false;
  #source: LiveSource;
  #dispatch: Dispatch;
  #logger: Logger;
  #clock: Clock | undefined;
  #playout: Playout | undefined;
  #markers = 0;
  /** How much was printed in each second since `#since`. */
  #printed: number[] = [];
  #since = performance.now();

  constructor(source: LiveSource, dispatch: Dispatch, logger: Logger) {
    this.#source = source;
    this.#dispatch = dispatch;
    this.#logger = logger;
  }

  /** Seconds since the stream began; undefined while none is on. */
  get currentTime(): number | undefined {
    return this.#clock && this.#clock.position / SECOND;
  }

  /** Gets ready for events from a time on. */
  open(time = 0): void {
    this.stop();
    this.#playout = new Playout(
      (event) => this.#perform(event),
      this.#bufferTime(),
      time,
      (this.#source.minFrameTime ?? 1 / 60) * 1000,
    );
  }

  begin({ time, cols, rows, theme, dump }: Beginning): void {
    this.open(time);
    this.idle = false;
    this.#markers = 0;
    this.#clock = new Clock(1);
    this.#clock.set(time);
    this.#clock.start();
    this.#logger.info(`the stream begins: ${cols}x${rows} at ${time / SECOND} s`);
    this.#dispatch("reset", {
      size: { cols, rows },
      ...(dump && { init: dump }),
      theme: theme ? { foreground: theme.fg, background: theme.bg, palette: theme.palette } : null,
    });
    this.#dispatch("playing", {});
  }

  /** What came in each of the last seconds, at most so many: 1 for the most, on a logarithmic scale. */
  getTrace(seconds: number): number[] {
    const all = this.#second + 1;
    const length = Math.min(all, seconds);
    const trace = Array.from({ length }, (_, i) => Math.log1p(this.#printed[all - length + i] ?? 0));
    const most = Math.max(...trace) || 1;
    return trace.map((value) => value / most);
  }

  get #second(): number {
    return Math.floor((performance.now() - this.#since) / 1000);
  }

  push(event: CastEvent): void {
    this.#playout?.push(event);
  }

  /** The connection is lost; time stands still. */
  lose(): void {
    this.#clock?.stop();
    this.#dispatch("loading", {});
  }

  /** The visitor wants it to stand still; it begins anew when they go on. */
  pause(): void {
    this.#playout?.stop();
    this.#clock?.stop();
    this.#dispatch("pause", {});
  }

  /** Nothing is on. */
  offline(message: string): void {
    this.#finish();
    this.idle = true;
    this.#dispatch("offline", { message });
  }

  end(message = "Stream ended"): void {
    this.#finish();
    this.#dispatch("ended", { message });
  }

  stop(): void {
    this.#playout?.stop();
  }

  /** Shows what was held back: the last words count. */
  #finish(): void {
    this.#playout?.flush();
    this.#playout = undefined;
    this.#clock = undefined;
  }

  #bufferTime(): BufferTime | undefined {
    const { bufferTime } = this.#source;
    if (bufferTime === 0) return undefined;
    if (typeof bufferTime === "number") return () => bufferTime;
    if (typeof bufferTime === "function") return bufferTime({ logger: this.#logger });
    return adaptiveBuffer(bufferTime ?? {});
  }

  #perform(event: CastEvent): void {
    this.#clock?.set(event.time);
    switch (event.type) {
      case "output":
        this.#printed[this.#second] = (this.#printed[this.#second] ?? 0) + event.text.length;
        this.#dispatch("output", event.text);
        return;
      case "input":
        this.#dispatch("input", { data: event.text });
        return;
      case "resize":
        this.#dispatch("resize", { cols: event.cols, rows: event.rows });
        return;
      case "marker":
        this.#dispatch("marker", { index: this.#markers++, time: event.time / SECOND, label: event.label });
    }
  }
}
