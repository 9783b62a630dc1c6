// A cell is two words in two arrays, at the same index:
//
//   ch  24   23      22        21     20 … 0
//       HEAD CLUSTER PROTECTED FILLER code point, or index of a cluster
//   at  a style: see style.ts
//
// Both stay below 2^30, so that engines keep them as small integers wherever they go.
//
// A wide character takes two cells, HEAD then TAIL. They are written and blanked together, so a HEAD is always followed
// by its TAIL and a TAIL always follows its HEAD.

/** First half of a wide character. */
export const HEAD = 1 << 24;
/** Second half of a wide character: holds no text, and no flags. */
export const TAIL = 0;
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

/** Line flag: the text goes on in the next line (soft wrap). */
export const WRAPPED = 1;
/** Line flags: DECDWL and the halves of DECDHL. */
export const SIZE = 6;
export const DOUBLE_WIDTH = 2;
export const DOUBLE_TOP = 4;
export const DOUBLE_BOTTOM = 6;
/** First of four line flags: OSC 133 A to D, the marks of prompt, command, output and end. */
export const MARK = 8;
