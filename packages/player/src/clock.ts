/** Position in a session that moves with wall time while it runs.
 *
 *  Times are microseconds of the session, `now` gives milliseconds that never go back. */
export class Clock {
  #anchor: number | undefined;
  #position = 0;

  constructor(
    private rate: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get running(): boolean {
    return this.#anchor !== undefined;
  }

  get position(): number {
    return this.#anchor === undefined
      ? this.#position
      : this.#position + (this.now() - this.#anchor) * this.speed * 1000;
  }

  get speed(): number {
    return this.rate;
  }

  /** Session seconds per second, from here on. */
  set speed(speed: number) {
    this.#position = this.position;
    if (this.running) this.#anchor = this.now();
    this.rate = speed;
  }

  start(): void {
    this.#anchor ??= this.now();
  }

  /** Stands still at the given position, or where it is. */
  stop(position = this.position): void {
    this.#position = position;
    this.#anchor = undefined;
  }

  /** Moves to a position without stopping. */
  set(position: number): void {
    this.#position = position;
    if (this.running) this.#anchor = this.now();
  }

  /** Milliseconds from now until the session is at `time`; negative when it is past. */
  until(time: number): number {
    return (time - this.position) / 1000 / this.speed;
  }
}
