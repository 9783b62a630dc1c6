import type { Cells } from "./cells.js";

/** Puts cells on a canvas. Made anew whenever the size, the font or the scale changes. */
export interface Painter {
  /** What is to be seen; rows are written here before they are painted. */
  readonly cells: Cells;
  /** Moves what was painted up by `n` rows, fewer than there are. */
  scroll(n: number): void;
  /** Paints what differs in these rows. */
  paint(rows: readonly number[]): void;
}
