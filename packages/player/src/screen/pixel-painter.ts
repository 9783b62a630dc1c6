import { Cells, CURSOR_BAR, CURSOR_UNDERLINE, OVERLINE, STRIKE, UNDERLINE } from "./cells.js";
import { BLANK, type GlyphTable, TAIL } from "./glyphs.js";
import { type Face, LEVELS, Masks } from "./masks.js";
import { band, type Painter } from "./painter.js";

const RAMPS = 1024; // pairs of colours kept; a power of two
const RUN = 3; // cells of one background that are worth filling as a run

/** Paints cells into pixels of its own and hands the picture over once a frame.
 *
 *  Costs no style, layout or paint: glyphs come from masks, and only cells that changed are written. What was painted
 *  is kept as `#shown`; colours in it are resolved, since ids of styles are used again. */
export class PixelPainter implements Painter {
  readonly cells: Cells;
  #shown: Cells;
  #image: ImageData;
  #pixels: Int32Array;
  #masks: Masks;
  /** Left edges of columns, and the right edge of the last. */
  #edges: Int32Array;

  // Colours between a background and a text colour, by coverage.
  #ramps = new Int32Array(RAMPS * LEVELS);
  #rampFg = new Int32Array(RAMPS);
  #rampBg = new Int32Array(RAMPS);

  // What has been touched since the last frame: columns of pixels, rows of cells. Nothing while `#right` is 0.
  #left = 0;
  #right = 0;
  #top = 0;
  #bottom = 0;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    cols: number,
    rows: number,
    private readonly face: Face,
    table: GlyphTable,
  ) {
    const { width, height } = context.canvas;
    this.cells = new Cells(cols, rows);
    this.#shown = new Cells(cols, rows);
    this.#image = new ImageData(width, height);
    this.#pixels = new Int32Array(this.#image.data.buffer);
    this.#masks = new Masks(table, face, width);
    this.#edges = Int32Array.from({ length: cols + 1 }, (_, col) => Math.round(col * face.cellWidth));
  }

  scroll(n: number): void {
    const { cols, rows } = this.cells;
    const pixelsPerRow = this.face.cellHeight * this.#image.width;
    this.#pixels.copyWithin(0, n * pixelsPerRow);
    const { glyphs, fg, bg, lines, sizes } = this.#shown;
    for (const words of [glyphs, fg, bg, lines]) words.copyWithin(0, n * cols);
    sizes.copyWithin(0, n);
    // What came in at the bottom has never been painted: no cell has this background.
    bg.fill(0, (rows - n) * cols);
    this.#touch(0, this.#image.width, 0, rows);
  }

  paint(rows: readonly number[]): void {
    const { cols } = this.cells;
    const segments: number[] = [];
    for (const row of rows) {
      const [first, last] = this.#difference(row);
      if (first > last) continue;
      segments.push(row, first, last);
      for (let at = row * cols + first; at <= row * cols + last; at++) {
        const glyph = this.cells.glyphs[at]!;
        if (glyph > BLANK) this.#masks.want(glyph, this.#width(at - row * cols, glyph));
      }
    }
    this.#masks.draw();
    for (let i = 0; i < segments.length; i += 3) this.#paintSegment(segments[i]!, segments[i + 1]!, segments[i + 2]!);
    this.#present();
  }

  #touch(left: number, right: number, top: number, bottom: number): void {
    const none = this.#right === 0;
    this.#left = none ? left : Math.min(this.#left, left);
    this.#right = none ? right : Math.max(this.#right, right);
    this.#top = none ? top : Math.min(this.#top, top);
    this.#bottom = none ? bottom : Math.max(this.#bottom, bottom);
  }

  #present(): void {
    if (this.#right === 0) return;
    const { cellHeight } = this.face;
    const top = this.#top * cellHeight;
    const height = (this.#bottom - this.#top) * cellHeight;
    this.context.putImageData(this.#image, 0, 0, this.#left, top, this.#right - this.#left, height);
    this.#right = 0;
  }

  #width(col: number, glyph: number): number {
    return this.#edges[Math.min(col + this.#masks.cols(glyph), this.cells.cols)]! - this.#edges[col]!;
  }

  /** First and last column of a row that differ from what is shown, with all of wide glyphs. */
  #difference(row: number): [first: number, last: number] {
    const { cols, glyphs, fg, bg, lines } = this.cells;
    const shown = this.#shown;
    const start = row * cols;
    const end = start + cols;
    if (this.cells.sizes[row] !== shown.sizes[row]) return [0, cols - 1];
    const same = (at: number) =>
      glyphs[at] === shown.glyphs[at] &&
      fg[at] === shown.fg[at] &&
      bg[at] === shown.bg[at] &&
      lines[at] === shown.lines[at];
    let first = start;
    while (first < end && same(first)) first++;
    if (first === end) return [0, -1];
    let last = end - 1;
    while (same(last)) last--;
    const isTail = (at: number) => glyphs[at] === TAIL || shown.glyphs[at] === TAIL;
    while (first > start && isTail(first)) first--;
    while (last + 1 < end && isTail(last + 1)) last++;
    return [first - start, last - start];
  }

  #paintSegment(row: number, first: number, last: number): void {
    const { cols, glyphs, fg, bg, lines } = this.cells;
    const edges = this.#edges;
    const { cellHeight } = this.face;
    const start = row * cols;
    for (let col = first; col <= last; ) {
      const color = bg[start + col]!;
      let end = col + 1;
      while (end <= last && bg[start + end] === color) end++;
      const filled = end - col >= RUN;
      if (filled) this.#fill(edges[col]!, edges[end]!, row * cellHeight, cellHeight, color);
      for (; col < end; col++) {
        const at = start + col;
        const glyph = glyphs[at]!;
        // The background of a tail has been painted with its head: terminals give both the same style.
        if (glyph > BLANK) this.#paintGlyph(row, col, glyph, fg[at]!, color, filled);
        else if (!filled && glyph !== TAIL)
          this.#fill(edges[col]!, edges[col + 1]!, row * cellHeight, cellHeight, color);
      }
    }
    for (let col = first; col <= last; col++) {
      if (lines[start + col] !== 0) this.#paintLines(row, col, lines[start + col]!, fg[start + col]!);
    }
    for (const [words, shown] of [
      [glyphs, this.#shown.glyphs],
      [fg, this.#shown.fg],
      [bg, this.#shown.bg],
      [lines, this.#shown.lines],
    ] as const)
      shown.set(words.subarray(start + first, start + last + 1), start + first);
    this.#shown.sizes[row] = this.cells.sizes[row]!;
    this.#touch(edges[first]!, edges[last + 1]!, row, row + 1);
  }

  #paintGlyph(row: number, col: number, glyph: number, fg: number, bg: number, filled: boolean): void {
    const pixels = this.#pixels;
    const stride = this.#image.width;
    const mask = this.#masks.get(glyph, this.#width(col, glyph));
    const ramps = this.#ramps;
    const ramp = this.#ramp(fg, bg);
    const origin = row * this.face.cellHeight * stride + this.#edges[col]!;
    if (mask.colored) {
      this.#fill(
        this.#edges[col]!,
        this.#edges[col]! + mask.width,
        row * this.face.cellHeight,
        this.face.cellHeight,
        bg,
      );
      for (let i = 0; i < mask.colored.length; i++) {
        const at = origin + Math.floor(i / mask.width) * stride + (i % mask.width);
        pixels[at] = blend(bg, mask.colored[i]!, mask.colored[i]! >>> 24);
      }
    } else if (filled) {
      const { sparse } = mask;
      for (let i = 0; i < sparse.length; i++) {
        const entry = sparse[i]!;
        pixels[origin + (entry >>> 5)] = ramps[ramp + (entry & 31)]!;
      }
    } else {
      const { dense, width } = mask;
      for (let i = 0, at = origin; i < dense.length; at += stride - width) {
        for (const end = i + width; i < end; i++) pixels[at++] = ramps[ramp + dense[i]!]!;
      }
    }
  }

  /** Where the ramp of two colours lies. */
  #ramp(fg: number, bg: number): number {
    const slot = (Math.imul(fg, 0x9e3779b1) ^ Math.imul(bg, 0x85ebca6b)) >>> 22;
    const at = slot * LEVELS;
    if (this.#rampFg[slot] !== fg || this.#rampBg[slot] !== bg) {
      this.#rampFg[slot] = fg;
      this.#rampBg[slot] = bg;
      const [redBlue, green] = [bg & 0xff00ff, (bg >>> 8) & 0xff];
      const [redBlueTo, greenTo] = [fg & 0xff00ff, (fg >>> 8) & 0xff];
      for (let level = 0; level < LEVELS; level++) {
        const weight = level << 4;
        const rest = 256 - weight;
        this.#ramps[at + level] =
          -0x1000000 |
          (((Math.imul(redBlue, rest) + Math.imul(redBlueTo, weight)) >>> 8) & 0xff00ff) |
          ((Math.imul(green, rest) + Math.imul(greenTo, weight)) & 0xff00);
      }
    }
    return at;
  }

  #fill(left: number, right: number, top: number, height: number, color: number): void {
    const stride = this.#image.width;
    for (let at = top * stride; at < (top + height) * stride; at += stride)
      this.#pixels.fill(color, at + left, at + right);
  }

  #paintLines(row: number, col: number, lines: number, fg: number): void {
    const { baseline, size, line, cellHeight } = this.face;
    const left = this.#edges[col]!;
    const right = this.#edges[col + 1]!;
    const top = row * cellHeight;
    const draw = (y: number, height: number, color: number, from = left, to = right) => {
      const [within, high] = band(y, height, cellHeight, this.cells.sizes[row]!);
      this.#fill(from, to, top + within, high, color);
    };
    if (lines & OVERLINE) draw(0, line, fg);
    if (lines & STRIKE) draw(baseline - size * 0.3, line, fg);
    const color = -0x1000000 | (lines >>> 8);
    if (lines & CURSOR_UNDERLINE) draw(cellHeight, line * 2, color);
    if (lines & CURSOR_BAR) draw(0, cellHeight, color, left, left + line * 2);
    const under = baseline + size * 0.12;
    switch (lines & UNDERLINE) {
      case 1:
        draw(under, line, color);
        return;
      case 2:
        draw(under, line, color);
        draw(under + line * 2, line, color);
        return;
      case 3: {
        const height = Math.max(1, Math.min(2 * line, (cellHeight - under - line) / 2));
        for (let x = left; x < right; x++)
          draw(under + height * (1 - Math.cos((x / (4 * line)) * Math.PI)), line, color, x, x + 1);
        return;
      }
      case 4:
        for (let x = left; x < right; x++) if (Math.floor(x / line) % 2 === 0) draw(under, line, color, x, x + 1);
        return;
      case 5:
        for (let x = left; x < right; x++) if (Math.floor(x / line) % 6 < 4) draw(under, line, color, x, x + 1);
    }
  }
}

/** `share` of 255 of `over` on `under`; both 0xffBBGGRR. */
function blend(under: number, over: number, share: number): number {
  const weight = Math.round((share * 256) / 255);
  const rest = 256 - weight;
  const redBlue = (Math.imul(under & 0xff00ff, rest) + Math.imul(over & 0xff00ff, weight)) >>> 8;
  const green = (Math.imul((under >>> 8) & 0xff, rest) + Math.imul((over >>> 8) & 0xff, weight)) & 0xff00;
  return -0x1000000 | (redBlue & 0xff00ff) | green;
}
