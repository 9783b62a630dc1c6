import type { Contour } from "./font.js";

/** How much of each pixel something covers. */
export interface Mask {
  /** Where its upper left pixel is. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0 to 255, row by row. */
  alpha: Uint8Array;
}

/** Pixels that a mask may have; what is larger is left out. */
const MOST = 1 << 24;

/** Finds out what closed outlines cover, by summing up signed areas: exact for any slope, without samples. */
export class Coverage {
  private readonly lines: number[] = [];
  private left = Number.POSITIVE_INFINITY;
  private top = Number.POSITIVE_INFINITY;
  private right = Number.NEGATIVE_INFINITY;
  private bottom = Number.NEGATIVE_INFINITY;

  /** Adds a straight edge, in pixels, y downwards. */
  line(x0: number, y0: number, x1: number, y1: number): void {
    if (!Number.isFinite(x0 + y0 + x1 + y1)) return;
    this.lines.push(x0, y0, x1, y1);
    this.left = Math.min(this.left, x0, x1);
    this.right = Math.max(this.right, x0, x1);
    this.top = Math.min(this.top, y0, y1);
    this.bottom = Math.max(this.bottom, y0, y1);
  }

  /** Adds a polygon: x, y, x, y … */
  polygon(points: readonly number[], dx: number, dy: number): void {
    const count = points.length;
    for (let i = 0; i < count; i += 2) {
      const next = (i + 2) % count;
      this.line(points[i]! + dx, points[i + 1]! + dy, points[next]! + dx, points[next + 1]! + dy);
    }
  }

  /** Adds a glyph's contour: scaled, its origin at (dx, dy).
   *
   *  @param slant  how far it leans to the right per unit of height */
  contour({ x, y, on }: Contour, scaleX: number, scaleY: number, dx: number, dy: number, slant = 0): void {
    const count = on.length;
    const px = (i: number) => dx + (x[i % count]! + slant * y[i % count]!) * scaleX;
    const py = (i: number) => dy - y[i % count]! * scaleY;
    const middle = (a: number, b: number) => (a + b) / 2;
    // Begin where the curve is: at a point on it, or half way between two that are off it.
    const first = on.indexOf(1);
    const start = Math.max(first, 0);
    let cx = first >= 0 ? px(start) : middle(px(start), px(start + count - 1));
    let cy = first >= 0 ? py(start) : middle(py(start), py(start + count - 1));
    const to = (nx: number, ny: number) => {
      this.line(cx, cy, nx, ny);
      [cx, cy] = [nx, ny];
    };
    for (let i = first >= 0 ? 1 : 0; i < count + (first >= 0 ? 1 : 0); i++) {
      const at = start + i;
      if (on[at % count]) {
        to(px(at), py(at));
        continue;
      }
      const [bx, by] = [px(at), py(at)];
      const nextOn = on[(at + 1) % count];
      const ex = nextOn ? px(at + 1) : middle(bx, px(at + 1));
      const ey = nextOn ? py(at + 1) : middle(by, py(at + 1));
      const [ax, ay] = [cx, cy];
      // The further the curve is from a straight line, the more pieces.
      const bend = Math.hypot(ax - 2 * bx + ex, ay - 2 * by + ey);
      const pieces = Math.min(32, Math.max(1, Math.ceil(Math.sqrt(bend * 2))));
      for (let piece = 1; piece <= pieces; piece++) {
        const t = piece / pieces;
        const u = 1 - t;
        to(u * u * ax + 2 * u * t * bx + t * t * ex, u * u * ay + 2 * u * t * by + t * t * ey);
      }
      if (nextOn) i++;
    }
  }

  /** What is covered; `undefined` when that is nothing. */
  mask(): Mask | undefined {
    const [x, y] = [Math.floor(this.left), Math.floor(this.top)];
    const width = Math.ceil(this.right) - x;
    const height = Math.ceil(this.bottom) - y;
    if (!(width > 0 && height > 0 && width * height <= MOST)) return undefined;
    const stride = width + 2;
    const areas = new Float32Array(stride * height);
    for (let i = 0; i < this.lines.length; i += 4) {
      const line = this.lines;
      add(areas, stride, line[i]! - x, line[i + 1]! - y, line[i + 2]! - x, line[i + 3]! - y);
    }
    const alpha = new Uint8Array(width * height);
    for (let row = 0; row < height; row++) {
      let sum = 0;
      for (let col = 0; col < width; col++) {
        sum += areas[row * stride + col]!;
        alpha[row * width + col] = Math.min(255, Math.round(Math.abs(sum) * 255));
      }
    }
    return { x, y, width, height, alpha };
  }
}

/** Adds to every pixel that a line crosses, and to the one after it, how much of what is right of the line is inside. */
function add(areas: Float32Array, stride: number, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return;
  const sign = y0 < y1 ? 1 : -1;
  if (sign < 0) [x0, y0, x1, y1] = [x1, y1, x0, y0];
  const [left, right] = x0 < x1 ? [x0, x1] : [x1, x0];
  let x = x0;
  for (let row = Math.floor(y0); row < y1; row++) {
    const end = Math.min(row + 1, y1);
    const dy = end - Math.max(row, y0);
    // By its part of the way, never by a slope: that of an almost level line is infinite.
    const next = Math.min(right, Math.max(left, x0 + (x1 - x0) * ((end - y0) / (y1 - y0))));
    const area = dy * sign;
    const [low, high] = x < next ? [x, next] : [next, x];
    const from = Math.floor(low);
    const to = Math.ceil(high);
    const at = row * stride + from;
    if (to <= from + 1) {
      const after = (low + high) / 2 - from;
      areas[at]! += area * (1 - after);
      areas[at + 1]! += area * after;
    } else {
      const perCol = 1 / (high - low);
      const head = from + 1 - low;
      const tail = high - to + 1;
      let before = 0.5 * perCol * head * head;
      areas[at]! += area * before;
      for (let col = from + 1; col < to - 1; col++) {
        const covered = perCol * (col + 0.5 - low);
        areas[row * stride + col]! += area * (covered - before);
        before = covered;
      }
      const last = 1 - 0.5 * perCol * tail * tail;
      areas[row * stride + to - 1]! += area * (last - before);
      areas[row * stride + to]! += area * (1 - last);
    }
    x = next;
  }
}
