/** How much a producer may send: a store of bytes that fills up at a steady rate. */
export class Bandwidth {
  private left: number;
  private at: number;

  /** @param burst  bytes that the store holds
   *  @param rate   bytes that flow in a second; 0: there is no limit
   *  @param now    a clock in milliseconds that is never set back */
  constructor(
    private readonly burst: number,
    private readonly rate: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.left = burst;
    this.at = now();
  }

  /** Takes bytes, and returns whether there were as many. */
  take(bytes: number): boolean {
    if (this.rate === 0) return true;
    const now = this.now();
    this.left = Math.min(this.burst, this.left + ((now - this.at) / 1000) * this.rate) - bytes;
    this.at = now;
    return this.left >= 0;
  }
}
