import { rect, type Shape } from "./shape.js";

// U+2580–2595, as `eighths` takes them.
const EIGHTHS =
  "0084 0788 0688 0588 0488 0388 0288 0188 0088 0078 0068 0058 0048 0038 0028 0018 4088 0088 0088 0088 0081 7088";

/** U+2580–259F: halves, eighths, shades, quadrants. */
export function block(codePoint: number, width: number, height: number): Shape[] {
  const n = codePoint - 0x2580;
  if (n > 21) return mosaic([4, 8, 1, 13, 9, 7, 11, 2, 6, 14][n - 22]!, 2, 2, width, height);
  return eighths(EIGHTHS.split(" ")[n]!, width, height, n > 16 && n < 20 ? (n - 16) / 4 : 1);
}

/** U+2800–28FF: dots of two by four. */
export function braille(codePoint: number, width: number, height: number): Shape[] {
  const size = Math.max(1, Math.round(Math.min(width / 2, height / 4) / 2));
  const shapes: Shape[] = [];
  for (let dot = 0; dot < 8; dot++) {
    if (!((codePoint >> dot) & 1)) continue;
    const col = dot < 6 ? Math.floor(dot / 3) : dot - 6;
    const row = dot < 6 ? dot % 3 : 3;
    const x = Math.round(((2 * col + 1) * width) / 4 - size / 2);
    const y = Math.round(((2 * row + 1) * height) / 8 - size / 2);
    shapes.push(rect(x, y, x + size, y + size));
  }
  return shapes;
}

/** Rectangles on a grid of eighths, four digits each: left, top, right, bottom. However small the cell, a rectangle is at
 *  least one unit each way. */
export function eighths(rectangles: string, width: number, height: number, alpha: number): Shape[] {
  return rectangles.match(/..../g)!.map((edges) => {
    const x = Math.min(Math.round((+edges[0]! * width) / 8), width - 1);
    const y = Math.min(Math.round((+edges[1]! * height) / 8), height - 1);
    return rect(x, y, Math.max(x + 1, (+edges[2]! * width) / 8), Math.max(y + 1, (+edges[3]! * height) / 8), alpha);
  });
}

/** Parts of equal size, numbered by bits from the top left in reading order; those side by side are one rectangle. */
export function mosaic(bits: number, cols: number, rows: number, width: number, height: number): Shape[] {
  const shapes: Shape[] = [];
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const start = col;
      while (col < cols && (bits >> (row * cols + col)) & 1) col++;
      if (col > start) {
        const [x, y] = [width / cols, height / rows];
        shapes.push(rect(start * x, row * y, col * x, (row + 1) * y));
      }
    }
  }
  return shapes;
}
