// What a code point does to the text around it. The letters A, B … stand for 0, 1 … in the generated table.

export const NARROW = 0;
export const WIDE = 1;
/** Takes no cell: combining marks, variation selectors, format characters. */
export const EXTEND = 2;
/** U+200D, which ties pictographs together. */
export const JOINER = 3;
/** Combining mark that is drawn beside its base, in the same cell. */
export const SPACING = 4;
/** Half of a flag. */
export const REGIONAL = 5;
export const LEADING = 6;
export const VOWEL = 7;
export const TRAILING = 8;
export const PICTURE = 9;
export const PICTURE_WIDE = 10;
/** Consonant of a script that ties consonants together. */
export const CONSONANT = 11;
/** Sign that ties two consonants together (virama). */
export const LINKER = 12;
export const SYLLABLE_LV = 13;
export const SYLLABLE_LVT = 14;
export const CONTROL = 15;
/** Skin tone: belongs to a pictograph before it, else stands alone, wide. */
export const MODIFIER = 16;
