// Bounds on what is taken from a program.

/** More numbers make a control sequence meaningless. */
export const MOST_PARAMETERS = 32;
/** Larger numbers count as this one. */
export const LARGEST_PARAMETER = 99_999;
/** Text is obeyed in blocks of so many units. */
export const BLOCK = 1 << 14;
/** Longer strings are consumed but mean nothing. */
export const STRING_LIMIT = 65_536;
/** Of an unfinished sequence so much is kept: what comes later changes no meaning. */
export const SEQUENCE_LIMIT = 1000;
export const TITLE_LIMIT = 1024;
export const LINK_LIMIT = 2083;
/** A cell with a text of so many units, or a few more, takes no more marks. */
export const CLUSTER_LIMIT = 64;
/** Columns and rows of a terminal. */
export const LARGEST_SIZE = 10_000;
/** Styles and clusters that a terminal keeps at least before it looks which are still in use. */
export const STYLES_KEPT = 1 << 14;
export const CLUSTERS_KEPT = 1 << 12;
/** Pens of packed styles, shared by all terminals. */
export const PENS_KEPT = 1 << 11;
/** Lines of scrollback allocated at once, since untouched memory costs nothing; more by doubling. */
export const USUAL_HISTORY = 1024;
