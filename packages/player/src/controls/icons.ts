import { svg } from "../dom.js";

// Drawn on a grid of 20; `solid` ones are filled, the others are strokes.
const icons = {
  play: { solid: true, path: "M6 3.5v13L16.5 10z" },
  pause: { solid: true, path: "M5 3.500h3.500v13H5zM11.5 3.500H15v13h-3.500z" },
  replay: { solid: false, path: "M4 4v4h4M4.25 8a6.5 6.5 0 1 1-.6 4.5" },
  enlarge: { solid: false, path: "M3 7.500V3h4.500M12.5 3H17v4.500M17 12.500V17h-4.500M7.5 17H3v-4.5" },
  shrink: { solid: false, path: "M7.5 3v4.500H3M17 7.500h-4.500V3M12.5 17v-4.500H17M3 12.500h4.500V17" },
  sound: { solid: false, path: "M3 8v4h3l4 3.500v-11L6 8zM13 7a4 4 0 0 1 0 6M15 4.500a7.5 7.5 0 0 1 0 11" },
  silence: { solid: false, path: "M3 8v4h3l4 3.500v-11L6 8zM13 8l4.500 4.500M17.5 8 13 12.500" },
  check: { solid: false, path: "m4 10.5 4 4 8-9" },
} as const;

export type IconName = keyof typeof icons;

/** A picture in the colour of the text around it. */
export function icon(name: IconName): SVGSVGElement {
  const { solid, path } = icons[name];
  const paint = solid ? { fill: "currentColor" } : { fill: "none", stroke: "currentColor", "stroke-width": 1.6 };
  return svg(
    "svg",
    { class: "ap-icon", viewBox: "0 0 20 20", "aria-hidden": "true" },
    svg("path", { d: path, ...paint }),
  );
}
