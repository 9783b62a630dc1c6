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
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
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
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function shown(linear: readonly number[]): boolean {
  return linear.every((c) => c >= -1e-7 && c <= 1 + 1e-7);
}
