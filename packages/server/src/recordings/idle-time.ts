/** Shortens pauses to a limit, and knows the way back. */
export class IdleTime {
  private last = 0;
  private shift = 0;
  /** Where time was cut: from a shortened time on, how much was cut before it. */
  private readonly cuts: [from: number, shift: number][] = [];

  /** @param limit  in microseconds; `undefined` leaves everything as it is */
  constructor(private readonly limit: number | undefined) {}

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
    let low = 0;
    let high = this.cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.cuts[middle]![0] <= time) low = middle + 1;
      else high = middle;
    }
    return time + (low === 0 ? 0 : this.cuts[low - 1]![1]);
  }
}
