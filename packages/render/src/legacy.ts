import { eighths, mosaic } from "./mosaic.js";
import { polygon, type Shape, slant } from "./shape.js";

// U+1FB70–1FB90, as `eighths` takes them.
const EIGHTHS =
  "1028 2038 3048 4058 5068 6078 0182 0283 0384 0485 0586 0687 00180788 00180081 70880081 70880788 00810788 " +
  "0081028304850788 0082 0083 0085 0086 0087 6088 5088 3088 2088 1088 0048 4088 0084 0488 0088";

/** The shapes of a character of legacy computing; undefined for those that are none or other pictures. */
export function legacyGlyph(codePoint: number, width: number, height: number, line: number): Shape[] | undefined {
  if (codePoint < 0x1fb00) return octant(codePoint, width, height);
  return codePoint < 0x1fb3c ? sextant(codePoint, width, height) : legacy(codePoint, width, height, line);
}

/** U+1FB00–1FB3B: two by three. The numbers of an empty cell, the halves and the full block are left out. */
function sextant(codePoint: number, width: number, height: number): Shape[] {
  const n = codePoint - 0x1fb00 + 1;
  return mosaic(n + (n > 20 ? 1 : 0) + (n > 40 ? 1 : 0), 2, 3, width, height);
}

/** U+1CD00–1CDE5: two by four. The numbers of what other characters show are left out. */
function octant(codePoint: number, width: number, height: number): Shape[] {
  let bits = 0;
  for (let left = codePoint - 0x1cd00; left >= 0; left--) {
    do bits++;
    while (((bits ^ (bits >> 2)) & 0x33) === 0 || ELSEWHERE.includes(bits));
  }
  return mosaic(bits, 2, 4, width, height);
}

// Single eighths at the corners, quarters by row, middle quarters by column. Quadrants have equal pairs of rows.
const ELSEWHERE = [1, 2, 64, 128, 3, 63, 192, 252, 20, 40];

// U+1FB3C–1FB6F and 1FB9A–1FB9B, corner by corner: a digit is 5 x + y, x in halves, y one of 0, 1/3, 1/2, 2/3, 1.
const WEDGES =
  "349 34e 194 1e4 094 14ea5 14ea 34ea5 34ea 5ae4 34eb 9ed 4ed 9eb 4eb 9ae 05be4 04eb 05de4 0de4 05e4 1de4 30ae9 30ae 10ae9 " +
  "10ae 0ae9 150 0a1 053 0a3 054 0ab3 0ad94 0ad4 0ab94 0ab4 0a94 5ab 0ab 5ad 0ad 5ae 10ad 0ae47 07ae4 0a7e4 0ae74 074 0a7 " +
  "ae7 47e 0a4e 0e4a";

/** The rest of U+1FB3C–1FBAE that is built from eighths, wedges and thin diagonals; undefined for what is not. */
function legacy(codePoint: number, width: number, height: number, line: number): Shape[] | undefined {
  const n = codePoint - 0x1fb00;
  if (n < 0x70 || n === 0x9a || n === 0x9b) {
    const corners = WEDGES.split(" ")[n < 0x70 ? n - 0x3c : n - 0x9a + 52]!;
    const points = [...corners].flatMap((digit) => {
      const at = Number.parseInt(digit, 16);
      return [(Math.floor(at / 5) * width) / 2, [0, 1 / 3, 1 / 2, 2 / 3, 1][at % 5]! * height];
    });
    return [polygon(...points)];
  }
  if (n < 0x91) return eighths(EIGHTHS.split(" ")[n - 0x70]!, width, height, n < 0x8c ? 1 : 0.5);
  if (n === 0x95) return mosaic(0xa5a5, 4, 4, width, height);
  if (n === 0x96) return mosaic(0x5a5a, 4, 4, width, height);
  if (n === 0x97) return mosaic(0b1010, 1, 4, width, height);
  if (n < 0xa0 || n > 0xae) return undefined;
  const [x, y] = [width / 2, height / 2];
  const sides = [1, 2, 4, 8, 5, 10, 12, 3, 9, 6, 14, 13, 11, 7, 15][n - 0xa0]!;
  const diamond = [
    slant(x, 0, 0, y, line),
    slant(x, 0, width, y, line),
    slant(0, y, x, height, line),
    slant(width, y, x, height, line),
  ];
  return diamond.filter((_, i) => (sides >> i) & 1);
}
