import { Clock } from "../clock.js";
import type { Dispatch, Driver, DriverFactory, SeekLocation } from "../driver.js";
import { more } from "../loader.js";
import type { DriverOptions, Logger } from "../options.js";
import type { RecordingSource } from "../source.js";
import { Footage } from "./footage.js";
import { locate } from "./locate.js";
import { Projector } from "./projector.js";
import { isNetworkError, readerFor } from "./reader.js";
import type { Segment } from "./segments.js";
import type { Sound } from "./sound.js";
import { type Effect, type Input, next, type State } from "./state.js";

const SECOND = 1_000_000;
const PATIENCE = { loading: 3000, buffering: 1000 }; // milliseconds until `loading` is reported
const DRIFT = 60_000; // microseconds that picture and sound may be apart
const ASLEEP = 90_000; // milliseconds that a timer is not late by even in a hidden tab: the machine slept
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
 *  `state.ts` says what follows what; here is how it is done. Times are microseconds, except in the `Driver` face. */
class RecordingDriver implements Driver {
  #state: State = "cold";
  #error: Error | undefined;
  readonly #clock: Clock;
  readonly #abort = new AbortController();

  #footage: Footage;
  /** Where a seek wants to go before anything is loaded. */
  #sought: number | undefined;

  #sound: Sound | undefined;
  /** Sound has run dry, and time stands still until it goes on. */
  #silent = false;
  /** Why the browser did not let sound begin. */
  #refusal: unknown;

  readonly #projector: Projector;
  /** Playback will begin where `startAt` says. */
  #startPending = true;
  #loops: number;

  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #arrived: Promise<void> | undefined;

  constructor(
    private readonly source: RecordingSource,
    private readonly dispatch: Dispatch,
    private readonly logger: Logger,
    private readonly options: DriverOptions,
  ) {
    this.#footage = new Footage(source, logger, options, this.#abort.signal);
    this.#projector = new Projector(this.#footage, options, dispatch);
    this.#clock = new Clock(options.speed);
    this.#loops = options.loop === true ? Number.POSITIVE_INFINITY : Number(options.loop);
  }

  async init(): Promise<void> {
    const { poster, preload } = this.options;
    if (preload || poster?.type === "npt") {
      this.#do("load");
      await this.#arrived;
    }
    if (poster?.type === "text") {
      this.dispatch("output", poster.value);
      this.#projector.stale = true;
    } else if (poster) {
      const time = poster.value * SECOND;
      await this.#reach(time);
      const shown = this.#footage
        .until(() => this.#footage.timeline.duration >= time)
        .then(() => this.#showPoster(time));
      // Whoever wants to play need not wait for a poster from far behind.
      if (this.#footage.timeline.complete || this.#footage.timeline.duration >= time) await shown;
    }
  }

  #showPoster(time: number): void {
    if (this.#state !== "ready") return;
    this.#projector.show(this.#footage.timeline.indexAt(time));
    this.#clock.stop(Math.min(time, this.#footage.timeline.duration));
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
    locate(where, 0, this.#footage.extent, false); // a mistake is told before anything is loaded
    if (typeof where === "number") this.#sought = where * SECOND;
    await this.#loaded();
    const now = this.#position;
    const ready = () => locate(where, now, this.#footage.extent, this.#running);
    let target = ready();
    if (target === undefined) {
      await this.#footage.until(() => (target = ready()) !== undefined);
      this.#check();
    }
    await this.#reach(target!);
    const index = this.#footage.timeline.indexAfter(target!);
    if (target === now && index === this.#projector.index && !this.#running && !this.#projector.stale) return false;
    this.#startPending = false;
    this.#projector.show(index);
    this.#clock.set(target!);
    this.#do("seek");
    if (this.#footage.extent.complete && target! >= this.#footage.extent.duration) this.#do("finish");
    return true;
  }

  async step(n: number): Promise<void> {
    await this.#loaded();
    if (this.#running) return;
    const step = Math.sign(n);
    // Event `#index - 1` is the last one shown; outputs are counted from it.
    let at = this.#projector.index - (step > 0 ? 1 : 0);
    if (step < 0) while (at > 0 && this.#footage.timeline.other(at - 1)) at--;
    if (step < 0) at--;
    for (let left = Math.abs(n); left > 0; ) {
      at += step;
      if (at < 0 || at >= this.#footage.timeline.length) {
        const beyond = this.#footage.segment + step;
        if (!this.#footage.segments?.has(beyond)) return;
        await this.#enter(beyond);
        at = step > 0 ? 0 : this.#footage.timeline.length - 1;
      }
      if (!this.#footage.timeline.other(at)) left--;
    }
    this.#startPending = false;
    this.#projector.show(at + 1);
    this.#clock.stop(this.#footage.timeline.time(at));
    this.#do("step");
    const last = at === this.#footage.timeline.length - 1 && !this.#footage.segments?.has(this.#footage.segment + 1);
    if (last && this.#footage.extent.complete) this.#do("finish");
  }

  stop(): void {
    this.#do("stop");
    this.#error ??= new Error("driver has been stopped");
    this.#abort.abort();
    this.#sound?.stop();
    this.#footage.grown();
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
    return this.#footage.extent.complete ? this.#footage.extent.duration / SECOND : undefined;
  }

  getLoaded(): number {
    return this.#footage.loadedSize;
  }

  getTrace(buckets: number): number[] {
    return this.#footage.segments?.trace ?? this.#footage.timeline.trace(buckets);
  }

  /** Where playback begins: at the start at the first time, later at the beginning. */
  get #beginning(): number {
    return this.#startPending ? this.#footage.startAt : 0;
  }

  get #running(): boolean {
    return this.#state === "playing" || this.#state === "buffering";
  }

  get #position(): number {
    const { complete, duration } = this.#footage.extent;
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
        this.#footage.segments?.keep(this.#footage.segment, this.#loops > 0);
        return;
      case "halt":
        this.#halt();
        return;
      case "wait":
        this.#lookBusy();
        return;
      case "emit pause":
        clearTimeout(this.#patience);
        this.#sound?.pause();
        this.dispatch("pause", {});
        return;
      case "emit play":
      case "emit playing":
      case "emit seeked":
      case "emit ended":
        this.dispatch(effect.slice(5) as "play", {});
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

  /** Loads what is wanted first; settles when playback can begin. */
  async #load(): Promise<void> {
    const { audioUrl, poster } = this.options;
    try {
      await Promise.all([
        this.#footage.open(this.#sought ?? (poster?.type === "npt" ? poster.value * SECOND : undefined)),
        audioUrl && this.#openSound(audioUrl),
      ]);
    } catch (error) {
      throw this.#fail(error);
    }
    this.#check();
    const whole = () => this.#footage.extent.complete;
    if (whole()) this.#announce();
    else this.#footage.until(whole).then(() => this.#announce());
    this.#projector.reset(0);
    if (this.#state === "starting") {
      await this.#soundOn(this.#beginning).catch((error) => {
        this.#refusal = error;
        this.#do("pause");
      });
    }
    this.#do("arrive");
    if (this.#state === "ready") clearTimeout(this.#patience);
  }

  async #openSound(url: string): Promise<void> {
    const { Sound } = await more();
    if (this.#error) return;
    this.#sound = new Sound(url, this.logger, this.#onSound);
    if (!(await this.#sound.ready())) this.#sound = undefined;
  }

  /** Makes the segment the one that is played in, in which a time lies. */
  async #reach(time: number): Promise<void> {
    const to = this.#footage.segments?.at(time) ?? 0;
    if (to === this.#footage.segment) return;
    if (this.#running) this.#do("starve");
    else this.#lookBusy(PATIENCE.buffering);
    await this.#enter(to);
    clearTimeout(this.#patience);
  }

  async #enter(segment: number): Promise<void> {
    try {
      await this.#footage.enter(segment);
    } catch (error) {
      throw this.#fail(error);
    }
    this.#projector.enter(true);
  }

  /** Plays on in another segment, as soon as it is there.
   *
   *  @param time  where it begins */
  #cross(to: number, time: number): void {
    const left = this.#footage.timeline;
    const enter = (segment: Segment) => {
      this.#footage.hold(to, segment);
      this.#projector.enter(time === 0); // otherwise the screen is already what the segment begins with
      if (time === 0) this.#projector.show(0);
      this.#clock.set(time);
    };
    const segment = this.#footage.segments!.get(to);
    if (!(segment instanceof Promise)) {
      enter(segment);
      this.#do("cross");
      return;
    }
    if (time > 0) this.#clock.stop(time);
    this.#do("starve");
    const arrive = (segment: Segment) => {
      if (this.#footage.timeline !== left || this.#projector.index < left.length || this.#error) return; // gone elsewhere meanwhile
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

  #fail(reason: unknown): Error {
    if (this.#error) return this.#error;
    this.#abort.abort();
    this.#footage.grown();
    this.#error = reason instanceof Error ? reason : new Error(`${reason}`);
    this.#do("fail");
    return this.#error;
  }

  #announce(): void {
    if (this.#error) return;
    const markers = this.#footage.extent.markers.map(({ time, label }): [number, string] => [time / SECOND, label]);
    this.dispatch("metadata", { duration: this.#footage.extent.duration / SECOND, markers, hasAudio: !!this.#sound });
  }

  /** Goes where playback begins: to the start at the first time, later to the beginning. */
  #rewind(): void {
    const time = this.#beginning;
    this.#startPending = false;
    if (time > 0) this.#projector.show(this.#footage.timeline.indexAfter(time));
    else this.#projector.show(0);
    this.#clock.set(time);
  }

  /** Sets the timer for the next event. */
  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#state !== "playing") return;
    const { complete, length } = this.#footage.timeline;
    const due =
      this.#projector.index < length ? this.#footage.timeline.time(this.#projector.index) : this.#footage.boundary;
    if (due !== undefined) {
      const wait = Math.min(Math.max(0, this.#clock.until(due)), LONGEST_TIMER);
      this.#timer = setTimeout(() => this.#advance(wait < LONGEST_TIMER ? due : 0), wait);
    } else if (complete)
      this.#timer = setTimeout(() => this.#end()); // whoever made it run has yet to tell
    else {
      this.#do("starve");
      this.#footage.until(() => this.#projector.index < this.#footage.timeline.length).then(() => this.#do("arrive"));
    }
  }

  /** Applies everything up to now, at least to `due`: timers may be a little early. */
  #advance(due: number): void {
    const timeline = this.#footage.timeline;
    if (due > 0 && this.#clock.until(due) < -ASLEEP) this.#clock.set(due);
    const now = Math.max(this.#clock.position, due);
    const frameTime = (this.source.minFrameTime ?? 1 / 60) * SECOND;
    while (
      this.#state === "playing" &&
      this.#projector.index < timeline.length &&
      timeline.time(this.#projector.index) <= now
    ) {
      const event = this.#projector.next(now, frameTime);
      if (event?.type === "marker") this.#pass(event.time);
    }
    const boundary = this.#footage.boundary;
    if (
      this.#state === "playing" &&
      this.#projector.index >= timeline.length &&
      boundary !== undefined &&
      boundary <= now
    )
      this.#cross(this.#footage.segment + 1, boundary);
    else this.#schedule();
  }

  /** Reports the marker before the event at `index`. */
  #pass(time: number): void {
    const markers = this.#footage.timeline.markers;
    const local = markers.findIndex((marker) => marker.event === this.#projector.index - 1);
    const index = local + this.#footage.markersBefore;
    this.dispatch("marker", { index, time: time / SECOND, label: markers[local]!.label });
    if (!this.options.pauseOnMarkers) return;
    this.#clock.stop(time);
    this.#do("pause");
  }

  #end(): void {
    if (this.#loops > 0) {
      this.#loops--;
      if (this.#footage.segment > 0) {
        this.#cross(0, 0);
        return;
      }
      this.#projector.show(0);
      this.#clock.set(0);
      this.#schedule();
      this.#playSound();
      return;
    }
    this.#clock.stop(this.#footage.extent.duration);
    this.#do("finish");
  }
}
