// Where playback stands.

/** Microseconds of a recording: they pass with real time, faster or slower, unless it is paused. */
export class PlaybackClock {
  /** Microseconds at which it stood at `#since`, in milliseconds. */
  #base = 0;
  #since = performance.now();
  #paused = false;
  #speed: number;

  /** @param speed  seconds of the recording in a second */
  constructor(speed: number) {
    this.#speed = speed;
  }

  get position(): number {
    if (this.#paused) return this.#base;
    return this.#base + (performance.now() - this.#since) * 1000 * this.#speed;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get speed(): number {
    return this.#speed;
  }

  set speed(speed: number) {
    this.set(this.position);
    this.#speed = speed;
  }

  set(position: number): void {
    this.#base = position;
    this.#since = performance.now();
  }

  pauseAt(position: number): void {
    this.set(position);
    this.#paused = true;
  }

  resume(): void {
    this.set(this.#base);
    this.#paused = false;
  }

  /** Milliseconds until then; for ever while it is paused. */
  until(position: number): number {
    return this.#paused ? Number.POSITIVE_INFINITY : (position - this.position) / 1000 / this.#speed;
  }
}
