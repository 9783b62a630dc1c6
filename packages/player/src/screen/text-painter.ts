import { drawGlyph } from "./masks.js";
import { PixelPainter } from "./pixel-painter.js";

/** Paints by the canvas' own means: slower, for browsers that do not let pixels be read back. */
export class TextPainter extends PixelPainter {
  override scroll(n: number): void {
    super.scroll(n);
    this.first = 0;
    this.context.drawImage(this.context.canvas, 0, -n * this.face.cellHeight);
  }

  protected override prepare(): void {}
  protected override present(): void {}

  protected override fill(left: number, right: number, top: number, height: number, color: number): void {
    this.context.fillStyle = css(color);
    this.context.fillRect(left, top, right - left, height);
  }

  protected override glyph(
    left: number,
    top: number,
    width: number,
    glyph: number,
    fg: number,
    bg: number,
    filled: boolean,
  ): void {
    if (!filled) this.fill(left, left + width, top, this.face.cellHeight, bg);
    drawGlyph(this.context, this.table.glyphs[glyph]!, this.face, left, top, width, css(fg));
  }
}

/** A pixel's colour in CSS. */
function css(pixel: number): string {
  return `rgb(${pixel & 255},${(pixel >> 8) & 255},${(pixel >> 16) & 255})`;
}
