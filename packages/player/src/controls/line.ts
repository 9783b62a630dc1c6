import { html, set, svg } from "../dom.js";
import { type Commands, clockTime } from "./commands.js";

const BARS = 128;
const HEIGHT = 16;
const DRAG = 50; // milliseconds between seeks while dragging
const NEAR = 5; // pixels within which a press means the marker

/** The line of the control bar: where output is, where markers are, where playback is; and the way to go elsewhere.
 *
 *  Its bars say how much was printed when. */
export class Line {
  readonly element: HTMLElement;
  #commands: Commands;
  #rest = svg("path", { class: "ap-rest" });
  #past = svg("path", { class: "ap-past" });
  #marks = svg("g");
  #head = svg("rect", { class: "ap-head", y: 1, width: 6, height: 20 });
  #tip = html("span", { class: "ap-tooltip", "aria-hidden": "true", hidden: true });
  /** The bars from the left, each as a piece of path. */
  #bars: string[] = [];
  #markers: { time: number; label: string }[] = [];
  #share = Number.NaN;
  /** Of a live line, how far it is filled; and the second for which it was drawn. */
  #filled = 0;
  #second = 0;
  #target: number | undefined;
  #seeking = false;

  constructor(commands: Commands) {
    this.#commands = commands;
    const bars = { viewBox: `0 0 ${BARS} ${HEIGHT}`, preserveAspectRatio: "none", width: "100%", height: HEIGHT, y: 3 };
    this.element = html(
      "div",
      { class: "ap-progressbar", role: "slider", "aria-label": "Position", "aria-valuemin": 0 },
      svg("svg", { "aria-hidden": "true" }, svg("svg", bars, this.#rest, this.#past), this.#marks, this.#head),
      this.#tip,
    );
    if (commands.isSeekable) this.#listen();
    else set(this.element, { "aria-disabled": "true" });
    this.setTrace(Array(BARS).fill(0));
  }

  /** How much was printed in each part of the recording, 0 to 1. */
  setTrace(trace: number[]): void {
    this.#bars = trace.map((value, i) => `M${i + 0.5} ${HEIGHT}v${-(Math.max(0.07, value) * HEIGHT).toFixed(1)}`);
    set(this.#rest, { d: this.#bars.join("") });
    this.#share = Number.NaN;
  }

  /** @param markers  times in seconds, ascending */
  setMarkers(markers: { time: number; label: string }[]): void {
    const duration = this.#commands.duration() ?? 0;
    this.#markers = markers;
    this.#share = Number.NaN;
    this.#marks.replaceChildren(
      ...markers
        .filter(({ time }) => time <= duration)
        .map(({ time }) =>
          svg(
            "svg",
            { x: percent(time / duration), overflow: "visible" },
            svg("path", { class: "ap-marker", d: "M-3.5 -4h7L0 2z" }),
          ),
        ),
    );
    this.refresh();
  }

  /** Shows the position of now. */
  refresh(): void {
    const { element } = this;
    const duration = this.#commands.duration();
    const time = Math.max(0, this.#commands.currentTime() ?? 0);
    if (this.#commands.isLive && Math.floor(time) !== this.#second) this.#draw(Math.floor(time));
    const share = duration ? Math.min(1, time / duration) : this.#filled;
    const chapter = this.#markers.findLast((marker) => marker.time <= time && marker.label !== "")?.label;
    const spoken = duration === undefined ? clockTime(time) : `${clockTime(time)} of ${clockTime(duration)}`;
    element.classList.toggle("ap-unknown", duration === undefined && !share);
    set(element, {
      "aria-valuemax": Math.floor(duration ?? 0),
      "aria-valuenow": Math.floor(Math.min(time, duration ?? time)),
      "aria-valuetext": chapter ? `${spoken}, ${chapter}` : spoken,
    });
    if (Math.abs(share - this.#share) < 0.0005) return;
    this.#share = share;
    set(this.#past, { d: this.#bars.slice(0, Math.round(share * BARS)).join("") });
    set(this.#head, { x: percent(share), transform: `translate(${(-6 * share).toFixed(2)})` });
    for (const [i, { firstElementChild }] of [...this.#marks.children].entries())
      firstElementChild!.classList.toggle("ap-marker-past", this.#markers[i]!.time <= time);
  }

  /** Draws what was live until now. */
  #draw(second: number): void {
    this.#second = second;
    const trace = this.#commands.trace();
    this.#filled = trace.length / BARS;
    this.setTrace(trace);
  }

  #listen(): void {
    const { element } = this;
    const go = (event: PointerEvent) => this.#seekTo(this.#shareAt(event));
    let since = 0;
    set(element, {
      tabindex: 0,
      pointerdown: (event: PointerEvent) => {
        if (event.button || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        element.setPointerCapture(event.pointerId);
        const marker = this.#markerAt(event);
        if (marker >= 0) void this.#commands.seek({ marker });
        else go(event);
      },
      pointermove: (event: PointerEvent) => {
        this.#showTip(event);
        const now = performance.now();
        if (!element.hasPointerCapture(event.pointerId) || now - since < DRAG) return;
        since = now;
        go(event);
      },
      pointerup: (event: PointerEvent) => {
        if (element.hasPointerCapture(event.pointerId) && this.#markerAt(event) < 0) go(event);
      },
      pointerleave: () => {
        this.#tip.hidden = true;
      },
      keydown: (event: KeyboardEvent) => {
        const to = { Home: 0, End: 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        this.#seekTo(to);
      },
    });
  }

  /** Goes there once the last seek is done; what was wanted in between is passed over. */
  async #seekTo(share: number): Promise<void> {
    this.#target = share;
    if (this.#seeking) return;
    this.#seeking = true;
    while (this.#target !== undefined) {
      const target = `${this.#target * 100}%` as const;
      this.#target = undefined;
      await this.#commands.seek(target);
    }
    this.#seeking = false;
  }

  #shareAt(event: PointerEvent): number {
    const { left, width } = this.element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width));
  }

  #markerAt({ clientX, clientY }: PointerEvent): number {
    const { left, width, top, height } = this.element.getBoundingClientRect();
    const duration = this.#commands.duration();
    if (!duration || clientY > top + height / 2) return -1;
    return this.#markers.findIndex(({ time }) => Math.abs(clientX - left - (time / duration) * width) <= NEAR);
  }

  #showTip(event: PointerEvent): void {
    const duration = this.#commands.duration();
    this.#tip.hidden = duration === undefined;
    if (duration === undefined) return;
    const marker = this.#markers[this.#markerAt(event)];
    const share = marker ? marker.time / duration : this.#shareAt(event);
    this.#tip.textContent = `${clockTime(share * duration)} ${marker?.label ?? ""}`.trimEnd();
    this.#tip.style.left = percent(share);
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
