import { arc, polygon, rect, type Shape, slant } from "./shape.js";

// U+2500–257F, two digits each: bits 0–1 the arm up, 2–3 right, 4–5 down, 6–7 left, each 0 none, 1 light, 2 heavy,
// 3 double. Dashes, arcs and diagonals are 00 here.
const ARMS =
  "44881122000000000000000014182428509060a00509060a4181428215191625261a292a519152616292a1a25494589864a468a84585498946864a8a" +
  "55955999566566965aa5699aa9a66aaa00000000cc331c343cd070f00d070fc143c31d373fd173f3dc74fccd47cfdd77ff0000000000000040010410" +
  "8002082048218412";

/** U+2500–257F as shapes in a cell of the given size, with lines of the given thickness (heavy ones twice that). */
export function boxDrawing(codePoint: number, width: number, height: number, line: number): Shape[] {
  const index = codePoint - 0x2500;
  const arms = Number.parseInt(ARMS.slice(2 * index, 2 * index + 2), 16);
  if (arms) return junction(arms, width, height, line);
  if (index < 0x50) return dashes(index, width, height, line);
  if (index < 0x71) return [corner(index - 0x6d, width, height, line)];
  const falling = slant(0, 0, width, height, line);
  const rising = slant(0, height, width, 0, line);
  return index === 0x71 ? [rising] : index === 0x72 ? [falling] : [rising, falling];
}

function junction(arms: number, width: number, height: number, line: number): Shape[] {
  const shapes: Shape[] = [];
  for (let direction = 0; direction < 4; direction++) {
    // Up, right, down, left. The arms across are called after the side they leave to: small (up, left) and large.
    const weigh = (turn: number) => (arms >> (2 * ((direction + turn) & 3))) & 3;
    const weight = weigh(0);
    const opposite = weigh(2);
    const outward = direction === 1 || direction === 2;
    const vertical = direction % 2 === 0;
    const small = weigh(direction === 0 || direction === 1 ? 3 : 1);
    const large = weigh(direction === 0 || direction === 1 ? 1 : 3);
    const [length, breadth] = vertical ? [height, width] : [width, height];
    const whole = weight === opposite && (weight < 3 || !(small || large));
    if (!weight || (whole && outward)) continue;

    // A rail lies between two edges across and starts at `from`, in half lines beyond the middle (negative: before it).
    const rail = (near: number, far: number, from: number) => {
      const inner = whole ? length : edge(length, outward ? from : -from, line);
      const [start, end] = outward ? [inner, length] : [0, inner];
      const [a, b] = [edge(breadth, near, line), edge(breadth, far, line)];
      shapes.push(vertical ? rect(a, start, b, end) : rect(start, a, end, b));
    };
    if (weight === 3) {
      // A rail stops at the gap of a double arm on its own side, and reaches round the corner to one on the other side.
      const from = (own: number, other: number) => (own === 3 ? 1 : other === 3 ? -3 : own || other ? -1 : 0);
      rail(-3, -1, from(small, large));
      rail(1, 3, from(large, small));
    } else {
      // Past the middle by half of what it meets; through a double line, or from its near or far rail.
      const heaviest = Math.max(small, large);
      rail(-weight, weight, heaviest < 3 ? -heaviest : opposite ? 0 : small === large ? 1 : -3);
    }
  }
  return shapes;
}

/** The edge that is some half lines from the middle: ±1 light, ±2 heavy, ±1 and ±3 the rails of a double line. */
function edge(size: number, halves: number, line: number): number {
  const thick = halves % 2 ? line : 2 * line;
  return Math.floor((size - thick) / 2) + (halves * line + thick) / 2;
}

function dashes(index: number, width: number, height: number, line: number): Shape[] {
  const weight = 1 + (index & 1);
  const vertical = index & 2;
  const [length, breadth] = vertical ? [height, width] : [width, height];
  const count = Math.min(index >= 0x4c ? 2 : index >= 8 ? 4 : 3, Math.floor(length / 2));
  const [a, b] = [edge(breadth, -weight, line), edge(breadth, weight, line)];
  const gap = Math.max(1, Math.round(length / count / 3));
  return Array.from({ length: count }, (_, i) => {
    const start = Math.round((i * length) / count);
    const end = Math.round(((i + 1) * length) / count) - gap;
    return vertical ? rect(a, start, b, end) : rect(start, a, end, b);
  });
}

/** ╭ ╮ ╯ ╰: a quarter of a circle between two straight ends. */
function corner(index: number, width: number, height: number, line: number): Shape {
  const right = index === 0 || index === 3;
  const down = index < 2;
  const x = edge(width, -1, line) + line / 2;
  const y = edge(height, -1, line) + line / 2;
  const radius = Math.min(right ? width - x : x, down ? height - y : y);
  const [sx, sy] = [right ? 1 : -1, down ? 1 : -1];
  // In quarter turns the arc runs from its vertical end to its horizontal one.
  const from = right ? 2 : 0;
  const to = right === down ? from + 1 : from - 1;
  const side = (offset: number, start: number, end: number) =>
    arc(x + sx * radius, y + sy * radius, radius - offset, radius - offset, start, end);
  const [endX, endY, half] = [right ? width : 0, down ? height : 0, line / 2];
  return polygon(
    x - sx * half,
    endY,
    ...side(-half, from, to),
    endX,
    y - sy * half,
    endX,
    y + sy * half,
    ...side(half, to, from),
    x + sx * half,
    endY,
  );
}
