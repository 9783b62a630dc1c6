import type { Cells } from "./cells.js";

/** Where in its row a horizontal line lies that is `y` from the top of a line of single size; device pixels.
 *
 *  @param size  of the line, by its place in `lineSizes` */
export function band(y: number, height: number, cellHeight: number, size: number): [top: number, height: number] {
  const high = size > 1 ? 2 : 1;
  const top = Math.max(0, Math.min((cellHeight - height) * high, Math.round(y * high))) - (size === 3 ? cellHeight : 0);
  const from = Math.max(0, top);
  return [from, Math.max(0, Math.min(cellHeight, top + height * high) - from)];
}

/** Puts cells on a canvas. Made anew whenever the size, the font or the scale changes. */
export interface Painter {
  /** What is to be seen; rows are written here before they are painted. */
  readonly cells: Cells;
  /** Moves what was painted up by `n` rows, fewer than there are. */
  scroll(n: number): void;
  /** Paints what differs in these rows. */
  paint(rows: readonly number[]): void;
}
