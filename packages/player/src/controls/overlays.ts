import { button, html } from "../dom.js";
import { icon } from "./icons.js";

/** What lies over the terminal when there is something to say or to start. One at a time. */
export type Overlay = "start" | "loading" | "error" | "info" | "help";

const keys: readonly [what: string, needs: "" | "pause" | "seek" | "sound", ...keys: string[]][] = [
  ["Play, pause", "pause", "Space"],
  ["Back, forward 5\u00a0s", "seek", "←", "→"],
  ["Back, forward 10\u00a0%", "seek", "Shift ←", "Shift →"],
  ["Frame by frame", "seek", ",", "."],
  ["Marker", "seek", "[", "]"],
  ["Speed", "pause", "<", ">"],
  ["Jump to 0–90\u00a0%", "seek", "0 … 9"],
  ["Sound", "sound", "m"],
  ["Full screen", "", "f"],
  ["These keys", "", "?"],
];

/** Makes the overlays of a player. */
export const overlays = {
  /** The start cell; the whole screen is the button. */
  start(onClick: () => void): HTMLElement {
    const element = button(
      "ap-overlay ap-overlay-start",
      "Play",
      html("span", { class: "ap-play-button" }, icon("play")),
    );
    element.addEventListener("click", onClick);
    return element;
  },

  /** @param what  goes on, and how far it is: written into by the player */
  loading(...what: (string | HTMLElement)[]): HTMLElement {
    const cells = html(
      "span",
      { class: "ap-loader", "aria-hidden": "true" },
      ...Array.from({ length: 4 }, () => html("i")),
    );
    return html("div", { class: "ap-overlay ap-overlay-loading", role: "status" }, cells, html("span", {}, ...what));
  },

  /** @param onRetry  what the button does, if there is to be one */
  error(message: string, onRetry?: () => void): HTMLElement {
    const slab = html(
      "div",
      { class: "ap-slab" },
      html("strong", {}, "This cannot be played"),
      html("span", {}, message),
    );
    if (onRetry) {
      const retry = html("button", { type: "button", class: "ap-retry" }, "Try again");
      retry.addEventListener("click", onRetry);
      slab.append(retry);
    }
    return html("div", { class: "ap-overlay ap-overlay-error", role: "alert" }, slab);
  },

  info(message: string): HTMLElement {
    return html("div", { class: "ap-overlay ap-overlay-info", role: "status" }, html("span", {}, message));
  },

  /** The keys; a click anywhere and Escape close it. */
  help(can: { pause: boolean; seek: boolean; sound: boolean }, onClose: () => void): HTMLElement {
    const list = html("dl", { class: "ap-slab" });
    for (const [what, needs, ...names] of keys) {
      if (needs !== "" && !can[needs]) continue;
      const caps = names.flatMap((name) => [" ", html("kbd", {}, name)]);
      list.append(html("div", {}, html("dt", {}, what), html("dd", {}, ...caps)));
    }
    const element = html(
      "div",
      { class: "ap-overlay ap-overlay-help", role: "dialog", "aria-label": "Keyboard shortcuts", tabindex: 0 },
      list,
    );
    element.addEventListener("click", onClose);
    return element;
  },
};
