// A style is one 32-bit integer, so that comparing two is one compare and a cell holds it in one word.
//
//   packed    29 28…26     25       24     23      22      21    20     19    18   17…9 8…0
//             0  underline overline strike conceal inverse blink italic faint bold bg   fg
//   interned  1  index of an entry in the table, for RGB backgrounds, underline colours and links
//
// A negative style is DIRECT + its low bits: blink…bold in 28…24, an RGB foreground in 23…0, all else default.
//
// Colours in packed styles: 0 is the default, 1 to 256 the palette. In entries RGB is added as RGB | 0xrrggbb.

export const BOLD = 1 << 18;
export const FAINT = 1 << 19;
export const ITALIC = 1 << 20;
export const BLINK = 1 << 21;
export const INVERSE = 1 << 22;
export const CONCEAL = 1 << 23;
export const STRIKE = 1 << 24;
export const OVERLINE = 1 << 25;
export const UNDERLINE = 7 << 26;
export const UNDERLINE_SHIFT = 26;
/** Marks a direct colour: RGB | 0xrrggbb. */
export const RGB = 0x1000000;

/** The least style, of black text: see above. */
export const DIRECT = -0x40000000;
/** Marks an interned style. */
export const INTERNED = 1 << 29;
