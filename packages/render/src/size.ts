const LONGEST = 10_000;
const CELLS = 4_000_000;

/** The size nearest to one that a file claims at which a terminal can be made within some tens of megabytes. */
export function affordable(size: { cols: number; rows: number }): { cols: number; rows: number } {
  const cols = Math.min(LONGEST, Math.max(1, size.cols));
  return { cols, rows: Math.min(LONGEST, Math.floor(CELLS / cols), Math.max(1, size.rows)) };
}
