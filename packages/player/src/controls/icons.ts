import { svg } from "../dom.js";

// Drawn on a grid of 20: strokes, but for those that are closed.
const icons = {
  play: "M6 3.5v13L16.5 10z",
  pause: "M5 3.5h3.5v13H5zM11.5 3.5H15v13h-3.5z",
  replay: "M4 4v4h4M4.25 8a6.5 6.5 0 1 1-.6 4.5",
  enlarge: "M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5",
  shrink: "M7.5 3v4.5H3M17 7.5h-4.5V3M12.5 17v-4.5H17M3 12.5h4.5V17",
  sound: "M3 8v4h3l4 3.5v-11L6 8H3M13 7a4 4 0 0 1 0 6M15 4.5a7.5 7.5 0 0 1 0 11",
  silence: "M3 8v4h3l4 3.5v-11L6 8H3M13 8l4.5 4.5M17.5 8 13 12.5",
  check: "m4 10.5 4 4 8-9",
};

/** A picture in the colour of the text around it. */
export function icon(name: keyof typeof icons): SVGSVGElement {
  const d = icons[name];
  const paint = d.endsWith("z")
    ? { fill: "currentColor" }
    : { fill: "none", stroke: "currentColor", "stroke-width": 1.6 };
  return svg("svg", { class: "ap-icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d, ...paint }));
}
