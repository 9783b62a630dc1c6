const BARS = 64;

/** How much a stream has printed lately: 64 bars over ten minutes, the present at the right. */
export class Activity {
  private readonly slots = new Float64Array(BARS);
  private slot: number;

  /** @param now     milliseconds of a clock that is never set back
   *  @param length  milliseconds that all bars together stand for */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly length = 600_000,
  ) {
    this.slot = this.present();
  }

  /** Counts output. */
  add(characters: number): void {
    this.advance();
    this.slots[this.slot % BARS]! += characters;
  }

  /** The heights, 0 to f, on a logarithmic scale. */
  levels(): string {
    this.advance();
    const largest = Math.log1p(Math.max(...this.slots)) || 1;
    let levels = "";
    for (let i = 1; i <= BARS; i++) {
      const height = Math.log1p(this.slots[(this.slot + i) % BARS]!) / largest;
      levels += Math.round(height * 15).toString(16);
    }
    return levels;
  }

  private present(): number {
    return Math.floor((this.now() / this.length) * BARS);
  }

  private advance(): void {
    const present = this.present();
    if (present - this.slot >= BARS) this.slots.fill(0);
    else for (let slot = this.slot + 1; slot <= present; slot++) this.slots[slot % BARS] = 0;
    this.slot = present;
  }
}
