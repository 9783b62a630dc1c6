import type { Dispatch } from "../driver.js";
import type { DriverOptions } from "../options.js";
import type { Footage } from "./footage.js";
import { replay } from "./keyframes.js";

/** Makes the terminal show a place of the footage.
 *
 *  `index` is the first event that has not been applied: the terminal shows the events before it. */
export class Projector {
  index = 0;
  /** The terminal shows something else than the events before `index`. */
  stale = false;

  constructor(
    private readonly footage: Footage,
    private readonly options: DriverOptions,
    private readonly dispatch: Dispatch,
  ) {}

  /** Another segment became the footage, before whose first event it stands.
   *
   *  @param stale  the screen is not what it begins with */
  enter(stale: boolean): void {
    this.index = 0;
    this.stale = stale;
  }

  /** Makes the terminal show the events before `index`. */
  show(index: number): void {
    const frame = this.footage.keyframes?.before(index);
    if (this.stale || index < this.index || (frame && frame.index > this.index)) this.reset(index);
    this.#replay(index);
  }

  /** Replaces the terminal by the last known state at or before event `index`. */
  reset(index: number): void {
    const { keyframes, size, theme, initial } = this.footage;
    const frame = keyframes?.before(index);
    const { cols = size.cols, rows = size.rows } = this.options;
    this.dispatch("reset", { size: { cols, rows }, theme, ...(initial && { init: initial }) }, frame?.snapshot);
    this.stale = false;
    this.index = 0;
    if (frame) this.#replay(frame.index, "nothing");
  }

  /** Applies the events before `index`. */
  #replay(index: number, instead?: "nothing"): void {
    replay(this.footage.timeline, this.index, index, this.options, {
      output: (text) => this.dispatch("output", text, instead),
      resize: (cols, rows) => this.dispatch("resize", { cols, rows }, instead),
    });
    this.index = index;
  }

  /** Applies the next event, or all the output that follows and is to be seen by now; gives what it was if that is no
   *  output.
   *
   *  @param now     microseconds
   *  @param window  microseconds within which output is shown together */
  next(now: number, window: number): ReturnType<Footage["timeline"]["other"]> {
    const { timeline } = this.footage;
    const from = this.index;
    const event = timeline.other(from);
    if (!event) {
      const together = timeline.indexAt(Math.max(now + 1, timeline.time(from) + window));
      this.index = Math.min(timeline.nextOther(from), together);
      this.dispatch("output", timeline.output(from, this.index));
      return undefined;
    }
    this.index++;
    if (event.type === "input") this.dispatch("input", { data: event.text });
    else if (event.type === "resize") {
      const { cols = event.cols, rows = event.rows } = this.options;
      this.dispatch("resize", { cols, rows });
    }
    return event;
  }
}
