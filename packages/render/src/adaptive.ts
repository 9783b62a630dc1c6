import { ramp, toOklab } from "./oklab.js";

/** Index of the default text colour in a palette. */
export const FOREGROUND = 256;

/** Index of the default background colour in a palette. */
export const BACKGROUND = 257;

/** Derives colours 16–255 of a palette from the others: the cube is interpolated in OKLab between the background, colours
 *  1–6 and the text colour, the greys between background and text. */
export function adapt(colors: Uint32Array): void {
  // Corners of the cube, numbered by bits: 1 red, 2 green, 4 blue. 0 is the background, 7 the text.
  const corners = [BACKGROUND, 1, 2, 3, 4, 5, 6, FOREGROUND].map((i) => toOklab(colors[i]!));
  for (let i = 0; i < 216; i++) {
    colors[16 + i] = ramp(corners, [Math.floor(i / 36) / 5, (Math.floor(i / 6) % 6) / 5, (i % 6) / 5]);
  }
  const ends = [corners[0]!, corners[7]!];
  for (let i = 0; i < 24; i++) colors[232 + i] = ramp(ends, [(i + 1) / 25]);
}
