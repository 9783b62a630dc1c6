/** Style of a glyph as bits: what changes its shape. Colours and lines never do. */
export const BOLD = 1;
export const ITALIC = 2;
/** These two bits: its line is of double size, by the place in `lineSizes`. */
export const SIZE = 12;

/** Sizes of lines by their number in a style. Characters are twice as wide on all but the first; of the last two, which
 *  are also twice as high, a line shows the upper or lower half. */
export const lineSizes = ["single", "double-width", "double-top", "double-bottom"] as const;

/** In a cell's glyph word: nothing to draw. */
export const BLANK = 0;
/** In a cell's glyph word: the second half of the glyph before it. */
export const TAIL = -1;

/** What is drawn in a cell. */
export interface Glyph {
  text: string;
  style: number;
  /** Cells that it takes. */
  cols: GlyphCols;
}

/** A wide character on a line of double size takes four. */
export type GlyphCols = 1 | 2 | 4;

/** Numbers for glyphs, so that a screen is compared and looked up by integers. */
export class GlyphTable {
  /** Numbers of ASCII glyphs at `style << 7 | code`; 0 for those not seen yet, and for the space. */
  readonly ascii = new Int32Array(2048);
  readonly glyphs: Glyph[] = [{ text: " ", style: 0, cols: 1 }];
  /** By style. */
  #numbers = Array.from({ length: 16 }, () => new Map<string, number>());

  /** The number of a glyph; blank for a space. */
  number(text: string, style: number, cols: GlyphCols): number {
    if (text === " " || text === "") return BLANK;
    const key = cols === 1 ? text : `${text}${cols}`;
    const numbers = this.#numbers[style]!;
    let number = numbers.get(key);
    if (number === undefined) {
      number = this.glyphs.push({ text, style, cols }) - 1;
      numbers.set(key, number);
      const code = text.charCodeAt(0);
      if (text.length === 1 && code < 128) this.ascii[(style << 7) | code] = number;
    }
    return number;
  }
}
