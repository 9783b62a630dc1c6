import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deflateSync, inflateSync } from "node:zlib";
import { Terminal } from "@asciinema-ts/vt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Canvas, cellOf, Font, frame, paintFrame, paintStartCell, palette, png, Typesetter, themes } from "./index.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

const require = createRequire(import.meta.url);
const bytesOf = (name: string) => readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
const fontOf = (name: string) => new Font(bytesOf(name));
const mono = fontOf("DejaVuSansMono");
const faces = {
  regular: mono,
  bold: fontOf("DejaVuSansMono-Bold"),
  italic: fontOf("DejaVuSansMono-Oblique"),
  fallbacks: [fontOf("DejaVuSans")],
};
const CELL = 17;
const { height: ROW } = cellOf(CELL);

/** Paints what a program printed; the cursor is hidden. */
function painted(output: string, cols = 20, rows = 4, typesetter = new Typesetter(faces)): Canvas {
  const terminal = new Terminal({ cols, rows });
  terminal.feed(`\x1b[?25l${output}`);
  const canvas = new Canvas(cols * CELL, rows * ROW, 0xff00ff);
  const picture = frame(terminal, palette(themes["asciinema"]!));
  paintFrame(canvas, picture, typesetter, { x: 0, y: 0, cell: CELL });
  return canvas;
}

const BG = 0x121314;
const pixel = ({ pixels, width }: Canvas, x: number, y: number) => {
  const at = (y * width + x) * 3;
  return (pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!;
};

/** How many pixels of a cell are not the background. */
function ink(canvas: Canvas, col: number, row: number): number {
  let count = 0;
  for (let y = row * ROW; y < (row + 1) * ROW; y++) {
    for (let x = col * CELL; x < (col + 1) * CELL; x++) if (pixel(canvas, x, y) !== BG) count++;
  }
  return count;
}

describe("a painted screen", () => {
  test("has each character in its cell", () => {
    const canvas = painted("A b\r\n  c");
    const inked = [0, 1, 2].map((row) => [0, 1, 2, 3].map((col) => ink(canvas, col, row) > 0));
    expect(inked).toEqual([
      [true, false, true, false],
      [false, false, true, false],
      [false, false, false, false],
    ]);
  });

  test("has the colours of the theme, at the edges mixed with the background", () => {
    const canvas = painted("\x1b[44m \x1b[0m\x1b[38;2;255;0;0m█");
    expect(pixel(canvas, 3, 3)).toBe(0x26b0d7);
    expect(pixel(canvas, CELL + 3, 3)).toBe(0xff0000);
    const letter = painted("O", 1, 1);
    const shades = new Set(Array.from({ length: ROW * CELL }, (_, i) => pixel(letter, i % CELL, Math.floor(i / CELL))));
    expect(shades.size).toBeGreaterThan(3);
    expect(shades.size).toBeLessThanOrEqual(16);
  });

  test.each([
    ["bold is heavier", "\x1b[1mM", "M"],
    ["an accent adds ink", "é", "e"],
    ["so does one that comes by itself", "q\u0301", "q"],
    ["an underline adds ink", "\x1b[4mx", "x"],
    ["a curly one adds ink", "\x1b[4:3mx", "x"],
    ["a line through it adds ink", "\x1b[9mi", "i"],
  ])("%s", (_, more, less) => {
    expect(ink(painted(more), 0, 0)).toBeGreaterThan(ink(painted(less), 0, 0));
  });

  test("italic text differs, also in a font that has no italics", () => {
    for (const fonts of [faces, { regular: mono }]) {
      const typesetter = new Typesetter(fonts);
      expect(painted("\x1b[3ml", 4, 1, typesetter).pixels).not.toEqual(painted("l", 4, 1, typesetter).pixels);
    }
  });

  test("shows lines of double size across their cells, halves of one letter above each other", () => {
    const wide = painted("\x1b#6ll");
    expect([0, 1, 2, 3].map((col) => ink(wide, col, 0) > 0)).toEqual([true, true, true, true]);
    const high = painted("\x1b#3l\r\n\x1b#4l");
    expect(ink(high, 0, 0) + ink(high, 1, 0)).toBeGreaterThan(0);
    expect(ink(high, 0, 1) + ink(high, 1, 1)).toBeGreaterThan(0);
    expect(ink(high, 0, 0)).not.toBe(ink(high, 0, 1));
  });

  test("shows a bar over both cells of a character that no font has", () => {
    const canvas = painted("世");
    expect(ink(canvas, 0, 0)).toBeGreaterThan(20);
    expect(ink(canvas, 1, 0)).toBeGreaterThan(20);
    expect(ink(canvas, 2, 0)).toBe(0);
  });

  test("stays inside its place whatever is on it", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: character }), { maxLength: 8 }), (lines) => {
        const terminal = new Terminal({ cols: 12, rows: 3 });
        terminal.feed(`\x1b[1;3;4:3;9m${lines.join("\r\n")}`);
        const canvas = new Canvas(12 * 8 + 20, 3 * cellOf(8).height + 20, 0x010203);
        paintFrame(canvas, frame(terminal, palette(themes["nord"]!)), new Typesetter(faces), { x: 10, y: 10, cell: 8 });
        for (let x = 0; x < canvas.width; x++) {
          for (const y of [0, 9, canvas.height - 10, canvas.height - 1]) expect(pixel(canvas, x, y)).toBe(0x010203);
        }
        for (let y = 0; y < canvas.height; y++) {
          for (const x of [0, 9, canvas.width - 10, canvas.width - 1]) expect(pixel(canvas, x, y)).toBe(0x010203);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("is the same every time", () => {
    const text = "\x1b[1mBold\x1b[0m é \x1b[4:3mwave\x1b[0m ╔═╗ ⣿ ";
    expect(painted(text).pixels).toEqual(painted(text).pixels);
  });
});

test("the start cell is amber with a dark triangle and round corners", () => {
  const canvas = new Canvas(100, 120, BG);
  paintStartCell(canvas, 10, 10, 5);
  expect(pixel(canvas, 14, 60)).toBe(0xffb224);
  expect(pixel(canvas, 10 + 40, 10 + 50)).toBe(0x1b1303);
  expect(pixel(canvas, 10, 10)).toBe(BG);
  expect(pixel(canvas, 95, 60)).toBe(BG);
});

describe("a font", () => {
  test("knows its characters, how wide they are and what they look like", () => {
    const [a, wide] = [mono.glyphOf(0x41), mono.glyphOf(0x6d)];
    expect(a).not.toBe(0);
    expect(mono.advance(a)).toBe(mono.advance(wide));
    expect(mono.outline(a)).toHaveLength(2);
    expect(mono.outline(mono.glyphOf(0x20))).toEqual([]);
    // Made of two glyphs.
    expect(mono.outline(mono.glyphOf(0xe9)).length).toBeGreaterThan(mono.outline(mono.glyphOf(0x65)).length);
    expect([mono.glyphOf(0x4e16), mono.glyphOf(0x10fffd), mono.outline(1e6).length]).toEqual([0, 0, 0]);
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["text", new TextEncoder().encode("just text, and some more of it")],
    ["half of a font", bytesOf("DejaVuSansMono").subarray(0, 300)],
  ])("is not made of %s", (_, bytes) => {
    expect(() => new Font(bytes)).toThrow(/^not a TrueType font: /);
  });

  test("that is broken draws less, and throws nothing but its own error", () => {
    const whole = bytesOf("DejaVuSansMono-Oblique");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 40 }), (damage) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, byte] of damage) bytes[at % 4 === 0 ? at % 2000 : at] = byte;
        let font: Font;
        try {
          font = new Font(bytes);
        } catch (error) {
          expect(String(error)).toContain("not a TrueType font");
          return;
        }
        for (const text of ["Ag", "é", "€"]) painted(text, 3, 1, new Typesetter({ regular: font }));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a PNG file", () => {
  /** Reads what `png` writes: no interlacing, filters none and up. */
  function decoded(file: Uint8Array): { width: number; height: number; depth: number; type: number; rgb: number[] } {
    const view = new DataView(file.buffer, file.byteOffset);
    const chunks: Record<string, Uint8Array> = {};
    for (let at = 8; at < file.length; ) {
      const length = view.getUint32(at);
      chunks[String.fromCharCode(...file.subarray(at + 4, at + 8))] = file.subarray(at + 8, at + 8 + length);
      at += length + 12;
    }
    const header = new DataView(chunks["IHDR"]!.slice().buffer);
    const [width, height] = [header.getUint32(0), header.getUint32(4)];
    const [depth, type] = [header.getUint8(8), header.getUint8(9)];
    const rows = inflateSync(chunks["IDAT"]!);
    const stride = Math.ceil((width * depth * (type === 2 ? 3 : 1)) / 8);
    const rgb: number[] = [];
    const plain = new Uint8Array(stride * height);
    for (let y = 0; y < height; y++) {
      const filter = rows[y * (stride + 1)];
      for (let i = 0; i < stride; i++) {
        const above = filter === 2 && y > 0 ? plain[(y - 1) * stride + i]! : 0;
        plain[y * stride + i] = rows[y * (stride + 1) + 1 + i]! + above;
      }
      for (let x = 0; x < width; x++) {
        if (type === 2) {
          const at = y * stride + 3 * x;
          rgb.push((plain[at]! << 16) | (plain[at + 1]! << 8) | plain[at + 2]!);
          continue;
        }
        const bit = x * depth;
        const index = (plain[y * stride + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
        const table = chunks["PLTE"]!;
        rgb.push((table[index * 3]! << 16) | (table[index * 3 + 1]! << 8) | table[index * 3 + 2]!);
      }
    }
    return { width, height, depth, type, rgb };
  }

  test.each([
    [1, 3, 1],
    [2, 3, 1],
    [3, 3, 2],
    [16, 3, 4],
    [17, 3, 8],
    [256, 3, 8],
    [257, 2, 8],
  ])("of %i colours has every pixel, in type %i with %i bits", (count, type, depth) => {
    const canvas = new Canvas(23, 31, 0);
    for (let i = 0; i < 23 * 31; i++) canvas.rect(i % 23, Math.floor(i / 23), 1, 1, (i % count) * 0xfe03);
    const read = decoded(png(canvas, (bytes) => deflateSync(bytes)));
    expect([read.width, read.height, read.type, read.depth]).toEqual([23, 31, type, depth]);
    expect(read.rgb).toEqual(Array.from({ length: 23 * 31 }, (_, i) => (i % count) * 0xfe03));
  });
});
