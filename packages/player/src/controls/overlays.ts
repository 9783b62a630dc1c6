import { button, html, set } from "../dom.js";
import { icon } from "./icons.js";

/** What lies over the terminal when there is something to say or to start. One at a time. */
export type Overlay = "start" | "loading" | "error" | "info" | "help";

// What it does, what of the player it needs, keys.
const keys: [what: string, needs: "" | "pause" | "seek" | "speed" | "sound", keys: string][] = [
  ["Play, pause", "pause", "Space"],
  ["Back, forward 5\u00a0s", "seek", "←|→"],
  ["Back, forward 10\u00a0%", "seek", "Shift ←|Shift →"],
  ["Frame by frame", "seek", ",|."],
  ["Marker", "seek", "[|]"],
  ["Speed", "speed", "<|>"],
  ["Jump to 0–90\u00a0%", "seek", "0 … 9"],
  ["Sound", "sound", "m"],
  ["Keys that were pressed", "", "k"],
  ["Full screen", "", "f"],
  ["These keys", "", "?"],
];

/** Makes the overlays of a player. */
export const overlays = {
  /** The start cell; the whole screen is the button. */
  start: (click: () => void): HTMLElement =>
    button("ap-overlay ap-overlay-start", "Play", click, html("span", { class: "ap-play-button" }, icon("play"))),

  /** @param what  goes on, and how far it is: written into by the player */
  loading(...what: (string | HTMLElement)[]): HTMLElement {
    const cells = Array.from({ length: 4 }, () => html("i"));
    return overlay(
      "loading",
      "status",
      html("span", { class: "ap-loader", "aria-hidden": "true" }, ...cells),
      html("span", {}, ...what),
    );
  },

  /** @param onRetry  what the button does, if there is to be one */
  error(message: string, onRetry?: () => void): HTMLElement {
    const slab = html(
      "div",
      { class: "ap-slab" },
      html("strong", {}, "This cannot be played"),
      html("span", {}, message),
    );
    if (onRetry) slab.append(button("ap-retry", undefined, onRetry, "Try again"));
    return overlay("error", "alert", slab);
  },

  info: (message: string): HTMLElement => overlay("info", "status", html("span", {}, message)),

  /** The keys; a click anywhere and Escape close it. */
  help(can: { pause: boolean; seek: boolean; speed: boolean; sound: boolean }, click: () => void): HTMLElement {
    const rows = keys
      .filter(([, needs]) => !needs || can[needs])
      .map(([what, , names]) =>
        html(
          "div",
          {},
          html("dt", {}, what),
          html("dd", {}, ...names.split("|").flatMap((name) => [" ", html("kbd", {}, name)])),
        ),
      );
    const element = overlay("help", "dialog", html("dl", { class: "ap-slab" }, ...rows));
    return set(element, { "aria-label": "Keyboard shortcuts", tabindex: 0, click });
  },
};

function overlay(name: Overlay, role: string, ...children: Node[]): HTMLElement {
  return html("div", { class: `ap-overlay ap-overlay-${name}`, role }, ...children);
}
