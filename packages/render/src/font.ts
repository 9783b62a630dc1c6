/** The outline of a glyph: contours of points in font units, y upwards. Between two points that are off the curve lies one
 *  that is on it, half way. */
export interface Contour {
  x: Int16Array;
  y: Int16Array;
  on: Uint8Array;
}

/** How deep glyphs may be made of glyphs. */
const DEPTH = 5;
/** Points that one glyph may have, parts included. */
const POINTS = 20_000;

/** A font with TrueType outlines, read as far as drawing single characters needs: no kerning, hinting or ligatures.
 *
 *  @see https://learn.microsoft.com/typography/opentype/spec/otff */
export class Font {
  readonly unitsPerEm: number;
  /** Above the baseline, in font units. */
  readonly ascender: number;
  private readonly data: DataView;
  private readonly tables = new Map<string, { offset: number; length: number }>();
  private readonly longOffsets: boolean;
  private readonly metrics: number;
  private readonly glyphs: number;
  private readonly characters: (codePoint: number) => number;

  /** @param bytes  a .ttf file, or a .ttc file, of which the first font is taken
   *  @throws Error  for what is no such font */
  constructor(bytes: Uint8Array) {
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      const start = this.tag(0) === "ttcf" ? this.data.getUint32(12) : 0;
      const count = this.data.getUint16(start + 4);
      for (let i = 0; i < count; i++) {
        const at = start + 12 + 16 * i;
        this.tables.set(this.tag(at), { offset: this.data.getUint32(at + 8), length: this.data.getUint32(at + 12) });
      }
      if (!this.tables.has("glyf")) throw new Error("it has no TrueType outlines");
      this.unitsPerEm = this.data.getUint16(this.table("head") + 18);
      this.longOffsets = this.data.getInt16(this.table("head") + 50) !== 0;
      this.ascender = this.data.getInt16(this.table("hhea") + 4);
      this.metrics = this.data.getUint16(this.table("hhea") + 34);
      this.glyphs = this.data.getUint16(this.table("maxp") + 4);
      this.characters = this.characterMap();
      if (this.unitsPerEm === 0 || this.metrics === 0) throw new Error("it has no size");
      this.data.getUint16(this.table("hmtx"));
      this.data.getUint32(this.table("loca"));
    } catch (error) {
      throw new Error(`not a TrueType font: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }

  /** The number of the glyph for a character; 0 when the font has none. */
  glyphOf(codePoint: number): number {
    const glyph = unlessBroken(() => this.characters(codePoint)) ?? 0;
    return glyph < this.glyphs ? glyph : 0;
  }

  /** How far a glyph moves on, in font units. */
  advance(glyph: number): number {
    return unlessBroken(() => this.data.getUint16(this.table("hmtx") + 4 * Math.min(glyph, this.metrics - 1))) ?? 0;
  }

  /** What a glyph looks like. What a broken font says about it is left out. */
  outline(glyph: number): Contour[] {
    const contours: Contour[] = [];
    unlessBroken(() => this.collect(glyph, [1, 0, 0, 1, 0, 0], contours, 0));
    return contours;
  }

  private collect(glyph: number, by: Matrix, contours: Contour[], depth: number): void {
    const at = this.place(glyph);
    if (at === undefined || depth > DEPTH) return;
    const count = this.data.getInt16(at);
    if (count >= 0) this.simple(at + 10, count, by, contours);
    else this.composite(at + 10, by, contours, depth);
  }

  private simple(at: number, count: number, by: Matrix, contours: Contour[]): void {
    const ends: number[] = [];
    for (let i = 0; i < count; i++) ends.push(this.data.getUint16(at + 2 * i));
    const points = count > 0 ? ends[count - 1]! + 1 : 0;
    if (points > POINTS - contours.reduce((sum, one) => sum + one.on.length, 0)) return;
    at += 2 * count;
    at += 2 + this.data.getUint16(at); // instructions
    const flags = new Uint8Array(points);
    for (let i = 0; i < points; ) {
      const flag = this.data.getUint8(at++);
      let times = flag & 8 ? this.data.getUint8(at++) + 1 : 1;
      while (times-- > 0 && i < points) flags[i++] = flag;
    }
    const read = (short: number, same: number) => {
      const values = new Int16Array(points);
      let value = 0;
      for (let i = 0; i < points; i++) {
        const flag = flags[i]!;
        if (flag & short) value += flag & same ? this.data.getUint8(at++) : -this.data.getUint8(at++);
        else if (!(flag & same)) {
          value += this.data.getInt16(at);
          at += 2;
        }
        values[i] = value;
      }
      return values;
    };
    const xs = read(2, 16);
    const ys = read(4, 32);
    let from = 0;
    for (const end of ends) {
      const length = end + 1 - from;
      if (length > 1) {
        const contour = { x: new Int16Array(length), y: new Int16Array(length), on: new Uint8Array(length) };
        for (let i = 0; i < length; i++) {
          const [x, y] = [xs[from + i]!, ys[from + i]!];
          contour.x[i] = by[0] * x + by[2] * y + by[4];
          contour.y[i] = by[1] * x + by[3] * y + by[5];
          contour.on[i] = flags[from + i]! & 1;
        }
        contours.push(contour);
      }
      from = end + 1;
    }
  }

  private composite(at: number, by: Matrix, contours: Contour[], depth: number): void {
    for (let more = true; more; ) {
      const flags = this.data.getUint16(at);
      const glyph = this.data.getUint16(at + 2);
      at += 4;
      const words = (flags & 1) !== 0;
      const shift = (flags & 2) !== 0; // otherwise points are matched, which nobody does
      const dx = words ? this.data.getInt16(at) : this.data.getInt8(at);
      const dy = words ? this.data.getInt16(at + 2) : this.data.getInt8(at + 1);
      at += words ? 4 : 2;
      const part: Matrix = [1, 0, 0, 1, shift ? dx : 0, shift ? dy : 0];
      const fraction = () => this.data.getInt16((at += 2) - 2) / 16384;
      if (flags & 8) part[0] = part[3] = fraction();
      else if (flags & 0x40) [part[0], part[3]] = [fraction(), fraction()];
      else if (flags & 0x80) [part[0], part[1], part[2], part[3]] = [fraction(), fraction(), fraction(), fraction()];
      this.collect(glyph, product(part, by), contours, depth + 1);
      more = (flags & 0x20) !== 0;
    }
  }

  /** Where a glyph's outline lies; `undefined` for one without. */
  private place(glyph: number): number | undefined {
    if (glyph >= this.glyphs) return undefined;
    const loca = this.table("loca");
    const offset = (i: number) =>
      this.longOffsets ? this.data.getUint32(loca + 4 * i) : 2 * this.data.getUint16(loca + 2 * i);
    const from = offset(glyph);
    return offset(glyph + 1) > from ? this.table("glyf") + from : undefined;
  }

  private characterMap(): (codePoint: number) => number {
    const cmap = this.table("cmap");
    const found = new Map<number, number>();
    for (let i = 0, count = this.data.getUint16(cmap + 2); i < count; i++) {
      const platform = this.data.getUint16(cmap + 4 + 8 * i);
      const encoding = this.data.getUint16(cmap + 6 + 8 * i);
      if (platform !== 0 && !(platform === 3 && (encoding === 1 || encoding === 10))) continue;
      const at = cmap + this.data.getUint32(cmap + 8 + 8 * i);
      found.set(this.data.getUint16(at), at);
    }
    const [full, basic] = [found.get(12), found.get(4)];
    if (full !== undefined) return (codePoint) => this.inGroups(full, codePoint);
    if (basic !== undefined) return (codePoint) => this.inSegments(basic, codePoint);
    throw new Error("it has no Unicode character map");
  }

  /** Format 12: ranges of code points, in order. */
  private inGroups(at: number, codePoint: number): number {
    let [low, high] = [0, this.data.getUint32(at + 12) - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const group = at + 16 + 12 * middle;
      if (codePoint < this.data.getUint32(group)) high = middle - 1;
      else if (codePoint > this.data.getUint32(group + 4)) low = middle + 1;
      else return this.data.getUint32(group + 8) + codePoint - this.data.getUint32(group);
    }
    return 0;
  }

  /** Format 4: segments of the basic plane, in order of their ends. */
  private inSegments(at: number, codePoint: number): number {
    if (codePoint > 0xffff) return 0;
    const bytes = this.data.getUint16(at + 6);
    let [low, high] = [0, bytes / 2 - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.data.getUint16(at + 14 + 2 * middle) < codePoint) low = middle + 1;
      else high = middle;
    }
    const start = at + 16 + bytes + 2 * low;
    const first = this.data.getUint16(start);
    if (codePoint < first || codePoint > this.data.getUint16(at + 14 + 2 * low)) return 0;
    const delta = this.data.getInt16(start + bytes);
    const range = this.data.getUint16(start + 2 * bytes);
    if (range === 0) return (codePoint + delta) & 0xffff;
    const glyph = this.data.getUint16(start + 2 * bytes + range + 2 * (codePoint - first));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }

  private table(name: string): number {
    const table = this.tables.get(name);
    if (!table) throw new Error(`it has no table ${name}`);
    return table.offset;
  }

  private tag(at: number): string {
    return String.fromCharCode(...[0, 1, 2, 3].map((i) => this.data.getUint8(at + i)));
  }
}

/** What is read, unless that lies outside of the file. */
function unlessBroken<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** x' = a x + c y + e, y' = b x + d y + f. */
type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

function product(first: Matrix, then: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const [A, B, C, D, E, F] = then;
  return [A * a + C * b, B * a + D * b, A * c + C * d, B * c + D * d, A * e + C * f + E, B * e + D * f + F];
}
