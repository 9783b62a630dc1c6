/** Shortens pauses to a limit, and knows the way back. */
export class IdleTime {
  private last = 0;
  private shift = 0;

  /** @param limit  in microseconds; `undefined` leaves everything as it is
   *  @param cuts   where time was cut: from a shortened time on, how much was cut before it */
  constructor(
    private readonly limit: number | undefined,
    readonly cuts: [from: number, shift: number][] = [],
  ) {}

  /** The shortened time of the next event. Events must come in order. */
  next(time: number): number {
    const excess = this.limit === undefined ? 0 : time - this.last - this.limit;
    this.last = time;
    if (excess > 0) {
      this.shift += excess;
      this.cuts.push([time - this.shift, this.shift]);
    }
    return time - this.shift;
  }

  /** The recorded time behind a shortened one that has been given out. */
  recorded(time: number): number {
    const cuts = this.cutsUntil(([from]) => from <= time);
    return time + (cuts === 0 ? 0 : this.cuts[cuts - 1]![1]);
  }

  /** The shortened time of a recorded one. What lies in a pause that was cut is where the pause ends. */
  shortened(time: number): number {
    const cuts = this.cutsUntil(([from, shift]) => from + shift <= time);
    const shortened = time - (cuts === 0 ? 0 : this.cuts[cuts - 1]![1]);
    return Math.min(shortened, this.cuts[cuts]?.[0] ?? shortened);
  }

  /** How many cuts from the first on something holds for. */
  private cutsUntil(holds: (cut: [from: number, shift: number]) => boolean): number {
    let low = 0;
    let high = this.cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.cuts[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
