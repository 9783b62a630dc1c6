import type { Fit } from "../options.js";

/** Font size at scale 1, in CSS pixels. */
export const BASE_FONT_SIZE = 15;

/** Width of the space around the terminal, in em. */
const BORDER = 0.75;

/** Size of one character at `BASE_FONT_SIZE`, in CSS pixels. */
export interface Metrics {
  charWidth: number;
  /** The line's height. */
  charHeight: number;
}

/** Where everything lies. Device pixels where it says so, else CSS pixels. */
export interface Geometry {
  fontSize: number;
  /** A cell in device pixels; its width may be a fraction, its height is whole. */
  cellWidth: number;
  cellHeight: number;
  /** Space around the terminal; whole device pixels, so that the picture lies sharp. */
  border: number;
  /** The picture, whole device pixels wide and high. */
  screenWidth: number;
  screenHeight: number;
  /** The player with its bar. */
  width: number;
  height: number;
}

/** Lays out a terminal of some size in a container.
 *
 *  `width` fills the container's width, `height` its height, `both` whichever is filled first; `none` takes `fontSize`.
 *
 *  @param bar    height of the control bar by the player's width
 *  @param ratio  device pixels per CSS pixel */
export function layOut(options: {
  fit: Fit;
  container: { width: number; height: number };
  cols: number;
  rows: number;
  metrics: Metrics;
  bar: (width: number) => number;
  ratio: number;
  fontSize?: number | undefined;
}): Geometry {
  // A bar may be higher where the player is narrow, and the player narrower where the bar is higher.
  const bar = options.bar(Number.POSITIVE_INFINITY);
  const geometry = withBar(options, bar);
  const narrow = options.bar(Math.min(geometry.width, options.container.width));
  return narrow === bar ? geometry : withBar(options, narrow);
}

function withBar(options: Parameters<typeof layOut>[0], bar: number): Geometry {
  const { container, cols, rows, metrics, ratio } = options;
  const borders = 2 * BORDER * BASE_FONT_SIZE;
  const terminalWidth = metrics.charWidth * cols + borders;
  const terminalHeight = metrics.charHeight * rows + borders;
  const room = Math.max(1, container.height - bar);
  let fit = options.fit;
  if (fit === "both" && container.height <= bar) fit = "width"; // a container of no height of its own
  if (fit === "both") fit = container.width / room > terminalWidth / terminalHeight ? "height" : "width";
  const scale =
    fit === "width"
      ? container.width / terminalWidth
      : fit === "height"
        ? room / terminalHeight
        : (options.fontSize ?? BASE_FONT_SIZE) / BASE_FONT_SIZE;

  const border = Math.round(BORDER * BASE_FONT_SIZE * scale * ratio) / ratio;
  // What is filled exactly is cut in device pixels; the rest follows.
  const wide = fit === "width" ? (container.width - 2 * border) * ratio : metrics.charWidth * scale * cols * ratio;
  const screenWidth = Math.max(cols, Math.round(wide));
  const high = metrics.charHeight * scale * ratio;
  const cellHeight = Math.max(
    1,
    fit === "height" ? Math.floor(((room - 2 * border) * ratio) / rows) : Math.round(high),
  );
  const screenHeight = cellHeight * rows;
  return {
    fontSize: BASE_FONT_SIZE * scale,
    cellWidth: screenWidth / cols,
    cellHeight,
    border,
    screenWidth,
    screenHeight,
    width: fit === "width" ? container.width : screenWidth / ratio + 2 * border,
    height: fit === "height" ? container.height : screenHeight / ratio + 2 * border + bar,
  };
}
