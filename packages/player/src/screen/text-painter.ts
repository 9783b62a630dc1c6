import { Cells, CURSOR_BAR, CURSOR_UNDERLINE, OVERLINE, STRIKE, UNDERLINE } from "./cells.js";
import { BLANK, type GlyphTable, TAIL } from "./glyphs.js";
import { drawGlyph, type Face } from "./masks.js";
import { band, type Painter } from "./painter.js";

/** Paints cells by the canvas' own means: slower, for browsers that do not let pixels be read back. */
export class TextPainter implements Painter {
  readonly cells: Cells;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    cols: number,
    rows: number,
    private readonly face: Face,
    private readonly table: GlyphTable,
  ) {
    this.cells = new Cells(cols, rows);
  }

  scroll(n: number): void {
    const { canvas } = this.context;
    this.context.drawImage(canvas, 0, -n * this.face.cellHeight);
  }

  paint(rows: readonly number[]): void {
    for (const row of rows) this.#paintRow(row);
  }

  #paintRow(row: number): void {
    const { context, face } = this;
    const { cols, glyphs, fg, bg, lines } = this.cells;
    const start = row * cols;
    const edge = (col: number) => Math.round(col * face.cellWidth);
    const top = row * face.cellHeight;
    for (let col = 0; col < cols; ) {
      const color = bg[start + col]!;
      let end = col + 1;
      while (end < cols && bg[start + end] === color) end++;
      context.fillStyle = css(color);
      context.fillRect(edge(col), top, edge(end) - edge(col), face.cellHeight);
      col = end;
    }
    for (let col = 0; col < cols; col++) {
      const at = start + col;
      const glyph = glyphs[at]!;
      if (glyph !== BLANK && glyph !== TAIL) {
        const { [glyph]: drawn } = this.table.glyphs;
        const width = edge(Math.min(cols, col + drawn!.cols)) - edge(col);
        drawGlyph(context, drawn!, face, edge(col), top, width, css(fg[at]!));
      }
      if (lines[at] !== 0) this.#paintLines(row, edge(col), edge(col + 1) - edge(col), lines[at]!, fg[at]!);
    }
  }

  #paintLines(row: number, left: number, width: number, lines: number, fg: number): void {
    const { context, face } = this;
    const draw = (y: number, height: number, color: number, across = width) => {
      context.fillStyle = css(color);
      const [within, high] = band(y, height, face.cellHeight, this.cells.sizes[row]!);
      context.fillRect(left, row * face.cellHeight + within, across, high);
    };
    if (lines & OVERLINE) draw(0, face.line, fg);
    if (lines & STRIKE) draw(face.baseline - face.size * 0.3, face.line, fg);
    const color = lines >>> 8;
    if (lines & CURSOR_UNDERLINE) draw(face.cellHeight, face.line * 2, color);
    if (lines & CURSOR_BAR) draw(0, face.cellHeight, color, face.line * 2);
    if (lines & UNDERLINE) draw(face.baseline + face.size * 0.12, face.line, color); // its style is the finer painter's
  }
}

/** A pixel's colour in CSS. */
function css(pixel: number): string {
  return `rgb(${pixel & 255},${(pixel >> 8) & 255},${(pixel >> 16) & 255})`;
}
