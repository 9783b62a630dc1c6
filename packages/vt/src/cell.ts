// A cell is two words in two arrays, at the same index:
//
//   ch  31   30   29      28        27     20 … 0
//       HEAD TAIL CLUSTER PROTECTED FILLER code point, or index of a cluster
//   at  a style: see style.ts
//
// A wide character takes two cells, HEAD then TAIL. They are written and blanked together, so a HEAD is always followed
// by its TAIL and a TAIL always follows its HEAD.

/** First half of a wide character. */
export const HEAD = 0x80000000;
/** Second half of a wide character; holds no text. */
export const TAIL = 0x40000000;
/** The low bits are the index of a text in the cluster table instead of a code point. */
export const CLUSTER = 0x20000000;
/** Selective erase leaves the cell alone (DECSCA). */
export const PROTECTED = 0x10000000;
/** The blank that a wide character left in the last column when it wrapped; reflow drops it. */
export const FILLER = 0x08000000;
/** The bits of the code point or cluster index. */
export const TEXT = 0x001fffff;

/** An erased cell. */
export const BLANK = 0x20;
