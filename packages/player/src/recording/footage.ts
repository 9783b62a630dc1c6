import type { EmbeddedTheme } from "../driver.js";
import { more } from "../loader.js";
import type { DriverOptions, Logger } from "../options.js";
import { showable } from "../size.js";
import type { RecordingSource } from "../source.js";
import { Keyframes } from "./keyframes.js";
import type { Extent } from "./locate.js";
import { type Reading, read, turn } from "./reader.js";
import type { Segment, Segments } from "./segments.js";
import { Timeline } from "./timeline.js";

const SECOND = 1_000_000;
const GRACE = 50; // milliseconds that a whole recording may take to be announced whole before it plays

/** What there is of a recording: all that has been read so far, or one of its segments. Times are microseconds. */
export class Footage {
  timeline = new Timeline();
  keyframes: Keyframes | undefined;
  /** Size of the screen before the timeline's first event, and control sequences that make it. */
  size = { cols: 80, rows: 24 };
  initial = "";
  theme: EmbeddedTheme | null = null;
  /** Bytes that have arrived. */
  loadedSize = 0;
  /** Of a recording in segments, which one the timeline holds. */
  segment = 0;
  segments: Segments | undefined;
  /** Called whenever more has been read, or when there will be no more. */
  #onGrowth = new Set<() => void>();

  constructor(
    private readonly source: RecordingSource,
    private readonly logger: Logger,
    private readonly options: DriverOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** How long the recording is, as far as that is known, and its markers. */
  get extent(): Extent {
    return this.segments ?? this.timeline;
  }

  /** Where `startAt` is. */
  get startAt(): number {
    if (!this.segments) return this.timeline.startAt;
    return Math.min(Math.max(0, this.options.startAt * SECOND), this.segments.duration);
  }

  /** Where the next segment begins, if there is one. */
  get boundary(): number | undefined {
    return this.segments?.starts[this.segment + 1];
  }

  /** Markers in the segments before this one. */
  get markersBefore(): number {
    const start = this.segments?.starts[this.segment] ?? 0;
    return this.segments?.markers.filter(({ time }) => time < start).length ?? 0;
  }

  /** Begins to read; settles when playback can begin.
   *
   *  @param first  the time that is wanted first
   *  @throws Error  when nothing can be played */
  async open(first: number | undefined): Promise<void> {
    const { source, options, logger, signal } = this;
    if (source.format === "segmented") {
      const { Segments } = await more();
      this.segments = await Segments.open(source, options, logger, signal);
      this.theme = this.segments.theme;
      await this.enter(this.segments.at(first ?? this.startAt));
      return;
    }
    const reading = await read(source, logger, signal, (bytes) => {
      this.loadedSize += bytes;
    });
    const { theme, idleTimeLimit, ...size } = reading.head;
    this.timeline = new Timeline({
      idleTimeLimit: options.idleTimeLimit === undefined ? idleTimeLimit : options.idleTimeLimit * SECOND,
      startAt: options.startAt * SECOND,
      inputOffset: (source.inputOffset ?? 0) * SECOND,
      markers: options.markers,
    });
    this.size = showable(size);
    this.theme = theme ? { foreground: theme.fg, background: theme.bg, palette: theme.palette } : null;
    this.keyframes = new Keyframes(this.timeline, this.size, options);
    const whole = this.#pull(reading);
    const enough = this.until(() => this.timeline.length > 0 && this.timeline.duration >= this.timeline.startAt);
    await Promise.race([whole, enough.then(() => new Promise((resolve) => setTimeout(resolve, GRACE)))]);
  }

  /** Waits until more data makes a condition true, or there is no more. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.timeline.complete && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        const grown = () => {
          this.#onGrowth.delete(grown);
          resolve();
        };
        this.#onGrowth.add(grown);
      });
    }
  }

  /** Lets everybody look again who waits. */
  grown(): void {
    for (const tell of [...this.#onGrowth]) tell();
  }

  /** Makes a segment the timeline. */
  async enter(index: number): Promise<void> {
    this.hold(index, await this.segments!.get(index));
  }

  hold(index: number, segment: Segment): void {
    this.segment = index;
    this.size = showable(segment);
    this.initial = segment.init;
    this.timeline = new Timeline();
    for (const event of segment.events) this.timeline.append(event);
    this.timeline.end();
    this.keyframes = new Keyframes(this.timeline, this.size, this.options, undefined, segment.init);
    while (this.keyframes.grow());
  }

  /** Takes in everything that is read. */
  async #pull({ batches }: Reading): Promise<void> {
    const { timeline } = this;
    try {
      for await (const batch of batches) {
        if (this.signal.aborted) return;
        for (const event of batch) timeline.append(event);
        while (this.keyframes!.grow()) await turn();
        this.grown();
      }
    } catch (error) {
      if (timeline.length === 0) throw error;
      this.logger.warn("the recording breaks off:", error); // what arrived can be played
    }
    timeline.end();
    if (timeline.length === 0) throw new Error("recording is missing events");
    this.grown();
  }
}
