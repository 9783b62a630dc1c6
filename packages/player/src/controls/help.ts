import { html, set } from "../dom.js";
import { overlay } from "./curtain.js";

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

/** Makes the overlay with the keys; a click anywhere and Escape close it. */
export function help(
  can: { pause: boolean; seek: boolean; speed: boolean; sound: boolean },
  click: () => void,
): HTMLElement {
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
}
