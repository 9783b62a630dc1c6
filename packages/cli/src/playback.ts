// A recording in real time on the user's terminal.
//
// As long as it only goes forward, what was recorded is passed on to the terminal as it is. From the first time that
// somebody seeks, searches or asks where it stands, frames are painted on the alternate screen instead.
import type { Event } from "@asciinema-ts/asciicast";
import type { Filter } from "./filter.js";
import { INTERRUPT, type Key, KeyReader } from "./keys.js";
import { type Marked, Painter, promptLine, statusLine } from "./painter.js";
import { PlaybackClock } from "./playback-clock.js";
import { Query } from "./query.js";
import { QUIET, type Reel } from "./reel.js";
import type { Tty } from "./tty.js";

/** Bytes that may wait for the terminal before playback does. */
const HIGH_WATER = 256 * 1024;
/** Milliseconds without a look at the keyboard while events are overdue. */
const SLICE = 10;
/** Milliseconds from one painted frame to the next. */
const FRAME = 33;
/** Milliseconds after which the line with the time is painted again. */
const TICK = 250;
/** Microseconds that the arrow keys go. */
const JUMP = 5_000_000;
/** While playing, a marker that was passed this many microseconds ago is the one before. */
const GRACE = 1_000_000;
/** Milliseconds that a message is shown. */
const MESSAGE = 3_000;
const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 3, 4, 8, 16];

export interface PlaybackOptions {
  filter: Filter;
  keys: { pause: Key | undefined; step: Key | undefined; nextMarker: Key | undefined };
  speed: number;
  /** Microseconds up to which everything is shown at once. */
  startAt: number;
  pauseOnMarkers: boolean;
  /** Ask the terminal to take the sizes of the recording. */
  resize: boolean;
  /** Begin again at the end. */
  loop: boolean;
}

export type Outcome = "ended" | "interrupted";

const RIGHT: Key = ["\x1b[C", "\x1bOC"];
const LEFT: Key = ["\x1b[D", "\x1bOD"];
const ESCAPE: Key = ["\x1b"];

/** Plays a recording, from the first event to the last or until somebody stops it. */
export class Playback {
  readonly #tty: Tty;
  readonly #reel: Reel;
  readonly #options: PlaybackOptions;
  readonly #reader = new KeyReader();
  /** What was typed and has not been looked at. */
  readonly #typed: { text: string; pasted: boolean }[] = [];
  #wake: () => void = () => {};
  #lookedAt = performance.now();
  #stopped = false;

  /** The number of events that have been applied. */
  #index = 0;
  readonly #clock: PlaybackClock;
  /** Up to where nothing is waited for: a time in microseconds, or the next marker. */
  #rush: number | "marker";
  #steps = 0;

  /** Only when frames are painted. */
  #painter: Painter | undefined;
  #status = true;
  #dirty = false;
  #paintedAt = 0;
  #message: { text: string; until: number } | undefined;
  readonly #query = new Query();

  constructor(tty: Tty, reel: Reel, options: PlaybackOptions) {
    this.#tty = tty;
    this.#reel = reel;
    this.#options = options;
    this.#clock = new PlaybackClock(options.speed);
    this.#rush = options.startAt;
    tty.onInput = (bytes) => {
      this.#typed.push(...this.#reader.read(bytes));
      this.#wake();
    };
    tty.onEnd = () => this.stop();
    tty.resume();
  }

  /** Ends playback as ctrl+c does. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** The terminal has another size, or somebody else has written to it. */
  repaint(): void {
    this.#painter?.forget();
    this.#dirty = true;
    this.#wake();
  }

  /** Plays to the end.
   *
   *  @param size  that of the recording
   *  @throws what reading the events throws */
  async play(size: { cols: number; rows: number }): Promise<Outcome> {
    try {
      for (;;) {
        if (this.#options.resize) this.#resize(size);
        const outcome = await this.#playOnce();
        if (outcome === "interrupted" || !this.#options.loop) return outcome;
        this.#goTo(0, 0);
        this.#rush = this.#options.startAt;
      }
    } finally {
      this.#painter?.leave();
    }
  }

  async #playOnce(): Promise<Outcome> {
    this.#clock.set(0);
    for (;;) {
      await this.#obey();
      if (this.#stopped) return "interrupted";
      const event = this.#reel.at(this.#index);
      if (!event && this.#reel.ended) {
        if (this.#reel.error !== undefined) throw this.#reel.error;
        // Who went to the end by seeking may want to go back.
        if (!this.#clock.paused || !this.#painter) return "ended";
      }
      if (event && this.#isDue(event)) await this.#apply(event);
      else await this.#wait(event);
    }
  }

  #isDue(event: Event): boolean {
    if (this.#steps > 0 || this.#rush === "marker") return true;
    if (event.time < this.#rush) return true;
    if (this.#rush > 0) {
      // Everything before the start has been shown.
      this.#clock.set(this.#rush);
      this.#rush = 0;
    }
    return !this.#clock.paused && event.time <= this.#clock.position;
  }

  async #apply(event: Event): Promise<void> {
    this.#index++;
    this.#reel.reached(this.#index);
    const forced = this.#steps > 0 || this.#rush === "marker";
    if (this.#steps > 0) this.#steps--;
    if (forced) this.#clock.set(event.time);
    if (this.#painter) this.#dirty = true;
    else if (event.type === "output") this.#tty.write(this.#options.filter.feed(event.text));
    if (event.type === "resize" && this.#options.resize) this.#resize(event);
    if (event.type === "marker" && event.time >= this.#startTime) {
      if (this.#rush === "marker" || (this.#options.pauseOnMarkers && !forced)) this.#clock.pauseAt(event.time);
      if (this.#rush === "marker") this.#rush = 0;
    }
    while (this.#tty.pending > HIGH_WATER && !this.#stopped) {
      await this.#first(this.#tty.drained());
      if (this.#typed.length > 0) return;
    }
    if (performance.now() - this.#lookedAt > SLICE) {
      if (performance.now() - this.#paintedAt > FRAME) await this.#paint();
      await this.#sleep(0);
    }
  }

  /** Waits for the next event to be due, to be read, or for somebody to do something. */
  async #wait(event: Event | undefined): Promise<void> {
    await this.#paint();
    if (this.#typed.length > 0 || this.#stopped) return;
    const changing = !this.#clock.paused || this.#message || !this.#reel.ended;
    const tick = this.#painter && changing ? TICK : Number.POSITIVE_INFINITY;
    if (!event && !this.#reel.ended) {
      await this.#first(Promise.race([this.#reel.more(), timer(tick)]));
    } else {
      const due = event ? this.#clock.until(event.time) : Number.POSITIVE_INFINITY;
      await this.#sleep(Math.min(due, tick));
    }
    if (this.#painter) this.#dirty = true;
  }

  get #startTime(): number {
    return typeof this.#rush === "number" ? this.#rush : 0;
  }

  #resize({ cols, rows }: { cols: number; rows: number }): void {
    if (!this.#painter) this.#tty.write(`\x1b[8;${rows};${cols}t`);
  }

  /** Makes it stand after so many events. */
  #goTo(index: number, time: number): void {
    this.#index = Math.max(index, this.#reel.first);
    this.#reel.reached(this.#index);
    this.#clock.set(time);
    this.#steps = 0;
    this.#rush = 0;
    this.#dirty = true;
  }

  /** Does what has been typed. */
  async #obey(): Promise<void> {
    while (!this.#stopped && this.#steps === 0) {
      const piece = this.#typed.shift();
      if (!piece) return;
      const is = (key: Key | undefined) => !piece.pasted && key !== undefined && key.includes(piece.text);
      if (is(INTERRUPT)) this.#stopped = true;
      else if (this.#query.prompt !== undefined) {
        this.#dirty = true;
        if (this.#query.type(piece.text, is)) await this.#search("after");
      } else await this.#do(piece.text, is);
    }
  }

  async #do(text: string, is: (key: Key | undefined) => boolean): Promise<void> {
    const { pause, step, nextMarker } = this.#options.keys;
    if (is(pause)) {
      if (this.#clock.paused) this.#clock.resume();
      else this.#clock.pauseAt(this.#clock.position);
      this.#dirty = true;
    } else if (is(step)) {
      if (this.#clock.paused && this.#reel.at(this.#index)) this.#steps = 1;
    } else if (is(nextMarker)) {
      if (this.#clock.paused && !this.#painter) this.#rush = "marker";
      else await this.#nextMarker();
    } else if (is([","])) {
      if (this.#clock.paused && this.#index > this.#reel.first) await this.#stepBack();
    } else if (is(["["])) await this.#previousMarker();
    else if (is(RIGHT)) await this.#seek(this.#clock.position + JUMP);
    else if (is(LEFT)) await this.#seek(this.#clock.position - JUMP);
    else if (is([..."0123456789"])) await this.#seekTenth(Number(text));
    else if (is(["<"])) this.#setSpeed(SPEEDS.findLast((speed) => speed < this.#clock.speed));
    else if (is([">"])) this.#setSpeed(SPEEDS.find((speed) => speed > this.#clock.speed));
    else if (is(["s"])) this.#toggleStatus();
    else if (is(["/"])) {
      await this.#open();
      this.#query.ask();
      this.#dirty = true;
    } else if (is(["n"])) await this.#search("after");
    else if (is(["N"])) await this.#search("before");
    else if (is(ESCAPE)) this.#forgetSearch();
    else if (is(["q"])) this.#stopped = true;
  }

  /** From now on frames are painted. */
  async #open(): Promise<void> {
    if (this.#painter) return;
    const { filter } = this.#options;
    this.#tty.write(filter.restore());
    this.#painter = new Painter(this.#tty);
    this.#painter.enter();
    this.#dirty = true;
  }

  /** Reads up to a time, as far as that comes at once. */
  async #readTo(time: number): Promise<void> {
    const reel = this.#reel;
    if (reel.duration >= time || reel.ended) return;
    reel.hurry();
    for (let said = false; reel.duration < time && !reel.ended && !this.#stopped; ) {
      const { length } = reel;
      await Promise.race([reel.more(), timer(QUIET)]);
      if (reel.length === length && !reel.ended) return;
      if (!said) this.#say("reading…");
      said = true;
      if (performance.now() - this.#paintedAt > FRAME * 4) await this.#paint();
    }
    this.#message = undefined;
  }

  async #seek(time: number): Promise<void> {
    await this.#open();
    await this.#readTo(time);
    const target = Math.max(0, Math.min(time, this.#reel.duration));
    this.#goTo(this.#reel.indexAt(target), target);
    if (time >= this.#reel.duration && this.#reel.ended) this.#clock.pauseAt(target);
  }

  async #seekTenth(tenth: number): Promise<void> {
    await this.#open();
    if (tenth > 0) await this.#readTo(Number.POSITIVE_INFINITY);
    const time = (this.#reel.duration * tenth) / 10;
    this.#goTo(tenth === 0 ? 0 : this.#reel.indexAt(time), time);
  }

  async #stepBack(): Promise<void> {
    await this.#open();
    this.#goTo(this.#index - 1, this.#reel.at(this.#index - 2)?.time ?? 0);
  }

  async #nextMarker(): Promise<void> {
    await this.#open();
    let found = this.#findMarker(this.#index);
    if (found === undefined) {
      await this.#readTo(Number.POSITIVE_INFINITY);
      found = this.#findMarker(this.#index);
    }
    if (found === undefined) this.#say("no marker after this");
    else this.#goTo(found + 1, this.#reel.at(found)!.time);
  }

  #findMarker(from: number): number | undefined {
    for (let index = from; index < this.#reel.length; index++) {
      if (this.#reel.at(index)?.type === "marker") return index;
    }
    return undefined;
  }

  async #previousMarker(): Promise<void> {
    await this.#open();
    const before = this.#clock.position - (this.#clock.paused ? 0 : GRACE);
    for (let index = this.#index - 1; index >= this.#reel.first; index--) {
      const event = this.#reel.at(index);
      if (event?.type !== "marker" || event.time >= before) continue;
      this.#goTo(index + 1, event.time);
      return;
    }
    this.#goTo(0, 0);
  }

  #setSpeed(speed: number | undefined): void {
    if (speed === undefined) return;
    this.#clock.speed = speed;
    this.#dirty = true;
  }

  #toggleStatus(): void {
    if (this.#painter) {
      this.#status = !this.#status;
      this.#painter.forget();
    } else void this.#open();
    this.#dirty = true;
  }

  async #search(direction: "after" | "before"): Promise<void> {
    const query = this.#query;
    if (query.text === "") return;
    await this.#open();
    this.#clock.pauseAt(this.#clock.position);
    this.#say("searching…");
    await this.#paint();
    const isText = (line: string) => query.places(line).length > 0;
    // Any key ends a search that takes long.
    const stopped = () => this.#stopped || this.#typed.length > 0;
    const find = (from: number) =>
      direction === "after"
        ? this.#reel.findAfter(from, isText, stopped)
        : this.#reel.findBefore(from, isText, stopped);
    const found = await find(this.#index);
    if (found !== undefined) {
      this.#message = undefined;
      this.#goTo(found, this.#reel.at(found - 1)!.time);
      return;
    }
    // Once around, as editors do it.
    const other = stopped() ? undefined : await find(direction === "after" ? this.#reel.first : this.#reel.length);
    if (stopped()) return;
    if (other === undefined) this.#say(`not found: ${query.text}`);
    else {
      this.#goTo(other, this.#reel.at(other - 1)!.time);
      this.#say(direction === "after" ? "from the beginning" : "from the end");
    }
  }

  #forgetSearch(): void {
    this.#query.text = "";
    this.#dirty = true;
  }

  #say(text: string): void {
    this.#message = { text, until: performance.now() + MESSAGE };
    this.#dirty = true;
  }

  async #paint(): Promise<void> {
    const painter = this.#painter;
    if (!painter || !this.#dirty) return;
    const screen = await this.#reel.screen(this.#index);
    const now = performance.now();
    if (this.#message && now > this.#message.until) this.#message = undefined;
    this.#dirty = false;
    this.#paintedAt = now;
    const typed = this.#query.prompt;
    const prompt = typed === undefined ? undefined : promptLine(typed, painter.cols);
    const marked: Marked = (line) => this.#query.places(line);
    painter.paint(screen, {
      status: prompt?.line ?? (this.#status || this.#message ? this.#statusLine(painter.cols) : undefined),
      cursor: prompt?.cursor,
      ...(this.#query.text !== "" && { marked }),
    });
    // A terminal that is slow gets fewer frames.
    if (this.#tty.pending > HIGH_WATER) await this.#first(this.#tty.drained());
  }

  #statusLine(cols: number): string {
    const reel = this.#reel;
    const { duration, ended } = reel;
    return statusLine(
      {
        position: Math.max(0, Math.min(this.#clock.position, duration)),
        duration,
        complete: ended,
        paused: this.#clock.paused,
        speed: this.#clock.speed,
        markers: reel.markers,
        message: this.#message?.text,
      },
      cols,
    );
  }

  /** Resolves after so many milliseconds, or when somebody does something. */
  async #sleep(milliseconds: number): Promise<void> {
    await this.#first(timer(milliseconds));
    this.#lookedAt = performance.now();
  }

  /** Resolves when the work is done, or when somebody does something before. */
  async #first(work: Promise<unknown>): Promise<void> {
    const acted = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#typed.length > 0 || this.#stopped) this.#wake();
    await Promise.race([work, acted]);
  }
}

/** Resolves after so many milliseconds; never, if there are infinitely many. */
function timer(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    // The longest time that timers take.
    if (milliseconds < Number.POSITIVE_INFINITY) setTimeout(resolve, Math.min(Math.max(0, milliseconds), 2 ** 31 - 1));
  });
}
