/** The largest terminal that is stored and drawn. */
export const MAX_COLS = 720;
export const MAX_ROWS = 200;

/** Bytes of a line, or of a whole file of version 1: what has to be in memory at once. */
export const MAX_LINE = 16 * 1024 * 1024;
