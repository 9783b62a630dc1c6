import { svg } from "../dom.js";

// Drawn on a grid of 20: strokes, but for those that are closed.
const icons = {
  play: "M6 3.5v13L16.5 10z",
  pause: "M5 3.500h3.500v13H5zM11.5 3.500H15v13h-3.500z",
  replay: "M4 4v4h4M4.25 8a6.5 6.5 0 1 1-.6 4.5",
  enlarge: "M3 7.500V3h4.500M12.5 3H17v4.500M17 12.500V17h-4.500M7.500 17H3v-4.500",
  shrink: "M7.500 3v4.500H3M17 7.500h-4.500V3M12.500 17v-4.500H17M3 12.500h4.500V17",
  sound: "M3 8v4h3l4 3.500v-11L6 8H3M13 7a4 4 0 0 1 0 6M15 4.500a7.500 7.500 0 0 1 0 11",
  silence: "M3 8v4h3l4 3.500v-11L6 8H3M13 8l4.500 4.500M17.500 8 13 12.500",
  check: "m4 10.500 4 4 8-9",
};

/** A picture in the colour of the text around it. */
export function icon(name: keyof typeof icons): SVGSVGElement {
  const d = icons[name];
  const paint = d.endsWith("z")
    ? { fill: "currentColor" }
    : { fill: "none", stroke: "currentColor", "stroke-width": 1.6 };
  return svg("svg", { class: "ap-icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d, ...paint }));
}
