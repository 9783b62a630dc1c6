// Cell widths and grapheme clusters (UAX #11, UAX #29), from one class per code point.
import {
  CONTROL,
  EXTEND,
  LINKER,
  NARROW,
  PICTURE,
  REGIONAL,
  SPACING,
  SYLLABLE_LV,
  SYLLABLE_LVT,
  WIDE,
} from "./unicode-class.js";
import { RUNS } from "./unicode-table.js";

/** Cells that a code point of each class takes on its own. */
const WIDTHS = [1, 2, 0, 0, 1, 1, 2, 0, 0, 1, 2, 1, 0, 1, 1, 1, 2] as const;
/** When the last class continues those before it (UAX #29, GB6 to GB13), in letters. */
const JOINS = /^FF$|GG$|[GHN]H$|[HINO]I$|[JK][CQ]*D[JK]$|[JK]C*Q$|L[CD]*M[CDM]*L$/;

export const table = new Uint8Array(0x20000);

/** The classes of planes 0 and 1, one byte each: unpacked when first asked for, then shared by all terminals. */
export function classes(): Uint8Array {
  if (table[0] === CONTROL) return table;
  let at = 0;
  for (const [, length, letter] of RUNS.matchAll(/([0-9a-z]*)([A-Z])/g)) {
    const end = at + (length ? Number.parseInt(length, 36) : 1);
    table.fill(letter!.charCodeAt(0) - 65, at, end);
    at = end;
  }
  table.fill(CONTROL, 0, 0x20);
  return table.fill(CONTROL, 0x7f, 0xa0);
}

/** Class of a code point for drawing: Hangul syllables count as wide. */
export function classOf(cp: number): number {
  if (cp < 0x20000) return classes()[cp]!;
  if (cp < 0x40000) return WIDE;
  return cp >= 0xe0000 && cp < 0xe1000 ? EXTEND : NARROW;
}

/** The class of a code point as a letter, those of Hangul syllables apart; U+200C, which parts consonants, as a control. */
function letterOf(char: string): string {
  const cp = char.codePointAt(0)!;
  if (cp === 0x200c) return "P";
  const cls = cp >= 0xac00 && cp <= 0xd7a3 ? ((cp - 0xac00) % 28 === 0 ? SYLLABLE_LV : SYLLABLE_LVT) : classOf(cp);
  return String.fromCharCode(65 + cls);
}

/** Cells that a code point takes on its own: 0, 1 or 2. */
export function widthOf(cp: number): 0 | 1 | 2 {
  const cls = classOf(cp);
  return cls === CONTROL ? 0 : classWidth(cls);
}

/** Cells that a code point of this class takes on its own. */
export function classWidth(cls: number): 0 | 1 | 2 {
  return WIDTHS[cls]!;
}

/** Whether a text belongs to the cluster that `before` is or ends with, by its first code point. */
export function joins(before: string, text: string): boolean {
  const cls = classOf(text.codePointAt(0)!);
  if (cls <= WIDE) return false;
  if (cls <= SPACING || cls === LINKER) return true;
  return JOINS.test(Array.from(before + String.fromCodePoint(text.codePointAt(0)!), letterOf).join(""));
}

/** Cells that a whole cluster takes: those of its first code point; two for a flag and for what U+FE0F makes an emoji. */
export function clusterWidth(text: string): 1 | 2 {
  const first = text.codePointAt(0)!;
  const cls = classOf(first);
  if (cls === REGIONAL) return text.length > 2 && classOf(text.codePointAt(2)!) === cls ? 2 : 1;
  if (classWidth(cls) === 2) return 2;
  // Digits, # and * make keycaps.
  return /^.[\ufe0f\u{1f3fb}-\u{1f3ff}]/u.test(text) && (cls === PICTURE || /^[#*0-9]/.test(text)) ? 2 : 1;
}

/** The grapheme clusters of a text, as the terminal forms them. */
export function* clusters(text: string): Generator<string> {
  let cluster = "";
  for (const char of text) {
    if (cluster !== "" && joins(cluster, char)) cluster += char;
    else {
      if (cluster !== "") yield cluster;
      cluster = char;
    }
  }
  if (cluster !== "") yield cluster;
}

/** Cells that a text takes on one line, control characters counting nothing. */
export function textWidth(text: string): number {
  let width = 0;
  for (const cluster of clusters(text))
    if (classOf(cluster.codePointAt(0)!) !== CONTROL) width += clusterWidth(cluster);
  return width;
}
