const BARS = 64;

/** How much a stream has printed lately: at most 64 bars over ten minutes, the last of them the present. */
export class Activity {
  private readonly slots = new Float64Array(BARS);
  private slot: number;
  /** The slot in which the session began. */
  private first: number;

  /** @param now     milliseconds of a clock that is never set back
   *  @param length  milliseconds that all bars together stand for */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly length = 600_000,
  ) {
    this.slot = this.present();
    this.first = this.slot;
  }

  /** A session begins: what was before it is forgotten. */
  begin(): void {
    this.slots.fill(0);
    this.slot = this.present();
    this.first = this.slot;
  }

  /** Counts output. */
  add(characters: number): void {
    this.advance();
    this.slots[this.slot % BARS]! += characters;
  }

  /** The heights, one hexadecimal digit per bar, 1 to f, on a logarithmic scale; fewer than 64 until ten minutes are over. */
  levels(): string {
    this.advance();
    const largest = Math.log1p(Math.max(...this.slots)) || 1;
    let levels = "";
    for (let slot = Math.max(this.first, this.slot - BARS + 1); slot <= this.slot; slot++) {
      const height = Math.log1p(this.slots[slot % BARS]!) / largest;
      levels += Math.max(1, Math.round(height * 15)).toString(16);
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
