import { boxDrawing } from "./box-drawing.js";
import { legacyGlyph } from "./legacy.js";
import { block, braille } from "./mosaic.js";
import { arc, polygon, type Shape, slant } from "./shape.js";

/** The exact shapes of a character that is a drawing rather than a letter; undefined for all others.
 *
 *  Box drawing, block elements, corner triangles, Braille, Powerline, and of legacy computing the sextants, octants,
 *  wedges, eighths and thin diagonals. Fonts leave gaps between these; as shapes they meet at any cell size.
 *
 *  @param width   of the cell, in whole units: device pixels or finer ones
 *  @param height  of the cell, in the same units
 *  @param line    thickness of a light line, in the same units; heavy ones are twice as thick */
export function glyph(
  codePoint: number,
  width: number,
  height: number,
  line: number = Math.max(1, Math.round(Math.min(width, height / 2) / 8)),
): Shape[] | undefined {
  return (
    commonGlyph(codePoint, width, height, line) ??
    (isLegacyGlyph(codePoint) ? legacyGlyph(codePoint, width, height, line) : undefined)
  );
}

/** The same without those of legacy computing, which take as much code as all others and are seldom seen. */
export function commonGlyph(codePoint: number, width: number, height: number, line: number): Shape[] | undefined {
  if (codePoint < 0x2500) return undefined;
  if (codePoint < 0x2580) return boxDrawing(codePoint, width, height, line);
  if (codePoint < 0x25a0) return block(codePoint, width, height);
  if (codePoint > 0x25e1 && codePoint < 0x25e6) return [corner(codePoint - 0x25e2, width, height)];
  if (codePoint >> 8 === 0x28) return braille(codePoint, width, height);
  if (codePoint >> 4 === 0xe0b) return powerline(codePoint - 0xe0b0, width, height, line);
  return undefined;
}

/** Whether a character is one of legacy computing that {@link glyph} knows. */
export function isLegacyGlyph(codePoint: number): boolean {
  return (codePoint > 0x1ccff && codePoint < 0x1cde6) || (codePoint > 0x1faff && codePoint < 0x1fbaf);
}

/** Half of the cell: in the lower right, lower left, upper left, upper right. */
function corner(n: number, width: number, height: number): Shape {
  const corners = [0, 0, width, 0, width, height, 0, height];
  corners.splice([0, 2, 4, 6][n]!, 2);
  return polygon(...corners);
}

/** U+E0B0–E0BF: arrows, half discs and slopes, each solid and as a line, to the right and to the left. */
function powerline(n: number, width: number, height: number, line: number): Shape[] {
  const [solid, mirrored] = [n % 2 === 0, n % 4 > 1];
  const x = (at: number) => (mirrored ? width - at : at);
  const middle = height / 2;
  if (n < 4) {
    if (solid) return [polygon(x(0), 0, x(width), middle, x(0), height)];
    return [slant(x(0), 0, x(width), middle, line), slant(x(width), middle, x(0), height, line)];
  }
  if (n < 8) {
    const bow = (inset: number, from: number, to: number) =>
      arc(0, middle, width - inset, middle - inset, from, to).map((at, i) => (i % 2 ? at : x(at)));
    return [polygon(...bow(0, -1, 1), ...(solid ? [] : bow(line, 1, -1)))];
  }
  // ◣ ╲ ◢ ╱ ◤ ╱ ◥ ╲
  if (solid) return [corner([1, 0, 2, 3][(n - 8) / 2]!, width, height)];
  return [n === 9 || n === 15 ? slant(0, 0, width, height, line) : slant(0, height, width, 0, line)];
}
