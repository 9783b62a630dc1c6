import type { Canvas } from "./canvas.js";
import { Coverage, type Mask } from "./coverage.js";
import type { Font } from "./font.js";

/** The fonts that text is set in. For what none of a style's fonts has, the fallbacks are asked in order. */
export interface Typefaces {
  regular: Font;
  bold?: Font;
  italic?: Font;
  boldItalic?: Font;
  fallbacks?: readonly Font[];
}

/** How a character stands in its box. */
export interface Placing {
  /** Of the em square, in px. */
  size: number;
  bold: boolean;
  italic: boolean;
  /** How many times as wide as usual. */
  stretch?: number;
}

/** Where a character without a glyph would be: a soft bar, so that one sees that something is there. */
const BAR = { bottom: 0.02, top: 0.62, inset: 0.12, alpha: 110 };
/** How far upright letters lean when the font has no italics. */
const LEAN = 0.2;
/** Masks kept; past that they are made again. */
const MOST = 20_000;

/** Sets characters as masks, and keeps those that it made. */
export class Typesetter {
  private readonly masks = new Map<string, Mask | undefined>();

  constructor(private readonly faces: Typefaces) {}

  /** Paints a character or cluster into a box, squeezed when it is wider, in the middle when it comes from a fallback.
   *
   *  @param x         the box's left edge, in whole px
   *  @param baseline  in whole px
   *  @param width     of the box, in px */
  cluster(canvas: Canvas, text: string, x: number, baseline: number, width: number, rgb: number, by: Placing): void {
    const key = `${text}\0${width}\0${by.size}\0${by.bold ? 1 : 0}${by.italic ? 1 : 0}${by.stretch ?? 1}`;
    let mask = this.masks.get(key);
    if (mask === undefined && !this.masks.has(key)) {
      if (this.masks.size >= MOST) this.masks.clear();
      mask = this.made(text, width, by);
      this.masks.set(key, mask);
    }
    if (mask) canvas.mask(mask, x, baseline, rgb);
  }

  /** Paints a line of text as wide as it is. */
  line(canvas: Canvas, text: string, x: number, baseline: number, rgb: number, by: Placing): void {
    const coverage = new Coverage();
    let at = 0;
    for (const character of text) {
      const { font, glyph, slant } = this.find(character, by);
      const scale = by.size / font.unitsPerEm;
      if (glyph === 0 && character.trim()) bar(coverage, at, font.advance(0) * scale, by.size);
      else for (const contour of font.outline(glyph)) coverage.contour(contour, scale, scale, at, 0, slant);
      at += font.advance(glyph) * scale;
    }
    const mask = coverage.mask();
    if (mask) canvas.mask(mask, x, baseline, rgb);
  }

  /** How wide a line of text is, in px. */
  widthOf(text: string, by: Placing): number {
    let width = 0;
    for (const character of text) {
      const { font, glyph } = this.find(character, by);
      width += (font.advance(glyph) * by.size) / font.unitsPerEm;
    }
    return width;
  }

  private made(text: string, width: number, by: Placing): Mask | undefined {
    const coverage = new Coverage();
    let missing = false;
    // Most combinations have a character of their own; what is left over stands on the first one.
    const [first = " ", ...marks] = text.normalize("NFC");
    const base = this.find(first, by);
    const { stretch = 1 } = by;
    const scale = by.size / base.font.unitsPerEm;
    const natural = base.font.advance(base.glyph) * scale * stretch;
    const squeeze = stretch * Math.min(1, width / Math.max(natural, 1e-6));
    const dx = base.fallback ? Math.max(0, (width - natural) / 2) : 0;
    if (base.glyph === 0) missing = first.trim() !== "";
    else {
      for (const contour of base.font.outline(base.glyph)) {
        coverage.contour(contour, scale * squeeze, scale, dx, 0, base.slant);
      }
    }
    for (const mark of marks.slice(0, 4)) {
      const { font, glyph, slant } = this.find(mark, by);
      if (glyph === 0) continue;
      const markScale = by.size / font.unitsPerEm;
      const start = font.advance(glyph) === 0 ? dx + Math.min(natural, width) : dx;
      for (const contour of font.outline(glyph))
        coverage.contour(contour, markScale * stretch, markScale, start, 0, slant);
    }
    if (missing) bar(coverage, 0, width, by.size);
    const mask = coverage.mask();
    if (mask && missing) for (let i = 0; i < mask.alpha.length; i++) mask.alpha[i] = (mask.alpha[i]! * BAR.alpha) / 255;
    return mask;
  }

  /** The first font that has a character, by style. */
  private find(character: string, by: Pick<Placing, "bold" | "italic">) {
    const { regular, bold, italic, boldItalic, fallbacks = [] } = this.faces;
    const codePoint = character.codePointAt(0)!;
    const styled = by.bold && by.italic ? boldItalic : by.bold ? bold : by.italic ? italic : regular;
    const own = [styled, by.bold ? bold : undefined, regular].filter((font) => font !== undefined);
    for (const font of own) {
      const glyph = font.glyphOf(codePoint);
      const upright = by.italic && font !== italic && font !== boldItalic;
      if (glyph !== 0) return { font, glyph, slant: upright ? LEAN : 0, fallback: false };
    }
    for (const font of fallbacks) {
      const glyph = font.glyphOf(codePoint);
      if (glyph !== 0) return { font, glyph, slant: by.italic ? LEAN : 0, fallback: true };
    }
    return { font: regular, glyph: 0, slant: 0, fallback: false };
  }
}

function bar(coverage: Coverage, x: number, width: number, size: number): void {
  const inset = width * BAR.inset;
  const [top, bottom] = [-BAR.top * size, -BAR.bottom * size];
  coverage.polygon([x + inset, top, x + width - inset, top, x + width - inset, bottom, x + inset, bottom], 0, 0);
}
