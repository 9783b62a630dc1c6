// A cell is two words in two arrays, at the same index:
//
//   ch  25   24   23      22        21     20 … 0
//       HEAD TAIL CLUSTER PROTECTED FILLER code point, or index of a cluster
//   at  a style: see style.ts
//
// Both stay below 2^30, so that engines keep them as small integers wherever they go.
//
// A wide character takes two cells, HEAD then TAIL. They are written and blanked together, so a HEAD is always followed
// by its TAIL and a TAIL always follows its HEAD.

/** First half of a wide character. */
export const HEAD = 1 << 25;
/** Second half of a wide character; holds no text. */
export const TAIL = 1 << 24;
/** The low bits are the index of a text in the cluster table instead of a code point. */
export const CLUSTER = 1 << 23;
/** Selective erase leaves the cell alone (DECSCA). */
export const PROTECTED = 1 << 22;
/** The blank that a wide character left in the last column when it wrapped; reflow drops it. */
export const FILLER = 1 << 21;
/** The bits of the code point or cluster index. */
export const TEXT = 0x001fffff;

/** An erased cell. */
export const BLANK = 0x20;
