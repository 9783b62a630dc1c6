import type { Mask } from "./coverage.js";

/** A rectangle of pixels that is painted on; nothing is painted outside of it or of the clip. */
export class Canvas {
  /** Red, green and blue of each pixel, row by row. */
  readonly pixels: Uint8Array;
  private clip: { left: number; top: number; right: number; bottom: number };

  /** @param fill  0xRRGGBB */
  constructor(
    readonly width: number,
    readonly height: number,
    fill: number,
  ) {
    this.pixels = new Uint8Array(width * height * 3);
    this.clip = { left: 0, top: 0, right: width, bottom: height };
    this.rect(0, 0, width, height, fill);
  }

  /** Does something that paints in a rectangle only. */
  within(x: number, y: number, width: number, height: number, paint: () => void): void {
    const before = this.clip;
    this.clip = {
      left: Math.max(before.left, x),
      top: Math.max(before.top, y),
      right: Math.min(before.right, x + width),
      bottom: Math.min(before.bottom, y + height),
    };
    paint();
    this.clip = before;
  }

  /** Fills a rectangle of whole pixels. */
  rect(x: number, y: number, width: number, height: number, rgb: number, alpha = 1): void {
    const { left, top, right, bottom } = this.clip;
    const [from, to] = [Math.max(left, x), Math.min(right, x + width)];
    const [red, green, blue] = [rgb >>> 16, (rgb >>> 8) & 255, rgb & 255];
    const { pixels } = this;
    for (let row = Math.max(top, y); row < Math.min(bottom, y + height); row++) {
      let at = (row * this.width + from) * 3;
      for (let col = from; col < to; col++, at += 3) {
        if (alpha === 1) {
          pixels[at] = red;
          pixels[at + 1] = green;
          pixels[at + 2] = blue;
        } else this.mix(at, red, green, blue, alpha);
      }
    }
  }

  /** Paints through a mask.
   *
   *  @param dx  the mask's origin, in whole pixels
   *  @param dy  likewise */
  mask(mask: Mask, dx: number, dy: number, rgb: number): void {
    const { left, top, right, bottom } = this.clip;
    const [red, green, blue] = [rgb >>> 16, (rgb >>> 8) & 255, rgb & 255];
    const [x, y] = [mask.x + dx, mask.y + dy];
    const [from, to] = [Math.max(0, left - x), Math.min(mask.width, right - x)];
    for (let row = Math.max(0, top - y); row < Math.min(mask.height, bottom - y); row++) {
      let at = ((y + row) * this.width + x + from) * 3;
      let covered = row * mask.width + from;
      for (let col = from; col < to; col++, at += 3) {
        const alpha = LEVELS[mask.alpha[covered++]!]!;
        if (alpha > 0) this.mix(at, red, green, blue, alpha);
      }
    }
  }

  private mix(at: number, red: number, green: number, blue: number, alpha: number): void {
    const { pixels } = this;
    pixels[at] = Math.round(pixels[at]! + (red - pixels[at]!) * alpha);
    pixels[at + 1] = Math.round(pixels[at + 1]! + (green - pixels[at + 1]!) * alpha);
    pixels[at + 2] = Math.round(pixels[at + 2]! + (blue - pixels[at + 2]!) * alpha);
  }
}

/** Sixteen shades at an edge are as smooth to the eye as 256, and a picture with few colours is a small file. */
const LEVELS = Float64Array.from({ length: 256 }, (_, alpha) => Math.round((alpha * 15) / 255) / 15);
