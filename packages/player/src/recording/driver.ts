import { Clock } from "../clock.js";
import type { Dispatch, Driver, DriverFactory, EmbeddedTheme, SeekLocation } from "../driver.js";
import type { DriverOptions, Logger } from "../options.js";
import { showable } from "../size.js";
import type { RecordingSource } from "../source.js";
import { Keyframes, replay } from "./keyframes.js";
import { type Extent, locate } from "./locate.js";
import { isNetworkError, type Reading, read, readerFor, turn } from "./reader.js";
import { type Segment, Segments } from "./segments.js";
import { Sound } from "./sound.js";
import { type Effect, type Input, next, type State } from "./state.js";
import { Timeline } from "./timeline.js";

const SECOND = 1_000_000;
const PATIENCE = { loading: 3000, buffering: 1000 }; // milliseconds until `loading` is reported
const GRACE = 50; // milliseconds that a whole recording may take to be announced whole before it plays
const DRIFT = 60_000; // microseconds that picture and sound may be apart
const LONGEST_TIMER = 0x7fff_ffff;

/** Makes the driver that plays recordings.
 *
 *  @throws Error  `unknown parser` */
export function recordingDriver(source: RecordingSource): DriverFactory {
  if (source.format !== "segmented") readerFor(source.parser); // an unknown name is the caller's mistake: said at once
  return ({ dispatch, logger }, options) => new RecordingDriver(source, dispatch, logger, options);
}

/** Plays a recording while it is being read.
 *
 *  `state.ts` says what follows what; here is how it is done. `#index` is the first event that has not been applied, so
 *  the terminal always shows the events before it. Times are microseconds, except in the `Driver` face. */
class RecordingDriver implements Driver {
  #state: State = "cold";
  #error: Error | undefined;
  readonly #clock: Clock;
  readonly #abort = new AbortController();

  #timeline = new Timeline();
  #keyframes: Keyframes | undefined;
  #size = { cols: 80, rows: 24 };
  /** Control sequences that make the screen before the timeline's first event. */
  #initial = "";
  #theme: EmbeddedTheme | null = null;
  /** A recording in segments: the timeline holds one of them at a time. */
  #segments: Segments | undefined;
  #segment = 0;
  /** Where a seek wants to go before anything is loaded. */
  #sought: number | undefined;

  #sound: Sound | undefined;
  /** Sound has run dry, and time stands still until it goes on. */
  #silent = false;
  /** Why the browser did not let sound begin. */
  #refusal: unknown;
  /** Bytes. */
  #loadedSize = 0;

  #index = 0;
  /** The terminal shows something else than the events before `#index`. */
  #stale = false;
  /** Playback will begin where `startAt` says. */
  #startPending = true;
  #loops: number;

  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #arrived: Promise<void> | undefined;
  /** Called whenever more has been read, or when there will be no more. */
  #onGrowth = new Set<() => void>();

  constructor(
    private readonly source: RecordingSource,
    private readonly dispatch: Dispatch,
    private readonly logger: Logger,
    private readonly options: DriverOptions,
  ) {
    this.#clock = new Clock(options.speed);
    this.#loops = options.loop === true ? Number.POSITIVE_INFINITY : Number(options.loop);
  }

  async init(): Promise<void> {
    const { poster, preload } = this.options;
    if (preload || poster?.type === "time") {
      this.#do("load");
      await this.#arrived;
    }
    if (poster?.type === "text") {
      if (!this.#keyframes) this.#reset(0);
      this.dispatch("output", poster.text);
      this.#stale = true;
    } else if (poster) {
      const time = poster.time * SECOND;
      await this.#reach(time);
      const shown = this.#until(() => this.#timeline.duration >= time).then(() => this.#showPoster(time));
      // Whoever wants to play need not wait for a poster from far behind.
      if (this.#timeline.complete || this.#timeline.duration >= time) await shown;
    }
  }

  #showPoster(time: number): void {
    if (this.#state !== "ready") return;
    this.#show(this.#timeline.indexAt(time));
    this.#clock.stop(Math.min(time, this.#timeline.duration));
  }

  async play(): Promise<boolean> {
    this.#check();
    this.#refusal = undefined;
    const paused = this.#state === "paused";
    if (paused || this.#state === "ready" || this.#state === "ended") {
      if (!paused) await this.#reach(this.#beginning);
      await this.#soundOn(paused ? this.#position : this.#beginning);
    }
    this.#do("play");
    if (this.#state === "starting") await this.#arrived;
    this.#check();
    if (this.#refusal) throw this.#refusal;
    return this.#state === "playing" || this.#state === "buffering";
  }

  pause(): boolean {
    this.#check();
    this.#do("pause");
    return true;
  }

  async seek(where: SeekLocation): Promise<boolean> {
    if (typeof where === "number") this.#sought = where * SECOND;
    await this.#loaded();
    const now = this.#position;
    const ready = () => locate(where, now, this.#extent, this.#running);
    let target = ready();
    if (target === undefined) {
      await this.#until(() => (target = ready()) !== undefined);
      this.#check();
    }
    await this.#reach(target!);
    const index = this.#timeline.indexAfter(target!);
    if (target === now && index === this.#index && !this.#running && !this.#stale) return false;
    this.#startPending = false;
    this.#show(index);
    this.#clock.set(target!);
    this.#do("seek");
    if (this.#extent.complete && target! >= this.#extent.duration) this.#do("finish");
    return true;
  }

  async step(n: number): Promise<void> {
    await this.#loaded();
    if (this.#running) return;
    const step = Math.sign(n);
    // Event `#index - 1` is the last one shown; outputs are counted from it.
    let at = this.#index - (step > 0 ? 1 : 0);
    if (step < 0) while (at > 0 && this.#timeline.other(at - 1)) at--;
    if (step < 0) at--;
    for (let left = Math.abs(n); left > 0; ) {
      at += step;
      if (at < 0 || at >= this.#timeline.length) {
        const beyond = this.#segment + step;
        if (!this.#segments?.has(beyond)) return;
        await this.#enter(beyond);
        at = step > 0 ? 0 : this.#timeline.length - 1;
      }
      if (!this.#timeline.other(at)) left--;
    }
    this.#startPending = false;
    this.#show(at + 1);
    this.#clock.stop(this.#timeline.time(at));
    this.#do("step");
    const last = at === this.#timeline.length - 1 && !this.#segments?.has(this.#segment + 1);
    if (last && this.#extent.complete) this.#do("finish");
  }

  stop(): void {
    this.#do("stop");
    this.#error ??= new Error("driver has been stopped");
    this.#abort.abort();
    this.#sound?.stop();
    for (const grown of this.#onGrowth) grown();
  }

  setSpeed(speed: number): void {
    this.#clock.speed = speed;
    if (this.#state !== "playing") return;
    this.#schedule();
    this.#playSound();
  }

  mute(muted = true): void {
    if (!this.#sound) return;
    this.#sound.muted = muted;
    this.dispatch("muted", muted);
  }

  unmute(): void {
    this.mute(false);
  }

  getCurrentTime(): number {
    return this.#position / SECOND;
  }

  getDuration(): number | undefined {
    return this.#extent.complete ? this.#extent.duration / SECOND : undefined;
  }

  getLoaded(): number {
    return this.#loadedSize;
  }

  getTrace(buckets: number): number[] {
    return this.#segments ? [] : this.#timeline.trace(buckets);
  }

  get #extent(): Extent {
    return this.#segments ?? this.#timeline;
  }

  /** Where playback begins: at the start at the first time, later at the beginning. */
  get #beginning(): number {
    if (!this.#startPending) return 0;
    if (!this.#segments) return this.#timeline.startAt;
    return Math.min(Math.max(0, this.options.startAt * SECOND), this.#segments.duration);
  }

  get #running(): boolean {
    return this.#state === "playing" || this.#state === "buffering";
  }

  get #position(): number {
    const { complete, duration } = this.#extent;
    return complete ? Math.min(this.#clock.position, duration) : this.#clock.position;
  }

  /** Takes a step of the state machine. */
  #do(input: Input): void {
    const { state, effects } = next(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect) {
      case "load":
        this.#arrived = this.#load();
        this.#arrived.catch(() => {}); // whoever waits for it gets the error; nobody needs to
        return;
      case "rewind":
        this.#rewind();
        return;
      case "run":
        clearTimeout(this.#patience);
        this.#clock.start();
        this.#schedule();
        this.#playSound();
        this.#segments?.keep(this.#segment, this.#loops > 0);
        return;
      case "halt":
        this.#halt();
        return;
      case "wait":
        this.#lookBusy();
        return;
      case "emit play":
        this.dispatch("play", {});
        return;
      case "emit playing":
        this.dispatch("playing", {});
        return;
      case "emit pause":
        clearTimeout(this.#patience);
        this.#sound?.pause();
        this.dispatch("pause", {});
        return;
      case "emit seeked":
        this.dispatch("seeked", {});
        return;
      case "emit ended":
        this.dispatch("ended", {});
        return;
      case "emit error":
        this.#emitError(this.#error!);
        return;
    }
    effect satisfies never;
  }

  /** Commands after the end of everything reject with what ended it. */
  #check(): void {
    if (this.#error) throw this.#error;
  }

  #emitError(error: Error): void {
    const { name, message } = error;
    const canRetry = this.source.url !== undefined && isNetworkError(error);
    this.dispatch("error", canRetry ? { name, message, canRetry } : { name, message });
  }

  #lookBusy(patience = this.#state === "buffering" ? PATIENCE.buffering : PATIENCE.loading): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.dispatch("loading", {}), patience);
  }

  #halt(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    this.#clock.stop(this.#position);
    if (!this.#silent) this.#sound?.pause();
  }

  /** Waits until there is something to play. */
  async #loaded(): Promise<void> {
    this.#check();
    if (this.#state === "cold") this.#do("load");
    await this.#arrived;
    this.#check();
  }

  /** Waits until more data makes a condition true, or there is no more. */
  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#timeline.complete && !this.#error) {
      await new Promise<void>((resolve) => {
        const grown = () => {
          this.#onGrowth.delete(grown);
          resolve();
        };
        this.#onGrowth.add(grown);
      });
    }
  }

  async #load(): Promise<void> {
    const { audioUrl } = this.options;
    if (audioUrl) this.#sound = new Sound(audioUrl, this.logger, this.#onSound);
    const sound = this.#sound?.ready();
    await (this.source.format === "segmented" ? this.#loadSegments() : this.#loadWhole());
    if (!(await sound)) this.#sound = undefined;
    this.#check();
    if (this.#extent.complete) this.#announce();
    this.#reset(0);
    if (this.#state === "starting") {
      await this.#soundOn(this.#beginning).catch((error) => {
        this.#refusal = error;
        this.#do("pause");
      });
    }
    this.#do("arrive");
    if (this.#state === "ready") clearTimeout(this.#patience);
  }

  /** Loads the index, and the segment that is wanted first. */
  async #loadSegments(): Promise<void> {
    const { options, logger } = this;
    const { poster, startAt } = options;
    try {
      this.#segments = await Segments.open(this.source, options, logger, this.#abort.signal);
    } catch (error) {
      throw this.#fail(error);
    }
    this.#theme = this.#segments.theme;
    const first = poster?.type === "time" ? poster.time : startAt;
    await this.#enter(this.#segments.at(this.#sought ?? first * SECOND));
  }

  /** Begins to read; settles when playback can begin. */
  async #loadWhole(): Promise<void> {
    let reading: Reading;
    try {
      reading = await read(this.source, this.logger, this.#abort.signal, (bytes) => {
        this.#loadedSize += bytes;
      });
      const { head } = reading;
      const { markers, idleTimeLimit, startAt, cols, rows } = this.options;
      this.#timeline = new Timeline({
        idleTimeLimit: idleTimeLimit === undefined ? head.idleTimeLimit : idleTimeLimit * SECOND,
        startAt: startAt * SECOND,
        inputOffset: (this.source.inputOffset ?? 0) * SECOND,
        markers,
      });
      this.#size = showable(head);
      const { theme } = head;
      this.#theme = theme ? { foreground: theme.fg, background: theme.bg, palette: theme.palette } : null;
      this.#keyframes = new Keyframes(this.#timeline, this.#size, { cols, rows });
    } catch (error) {
      throw this.#fail(error);
    }
    const whole = this.#pull(reading);
    const enough = this.#until(() => this.#timeline.length > 0 && this.#timeline.duration >= this.#timeline.startAt);
    await Promise.race([whole, enough.then(() => new Promise((resolve) => setTimeout(resolve, GRACE)))]);
    this.#check();
    if (!this.#timeline.complete) whole.then(() => this.#announce()).catch(() => {});
  }

  /** Makes the segment the one that is played in, in which a time lies. */
  async #reach(time: number): Promise<void> {
    const to = this.#segments?.at(time) ?? 0;
    if (to === this.#segment) return;
    if (this.#running) this.#do("starve");
    else this.#lookBusy(PATIENCE.buffering);
    await this.#enter(to);
    clearTimeout(this.#patience);
  }

  async #enter(index: number): Promise<void> {
    try {
      this.#hold(index, await this.#segments!.get(index));
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #hold(index: number, segment: Segment): void {
    this.#segment = index;
    this.#size = showable(segment);
    this.#initial = segment.init;
    this.#timeline = new Timeline();
    for (const event of segment.events) this.#timeline.append(event);
    this.#timeline.end();
    this.#keyframes = new Keyframes(this.#timeline, this.#size, this.options, undefined, segment.init);
    while (this.#keyframes.grow());
    this.#index = 0;
    this.#stale = true;
  }

  /** Plays on in another segment, as soon as it is there.
   *
   *  @param time  where it begins */
  #cross(to: number, time: number): void {
    const left = this.#timeline;
    const enter = (segment: Segment) => {
      this.#hold(to, segment);
      this.#stale = time === 0; // otherwise the screen is already what the segment begins with
      if (this.#stale) this.#show(0);
      this.#clock.set(time);
    };
    const segment = this.#segments!.get(to);
    if (!(segment instanceof Promise)) {
      enter(segment);
      this.#do("cross");
      return;
    }
    if (time > 0) this.#clock.stop(time);
    this.#do("starve");
    const arrive = (segment: Segment) => {
      if (this.#timeline !== left || this.#index < left.length || this.#error) return; // gone elsewhere meanwhile
      enter(segment);
      this.#do("arrive");
    };
    segment.then(arrive, (error) => this.#fail(error));
  }

  /** Starts the sound where playback begins; rejects when the browser does not let it. */
  async #soundOn(time: number): Promise<void> {
    await this.#sound?.play(time / SECOND, this.#clock.speed);
  }

  #playSound(): void {
    this.#soundOn(this.#position).catch((error) => this.logger.warn("the sound does not play:", error));
  }

  #onSound = (waits: boolean | undefined, seconds: number): void => {
    const time = seconds * SECOND;
    if (!this.#running || (this.#state === "buffering" && !this.#silent)) return;
    if (waits === undefined) {
      if (this.#silent || Math.abs(time - this.#clock.position) < DRIFT) return;
      this.#clock.set(time);
      this.#schedule();
    } else if (waits !== this.#silent) {
      this.#silent = waits;
      if (!waits) this.#clock.set(time);
      this.#do(waits ? "starve" : "arrive");
    }
  };

  /** Takes in everything that is read. */
  async #pull({ batches }: Reading): Promise<void> {
    const timeline = this.#timeline;
    const grown = () => {
      for (const tell of [...this.#onGrowth]) tell();
    };
    try {
      for await (const batch of batches) {
        if (this.#error) return;
        for (const event of batch) timeline.append(event);
        while (this.#keyframes!.grow()) await turn();
        grown();
      }
    } catch (error) {
      if (timeline.length === 0) throw this.#fail(error);
      this.logger.warn("the recording breaks off:", error); // what arrived can be played
    }
    timeline.end();
    if (timeline.length === 0) throw this.#fail(new Error("recording is missing events"));
    grown();
  }

  #fail(reason: unknown): Error {
    if (this.#error) return this.#error;
    this.#error = reason instanceof Error ? reason : new Error(`${reason}`);
    this.#do("fail");
    return this.#error;
  }

  #announce(): void {
    if (this.#error) return;
    const markers = this.#extent.markers.map(({ time, label }): [number, string] => [time / SECOND, label]);
    this.dispatch("metadata", { duration: this.#extent.duration / SECOND, markers, hasAudio: !!this.#sound });
  }

  /** Goes where playback begins: to the start at the first time, later to the beginning. */
  #rewind(): void {
    const time = this.#beginning;
    this.#startPending = false;
    if (time > 0) this.#show(this.#timeline.indexAfter(time));
    else this.#show(0);
    this.#clock.set(time);
  }

  /** Makes the terminal show the events before `index`. */
  #show(index: number): void {
    const frame = this.#keyframes?.before(index);
    if (this.#stale || index < this.#index || (frame && frame.index > this.#index)) this.#reset(index);
    replay(this.#timeline, this.#index, index, this.options, {
      output: (text) => this.dispatch("output", text),
      resize: (cols, rows) => this.dispatch("resize", { cols, rows }),
    });
    this.#index = index;
  }

  /** Replaces the terminal by the last known state at or before event `index`. */
  #reset(index: number): void {
    const frame = this.#keyframes?.before(index);
    const { cols = this.#size.cols, rows = this.#size.rows } = this.options;
    this.#index = frame?.index ?? 0;
    this.#stale = false;
    const size = frame ? { cols: frame.snapshot.cols, rows: frame.snapshot.rows } : { cols, rows };
    this.dispatch("reset", {
      size,
      theme: this.#theme,
      ...(frame ? { snapshot: frame.snapshot } : { init: this.#initial }),
    });
  }

  /** Sets the timer for the next event. */
  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#state !== "playing") return;
    const { complete, length } = this.#timeline;
    const due = this.#index < length ? this.#timeline.time(this.#index) : this.#boundary;
    if (due !== undefined) {
      const wait = Math.min(Math.max(0, this.#clock.until(due)), LONGEST_TIMER);
      this.#timer = setTimeout(() => this.#advance(wait < LONGEST_TIMER ? due : 0), wait);
    } else if (complete) this.#end();
    else {
      this.#do("starve");
      this.#until(() => this.#index < this.#timeline.length).then(() => this.#do("arrive"));
    }
  }

  /** Applies everything up to now, at least to `due`: timers may be a little early. */
  #advance(due: number): void {
    const timeline = this.#timeline;
    const now = Math.max(this.#clock.position, due);
    const frameTime = (this.source.minFrameTime ?? 1 / 60) * SECOND;
    while (this.#state === "playing" && this.#index < timeline.length && timeline.time(this.#index) <= now) {
      const event = timeline.other(this.#index);
      if (!event) {
        const from = this.#index;
        const together = timeline.indexAt(Math.max(now + 1, timeline.time(from) + frameTime));
        this.#index = Math.min(timeline.nextOther(from), together);
        this.dispatch("output", timeline.output(from, this.#index));
        continue;
      }
      this.#index++;
      if (event.type === "input") this.dispatch("input", { data: event.text });
      else if (event.type === "resize") {
        const { cols = event.cols, rows = event.rows } = this.options;
        this.dispatch("resize", { cols, rows });
      } else if (event.type === "marker") this.#pass(event.time);
    }
    const boundary = this.#boundary;
    if (this.#state === "playing" && this.#index >= timeline.length && boundary !== undefined && boundary <= now)
      this.#cross(this.#segment + 1, boundary);
    else this.#schedule();
  }

  /** Where the next segment begins. */
  get #boundary(): number | undefined {
    return this.#segments?.starts[this.#segment + 1];
  }

  /** Reports the marker before the event at `#index`. */
  #pass(time: number): void {
    const markers = this.#timeline.markers;
    const local = markers.findIndex((marker) => marker.event === this.#index - 1);
    const start = this.#segments?.starts[this.#segment] ?? 0;
    const index = local + (this.#segments?.markers.filter((marker) => marker.time < start).length ?? 0);
    this.dispatch("marker", { index, time: time / SECOND, label: markers[local]!.label });
    if (!this.options.pauseOnMarkers) return;
    this.#clock.stop(time);
    this.#do("pause");
  }

  #end(): void {
    if (this.#loops > 0) {
      this.#loops--;
      if (this.#segment > 0) {
        this.#cross(0, 0);
        return;
      }
      this.#show(0);
      this.#clock.set(0);
      this.#schedule();
      this.#playSound();
      return;
    }
    this.#clock.stop(this.#extent.duration);
    this.#do("finish");
  }
}
