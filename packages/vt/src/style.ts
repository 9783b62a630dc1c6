// A style is one 32-bit integer, so that comparing two is one compare and a cell holds it in one word.
//
//   packed    29 28…26     25       24     23      22      21    20     19    18   17…9 8…0
//             0  underline overline strike conceal inverse blink italic faint bold bg   fg
//   interned  1  index of an entry in the table, for RGB backgrounds, underline colours and links
//
// A negative style is DIRECT + its low bits: blink…bold in 28…24, an RGB foreground in 23…0, all else default.
//
// Colours in packed styles: 0 is the default, 1 to 256 the palette. In entries RGB is added as RGB | 0xrrggbb.

/** A colour: `undefined` is the default, a number an entry of the 256-colour palette, else direct. */
export type Color = undefined | number | { readonly r: number; readonly g: number; readonly b: number };

/** How a cell looks. Pens are interned: within one terminal, equal styles are the same object. */
export interface Pen {
  readonly fg: Color;
  readonly bg: Color;
  readonly bold: boolean;
  readonly faint: boolean;
  readonly italic: boolean;
  readonly blink: boolean;
  readonly inverse: boolean;
  readonly conceal: boolean;
  readonly strike: boolean;
  readonly overline: boolean;
  readonly underline: false | "single" | "double" | "curly" | "dotted" | "dashed";
  /** Colour of the underline; `undefined`: that of the text. */
  readonly underlineColor: Color;
  /** Target of an OSC 8 hyperlink, as the program sent it: check its scheme before use. */
  readonly link?: string;
}

export const BOLD = 1 << 18;
export const FAINT = 1 << 19;
export const ITALIC = 1 << 20;
export const BLINK = 1 << 21;
export const INVERSE = 1 << 22;
export const CONCEAL = 1 << 23;
export const STRIKE = 1 << 24;
export const OVERLINE = 1 << 25;
export const UNDERLINE = 7 << 26;
export const UNDERLINE_SHIFT = 26;
/** Marks a direct colour: RGB | 0xrrggbb. */
export const RGB = 0x1000000;

const UNDERLINES = [false, "single", "double", "curly", "dotted", "dashed"] as const;
/** The least style, of black text: see above. */
const DIRECT = -(1 << 30);
/** Marks an interned style. */
export const INTERNED = 1 << 29;
/** The index in an interned style. */
const INDEX = INTERNED - 1;
const PENS_KEPT = 1 << 11;
const FIRST_LIMIT = 1 << 14;

/** The parts of a style, as SGR and OSC 8 set them. Colours: 0 default, 1–256 palette, RGB | 0xrrggbb. */
export interface Parts {
  fg: number;
  bg: number;
  /** BOLD … OVERLINE and the underline style in their places. */
  attrs: number;
  underlineColor: number;
  link: string;
}

/** Interned styles and the pens made from any style. Ids stay valid as long as the table is in use. */
export class StyleTable {
  /** Five words an entry: fg, bg, attrs, underline colour, link. */
  private entries = new Int32Array(0);
  private hash = new Int32Array(1);
  /** Entries in use; entry 0 is the first. */
  count = 0;
  /** When `count` reaches it, the terminal makes a new table from what its cells still use. */
  limit: number;
  private links = [""];
  private linkIds: Map<string, number> | undefined;
  private pens: (Pen | undefined)[] = [];

  constructor(limit = FIRST_LIMIT) {
    this.limit = limit;
  }

  /** The style for the given parts. */
  style(fg: number, bg: number, attrs: number, underlineColor: number, link: string): number {
    if (underlineColor === 0 && link === "" && bg < RGB) {
      if (fg < RGB) return fg | (bg << 9) | attrs;
      if (bg === 0 && attrs < CONCEAL) return DIRECT + ((attrs << 6) | (fg & 0xffffff));
    }
    return this.intern(fg, bg, attrs, underlineColor, link === "" ? 0 : this.linkId(link));
  }

  private intern(fg: number, bg: number, attrs: number, underlineColor: number, link: number): number {
    if (this.count === 0) this.grow();
    let hash = this.hash;
    let mask = hash.length - 1;
    let h = mix(fg, bg, attrs, underlineColor, link) & mask;
    const entries = this.entries;
    for (let id = hash[h]!; id !== 0; id = hash[(h = (h + 1) & mask)]!) {
      const e = (id - 1) * 5;
      if (
        entries[e] === fg &&
        entries[e + 1] === bg &&
        entries[e + 2] === attrs &&
        entries[e + 3] === underlineColor &&
        entries[e + 4] === link
      )
        return (id - 1) | INTERNED;
    }
    const id = this.count++;
    if (id * 5 === entries.length) this.grow();
    else hash[h] = id + 1;
    const e = id * 5;
    const kept = this.entries;
    kept[e] = fg;
    kept[e + 1] = bg;
    kept[e + 2] = attrs;
    kept[e + 3] = underlineColor;
    kept[e + 4] = link;
    if (hash !== this.hash) {
      hash = this.hash;
      mask = hash.length - 1;
      h = mix(fg, bg, attrs, underlineColor, link) & mask;
      while (hash[h] !== 0) h = (h + 1) & mask;
      hash[h] = id + 1;
    }
    return id | INTERNED;
  }

  private grow(): void {
    const old = this.entries;
    const entries = new Int32Array(Math.max(5 * 256, old.length * 4));
    entries.set(old);
    const hash = new Int32Array(Math.max(1024, this.hash.length * 4));
    const mask = hash.length - 1;
    for (let id = 0, e = 0; e < old.length; id++, e += 5) {
      let h = mix(old[e]!, old[e + 1]!, old[e + 2]!, old[e + 3]!, old[e + 4]!) & mask;
      while (hash[h] !== 0) h = (h + 1) & mask;
      hash[h] = id + 1;
    }
    this.entries = entries;
    this.hash = hash;
  }

  private linkId(link: string): number {
    this.linkIds ??= new Map();
    let id = this.linkIds.get(link);
    if (id === undefined) {
      id = this.links.length;
      this.links.push(link);
      this.linkIds.set(link, id);
    }
    return id;
  }

  /** The parts of a style. */
  parts(style: number): Parts {
    if (style < INTERNED) return packedParts(style);
    const e = (style & INDEX) * 5;
    const t = this.entries;
    return { fg: t[e]!, bg: t[e + 1]!, attrs: t[e + 2]!, underlineColor: t[e + 3]!, link: this.links[t[e + 4]!]! };
  }

  /** The same style in this table. */
  import(style: number, from: StyleTable): number {
    if (style < INTERNED || from === this) return style;
    const p = from.parts(style);
    const id = this.style(p.fg, p.bg, p.attrs, p.underlineColor, p.link);
    const pen = from.pens[style & INDEX];
    if (pen) this.pens[id & INDEX] = pen;
    return id;
  }

  /** The pen of a style. */
  pen(style: number): Pen {
    if (style < INTERNED) return packedPen(style);
    return (this.pens[style & INDEX] ??= penOf(this.parts(style)));
  }
}

// Pens of packed styles mean the same in every terminal, so all share them. Open addressing; forgotten when too many.
let keys: Int32Array | undefined;
let pens: Pen[] = [];
let kept = 0;

function packedPen(style: number): Pen {
  if (keys === undefined || kept > PENS_KEPT) {
    keys = new Int32Array(4 * PENS_KEPT).fill(-1);
    pens = new Array<Pen>(keys.length);
    kept = 0;
  }
  const mask = keys.length - 1;
  let h = (Math.imul(style, 0x9e3779b1) >>> 13) & mask;
  for (let key = keys[h]!; key !== style; key = keys[h]!) {
    if (key === -1) {
      keys[h] = style;
      kept++;
      return (pens[h] = penOf(packedParts(style)));
    }
    h = (h + 1) & mask;
  }
  return pens[h]!;
}

function packedParts(style: number): Parts {
  if (style >= 0)
    return { fg: style & 0x1ff, bg: (style >> 9) & 0x1ff, attrs: style & ~0x3ffff, underlineColor: 0, link: "" };
  const low = style - DIRECT;
  return { fg: RGB | (low & 0xffffff), bg: 0, attrs: (low >> 6) & ~0x3ffff, underlineColor: 0, link: "" };
}

function mix(a: number, b: number, c: number, d: number, e: number): number {
  const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + c + Math.imul(d + (e << 5), 31), 0x85ebca6b);
  return h ^ (h >>> 15);
}

function penOf({ fg, bg, attrs, underlineColor, link }: Parts): Pen {
  const pen = {
    fg: colorOf(fg),
    bg: colorOf(bg),
    bold: (attrs & BOLD) !== 0,
    faint: (attrs & FAINT) !== 0,
    italic: (attrs & ITALIC) !== 0,
    blink: (attrs & BLINK) !== 0,
    inverse: (attrs & INVERSE) !== 0,
    conceal: (attrs & CONCEAL) !== 0,
    strike: (attrs & STRIKE) !== 0,
    overline: (attrs & OVERLINE) !== 0,
    underline: UNDERLINES[(attrs & UNDERLINE) >>> UNDERLINE_SHIFT] ?? "single",
    underlineColor: colorOf(underlineColor),
  };
  return link === "" ? pen : { ...pen, link };
}

function colorOf(color: number): Color {
  if (color === 0) return undefined;
  if (color < RGB) return color - 1;
  return { r: (color >> 16) & 0xff, g: (color >> 8) & 0xff, b: color & 0xff };
}
