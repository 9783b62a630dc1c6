/** Lightness, green to red, blue to yellow. @see https://bottosson.github.io/posts/oklab/ */
export type Oklab = readonly [l: number, a: number, b: number];

export function toOklab(rgb: number): Oklab {
  const linear = (byte: number) => {
    const c = byte / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  const r = linear(rgb >>> 16);
  const g = linear((rgb >>> 8) & 255);
  const b = linear(rgb & 255);
  const l = Math.cbrt(0.412221 * r + 0.536333 * g + 0.051446 * b);
  const m = Math.cbrt(0.211903 * r + 0.6807 * g + 0.107397 * b);
  const s = Math.cbrt(0.088302 * r + 0.281719 * g + 0.629979 * b);
  return [
    0.210454 * l + 0.793618 * m - 0.004072 * s,
    1.977998 * l - 2.428592 * m + 0.450594 * s,
    0.025904 * l + 0.782772 * m - 0.808676 * s,
  ];
}

/** Interpolates between colours and returns 0xRRGGBB.
 *
 *  @param corners  2^n colours: bit i of the index says which end of axis i
 *  @param at       n positions 0 … 1, one per axis */
export function ramp(corners: readonly Oklab[], at: readonly number[]): number {
  let row = corners;
  for (const t of at) {
    const next: Oklab[] = [];
    for (let i = 0; i < row.length; i += 2) {
      const [p, q] = [row[i]!, row[i + 1]!];
      next.push([p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t, p[2] + (q[2] - p[2]) * t]);
    }
    row = next;
  }
  return toRgb(row[0]!);
}

/** The nearest colour of the same lightness and hue that a screen can show: chroma is cut by bisection. */
function toRgb([l, a, b]: Oklab): number {
  let linear = toLinear(l, a, b);
  if (!shown(linear)) {
    let [low, high] = [0, 1];
    for (let i = 0; i < 24; i++) {
      const middle = (low + high) / 2;
      if (shown(toLinear(l, a * middle, b * middle))) low = middle;
      else high = middle;
    }
    linear = toLinear(l, a * low, b * low);
  }
  const byte = (c: number) => {
    const v = c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, v)));
  };
  return (byte(linear[0]) << 16) | (byte(linear[1]) << 8) | byte(linear[2]);
}

function toLinear(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.396338 * a + 0.215804 * b) ** 3;
  const m = (lightness - 0.105561 * a - 0.063854 * b) ** 3;
  const s = (lightness - 0.089484 * a - 1.291486 * b) ** 3;
  return [
    4.076742 * l - 3.307712 * m + 0.23097 * s,
    -1.268438 * l + 2.609757 * m - 0.341319 * s,
    -0.004196 * l - 0.703419 * m + 1.707615 * s,
  ];
}

function shown(linear: readonly number[]): boolean {
  return linear.every((c) => c >= -1e-7 && c <= 1 + 1e-7);
}
