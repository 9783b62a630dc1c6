import type { Canvas } from "./canvas.js";
import { Coverage } from "./coverage.js";
import type { Frame, FrameLine, Rule, Text } from "./frame.js";
import { glyph } from "./glyph.js";
import { arc } from "./shape.js";
import type { Typesetter } from "./typesetter.js";

/** Of the cell that a monospaced letter of one em fills: its width and height, and how far down the line the baseline is. */
const EM = { width: 0.602, height: 1.36, baseline: 1.02 };

/** The size of a cell that is so many pixels wide. */
export function cellOf(width: number): { width: number; height: number } {
  return { width, height: Math.round((width / EM.width) * EM.height) };
}

/** Paints a frame, the same as `svg` draws it, pixel by pixel: the same frame makes the same pixels everywhere.
 *
 *  @param x     where its upper left corner goes, in whole px
 *  @param y     likewise
 *  @param cell  the width of a cell, in whole px; its height follows */
export function paintFrame(
  canvas: Canvas,
  frame: Frame,
  typesetter: Typesetter,
  { x, y, cell }: { x: number; y: number; cell: number },
): void {
  const { width, height } = cellOf(cell);
  canvas.within(x, y, frame.cols * width, frame.rows * height, () => {
    canvas.rect(x, y, frame.cols * width, frame.rows * height, frame.bg);
    for (const line of frame.lines) {
      const top = y + line.row * height;
      const wide = line.size === "single" ? width : 2 * width;
      const high = line.size === "double-top" || line.size === "double-bottom" ? 2 * height : height;
      canvas.within(x, top, frame.cols * width, height, () => {
        new LinePainter(
          canvas,
          typesetter,
          wide,
          high,
          x,
          line.size === "double-bottom" ? top - height : top,
          (wide * height) / (width * high),
        ).paint(line);
      });
    }
  });
}

/** Paints one line with cells of its own size. */
class LinePainter {
  private readonly stroke: number;
  private readonly size: number;
  private readonly baseline: number;

  constructor(
    private readonly canvas: Canvas,
    private readonly typesetter: Typesetter,
    private readonly width: number,
    private readonly height: number,
    private readonly x: number,
    private readonly y: number,
    private readonly stretch: number,
  ) {
    this.stroke = Math.max(1, Math.round(Math.min(width, height / 2) / 8));
    this.size = Math.round((height / EM.height) * 10) / 10;
    this.baseline = y + Math.round(this.size * EM.baseline);
  }

  paint(line: FrameLine): void {
    const { canvas, width, height, x, y } = this;
    for (const { col, cols, rgb } of line.fills) canvas.rect(x + col * width, y, cols * width, height, rgb);
    for (const { codePoint, col, cols, rgb } of line.glyphs) this.drawing(codePoint, col, cols, rgb);
    for (const rule of line.rules) this.rule(rule);
    for (const text of line.texts) this.text(text);
  }

  private drawing(codePoint: number, col: number, cols: number, rgb: number): void {
    const { canvas, width, height, y, stroke } = this;
    for (const shape of glyph(codePoint, width, height, stroke) ?? []) {
      if (shape.kind === "rect") {
        for (let i = 0; i < cols; i++) {
          canvas.rect(this.x + (col + i) * width + shape.x, y + shape.y, shape.width, shape.height, rgb, shape.alpha);
        }
        continue;
      }
      const coverage = new Coverage();
      coverage.polygon(shape.points, 0, 0);
      const mask = coverage.mask();
      if (!mask) continue;
      for (let i = 0; i < cols; i++) canvas.mask(mask, this.x + (col + i) * width, y, rgb);
    }
  }

  private text({ text, col, cols, plain, bold, italic, rgb }: Text): void {
    const { canvas, width, baseline, size } = this;
    const by = { size, bold, italic, stretch: this.stretch };
    if (!plain) {
      this.typesetter.cluster(canvas, text, this.x + col * width, baseline, cols * width, rgb, by);
      return;
    }
    for (let i = 0; i < text.length; i++) {
      const character = text[i]!;
      if (character === " ") continue;
      this.typesetter.cluster(canvas, character, this.x + (col + i) * width, baseline, width, rgb, by);
    }
  }

  private rule({ kind, col, cols, rgb }: Rule): void {
    const { canvas, width, height, stroke, baseline } = this;
    const left = this.x + col * width;
    const under = Math.min(baseline + Math.round(this.size * 0.13), this.y + height - stroke);
    const along = (y: number, thickness = stroke) => canvas.rect(left, y, cols * width, thickness, rgb);
    const pieces = (length: number, gap: number) => {
      for (let at = 0; at < cols * width; at += length + gap) {
        canvas.rect(left + at, under, Math.min(length, cols * width - at), stroke, rgb);
      }
    };
    switch (kind) {
      case "single":
        along(under);
        break;
      case "double":
        along(under - stroke);
        along(Math.min(under + stroke, this.y + height - stroke));
        break;
      case "dotted":
        pieces(stroke, stroke);
        break;
      case "dashed":
        pieces(Math.ceil(width / 2), Math.ceil(width / 4));
        break;
      case "curly":
        this.wave(left, under, cols * width, rgb);
        break;
      case "strike":
        along(baseline - Math.round(this.size * 0.3));
        break;
      case "overline":
        along(this.y);
        break;
      case "underscore":
        along(this.y + height - 2 * stroke, 2 * stroke);
        break;
      case "bar":
        canvas.rect(left, this.y, 2 * stroke, height, rgb);
        break;
      default:
        kind satisfies never;
    }
  }

  private wave(left: number, y: number, length: number, rgb: number): void {
    const { width, stroke } = this;
    const edge = (offset: number) =>
      Array.from({ length: length + 1 }, (_, i) => [i, offset + Math.sin((i / width) * 2 * Math.PI) * stroke] as const);
    const coverage = new Coverage();
    coverage.polygon([...edge(0), ...edge(stroke).reverse()].flat(), 0, 0);
    const mask = coverage.mask();
    if (mask) this.canvas.mask(mask, left, y, rgb);
  }
}

/** Paints the amber cell with a play triangle in it.
 *
 *  @param unit  a sixteenth of its width, in px; it is twenty units high */
export function paintStartCell(canvas: Canvas, x: number, y: number, unit: number): void {
  const cell = new Coverage();
  cell.polygon(rounded(16 * unit, 20 * unit, 1.5 * unit), 0, 0);
  const triangle = new Coverage();
  triangle.polygon(
    [5.5, 5.2, 13, 10, 5.5, 14.8].map((at) => at * unit),
    0,
    0,
  );
  for (const [coverage, rgb] of [
    [cell, 0xffb224],
    [triangle, 0x1b1303],
  ] as const) {
    const mask = coverage.mask();
    if (mask) canvas.mask(mask, x, y, rgb);
  }
}

function rounded(width: number, height: number, radius: number): number[] {
  return [
    ...arc(radius, radius, radius, radius, 2, 3),
    ...arc(width - radius, radius, radius, radius, 3, 4),
    ...arc(width - radius, height - radius, radius, radius, 0, 1),
    ...arc(radius, height - radius, radius, radius, 1, 2),
  ];
}
