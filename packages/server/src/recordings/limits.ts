/** The largest terminal that is stored and drawn. */
export const MAX_COLS = 720;
export const MAX_ROWS = 200;
