// Characters to cells.

import { BLANK, CLUSTER, FILLER, HEAD, PROTECTED, TAIL, TEXT } from "./cell.js";
import { translate } from "./charset.js";
import { type Control, erased, here, inColumns, limitOf, resolve, updatePlain, wrap } from "./control.js";
import { CLUSTER_LIMIT } from "./limits.js";
import { DECAWM, IRM } from "./modes.js";
import { classes, classOf, classWidth, clusterWidth, joins } from "./unicode.js";
import { CONSONANT, PICTURE, PICTURE_WIDE, WIDE } from "./unicode-class.js";

/** Prints the printable 7-bit codes of `bytes` from i on, up to n or the first other code; returns where it stopped. */
export function printAscii(t: Control, bytes: Uint8Array, i: number, n: number): number {
  if (!t.plain) return printMapped(t, bytes, i, n);
  if (t.stale) resolve(t);
  const b = t.buffer;
  const { style } = t;
  for (;;) {
    if (t.pending) wrap(t);
    const slot = here(t);
    const { col } = t;
    const limit = b.doubled ? limitOf(t, slot) : col <= t.right ? t.right + 1 : t.cols;
    const p = slot * b.cols + col;
    const { ch, at } = b;
    const len = b.len[slot]!;
    if (col > len) b.materialize(slot, col);
    else if (col < len && ch[p] === TAIL) ch[p - 1] = BLANK;
    const from = i;
    // Many programs write one character between sequences.
    if ((bytes[i + 1]! - 0x20) >>> 0 > 0x5e) {
      ch[p] = bytes[i++]!;
      at[p] = style;
    } else i = writeRun(bytes, i, Math.min(i + limit - col, n), ch, at, p, style);
    t.last = bytes[i - 1]!;
    advance(t, slot, col + i - from, limit);
    if (!t.pending || i === n || (bytes[i]! - 0x20) >>> 0 > 0x5e) return i;
  }
}

/** The same through character sets, protection and insert mode. */
function printMapped(t: Control, bytes: Uint8Array, i: number, n: number): number {
  for (; i < n; i++) {
    const code = bytes[i]!;
    if ((code - 0x20) >>> 0 > 0x5e) break;
    const set = t.sets[t.single || t.gl]!;
    if (t.single) {
      t.single = 0;
      updatePlain(t);
    }
    put(t, translate(set, code), 1);
  }
  return i;
}

/** Writes printable 7-bit codes into cells until the end or another code; returns where it stopped. */
function writeRun(
  bytes: Uint8Array,
  i: number,
  end: number,
  ch: Int32Array,
  at: Int32Array,
  p: number,
  style: number,
): number {
  while (i + 4 <= end) {
    const a = bytes[i]!;
    const b = bytes[i + 1]!;
    const c = bytes[i + 2]!;
    const d = bytes[i + 3]!;
    if ((a - 0x20) >>> 0 > 0x5e || (b - 0x20) >>> 0 > 0x5e || (c - 0x20) >>> 0 > 0x5e || (d - 0x20) >>> 0 > 0x5e) break;
    ch[p] = a;
    ch[p + 1] = b;
    ch[p + 2] = c;
    ch[p + 3] = d;
    at[p] = style;
    at[p + 1] = style;
    at[p + 2] = style;
    at[p + 3] = style;
    p += 4;
    i += 4;
  }
  while (i < end) {
    const a = bytes[i]!;
    if ((a - 0x20) >>> 0 > 0x5e) break;
    ch[p] = a;
    at[p++] = style;
    i++;
  }
  return i;
}

/** After writing up to a column: what it cuts is blanked, the cursor goes there. */
function advance(t: Control, slot: number, col: number, limit: number): void {
  const b = t.buffer;
  if (col < b.len[slot]!) {
    const p = slot * b.cols + col;
    if (b.ch[p] === TAIL) b.ch[p] = BLANK;
  } else b.len[slot] = col;
  b.stamp[slot] = b.generation;
  if (col < limit) t.col = col;
  else {
    t.col = limit - 1;
    t.pending = 1;
  }
}

/** Prints the code points from U+00A0 on that `bytes` has from i on, as well-formed UTF-8; returns where it stopped. */
export function printText(t: Control, bytes: Uint8Array, i: number, n: number): number {
  if (t.single) {
    t.single = 0;
    updatePlain(t);
  }
  if (t.stale) resolve(t);
  const table = classes();
  const b = t.buffer;
  for (;;) {
    if (t.simple && !t.pending) {
      const slot = here(t);
      b.materialize(slot, t.col);
      i = writeText(t, table, bytes, i, slot, limitOf(t, slot));
    }
    if (i >= n) return i;
    const code = bytes[i]!;
    if (code < 0x80 || (code === 0xc2 && bytes[i + 1]! < 0xa0)) return i;
    const cp = decodeAt(bytes, i);
    const cls = classOf(cp);
    if (cls <= WIDE && t.simple && t.pending) wrap(t);
    else {
      i += cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
      if (cls > WIDE && (!t.legacyWidths || classWidth(cls) === 0) && join(t, cp)) continue;
      const width = classWidth(cls);
      if (width > 0) put(t, cp, width);
    }
  }
}

/** Writes characters that stand alone, and ASCII between them, up to the end of the line; returns where it stopped. */
function writeText(t: Control, table: Uint8Array, bytes: Uint8Array, i: number, slot: number, limit: number): number {
  const { buffer: b, style, col: first } = t;
  const { ch, at } = b;
  const start = slot * b.cols;
  const end = start + limit;
  const from = start + first;
  // Spaces and such between: no need to leave the loop.
  const least = t.plain ? 0 : 0x80;
  let p = from;
  let cp = 0;
  let last = 0;
  const cut = first > 0 && first < b.len[slot]! && ch[p] === TAIL;
  // Control codes have a class of their own; the zero after the text is one.
  outer: while (p < end) {
    let code = bytes[i]!;
    let cls = 0;
    let size = 3;
    if (code < 0xe0) {
      // One byte or two without a branch, which in words with accents could not be foreseen.
      const two = code >> 7;
      const cp2 = ((code & 0x1f) << 6) | (bytes[i + 1]! & 0x3f);
      cp = code ^ ((code ^ cp2) & -two);
      if (cp < least) break;
      cls = table[cp]!;
      size = 1 + two;
    } else if (code < 0xf0) {
      // Most scripts and symbols: stay here as long as they last.
      for (;;) {
        cp = ((code & 0x0f) << 12) | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f);
        cls = table[cp]!;
        if (cls > WIDE || p + 2 >= end) break;
        if (cls === 0) ch[p] = cp;
        else {
          ch[p] = cp | HEAD;
          at[p++] = style;
          ch[p] = TAIL;
        }
        at[p++] = style;
        last = cp;
        i += 3;
        code = bytes[i]!;
        if ((code & 0xf0) !== 0xe0) continue outer;
      }
    } else {
      cp = decodeAt(bytes, i);
      cls = classOf(cp);
      size = 4;
    }
    // Pictographs and consonants join nothing but a cluster, which is never written here.
    if (cls > WIDE) {
      if (cls < PICTURE || cls > CONSONANT || (p === from && afterCluster(t, start))) break;
      cls = cls === PICTURE_WIDE ? 1 : 0;
    }
    if (cls === 0) ch[p] = cp;
    else {
      if (p + 2 > end) break;
      ch[p] = cp | HEAD;
      at[p++] = style;
      ch[p] = TAIL;
    }
    at[p++] = style;
    last = cp;
    i += size;
  }
  if (p > from) {
    if (cut) ch[from - 1] = BLANK;
    t.last = last;
    advance(t, slot, p - start, limit);
  }
  return i;
}

/** Whether the cell before the cursor is a cluster. */
function afterCluster({ buffer, col }: Control, start: number): boolean {
  const { ch } = buffer;
  const before = start + col - 1;
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
  advance(t, slot, col + width, limit);
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
    advance(t, here(t), col + 2, limitOf(t, here(t)));
  }
  t.style = style;
  return true;
}

/** The text of a cell; nothing for the second half of a wide character. */
export function textOf(t: Control, ch: number): string {
  if (ch & CLUSTER) return t.clusters.text(ch & TEXT);
  return ch === TAIL ? "" : String.fromCodePoint(ch & TEXT);
}
