import { Cells, CURSOR_BAR, CURSOR_UNDERLINE, OVERLINE, STRIKE, UNDERLINE } from "./cells.js";
import { BLANK, type GlyphTable, TAIL } from "./glyphs.js";
import { type Face, LEVELS, Masks } from "./masks.js";

const RAMPS = 1024; // pairs of colours kept; a power of two
const RUN = 3; // cells of one background that are worth filling as a run

/** Puts cells on a canvas: paints them into pixels of its own and hands the picture over once a frame. Made anew whenever
 *  the size, the font or the scale changes.
 *
 *  Costs no style, layout or paint: glyphs come from masks, and only cells that changed are written. What was painted
 *  is kept as `#shown`; colours in it are resolved, since ids of styles are used again. */
export class PixelPainter {
  /** What is to be seen; rows are written here before they are painted. */
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

  /** The row of pixels' rows that is shown first: scrolling turns the picture like a ring instead of copying it. */
  protected first = 0;
  // Rows that have been touched since the last frame. Nothing while `#bottom` is 0.
  #top = 0;
  #bottom = 0;

  constructor(
    protected readonly context: CanvasRenderingContext2D,
    cols: number,
    rows: number,
    protected readonly face: Face,
    protected readonly table: GlyphTable,
  ) {
    const { width, height } = context.canvas;
    this.cells = new Cells(cols, rows);
    this.#shown = new Cells(cols, rows);
    this.#image = new ImageData(width, height);
    this.#pixels = new Int32Array(this.#image.data.buffer);
    this.#masks = new Masks(table, face, width);
    this.#edges = Int32Array.from({ length: cols + 1 }, (_, col) => Math.round(col * face.cellWidth));
  }

  /** Moves what was painted up by `n` rows, fewer than there are. */
  scroll(n: number): void {
    const { cols, rows } = this.cells;
    this.first = (this.first + n) % rows;
    const { glyphs, fg, bg, lines, sizes } = this.#shown;
    for (const words of [glyphs, fg, bg, lines]) words.copyWithin(0, n * cols);
    sizes.copyWithin(0, n);
    // What came in at the bottom has never been painted: no cell has this background.
    bg.fill(0, (rows - n) * cols);
    this.#top = 0;
    this.#bottom = rows;
  }

  /** Paints what differs in these rows. */
  paint(rows: readonly number[]): void {
    const { cells } = this;
    const segments: [row: number, first: number, last: number][] = [];
    for (const row of rows) {
      const segment = this.#difference(row);
      if (!segment) continue;
      segments.push(segment);
      const start = row * cells.cols;
      for (let col = segment[1]; col <= segment[2]; col++) {
        const glyph = cells.glyphs[start + col]!;
        if (glyph > BLANK) this.prepare(glyph, this.#width(col, glyph));
      }
    }
    this.#masks.draw();
    for (const segment of segments) this.#paintSegment(...segment);
    for (let row = this.#top, end = 0; row < this.#bottom; row = end) {
      end = Math.min(this.#bottom, row < cells.rows - this.first ? cells.rows - this.first : cells.rows);
      this.present(row * this.face.cellHeight, this.#pixelTop(row), (end - row) * this.face.cellHeight);
    }
    this.#bottom = 0;
  }

  /** Where a row lies in the pixels. */
  #pixelTop(row: number): number {
    return ((row + this.first) % this.cells.rows) * this.face.cellHeight;
  }

  /** Sees to it that a glyph can be painted. */
  protected prepare(glyph: number, width: number): void {
    this.#masks.get(glyph, width);
  }

  /** Shows so many rows of pixels at `top` that were painted at `from`. */
  protected present(top: number, from: number, height: number): void {
    this.context.putImageData(this.#image, 0, top - from, 0, from, this.#image.width, height);
  }

  #width(col: number, glyph: number): number {
    return this.#edges[Math.min(col + this.table.glyphs[glyph]!.cols, this.cells.cols)]! - this.#edges[col]!;
  }

  /** First and last column of a row that differ from what is shown, with all of wide glyphs. */
  #difference(row: number): [row: number, first: number, last: number] | undefined {
    const { cols, glyphs, fg, bg, lines } = this.cells;
    const shown = this.#shown;
    const start = row * cols;
    const end = start + cols;
    if (this.cells.sizes[row] !== shown.sizes[row]) return [row, 0, cols - 1];
    const same = (at: number) =>
      glyphs[at] === shown.glyphs[at] &&
      fg[at] === shown.fg[at] &&
      bg[at] === shown.bg[at] &&
      lines[at] === shown.lines[at];
    let first = start;
    while (first < end && same(first)) first++;
    if (first === end) return undefined;
    let last = end - 1;
    while (same(last)) last--;
    const isTail = (at: number) => glyphs[at] === TAIL || shown.glyphs[at] === TAIL;
    while (first > start && isTail(first)) first--;
    while (last + 1 < end && isTail(last + 1)) last++;
    return [row, first - start, last - start];
  }

  #paintSegment(row: number, first: number, last: number): void {
    const { cols, glyphs, fg, bg, lines } = this.cells;
    const edges = this.#edges;
    const { cellHeight } = this.face;
    const start = row * cols;
    const top = this.#pixelTop(row);
    for (let col = first; col <= last; ) {
      const color = bg[start + col]!;
      let end = col + 1;
      while (end <= last && bg[start + end] === color) end++;
      const filled = end - col >= RUN;
      if (filled) this.fill(edges[col]!, edges[end]!, top, cellHeight, color);
      for (; col < end; col++) {
        const at = start + col;
        const glyph = glyphs[at]!;
        // The background of a tail has been painted with its head: terminals give both the same style.
        if (glyph > BLANK) this.glyph(edges[col]!, top, this.#width(col, glyph), glyph, fg[at]!, color, filled);
        else if (!filled && glyph !== TAIL) this.fill(edges[col]!, edges[col + 1]!, top, cellHeight, color);
      }
    }
    for (let col = first; col <= last; col++) {
      if (lines[start + col] !== 0) this.#paintLines(row, col, lines[start + col]!, fg[start + col]!);
    }
    for (const name of ["glyphs", "fg", "bg", "lines"] as const)
      this.#shown[name].set(this.cells[name].subarray(start + first, start + last + 1), start + first);
    this.#shown.sizes[row] = this.cells.sizes[row]!;
    this.#top = this.#bottom > 0 ? Math.min(this.#top, row) : row;
    this.#bottom = Math.max(this.#bottom, row + 1);
  }

  /** Paints a glyph and its background, which may have been filled already. */
  protected glyph(
    left: number,
    top: number,
    width: number,
    glyph: number,
    fg: number,
    bg: number,
    filled: boolean,
  ): void {
    const pixels = this.#pixels;
    const stride = this.#image.width;
    const { colored, sparse, dense } = this.#masks.get(glyph, width);
    const ramps = this.#ramps;
    const ramp = this.#ramp(fg, bg);
    const origin = top * stride + left;
    if (filled && !colored) {
      for (let i = 0; i < sparse.length; i++) {
        const entry = sparse[i]!;
        pixels[origin + (entry >>> 5)] = ramps[ramp + (entry & 31)]!;
      }
    } else {
      for (let i = 0, at = origin; i < dense.length; at += stride - width) {
        for (const end = i + width; i < end; i++)
          pixels[at++] = colored
            ? mix(bg, colored[i]!, Math.round(((colored[i]! >>> 24) * 256) / 255))
            : ramps[ramp + dense[i]!]!;
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
      for (let level = 0; level < LEVELS; level++) this.#ramps[at + level] = mix(bg, fg, level << 4);
    }
    return at;
  }

  protected fill(left: number, right: number, top: number, height: number, color: number): void {
    const stride = this.#image.width;
    for (let at = top * stride; at < (top + height) * stride; at += stride)
      this.#pixels.fill(color, at + left, at + right);
  }

  #paintLines(row: number, col: number, lines: number, fg: number): void {
    const { baseline, size, line, cellHeight } = this.face;
    const left = this.#edges[col]!;
    const right = this.#edges[col + 1]!;
    const top = this.#pixelTop(row);
    const doubled = this.cells.sizes[row]!;
    const high = doubled > 1 ? 2 : 1; // a row of double height shows half of what is drawn
    const draw = (y: number, height: number, color: number, from = left, to = right) => {
      const begin =
        Math.max(0, Math.min((cellHeight - height) * high, Math.round(y * high))) - (doubled === 3 ? cellHeight : 0);
      const within = Math.max(0, begin);
      this.fill(from, to, top + within, Math.max(0, Math.min(cellHeight, begin + height * high) - within), color);
    };
    if (lines & OVERLINE) draw(0, line, fg);
    if (lines & STRIKE) draw(baseline - size * 0.3, line, fg);
    const color = -0x1000000 | (lines >>> 8);
    if (lines & CURSOR_UNDERLINE) draw(cellHeight, line * 2, color);
    if (lines & CURSOR_BAR) draw(0, cellHeight, color, left, left + line * 2);
    const under = baseline + size * 0.12;
    const kind = lines & UNDERLINE;
    if (kind === 1 || kind === 2) draw(under, line, color);
    if (kind === 2) draw(under + line * 2, line, color);
    if (kind < 3) return;
    const wave = Math.max(1, Math.min(2 * line, (cellHeight - under - line) / 2));
    for (let x = left; x < right; x++) {
      const at = Math.floor(x / line);
      if (kind === 3) draw(under + wave * (1 - Math.cos((x / (4 * line)) * Math.PI)), line, color, x, x + 1);
      else if (kind === 4 ? at % 2 < 1 : at % 6 < 4) draw(under, line, color, x, x + 1);
    }
  }
}

/** So many 256ths of `over` on `under`; all 0xffBBGGRR. */
function mix(under: number, over: number, weight: number): number {
  const rest = 256 - weight;
  const redBlue = (Math.imul(under & 0xff00ff, rest) + Math.imul(over & 0xff00ff, weight)) >>> 8;
  const green = Math.imul((under >>> 8) & 0xff, rest) + Math.imul((over >>> 8) & 0xff, weight);
  return -0x1000000 | (redBlue & 0xff00ff) | (green & 0xff00);
}
