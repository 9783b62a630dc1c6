// Cell widths and grapheme clusters (UAX #11, UAX #29), from one class per code point.
import { RUNS } from "./unicode-table.js";

/** What a code point does to the text around it. Letters A, B … stand for 0, 1 … in the generated table. */
export const CLASSES = {
  narrow: 0,
  wide: 1,
  /** Takes no cell: combining marks, variation selectors, format characters. */
  extend: 2,
  /** U+200D, which ties pictographs together. */
  joiner: 3,
  /** Combining mark that is drawn beside its base, in the same cell. */
  spacing: 4,
  /** Half of a flag. */
  regional: 5,
  leading: 6,
  vowel: 7,
  trailing: 8,
  picture: 9,
  pictureWide: 10,
  /** Consonant of a script that ties consonants together. */
  consonant: 11,
  /** Sign that ties two consonants together (virama). */
  linker: 12,
  syllableLV: 13,
  syllableLVT: 14,
  control: 15,
} as const;

const { narrow, wide, extend, joiner, spacing, regional, leading, vowel, trailing } = CLASSES;
const { picture, pictureWide, consonant, linker, syllableLV, syllableLVT } = CLASSES;

let table: Uint8Array | undefined;

/** The classes of planes 0 and 1, one byte each: unpacked when first asked for, then shared by all terminals. */
export function classes(): Uint8Array {
  if (table) return table;
  const unpacked = new Uint8Array(0x20000);
  let at = 0;
  for (const [, length, letter] of RUNS.matchAll(/([0-9a-z]*)([A-Z])/g)) {
    const end = at + (length ? Number.parseInt(length, 36) : 1);
    unpacked.fill(letter!.charCodeAt(0) - 65, at, end);
    at = end;
  }
  unpacked.fill(CLASSES.control, 0, 0x20);
  unpacked.fill(CLASSES.control, 0x7f, 0xa0);
  table = unpacked;
  return unpacked;
}

/** Class of a code point for drawing: Hangul syllables count as wide. */
export function classOf(cp: number): number {
  if (cp < 0x20000) return classes()[cp]!;
  if (cp < 0x40000) return wide;
  return cp >= 0xe0000 && cp < 0xe1000 ? extend : narrow;
}

function joinClass(cp: number): number {
  if (cp >= 0xac00 && cp <= 0xd7a3) return (cp - 0xac00) % 28 === 0 ? syllableLV : syllableLVT;
  return classOf(cp);
}

/** Whether a code point of this class can ever continue what stands before it. */
export function canJoin(cls: number): boolean {
  return cls >= extend;
}

/** Cells that a code point takes on its own: 0, 1 or 2. */
export function widthOf(cp: number): 0 | 1 | 2 {
  if (cp < 0xa0) return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ? 0 : 1;
  return classWidth(classOf(cp));
}

/** Cells that a code point of this class takes on its own. */
export function classWidth(cls: number): 0 | 1 | 2 {
  switch (cls) {
    case extend:
    case joiner:
    case linker:
    case vowel:
    case trailing:
      return 0;
    case wide:
    case leading:
    case pictureWide:
      return 2;
    default:
      return 1;
  }
}

/** Whether `cp` belongs to the cluster that `before` is or ends with (UAX #29, GB6 to GB13). */
export function joinsTo(before: string, cp: number): boolean {
  const cls = joinClass(cp);
  if (cls === extend || cls === joiner || cls === linker || cls === spacing) return true;
  const last = lastCodePoint(before);
  switch (cls) {
    case regional:
      // Flags are pairs: the cell holds one half so far.
      return before.length === 2 && joinClass(last) === regional;
    case leading:
    case syllableLV:
    case syllableLVT:
      return joinClass(last) === leading;
    case vowel: {
      const c = joinClass(last);
      return c === leading || c === vowel || c === syllableLV;
    }
    case trailing: {
      const c = joinClass(last);
      return c === vowel || c === trailing || c === syllableLV || c === syllableLVT;
    }
    case picture:
    case pictureWide:
      return last === 0x200d && endsInPicture(before);
    case consonant:
      return endsInLinkedConsonant(before);
  }
  return false;
}

/** The pictograph before a joiner, marks skipped (GB11). */
function endsInPicture(text: string): boolean {
  const cps = [...text].map((c) => c.codePointAt(0)!);
  for (let i = cps.length - 2; i >= 0; i--) {
    const c = classOf(cps[i]!);
    if (c === picture || c === pictureWide) return true;
    if (c !== extend) return false;
  }
  return false;
}

/** A consonant, then marks with at least one linker among them (GB9c). */
function endsInLinkedConsonant(text: string): boolean {
  const cps = [...text].map((c) => c.codePointAt(0)!);
  let linked = false;
  for (let i = cps.length - 1; i >= 0; i--) {
    const c = classOf(cps[i]!);
    if (c === linker) linked = true;
    else if (c === consonant) return linked;
    else if (c !== extend && c !== joiner) return false;
  }
  return false;
}

/** Cells that a whole cluster takes: those of its first code point; two for a flag and for what U+FE0F makes an emoji. */
export function clusterWidth(text: string): 1 | 2 {
  const first = text.codePointAt(0)!;
  if (classOf(first) === regional) return text.length > 2 && classOf(text.codePointAt(2)!) === regional ? 2 : 1;
  if (widthOf(first) === 2) return 2;
  return text.charCodeAt(first > 0xffff ? 2 : 1) === 0xfe0f && isEmojiBase(first) ? 2 : 1;
}

function isEmojiBase(cp: number): boolean {
  return classOf(cp) === picture || (cp >= 0x30 && cp <= 0x39) || cp === 0x23 || cp === 0x2a;
}

/** The grapheme clusters of a text, as the terminal forms them. */
export function* clusters(text: string): Generator<string> {
  let cluster = "";
  for (const char of text) {
    const cp = char.codePointAt(0)!;
    if (cluster !== "" && canJoin(classOf(cp)) && joinsTo(cluster, cp)) cluster += char;
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
  for (const cluster of clusters(text)) {
    const cp = cluster.codePointAt(0)!;
    if (cp >= 0x20 && !(cp >= 0x7f && cp < 0xa0)) width += clusterWidth(cluster);
  }
  return width;
}

function lastCodePoint(text: string): number {
  const low = text.charCodeAt(text.length - 1);
  return low >= 0xdc00 && low <= 0xdfff && text.length > 1 ? text.codePointAt(text.length - 2)! : low;
}
