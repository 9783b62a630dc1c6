import type { Canvas } from "./canvas.js";

/** Compresses in zlib's format: Node's `deflateSync`, for example. */
export type Deflate = (bytes: Uint8Array) => Uint8Array;

/** A picture as a PNG file: with a table of colours when there are 256 or fewer. The same pixels make the same bytes. */
export function png({ width, height, pixels }: Canvas, deflate: Deflate): Uint8Array {
  const colors = tableOf(pixels);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  const depth = colors ? [1, 2, 4, 8].find((bits) => colors.size <= 1 << bits)! : 8;
  header.set([depth, colors ? 3 : 2], 8);
  const parts = [chunk("IHDR", header)];
  if (colors) {
    const table = new Uint8Array(colors.size * 3);
    for (const [rgb, index] of colors) table.set([rgb >>> 16, (rgb >>> 8) & 255, rgb & 255], index * 3);
    parts.push(chunk("PLTE", table));
  }
  const rows = colors ? indexed(width, height, pixels, colors, depth) : direct(width, height, pixels);
  parts.push(chunk("IDAT", deflate(rows)), chunk("IEND", new Uint8Array(0)));
  return joined([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), ...parts]);
}

/** The numbers of the colours, in the order in which they occur; `undefined` when there are more than 256. */
function tableOf(pixels: Uint8Array): Map<number, number> | undefined {
  const colors = new Map<number, number>();
  let last = -1;
  for (let at = 0; at < pixels.length; at += 3) {
    const rgb = (pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!;
    if (rgb === last) continue;
    last = rgb;
    if (colors.has(rgb)) continue;
    if (colors.size === 256) return undefined;
    colors.set(rgb, colors.size);
  }
  return colors;
}

/** Rows of numbers, several to a byte when they are small. Numbers are not amounts: they are not filtered. */
function indexed(width: number, height: number, pixels: Uint8Array, colors: Map<number, number>, depth: number) {
  const stride = 1 + Math.ceil((width * depth) / 8);
  const rows = new Uint8Array(stride * height);
  for (let row = 0, at = 0; row < height; row++) {
    for (let col = 0; col < width; col++, at += 3) {
      const index = colors.get((pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!)!;
      const bit = col * depth;
      rows[row * stride + 1 + (bit >> 3)]! |= index << (8 - depth - (bit & 7));
    }
  }
  return rows;
}

/** Rows of colours, each as what differs from the row above. */
function direct(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const stride = 3 * width;
  const rows = new Uint8Array((stride + 1) * height);
  for (let row = 0; row < height; row++) {
    const out = row * (stride + 1);
    rows[out] = 2;
    for (let i = 0; i < stride; i++) {
      const at = row * stride + i;
      rows[out + 1 + i] = pixels[at]! - (row > 0 ? pixels[at - stride]! : 0);
    }
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, checksum(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function checksum(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

function joined(parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
