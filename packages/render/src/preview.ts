import type { Event } from "@asciinema-ts/asciicast";
import { type Snapshot, Terminal } from "@asciinema-ts/vt";
import { affordable } from "./size.js";

/** Output that is fed at most, in UTF-16 units: about a second's work. */
const LIMIT = 1 << 25;
const SAMPLES = 64;

/** Finds the screen that stands for a recording: the one at a given time, unless it is blank. Then it is the fullest of
 *  those after that time, or if nothing follows the fullest before it; up to 64 are looked at. */
export class Preview {
  private readonly terminal: Terminal;
  /** Samples are taken where events cross multiples of this; `at` is one of them. */
  private readonly step: number;
  private next: number;
  private samples = 0;
  private fed = 0;
  private late = false;
  private best: { screen: Snapshot; ink: number; late: boolean } | undefined;
  private done = false;

  /** @param size  of the terminal when the session starts; sizes beyond 10 000 or 4 million cells are cut
   *  @param at    the time wanted, in microseconds; half of the duration is a good choice */
  constructor(
    size: { cols: number; rows: number },
    private readonly at: number,
  ) {
    this.terminal = new Terminal(affordable(size));
    this.step = at / (SAMPLES / 2);
    this.next = this.step;
  }

  /** Takes the next event. False says that none are needed any more. */
  push(event: Event): boolean {
    if (!this.done && event.time > this.next) this.sample(event.time);
    if (this.done) return false;
    if (event.type === "resize") {
      const { cols, rows } = affordable(event);
      this.terminal.resize(cols, rows);
    } else if (event.type === "output") {
      this.terminal.feed(event.text);
      this.fed += event.text.length;
      if (this.fed > LIMIT) this.end();
    }
    return !this.done;
  }

  /** The terminal that shows this screen. */
  end(): Terminal {
    if (!this.done) {
      this.sample(Number.POSITIVE_INFINITY);
      if (!this.done) this.choose();
    }
    return this.terminal;
  }

  /** Looks at the screen as it is until `time`. */
  private sample(time: number): void {
    const ink = inked(this.terminal);
    if (!this.late && time > this.at) {
      if (ink > 0) {
        this.done = true;
        return;
      }
      this.late = true;
    }
    const { best, late } = this;
    if (ink > 0 && (!best || ink > best.ink || (late && !best.late))) {
      this.best = { screen: this.terminal.snapshot(), ink, late };
    }
    this.samples++;
    if (this.samples >= SAMPLES) this.choose();
    this.next = this.step > 0 ? (Math.ceil(time / this.step - 1) + 1) * this.step : time;
  }

  private choose(): void {
    if (this.best) this.terminal.restore(this.best.screen);
    this.done = true;
  }
}

/** How much there is to see: columns with text or a background. */
function inked(terminal: Terminal): number {
  let ink = 0;
  for (let row = 0; row < terminal.rows; row++) {
    for (const run of terminal.line(row).runs()) {
      if (run.pen.bg !== undefined || run.pen.inverse) ink += run.cols;
      else if (!run.pen.conceal) ink += run.text.replaceAll(" ", "").length;
    }
  }
  return ink;
}
