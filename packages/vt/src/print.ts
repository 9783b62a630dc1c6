// Characters to cells.

import { BLANK, CLUSTER, FILLER, HEAD, PROTECTED, TAIL, TEXT } from "./cell.js";
import { translate } from "./charset.js";
import { type Control, erased, here, inColumns, limitOf, resolve, updatePlain, wrap } from "./control.js";
import { CLUSTER_LIMIT } from "./limits.js";
import { DECAWM, IRM } from "./modes.js";
import { classes, classOf, classWidth, clusterWidth, joins } from "./unicode.js";
import { CONSONANT, PICTURE, PICTURE_WIDE, WIDE } from "./unicode-class.js";

/** Writes printable 7-bit codes into cells, as far as the end, another code or its own convenience; returns where it
 *  stopped. */
export function writeRun(
  { bytes }: Control,
  i: number,
  ch: Int32Array,
  at: Int32Array,
  p: number,
  end: number,
  style: number,
): number {
  i |= 0;
  p |= 0;
  end |= 0;
  style |= 0;
  // Words letter by letter; what goes on after them four at a time.
  for (let stop = p + 12 < end ? (p + 12) | 0 : end; p < stop; p = (p + 1) | 0) {
    const a = bytes[i]! | 0;
    if ((a - 0x20) >>> 0 > 0x5e) return i;
    ch[p] = a;
    at[p] = style;
    i = (i + 1) | 0;
  }
  for (; p + 4 <= end; p = (p + 4) | 0) {
    const a = bytes[i]! | 0;
    const b = bytes[(i + 1) | 0]! | 0;
    const c = bytes[(i + 2) | 0]! | 0;
    const d = bytes[(i + 3) | 0]! | 0;
    if ((a - 0x20) >>> 0 > 0x5e || (b - 0x20) >>> 0 > 0x5e || (c - 0x20) >>> 0 > 0x5e || (d - 0x20) >>> 0 > 0x5e) break;
    ch[p] = a;
    ch[(p + 1) | 0] = b;
    ch[(p + 2) | 0] = c;
    ch[(p + 3) | 0] = d;
    at[p] = style;
    at[(p + 1) | 0] = style;
    at[(p + 2) | 0] = style;
    at[(p + 3) | 0] = style;
    i = (i + 4) | 0;
  }
  return i;
}

/** After writing up to a column: the cursor goes there, or waits in the last one. */
function advance(t: Control, col: number, limit: number): void {
  t.pending = col < limit ? 0 : 1;
  t.col = col - t.pending;
}

/** Prints the one character that `bytes` has at i, whatever it needs; returns where the next one is. */
export function printOne(t: Control, i: number): number {
  const { bytes } = t;
  const code = bytes[i]!;
  let cp = code;
  let width = 1;
  const set = t.sets[t.single || t.gl]!;
  if (t.single) {
    t.single = 0;
    updatePlain(t);
  }
  if (code < 0x80) cp = translate(set, code);
  else {
    cp = decodeAt(bytes, i);
    const cls = classOf(cp);
    width = classWidth(cls);
    i += cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;
    if (cls > WIDE && (!t.legacyWidths || width === 0) && join(t, cp)) width = 0;
  }
  if (width > 0) put(t, cp, width);
  return i + 1;
}

/** The cell after the last one that `writeText` wrote. */
export let written = 0;

/** Writes characters that stand alone, and ASCII between them, into the cells from p up to `end`; returns where it
 *  stopped. */
export function writeText(
  t: Control,
  i: number,
  ch: Int32Array,
  at: Int32Array,
  p: number,
  from: number,
  end: number,
  style: number,
): number {
  i |= 0;
  p |= 0;
  end |= 0;
  style |= 0;
  const { bytes, table } = t;
  if (table[0] === 0) classes();
  let cp = 0;
  // Control codes have a class of their own; the zero after the text is one.
  outer: while (p < end) {
    let code = bytes[i]! | 0;
    let cls = 0;
    let size = 3;
    if (code < 0xe0) {
      // One byte or two without a branch, which in words with accents could not be foreseen.
      const two = code >> 7;
      const cp2 = ((code & 0x1f) << 6) | (bytes[(i + 1) | 0]! & 0x3f);
      cp = code ^ ((code ^ cp2) & -two);
      cls = table[cp]! | 0;
      size = 1 + two;
    } else if (code < 0xf0) {
      // Most scripts and symbols: stay here as long as they last.
      for (;;) {
        cp = ((code & 0x0f) << 12) | ((bytes[(i + 1) | 0]! & 0x3f) << 6) | (bytes[(i + 2) | 0]! & 0x3f);
        cls = table[cp]! | 0;
        if (cls > WIDE || ((p + 2) | 0) >= end) break;
        if (cls === 0) ch[p] = cp;
        else {
          ch[p] = cp | HEAD;
          at[p] = style;
          p = (p + 1) | 0;
          ch[p] = TAIL;
        }
        at[p] = style;
        p = (p + 1) | 0;
        i = (i + 3) | 0;
        code = bytes[i]! | 0;
        if ((code & 0xf0) !== 0xe0) continue outer;
      }
    } else {
      cp = decodeAt(bytes, i) | 0;
      cls = classOf(cp) | 0;
      size = 4;
    }
    // Pictographs and consonants join nothing but a cluster, which is never written here.
    if (cls > WIDE) {
      if (cls < PICTURE || cls > CONSONANT || (p === from && afterCluster(t, from))) break;
      cls = cls === PICTURE_WIDE ? 1 : 0;
    }
    if (cls === 0) ch[p] = cp;
    else {
      if (p + 2 > end) break;
      ch[p] = cp | HEAD;
      at[p] = style;
      p = (p + 1) | 0;
      ch[p] = TAIL;
    }
    at[p] = style;
    p = (p + 1) | 0;
    i = (i + size) | 0;
  }
  written = p;
  return i;
}

/** Whether the cell before the cursor is a cluster. */
function afterCluster({ buffer, col }: Control, at: number): boolean {
  const { ch } = buffer;
  const before = at - 1;
  return col > 0 && (ch[ch[before] === TAIL ? before - 1 : before]! & CLUSTER) !== 0;
}

/** The code point at i in well-formed UTF-8, not ASCII. */
function decodeAt(bytes: Uint8Array, i: number): number {
  const a = bytes[i]!;
  const b = bytes[i + 1]! & 0x3f;
  if (a < 0xe0) return ((a & 0x1f) << 6) | b;
  const c = (b << 6) | (bytes[i + 2]! & 0x3f);
  return a < 0xf0 ? ((a & 0x0f) << 12) | c : ((a & 0x07) << 18) | (c << 6) | (bytes[i + 3]! & 0x3f);
}

/** Writes a code point of the given width at the cursor. */
export function put(t: Control, cp: number, width: number): void {
  if (t.stale) resolve(t);
  if (t.pending) wrap(t);
  if (width === 2 && t.col + 2 > limitOf(t, here(t)) && !wrapWide(t)) return;
  const slot = here(t);
  const limit = limitOf(t, slot);
  const { col } = t;
  if (t.modes & IRM && inColumns(t)) t.buffer.shift(slot, col, limit, width, erased(t));
  write(t, slot, col, cp | t.protecting, width);
  t.last = cp;
  advance(t, col + width, limit);
}

/** Blanks the rest of the line, in which a wide character has no room, and goes to the next one; false if there is no
 *  room either. */
function wrapWide(t: Control): boolean {
  const slot = here(t);
  const limit = limitOf(t, slot);
  if (!(t.modes & DECAWM) || limit < 2) return false;
  for (let { col } = t; col < limit; col++) write(t, slot, col, limit === t.cols ? BLANK | FILLER : BLANK, 1);
  wrap(t);
  return t.col + 2 <= limitOf(t, here(t));
}

/** Writes a cell, or two when it is wide. */
export function write(t: Control, slot: number, col: number, text: number, width: number): void {
  const { buffer: b, style } = t;
  const end = col + width;
  b.materialize(slot, col);
  b.split(slot, col);
  b.split(slot, end);
  let i = slot * b.cols + col;
  b.at[i] = style;
  b.ch[i] = text;
  if (width === 2) {
    b.ch[i] = text | HEAD;
    b.ch[++i] = TAIL;
    b.at[i] = style;
  }
  if (b.len[slot]! < end) b.len[slot] = end;
  b.stamp[slot] = b.generation;
}

/** Adds a code point to the cell before the cursor if it belongs there; false if it does not. */
function join(t: Control, cp: number): boolean {
  const b = t.buffer;
  const slot = here(t);
  let col = t.col - 1 + t.pending;
  if (col < 0) return false;
  b.materialize(slot, col + 1);
  let i = slot * b.cols + col;
  if (b.ch[i] === TAIL) {
    col--;
    i--;
  }
  const old = b.ch[i]!;
  const before = textOf(t, old);
  const mark = String.fromCodePoint(cp);
  if (!t.legacyWidths && !joins(before, mark)) return false;
  if (before.length >= CLUSTER_LIMIT) return true;
  const text = before + mark;
  const wasWide = old & HEAD;
  const cell = t.clusters.index(text) | CLUSTER | (old & PROTECTED);
  b.stamp[slot] = b.generation;
  if (t.legacyWidths || clusterWidth(text) === (wasWide ? 2 : 1)) {
    b.ch[i] = cell | wasWide;
    return true;
  }
  const { style } = t;
  t.style = b.at[i]!;
  const fits = col + 2 <= limitOf(t, slot);
  // What grows past the last column goes to the next line whole.
  if (fits || (t.pending && wrapWide(t))) {
    if (!fits) ({ col } = t);
    write(t, here(t), col, cell, 2);
    advance(t, col + 2, limitOf(t, here(t)));
  }
  t.style = style;
  return true;
}

/** The text of a cell; nothing for the second half of a wide character. */
export function textOf(t: Control, ch: number): string {
  if (ch & CLUSTER) return t.clusters.text(ch & TEXT);
  return ch === TAIL ? "" : String.fromCodePoint(ch & TEXT);
}
