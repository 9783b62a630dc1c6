import { button, html, rootOf } from "../dom.js";
import { sizeText } from "./commands.js";
import { icon } from "./icons.js";

const REFRESH = 200; // milliseconds between updates of how much has been loaded

/** What lies over the terminal when there is something to say or to start. One at a time. */
export class Curtain {
  #element: HTMLElement | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;

  /** @param screen  what they lie over
   *  @param player  where the focus goes when it was in one that is taken away, so that keys go on to mean something */
  constructor(
    private readonly screen: HTMLElement,
    private readonly player: HTMLElement,
  ) {}

  /** Whether it is what lies there now. */
  is(kind: string): boolean {
    return this.#element?.classList.contains(`ap-overlay-${kind}`) ?? false;
  }

  /** Takes away what is there, and puts something else in its place if there is to be. */
  show(element?: HTMLElement): void {
    const focused = this.#element?.contains(rootOf(this.player).activeElement);
    this.#element?.remove();
    if (focused) this.player.focus({ preventScroll: true });
    clearInterval(this.#ticker);
    this.#element = element;
    if (element) this.screen.after(element);
  }

  /** The start cell; the whole screen is the button. */
  start(click: () => void): void {
    this.show(
      button("ap-overlay ap-overlay-start", "Play", click, html("span", { class: "ap-play-button" }, icon("play"))),
    );
  }

  /** @param what    goes on
   *  @param loaded  bytes until now; not for ears */
  loading(what: string, loaded: () => number): void {
    const size = html("span", { "aria-hidden": "true" });
    const refresh = () => {
      size.textContent = sizeText(loaded());
    };
    refresh();
    const cells = Array.from({ length: 4 }, () => html("i"));
    const loader = html("span", { class: "ap-loader", "aria-hidden": "true" }, ...cells);
    this.show(overlay("loading", "status", loader, html("span", {}, what, size)));
    this.#ticker = setInterval(refresh, REFRESH);
  }

  /** @param onRetry  what the button does, if there is to be one */
  error(message: string, onRetry: (() => void) | undefined): void {
    const slab = html(
      "div",
      { class: "ap-slab" },
      html("strong", {}, "This cannot be played"),
      html("span", {}, message),
    );
    if (onRetry) slab.append(button("ap-retry", undefined, onRetry, "Try again"));
    this.show(overlay("error", "alert", slab));
  }

  info(message: string): void {
    this.show(overlay("info", "status", html("span", {}, message)));
  }
}

/** One of them, of a role. */
export function overlay(kind: string, role: string, ...children: Node[]): HTMLElement {
  return html("div", { class: `ap-overlay ap-overlay-${kind}`, role }, ...children);
}
