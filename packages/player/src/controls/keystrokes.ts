import { html } from "../dom.js";
import { keyLabel } from "./key-label.js";

const SHOWN = 2000; // milliseconds
const FADE = 700;
const MOST = 4; // at a time
const LETTERS = 10; // of what was typed last

/** Shows the keys that were pressed while it was recorded. */
export class Keystrokes {
  #element = html("div", { class: "ap-overlay ap-overlay-keystrokes", "aria-hidden": "true" });
  #on = false;
  #screen: HTMLElement;
  /** The last cap: what is on it, how many times; letters are put together. */
  #last: { cap: HTMLElement; label: string; times: number; isText: boolean } | undefined;
  #timers = new Map<Element, ReturnType<typeof setTimeout>>();

  /** @param screen  what they are shown over */
  constructor(screen: HTMLElement) {
    this.#screen = screen;
  }

  toggle(): void {
    this.#on = !this.#on;
    this.clear();
  }

  clear(): void {
    for (const cap of [...this.#timers.keys()]) this.#remove(cap);
  }

  /** @param input  what the terminal sent */
  press(input: string): void {
    const label = this.#on && keyLabel(input);
    if (!label) return;
    const last = this.#last;
    const isText = label === input;
    if (last && isText && last.isText) last.label = [...last.label, label].slice(-LETTERS).join("");
    else if (last && !isText && last.label === label) last.times++;
    else {
      const cap = html("div", {}, html("kbd"));
      this.#last = { cap, label, times: 1, isText };
      if (this.#timers.size === MOST) this.#remove(this.#element.firstElementChild!);
      this.#element.append(cap);
      this.#screen.after(this.#element);
    }
    const { cap, label: text, times } = this.#last!;
    cap.firstElementChild!.textContent = times > 1 ? `${text} × ${times}` : text;
    cap.className = "ap-keystroke-pill";
    clearTimeout(this.#timers.get(cap));
    const later = (after: number, then: () => void) => this.#timers.set(cap, setTimeout(then, after));
    later(SHOWN, () => {
      cap.className += " fading";
      later(FADE, () => this.#remove(cap));
    });
  }

  #remove(cap: Element): void {
    clearTimeout(this.#timers.get(cap));
    this.#timers.delete(cap);
    if (this.#last?.cap === cap) this.#last = undefined;
    cap.remove();
    if (!this.#timers.size) this.#element.remove();
  }
}
