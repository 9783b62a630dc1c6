import { glyph as shapesOf } from "@asciinema-ts/render";
import { BOLD, type Glyph, type GlyphCols, type GlyphTable, ITALIC, SIZE } from "./glyphs.js";

/** Levels of coverage: 0 is none, the last one all. Steps of a sixteenth hit the shades of block elements exactly. */
export const LEVELS = 17;

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
  #masks: (Mask | undefined)[] = [];
  #missing: number[] = [];
  #narrow: number;

  constructor(
    private readonly table: GlyphTable,
    readonly face: Face,
    private readonly stride: number,
  ) {
    this.#narrow = Math.floor(face.cellWidth);
  }

  /** The mask of a glyph for cells that are so many pixels wide, which differ where columns are rounded. */
  get(number: number, width: number): Mask {
    return this.#masks[this.#key(number, width)]!;
  }

  /** Cells that a glyph takes. */
  cols(number: number): GlyphCols {
    return this.table.get(number).cols;
  }

  /** Makes sure that a mask is there after the next `draw`. */
  want(number: number, width: number): void {
    const key = this.#key(number, width);
    if (this.#masks[key] === undefined && !this.#missing.includes(key)) this.#missing.push(key);
  }

  #key(number: number, width: number): number {
    return number * 8 + width - this.#narrow * this.table.get(number).cols;
  }

  /** Draws what is wanted and not there: one picture, read back once. */
  draw(): void {
    if (this.#missing.length === 0) return;
    const { face } = this;
    const gap = Math.ceil(face.cellHeight / 2); // what a glyph may stick out without touching the next
    const widest = Math.max(...this.#missing.map((key) => this.table.get(key >> 3).cols));
    const tileWidth = Math.ceil(face.cellWidth) * widest + 1 + gap;
    const tileHeight = face.cellHeight + gap;
    const rows = Math.ceil(this.#missing.length / COLUMNS);
    const context = scratch(COLUMNS * tileWidth + gap, rows * tileHeight + gap);
    const tiles = this.#missing.map((key, i) => {
      const glyph = this.table.get(key >> 3);
      const width = this.#narrow * glyph.cols + (key & 7);
      const x = gap + (i % COLUMNS) * tileWidth;
      const y = gap + Math.floor(i / COLUMNS) * tileHeight;
      drawGlyph(context, glyph, face, x, y, width);
      return { key, x, y, width };
    });
    const { data, width: across } = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
    const pixels = new Uint32Array(data.buffer);
    for (const { key, x, y, width } of tiles) {
      const part = new Uint32Array(width * face.cellHeight);
      for (let row = 0; row < face.cellHeight; row++) {
        const from = (y + row) * across + x;
        part.set(pixels.subarray(from, from + width), row * width);
      }
      this.#masks[key] = toMask(part, width, this.stride, face.light);
    }
    this.#missing = [];
  }
}

/** Draws a glyph into its cells at (x, y): exact shapes for box drawing and its like, text for all else. */
export function drawGlyph(
  context: CanvasRenderingContext2D,
  glyph: Glyph,
  face: Face,
  x: number,
  y: number,
  width: number,
  ink = face.light ? "#fff" : "#000",
): void {
  context.fillStyle = ink;
  const size = (glyph.style & SIZE) >> 2;
  if (size === 0) {
    drawScaled(context, glyph, face, x, y, width, 1, 1);
    return;
  }
  context.save();
  context.beginPath();
  context.rect(x, y, width, face.cellHeight);
  context.clip();
  drawScaled(context, glyph, face, x, size === 3 ? y - face.cellHeight : y, width, 2, size === 1 ? 1 : 2);
  context.restore();
}

/** Draws a glyph so many times as wide and high as in the font. */
function drawScaled(
  context: CanvasRenderingContext2D,
  { text, style, cols }: Glyph,
  face: Face,
  x: number,
  y: number,
  width: number,
  wide: number,
  high: number,
): void {
  const shapes =
    text.length <= 2 ? shapesOf(text.codePointAt(0)!, width, face.cellHeight * high, face.line * high) : undefined;
  if (shapes) {
    for (const shape of shapes) {
      if (shape.kind === "rect") {
        context.globalAlpha = shape.alpha;
        context.fillRect(x + shape.x, y + shape.y, shape.width, shape.height);
        context.globalAlpha = 1;
      } else {
        context.beginPath();
        for (let i = 0; i < shape.points.length; i += 2) context.lineTo(x + shape.points[i]!, y + shape.points[i + 1]!);
        context.fill();
      }
    }
    return;
  }
  context.font = fontOf(style, face);
  context.fontKerning = "none";
  let shift = 0;
  let squeeze = 1;
  if (text.length > 1 || text.charCodeAt(0) > 126) {
    // From another font perhaps: narrower is centred, wider is squeezed, so that it never touches its neighbours.
    const advance = context.measureText(text).width;
    const room = (face.cellWidth * cols) / wide;
    if (advance > room * 1.05) squeeze = width / wide / advance;
    else if (advance < room * 0.95) shift = (width / wide - advance) / 2;
  }
  if (squeeze * wide === 1) context.fillText(text, x + shift, y + face.baseline);
  else {
    context.setTransform(squeeze * wide, 0, 0, high, x, y);
    context.fillText(text, shift, face.baseline);
    context.resetTransform();
  }
}

/** The CSS font of a style. */
export function fontOf(style: number, face: Pick<Face, "family" | "size">): string {
  return `${style & ITALIC ? "italic " : ""}${style & BOLD ? "bold " : ""}${face.size}px ${face.family}`;
}

/** Whether pixels can be read back as they were painted: some browsers falsify them against fingerprinting. */
export function canReadPixels(): boolean {
  const context = scratch(16, 2);
  const expected: number[] = [];
  for (let i = 0; i < 16; i++) {
    context.fillStyle = `rgb(${i * 16}, ${255 - i * 16}, ${(i * 53) % 256})`;
    context.fillRect(i, 0, 1, 2);
    expected.push(i * 16, 255 - i * 16, (i * 53) % 256, 255);
  }
  const { data } = context.getImageData(0, 0, 16, 2);
  return data.every((value, i) => value === expected[i % expected.length]);
}

/** A transparent picture: an opaque one might smooth text in colours. */
function scratch(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext("2d", { willReadFrequently: true })!;
}

function toMask(pixels: Uint32Array, width: number, stride: number, light: boolean): Mask {
  const dense = new Uint8Array(pixels.length);
  const sparse: number[] = [];
  let colored = false;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]!;
    const level = Math.round(((value >>> 24) * (LEVELS - 1)) / 255);
    if (level === 0) continue;
    dense[i] = level;
    sparse.push(((Math.floor(i / width) * stride + (i % width)) << 5) | level);
    // Ink that is not ours; where coverage is thin, colours are rounded too much to tell.
    if (level > LEVELS / 2) {
      const ink = light ? ~value & 0xffffff : value & 0xffffff;
      if ((ink & 0xe0e0e0) !== 0) colored = true;
    }
  }
  return { width, dense, sparse: Int32Array.from(sparse), colored: colored ? pixels : undefined };
}
