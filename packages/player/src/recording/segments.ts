import type { Event as CastEvent } from "@asciinema-ts/asciicast";
import type { EmbeddedTheme } from "../driver.js";
import type { DriverOptions, Logger } from "../options.js";
import type { RecordingSource } from "../source.js";
import { isSize, toEvent } from "./asciicast.js";
import { fetched } from "./reader.js";

const SECOND = 1_000_000;
const BARS = 128;

/** A stretch of a recording, and the screen at its beginning. */
export interface Segment {
  cols: number;
  rows: number;
  /** Control sequences that make the screen. */
  init: string;
  /** Times are microseconds since the beginning of the recording. */
  events: CastEvent[];
}

// biome-ignore lint/suspicious/noExplicitAny: what a server sends; every field is checked
type Json = any;

/** A recording in segments, of which only those around the position are loaded.
 *
 *  An index (JSON) says where they are:
 *
 *      { version: 1, duration, term: { cols, rows, theme?: { fg, bg, palette } }, markers?: [[time, label]…],
 *        trace?: [height…], segments: [{ url, start }…] }
 *
 *  and each of them is
 *
 *      { snapshot: { cols, rows, init }, events: [[time, code, data]…] }
 *
 *  with times in seconds since the beginning of the recording. Times in this class are microseconds. */
export class Segments {
  readonly complete = true;
  readonly duration: number;
  readonly markers: { index: number; time: number; label: string }[];
  readonly starts: number[];
  /** How much is printed when, as the line shows it; empty when the index does not say. */
  readonly trace: number[];
  readonly theme: EmbeddedTheme | null;
  #urls: string[];
  #cache = new Map<number, Segment | Promise<Segment>>();

  /** Loads the index.
   *
   *  @throws Error  what is wrong with it, or with the options */
  static async open(
    source: RecordingSource,
    options: DriverOptions,
    logger: Logger,
    signal: AbortSignal,
  ): Promise<Segments> {
    check(typeof source.url === "string", "the source needs one url");
    const foreign = [
      ...(["idleTimeLimit", "markers"] as const).filter((name) => options[name] !== undefined),
      ...["inputOffset", "parser", "encoding"].filter((name) => Object.hasOwn(source, name)),
    ];
    if (foreign.length) throw new Error(`segmented recordings do not support option: ${foreign.join(", ")}`);
    const response = await fetched(source.url as string, source, signal);
    const base = new URL(response.url || (source.url as string), document.baseURI).href;
    return new Segments(source, base, await response.json(), logger, signal);
  }

  private constructor(
    private readonly source: RecordingSource,
    base: string,
    index: Json,
    private readonly logger: Logger,
    private readonly signal: AbortSignal,
  ) {
    check(index?.version === 1, `version ${index?.version} is not supported`);
    const { duration, term, markers = [], trace, segments } = index;
    this.duration = time(duration, Number.POSITIVE_INFINITY, "the duration");
    check(isSize(term?.cols) && isSize(term.rows), "the size is missing");
    const { fg, bg, palette } = Object(term.theme);
    this.theme = fg && bg && palette ? { foreground: fg, background: bg, palette: `${palette}`.split(":") } : null;
    check(Array.isArray(segments) && segments.length > 0, "there are no segments");
    this.starts = segments.map((segment: Json, i: number) => time(segment?.start, duration, `start of segment ${i}`));
    check(
      this.starts.every((start, i) => (i ? start > this.starts[i - 1]! && start < this.duration : start === 0)),
      "the starts of the segments are not ascending from 0",
    );
    this.trace = trace?.length === BARS && trace.every(Number.isFinite) ? trace : [];
    this.#urls = segments.map(({ url }: Json, i: number) => {
      check(typeof url === "string" && url !== "", `segment ${i} has no url`);
      return new URL(url, base).href;
    });
    check(Array.isArray(markers), "the markers are no list");
    let last = 0;
    this.markers = markers.map((marker: Json, index: number) => {
      check(typeof marker?.[1] === "string" && marker.length === 2, `marker ${index} is not [time, label]`);
      const at = time(marker[0], duration, `marker ${index}`);
      check(at >= last, `marker ${index} is before the one before it`);
      last = at;
      return { index, time: at, label: marker[1] };
    });
  }

  /** The segment in which a time lies. */
  at(time: number): number {
    return Math.max(
      0,
      this.starts.findLastIndex((start) => start <= time),
    );
  }

  has(index: number): boolean {
    return this.starts[index] !== undefined;
  }

  /** A segment, at once if it is there.
   *
   *  @throws Error  (the promise) when it cannot be loaded or is not valid */
  get(index: number): Segment | Promise<Segment> {
    const known = this.#cache.get(index);
    if (known) return known;
    const loading = this.#load(index);
    this.#cache.set(index, loading);
    const replace = (segment?: Segment) => {
      if (this.#cache.get(index) !== loading) return;
      if (segment) this.#cache.set(index, segment);
      else this.#cache.delete(index);
    };
    loading.then(replace, () => replace());
    return loading;
  }

  /** Keeps what is around a segment, and loads what comes after it: the first one when it begins again at the end. */
  keep(index: number, loops: boolean): void {
    const last = index === this.starts.length - 1;
    const next = last ? (loops ? 0 : -1) : index + 1;
    for (const key of this.#cache.keys()) if (![index - 1, index, next].includes(key)) this.#cache.delete(key);
    if (next < 0) return;
    Promise.resolve(this.get(next)).catch((error) => this.logger.warn("a segment was not loaded ahead:", error));
  }

  async #load(index: number): Promise<Segment> {
    const { snapshot, events } = await (await fetched(this.#urls[index]!, this.source, this.signal)).json();
    const where = `in segment ${index}`;
    const { cols, rows, init } = Object(snapshot);
    check(isSize(cols) && isSize(rows) && typeof init === "string", `no snapshot ${where}`);
    check(Array.isArray(events) && events.length > 0, `no events ${where}`);
    const start = this.starts[index]!;
    const next = this.starts[index + 1];
    let last = start;
    const placed = events.map((event: Json, i: number) => {
      check(Array.isArray(event) && event.length === 3 && typeof event[1] === "string", `no event at ${i} ${where}`);
      const [seconds, code, data] = event;
      check(code !== "m" || typeof data === "string", `a marker without a label at ${i} ${where}`);
      const at = time(seconds, this.duration / SECOND, `time at ${i} ${where}`);
      check(at >= last && (next === undefined || at < next), `event ${i} out of order ${where}`);
      check(i > 0 || index === 0 || at === start, `no event at the start ${where}`);
      last = at;
      return toEvent(at, code, data) ?? ({ time: at, type: "other", code, data: `${data}` } as const);
    });
    check(next !== undefined || last === this.duration, "the last event is not at the end");
    return { cols, rows, init, events: placed };
  }
}

function time(seconds: unknown, most: number, what: string): number {
  check(typeof seconds === "number" && seconds >= 0 && seconds <= most && seconds < 1e9, `${what} is out of range`);
  return Math.round((seconds as number) * SECOND);
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`segmented recording: ${what}`);
}
