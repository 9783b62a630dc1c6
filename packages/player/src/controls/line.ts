import { html, svg } from "../dom.js";
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
  #pastView = svg("svg", {
    viewBox: `0 0 0 ${HEIGHT}`,
    preserveAspectRatio: "none",
    width: "0%",
    height: HEIGHT,
    y: 3,
  });
  #marks = svg("g");
  #head = svg("rect", { class: "ap-head", y: 1, width: 6, height: 20 });
  #tip = html("span", { class: "ap-tooltip", "aria-hidden": "true", hidden: true });
  #markers: { time: number; label: string }[] = [];
  #share = Number.NaN;
  /** Of a live line, how far it is filled; and the second for which it was drawn. */
  #filled = 0;
  #second = 0;
  #target: number | undefined;
  #seeking = false;

  constructor(commands: Commands) {
    this.#commands = commands;
    this.#pastView.append(this.#past);
    const rest = { viewBox: `0 0 ${BARS} ${HEIGHT}`, preserveAspectRatio: "none", width: "100%", height: HEIGHT, y: 3 };
    const picture = svg(
      "svg",
      { "aria-hidden": "true" },
      svg("svg", rest, this.#rest),
      this.#pastView,
      this.#marks,
      this.#head,
    );
    this.element = html(
      "div",
      { class: "ap-progressbar", role: "slider", "aria-label": "Position" },
      picture,
      this.#tip,
    );
    if (commands.isSeekable) this.#listen();
    else this.element.setAttribute("aria-disabled", "true");
    this.setTrace([]);
  }

  /** How much was printed in each part of the recording, 0 to 1. */
  setTrace(trace: number[]): void {
    const path = trace
      .map((value, i) => `M${i + 0.5} ${HEIGHT}v${-(Math.max(0.07, value) * HEIGHT).toFixed(1)}`)
      .join("");
    this.#rest.setAttribute("d", path || `M0 ${HEIGHT - 0.5}h${BARS}`);
    this.#past.setAttribute("d", path || `M0 ${HEIGHT - 0.5}h${BARS}`);
  }

  /** @param markers  times in seconds, ascending */
  setMarkers(markers: { time: number; label: string }[]): void {
    this.#markers = markers;
    this.#share = Number.NaN;
    const duration = this.#commands.duration() ?? 0;
    this.#marks.replaceChildren(
      ...markers
        .filter(({ time }) => time <= duration)
        .map(({ time }) =>
          svg(
            "svg",
            { x: `${((time / duration) * 100).toFixed(2)}%`, overflow: "visible" },
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
    element.classList.toggle("ap-unknown", duration === undefined && !share);
    element.setAttribute("aria-valuemin", "0");
    element.setAttribute("aria-valuemax", `${Math.floor(duration ?? 0)}`);
    element.setAttribute("aria-valuenow", `${Math.floor(Math.min(time, duration ?? time))}`);
    const chapter = this.#markers.findLast((marker) => marker.time <= time && marker.label !== "")?.label;
    const spoken = duration === undefined ? clockTime(time) : `${clockTime(time)} of ${clockTime(duration)}`;
    element.setAttribute("aria-valuetext", chapter ? `${spoken}, ${chapter}` : spoken);
    if (Math.abs(share - this.#share) < 0.0005) return;
    this.#share = share;
    this.#pastView.setAttribute("viewBox", `0 0 ${(share * BARS).toFixed(2)} ${HEIGHT}`);
    this.#pastView.setAttribute("width", `${(share * 100).toFixed(2)}%`);
    this.#head.setAttribute("x", `${(share * 100).toFixed(2)}%`);
    this.#head.setAttribute("transform", `translate(${(-6 * share).toFixed(2)})`);
    for (const [i, mark] of [...this.#marks.children].entries())
      mark.firstElementChild!.classList.toggle("ap-marker-past", this.#markers[i]!.time <= time);
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
    element.tabIndex = 0;
    let since = 0;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      element.setPointerCapture(event.pointerId);
      const marker = this.#markerAt(event);
      if (marker >= 0) void this.#commands.seek({ marker });
      else this.#seekTo(this.#shareAt(event));
    });
    element.addEventListener("pointermove", (event) => {
      this.#showTip(event);
      if (!element.hasPointerCapture(event.pointerId)) return;
      const now = performance.now();
      if (now - since < DRAG) return;
      since = now;
      this.#seekTo(this.#shareAt(event));
    });
    element.addEventListener("pointerup", (event) => {
      if (element.hasPointerCapture(event.pointerId) && this.#markerAt(event) < 0) this.#seekTo(this.#shareAt(event));
      element.releasePointerCapture(event.pointerId);
    });
    element.addEventListener("pointerleave", () => {
      this.#tip.hidden = true;
    });
    element.addEventListener("keydown", (event) => {
      const to = { Home: 0, End: 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.#seekTo(to);
    });
  }

  /** Goes there once the last seek is done; what was wanted in between is passed over. */
  #seekTo(share: number): void {
    this.#target = share;
    if (this.#seeking) return;
    this.#seeking = true;
    const next = async () => {
      while (this.#target !== undefined) {
        const percent = this.#target * 100;
        this.#target = undefined;
        await this.#commands.seek(`${percent}%`);
      }
    };
    void next().finally(() => {
      this.#seeking = false;
    });
  }

  #shareAt(event: PointerEvent): number {
    const { left, width } = this.element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width));
  }

  #markerAt(event: PointerEvent): number {
    const { left, width, top, height } = this.element.getBoundingClientRect();
    const duration = this.#commands.duration();
    if (!duration || event.clientY > top + height / 2) return -1;
    return this.#markers.findIndex(({ time }) => Math.abs(event.clientX - left - (time / duration) * width) <= NEAR);
  }

  #showTip(event: PointerEvent): void {
    const duration = this.#commands.duration();
    this.#tip.hidden = duration === undefined;
    if (duration === undefined) return;
    const marker = this.#markers[this.#markerAt(event)];
    const share = marker ? marker.time / duration : this.#shareAt(event);
    this.#tip.textContent = `${clockTime(share * duration)} ${marker?.label ?? ""}`.trimEnd();
    this.#tip.style.left = `${share * 100}%`;
  }
}
