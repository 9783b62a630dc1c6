/** A piece of a glyph, in the units of the cell that it was made for: x to the right, y down, from the cell's top left.
 *
 *  A rectangle's edges are whole units, so that neighbours meet without a seam; `alpha` is below 1 for shades only. A
 *  polygon is filled and lists x, y, x, y …; its edges want smoothing. Opaque shapes of one glyph may overlap. */
export type Shape =
  | { kind: "rect"; x: number; y: number; width: number; height: number; alpha: number }
  | { kind: "polygon"; points: readonly number[] };

/** The rectangle between two corners, which are rounded to whole units. */
export function rect(left: number, top: number, right: number, bottom: number, alpha = 1): Shape {
  const x = Math.round(left);
  const y = Math.round(top);
  return { kind: "rect", x, y, width: Math.round(right) - x, height: Math.round(bottom) - y, alpha };
}

export function polygon(...points: number[]): Shape {
  return { kind: "polygon", points };
}

/** Points of an elliptic arc about (cx, cy), from one angle to another in quarter turns: 0 is right, 1 is down. */
export function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): number[] {
  const points: number[] = [];
  const steps = Math.round(Math.abs(to - from) * 10);
  for (let i = 0; i <= steps; i++) {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 2;
    points.push(cx + rx * Math.cos(angle), cy + ry * Math.sin(angle));
  }
  return points;
}

/** A straight line between opposite corners of a box, cut off at the box. */
export function slant(x0: number, y0: number, x1: number, y1: number, line: number): Shape {
  // How far the edges of the line are from its ends, along the sides of the box.
  const length = Math.hypot(x1 - x0, y1 - y0);
  const dx = ((line * length) / (2 * Math.abs(y1 - y0))) * Math.sign(x1 - x0);
  const dy = ((line * length) / (2 * Math.abs(x1 - x0))) * Math.sign(y1 - y0);
  return polygon(x0, y0, x0 + dx, y0, x1, y1 - dy, x1, y1, x1 - dx, y1, x0, y0 + dy);
}
