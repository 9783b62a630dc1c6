import type { Shape } from "@asciinema-ts/render";
import { BOLD, type Glyph, type GlyphTable, ITALIC, SIZE } from "./glyphs.js";

/** Levels of coverage: 0 is none, the last one all. Steps of a sixteenth hit the shades of block elements exactly. */
export const LEVELS = 17;

export type Shapes = (codePoint: number, width: number, height: number, line: number) => Shape[] | undefined;

/** What glyphs are drawn with. */
export interface Face {
  /** As in CSS. */
  family: string;
  /** Device pixels. */
  size: number;
  /** Distance of the baseline from the cell's top, in device pixels. */
  baseline: number;
  /** Thickness of lines in device pixels. */
  line: number;
  cellWidth: number;
  cellHeight: number;
  /** The exact shapes of a character that is a drawing, in a cell of so many pixels. */
  shapes: Shapes;
  /** The text is lighter than its background: fonts are smoothed differently for it. */
  light: boolean;
}

/** How much of each pixel a glyph covers. */
export interface Mask {
  width: number;
  /** Level of every pixel, row by row. */
  dense: Uint8Array;
  /** The covered pixels only: `offset << 5 | level`, the offset in a picture of the given stride. */
  sparse: Int32Array;
  /** Pixels of a glyph that brings its own colours (emoji), as `ImageData` has them. */
  colored: Uint32Array | undefined;
}

const COLUMNS = 16;

/** Masks of glyphs, drawn once by the browser's own text painting and read back, many at a time. */
export class Masks {
  #masks: Mask[] = [];
  #missing = new Map<number, [glyph: Glyph, width: number]>();

  constructor(
    private readonly table: GlyphTable,
    private readonly face: Face,
    private readonly stride: number,
  ) {}

  /** The mask of a glyph for cells that are so many pixels wide, which differ where columns are rounded. When it is not
   *  there yet it is after the next `draw`. */
  get(number: number, width: number): Mask {
    const glyph = this.table.glyphs[number]!;
    const key = number * 8 + width - Math.floor(this.face.cellWidth) * glyph.cols;
    const mask = this.#masks[key];
    if (!mask) this.#missing.set(key, [glyph, width]);
    return mask!;
  }

  /** Draws what was asked for and not there: one picture, read back once. */
  draw(): void {
    if (!this.#missing.size) return;
    const { cellHeight, light } = this.face;
    const missing = [...this.#missing];
    const tile = Math.max(...missing.map(([, [, width]]) => width));
    const across = COLUMNS * tile;
    const context = scratch(across, Math.ceil(missing.length / COLUMNS) * cellHeight);
    const place = (i: number) => [(i % COLUMNS) * tile, Math.floor(i / COLUMNS) * cellHeight] as const;
    for (const [i, [, [glyph, width]]] of missing.entries()) drawGlyph(context, glyph, this.face, ...place(i), width);
    const pixels = new Uint32Array(context.getImageData(0, 0, across, context.canvas.height).data.buffer);
    for (const [i, [key, [, width]]] of missing.entries()) {
      const [left, top] = place(i);
      const colors = new Uint32Array(width * cellHeight);
      const dense = new Uint8Array(width * cellHeight);
      const sparse: number[] = [];
      let colored = false;
      for (let y = 0, at = 0; y < cellHeight; y++) {
        for (let x = 0; x < width; x++, at++) {
          const value = pixels[(top + y) * across + left + x]!;
          const level = Math.round(((value >>> 24) * (LEVELS - 1)) / 255);
          if (level) sparse.push(((y * this.stride + x) << 5) | level);
          colors[at] = value;
          dense[at] = level;
          // Ink that is not ours; where coverage is thin, colours are rounded too much to tell.
          colored ||= level > LEVELS / 2 && ((light ? ~value : value) & 0xe0e0e0) !== 0;
        }
      }
      this.#masks[key] = { width, dense, sparse: Int32Array.from(sparse), colored: colored ? colors : undefined };
    }
    this.#missing.clear();
  }
}

/** Draws a glyph into its cells at (x, y) and nowhere else: exact shapes for box drawing and its like, text for all else. */
export function drawGlyph(
  context: CanvasRenderingContext2D,
  { text, style, cols }: Glyph,
  face: Face,
  x: number,
  y: number,
  width: number,
  ink = face.light ? "#fff" : "#000",
): void {
  const { cellWidth, cellHeight, line, baseline, shapes: shapesOf } = face;
  const size = (style & SIZE) >> 2;
  const wide = size > 0 ? 2 : 1;
  const high = size > 1 ? 2 : 1;
  let parts: string[] = [];
  context.save();
  context.beginPath();
  context.rect(x, y, width, cellHeight);
  context.clip();
  context.translate(x, size === 3 ? y - cellHeight : y);
  context.fillStyle = ink;
  const shapes = text.length < 3 && shapesOf(text.codePointAt(0)!, width, cellHeight * high, line * high);
  for (const shape of shapes || []) {
    context.beginPath();
    if (shape.kind === "rect") {
      context.globalAlpha = shape.alpha;
      context.rect(shape.x, shape.y, shape.width, shape.height);
    } else for (let i = 0; i < shape.points.length; i += 2) context.lineTo(shape.points[i]!, shape.points[i + 1]!);
    context.fill();
  }
  if (!shapes) {
    context.font = fontOf(style, face);
    context.fontKerning = "none";
    // From another font perhaps: narrower is centred, wider is squeezed, so that all of it is seen.
    const advance = context.measureText(text).width;
    const room = (cellWidth * cols) / wide;
    const tooWide = advance > room * 1.05;
    // Monospaced fonts may give a mark a width of its own: it belongs over the letter, not beside it.
    const [letter] = /^.(?=\p{Mn}+$)/su.exec(text) ?? [];
    if (tooWide && letter && context.measureText(letter).width < advance) parts = [...text];
    else {
      context.scale(tooWide ? width / advance : wide, high);
      context.fillText(text, advance < room * 0.95 ? (width / wide - advance) / 2 : 0, baseline);
    }
  }
  context.restore();
  for (const part of parts) drawGlyph(context, { text: part, style, cols }, face, x, y, width, ink);
}

/** The CSS font of a style. */
export function fontOf(style: number, face: Pick<Face, "family" | "size">): string {
  return `${style & ITALIC ? "italic " : ""}${style & BOLD ? "bold " : ""}${face.size}px ${face.family}`;
}

/** Whether pixels can be read back as they were painted: some browsers falsify them against fingerprinting. */
export function canReadPixels(): boolean {
  const context = scratch(16, 1);
  const expected: number[] = [];
  for (let i = 0; i < 16; i++) {
    const color = [i * 16, 255 - i * 16, (i * 53) % 256];
    context.fillStyle = `rgb(${color})`;
    context.fillRect(i, 0, 1, 1);
    expected.push(...color, 255);
  }
  return `${context.getImageData(0, 0, 16, 1).data}` === `${expected}`;
}

/** A transparent picture: an opaque one might smooth text in colours. */
export function scratch(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext("2d", { willReadFrequently: true })!;
}
