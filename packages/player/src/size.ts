/** Size of a terminal in cells. */
export interface Size {
  cols: number;
  rows: number;
}

const LARGEST: Size = { cols: 1000, rows: 500 };
const USUAL: Size = { cols: 80, rows: 24 };

/** The nearest size that can be shown: what a recording says is not to be trusted with a page's memory. */
export function showable({ cols, rows }: Size): Size {
  const within = (value: number, most: number, usual: number) =>
    Math.min(most, Math.max(1, Math.floor(value) || usual));
  return { cols: within(cols, LARGEST.cols, USUAL.cols), rows: within(rows, LARGEST.rows, USUAL.rows) };
}
