import type { Event } from "@asciinema-ts/asciicast";

const SLOTS = 1024;
const FLOOR = 0.07;

/** How much a session printed over its time, gathered in one pass and little memory, its duration not known before. */
export class Trace {
  /** Bytes of output in periods of `period` microseconds; the period doubles when the events outgrow the slots. */
  private readonly slots = new Float64Array(SLOTS);
  private period = 1;
  private last = 0;

  push(event: Event): void {
    this.last = Math.max(this.last, event.time);
    if (event.type !== "output") return;
    while (event.time >= this.period * SLOTS) this.widen();
    this.slots[Math.floor(event.time / this.period)]! += utf8Length(event.text);
  }

  /** The heights of the bars: bytes of output in equal parts of the duration, on a logarithmic scale, the largest 1 and none
   *  below 0.07.
   *
   *  @param buckets   number of bars
   *  @param duration  in microseconds; by default the time of the last event. What came later counts for the last bar. */
  bars(buckets: number, duration: number = this.last): number[] {
    const bytes = new Array<number>(buckets).fill(0);
    const width = Math.max(1, duration) / buckets;
    for (let i = 0; i < SLOTS; i++) {
      if (this.slots[i]) bytes[Math.min(buckets - 1, Math.floor((i * this.period) / width))]! += this.slots[i]!;
    }
    const largest = Math.log1p(Math.max(...bytes));
    return bytes.map((n) => Math.max(FLOOR, n && Math.log1p(n) / largest));
  }

  private widen(): void {
    for (let i = 0; i < SLOTS / 2; i++) this.slots[i] = this.slots[2 * i]! + this.slots[2 * i + 1]!;
    this.slots.fill(0, SLOTS / 2);
    this.period *= 2;
  }
}

/** The bars of a whole recording, see {@link Trace.bars}. */
export function trace(events: Iterable<Event>, duration: number, buckets = 64): number[] {
  const trace = new Trace();
  for (const event of events) trace.push(event);
  return trace.bars(buckets, duration);
}

/** Bars as the path of an SVG picture: upright strokes, one unit apart from x = 0.5 on, on a ground at y = 16 and up to 16
 *  high. For 64 bars the view box is 0 0 64 16. */
export function tracePath(bars: readonly number[]): string {
  return bars.map((height, i) => `M${i}.5 16v-${+(16 * height).toFixed(1)}`).join("");
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A pair of surrogates is two units and four bytes.
    if (unit > 0x7f) bytes += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2;
  }
  return bytes;
}
