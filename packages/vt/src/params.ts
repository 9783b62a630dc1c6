/** More numbers make a sequence meaningless. */
export const MOST = 32;
/** Larger numbers count as this one. */
export const LARGEST = 99_999;

/** The parameters of a control sequence: numbers, each either of its own or a sub-parameter (`:`) of the one before. */
export class Params {
  /** The numbers; -1 where none was given. */
  readonly values = new Int32Array(MOST).fill(-1);
  /** How many there are; at least one. */
  count = 1;
  /** Bit i: number i is a sub-parameter. */
  subs = 0;

  clear(): void {
    this.values[0] = -1;
    this.count = 1;
    this.subs = 0;
  }

  /** Number i, or `missing` where none was given. */
  get(i: number, missing: number): number {
    const value = i < this.count ? this.values[i]! : -1;
    return value < 0 ? missing : value;
  }

  /** Number i as a count: one where it is missing or zero. */
  times(i: number): number {
    return this.get(i, 1) || 1;
  }

  isSub(i: number): boolean {
    return i < this.count && ((this.subs >>> i) & 1) !== 0;
  }

  /** As written in a control sequence. */
  toString(): string {
    let text = "";
    for (let i = 0; i < this.count; i++) {
      if (i > 0) text += this.isSub(i) ? ":" : ";";
      if (this.values[i]! >= 0) text += this.values[i];
    }
    return text;
  }
}
