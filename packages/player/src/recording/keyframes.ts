import { type Snapshot, Terminal } from "@asciinema-ts/vt";
import type { Timeline } from "./timeline.js";

/** The size that a terminal is kept at whatever the recording says, each dimension for itself. */
export interface Pinned {
  cols?: number | undefined;
  rows?: number | undefined;
}

/** A state of the terminal: after the events before `index`. */
export interface Keyframe {
  index: number;
  snapshot: Snapshot;
}

const SPACING = 65_536; // units of output; feeding that much takes half a millisecond
const MOST = 512;

/** States of the terminal along a recording, taken while it is read, so that going anywhere costs little feeding.
 *
 *  A recording shorter than the spacing has none and costs nothing. */
export class Keyframes {
  #frames: Keyframe[] = [];
  #terminal: Terminal;
  #index = 0;
  #spacing: number;

  /** @param spacing  units of output from one keyframe to the next
   *  @param init     control sequences that make the screen before the first event */
  constructor(
    private readonly timeline: Timeline,
    size: { cols: number; rows: number },
    private readonly pinned: Pinned,
    spacing = SPACING,
    init = "",
  ) {
    this.#spacing = spacing;
    this.#terminal = new Terminal({ cols: pinned.cols ?? size.cols, rows: pinned.rows ?? size.rows });
    this.#terminal.feed(init);
  }

  /** Takes the next keyframe if enough has been read since the last one, and says whether it did. */
  grow(): boolean {
    const { timeline } = this;
    const units = timeline.unitsBefore(this.#index) + this.#spacing;
    if (timeline.units < units) return false;
    const index = timeline.indexOfUnits(units);
    replay(timeline, this.#index, index, this.pinned, {
      output: (text) => this.#terminal.feed(text),
      resize: (cols, rows) => this.#terminal.resize(cols, rows),
    });
    this.#index = index;
    this.#frames.push({ index, snapshot: this.#terminal.snapshot() });
    if (this.#frames.length >= MOST) {
      this.#frames = this.#frames.filter((_, i) => i % 2 === 1);
      this.#spacing *= 2;
    }
    return true;
  }

  /** The last keyframe at or before event `index`, if there is one. */
  before(index: number): Keyframe | undefined {
    return this.#frames.findLast((frame) => frame.index <= index);
  }
}

/** Plays the output and resizes of events `from` up to but not including `to`, in as few pieces as possible. */
export function replay(
  timeline: Timeline,
  from: number,
  to: number,
  pinned: Pinned,
  sink: { output(text: string): void; resize(cols: number, rows: number): void },
): void {
  let index = from;
  while (index < to) {
    const other = Math.min(timeline.nextOther(index), to);
    if (other > index) {
      sink.output(timeline.output(index, other));
      index = other;
      continue;
    }
    const event = timeline.other(index++)!;
    if (event.type === "resize") sink.resize(pinned.cols ?? event.cols, pinned.rows ?? event.rows);
  }
}
