// Interned styles, and pens. How styles are packed: see attributes.ts.
import {
  BLINK,
  BOLD,
  CONCEAL,
  DIRECT,
  FAINT,
  INTERNED,
  INVERSE,
  ITALIC,
  OVERLINE,
  RGB,
  STRIKE,
  UNDERLINE_SHIFT,
} from "./attributes.js";
import { PENS_KEPT } from "./limits.js";

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

const UNDERLINES = [false, "single", "double", "curly", "dotted", "dashed"] as const;

/** The parts of a style, as SGR and OSC 8 set them. Colours: 0 default, 1–256 palette, RGB | 0xrrggbb. */
export interface Parts {
  fg: number;
  bg: number;
  /** BOLD … OVERLINE and the underline style in their places. */
  attrs: number;
  underlineColor: number;
  link: string;
}

interface Entry extends Parts {
  pen?: Pen;
}

/** Interned styles and the pens made from any style. Ids stay valid as long as the table is in use. */
export class StyleTable {
  private entries: Entry[] = [];
  /** Indices of entries, from one on, by hash: open addressing, at most half full. */
  private hash = new Int32Array(4);

  /** Entries there are. When they are many, the terminal makes a new table from what its cells still use. */
  get count(): number {
    return this.entries.length;
  }

  /** The style for the given parts. */
  style(parts: Parts): number {
    const packed = pack(parts);
    if (packed !== undefined) return packed;
    const { fg, bg, attrs, underlineColor, link } = parts;
    const { entries } = this;
    if (this.hash.length <= entries.length * 2) {
      this.hash = new Int32Array(this.hash.length * 4);
      for (const [i, entry] of entries.entries()) this.hash[this.place(entry)] = i + 1;
    }
    const h = this.place(parts);
    if (this.hash[h] === 0) this.hash[h] = entries.push({ fg, bg, attrs, underlineColor, link });
    return (this.hash[h]! - 1) | INTERNED;
  }

  /** Where in the hash the parts are, or are to be put. */
  private place({ fg, bg, attrs, underlineColor, link }: Parts): number {
    const { entries, hash } = this;
    let h = Math.imul(fg, 0x9e3779b1) ^ Math.imul(bg + attrs + Math.imul(underlineColor, 31), 0x85ebca6b);
    for (h ^= (h >>> 15) + link.length; ; h++) {
      const at = h & (hash.length - 1);
      const e = entries[hash[at]! - 1];
      if (
        !e ||
        (e.fg === fg && e.bg === bg && e.attrs === attrs && e.underlineColor === underlineColor && e.link === link)
      )
        return at;
    }
  }

  /** The parts of a style. */
  parts(style: number): Parts {
    if (style >= INTERNED) return this.entries[style - INTERNED]!;
    const low = style - DIRECT;
    return {
      fg: style < 0 ? RGB | (low & 0xffffff) : style & 0x1ff,
      bg: style < 0 ? 0 : (style >> 9) & 0x1ff,
      attrs: (style < 0 ? low >> 6 : style) & ~0x3ffff,
      underlineColor: 0,
      link: "",
    };
  }

  /** The same style in this table. */
  import(style: number, from: StyleTable): number {
    if (style < INTERNED || from === this) return style;
    const entry = from.entries[style - INTERNED]!;
    const id = this.style(entry);
    const { pen } = entry;
    if (pen) this.entries[id - INTERNED]!.pen = pen;
    return id;
  }

  /** The pen of a style. */
  pen(style: number): Pen {
    if (style >= INTERNED) {
      const entry = this.entries[style - INTERNED]!;
      return (entry.pen ??= penOf(entry));
    }
    // Packed styles mean the same in every terminal, so all share their pens. Forgotten when too many.
    if (kept > PENS_KEPT) {
      keys = new Int32Array(4 * PENS_KEPT).fill(-1);
      pens = new Array<Pen | undefined>(4 * PENS_KEPT).fill(undefined);
      kept = 0;
    }
    let h = Math.imul(style, 0x9e3779b1) >>> 19;
    while (keys[h] !== style) {
      if (keys[h] === -1) {
        kept++;
        keys[h] = style;
        pens[h] = penOf(this.parts(style));
        break;
      }
      h = (h + 1) & (4 * PENS_KEPT - 1);
    }
    return pens[h]!;
  }
}

/** The style for parts that need no entry. */
export function pack({ fg, bg, attrs, underlineColor, link }: Parts): number | undefined {
  if (underlineColor !== 0 || link !== "" || bg >= RGB) return undefined;
  if (fg < RGB) return fg | (bg << 9) | attrs;
  return bg === 0 && attrs < CONCEAL ? DIRECT + ((attrs << 6) | (fg & 0xffffff)) : undefined;
}

let keys: Int32Array;
/** By place in `keys`; filled at first, since engines keep an array with gaps as a hash table. */
let pens: (Pen | undefined)[];
let kept = Infinity;

function penOf({ fg, bg, attrs, underlineColor, link }: Parts): Pen {
  const has = (attribute: number) => (attrs & attribute) !== 0;
  const pen = {
    fg: colorOf(fg),
    bg: colorOf(bg),
    bold: has(BOLD),
    faint: has(FAINT),
    italic: has(ITALIC),
    blink: has(BLINK),
    inverse: has(INVERSE),
    conceal: has(CONCEAL),
    strike: has(STRIKE),
    overline: has(OVERLINE),
    underline: UNDERLINES[attrs >>> UNDERLINE_SHIFT]!,
    underlineColor: colorOf(underlineColor),
  };
  return link === "" ? pen : { ...pen, link };
}

function colorOf(color: number): Color {
  if (color === 0) return undefined;
  if (color < RGB) return color - 1;
  return { r: (color >> 16) & 0xff, g: (color >> 8) & 0xff, b: color & 0xff };
}
