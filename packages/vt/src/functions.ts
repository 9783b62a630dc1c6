// Every control function that changes the display, by how it is written. docs/sequences.md is generated from the
// comments here: mnemonic, name, standard.

import { BLINK, BOLD, INVERSE, UNDERLINE, UNDERLINE_SHIFT } from "./attributes.js";
import { DOUBLE_BOTTOM, DOUBLE_TOP, DOUBLE_WIDTH, HEAD, PROTECTED, SIZE, WRAPPED } from "./cell.js";
import { charset } from "./charset.js";
import {
  area,
  back,
  by,
  type Control,
  copy,
  cr,
  cup,
  decrc,
  decsc,
  erased,
  eraseRows,
  here,
  inColumns,
  index,
  initial,
  inMargins,
  lf,
  param,
  place,
  resetMargins,
  resolve,
  screenShown,
  scroll,
  shift,
  show,
  tab,
  times,
  to,
  updatePlain,
} from "./control.js";
import {
  ALLOW_COLM,
  ANSI_MODES,
  BLINKING,
  DECAWM,
  DECCOLM,
  DECLRMM,
  DECNCSM,
  DECOM,
  DECSCNM,
  DECTCEM,
  IRM,
  KEPT,
  PRIVATE_MODES,
  REVERSE_WRAP,
} from "./modes.js";
import { put, write } from "./print.js";
import { sgr } from "./sgr.js";
import { State, tabStops } from "./state.js";
import { classOf, classWidth } from "./unicode.js";

export type Run = (t: Control) => void;

/** C0 codes. */
export const CODES: Readonly<Record<number, Run>> = {
  // BS | Backspace | ECMA-48 8.3.5
  8: (t) => back(t, 1),
  // HT | Character Tabulation | ECMA-48 8.3.60
  9: (t) => tab(t, 1),
  // LF | Line Feed | ECMA-48 8.3.74
  10: lf,
  // VT | Line Tabulation: as LF | ECMA-48 8.3.161
  11: lf,
  // FF | Form Feed: as LF | ECMA-48 8.3.51
  12: lf,
  // CR | Carriage Return | ECMA-48 8.3.15
  13: cr,
  // SO, LS1 | Locking Shift One | ECMA-48 8.3.126
  14: (t) => lockingShift(t, 1),
  // SI, LS0 | Locking Shift Zero | ECMA-48 8.3.119
  15: (t) => lockingShift(t, 0),
};

/** Escape sequences: intermediates and final byte. From @ to _ they are C1 codes, too. Designations of character sets
 *  are read by the parser. */
export const ESC: Readonly<Record<string, Run>> = {
  // IND | Index | DEC VT100
  D: index,
  // NEL | Next Line | ECMA-48 8.3.86
  E: (t) => {
    index(t);
    cr(t);
  },
  // HTS | Character Tabulation Set | ECMA-48 8.3.62
  H: (t) => {
    t.tabs = t.tabs.with(t.col, 1);
  },
  // RI | Reverse Line Feed | ECMA-48 8.3.104
  M: (t) => {
    t.pending = 0;
    if (t.row !== t.top) to(t, t.row - 1, t.col);
    else if (inColumns(t)) scroll(t, t.top, -1);
  },
  // SS2 | Single Shift Two | ECMA-48 8.3.141
  N: (t) => singleShift(t, 2),
  // SS3 | Single Shift Three | ECMA-48 8.3.142
  O: (t) => singleShift(t, 3),
  // DECBI | Back Index | DEC VT420
  "6": (t) => {
    if (t.col === t.left && inMargins(t)) shift(t, t.top, t.bottom, t.left, 1);
    else if (t.col > 0) to(t, t.row, t.col - 1);
  },
  // DECSC | Save Cursor | DEC VT100
  "7": decsc,
  // DECRC | Restore Cursor | DEC VT100
  "8": decrc,
  // DECFI | Forward Index | DEC VT420
  "9": (t) => {
    if (t.col === t.right && inMargins(t)) shift(t, t.top, t.bottom, t.left, -1);
    else if (t.col < t.cols - 1) to(t, t.row, t.col + 1);
  },
  // RIS | Reset to Initial State | ECMA-48 8.3.105
  c: (t) => {
    show(t, false);
    t.screens.length = 1;
    const { title, titles, colors } = t;
    const kept = { title, titles, colors: { ...colors, palette: new Map() } };
    Object.assign(t, new State(t.cols, t.rows), kept, { stale: true, all: true });
    updatePlain(t);
    t.buffer.history = 0;
    eraseRows(t, 0, t.rows);
  },
  // LS2 | Locking Shift Two | ECMA-48 8.3.78
  n: (t) => lockingShift(t, 2),
  // LS3 | Locking Shift Three | ECMA-48 8.3.80
  o: (t) => lockingShift(t, 3),
  // DECDHL | Double-Height Line, top half | DEC VT100
  "#3": (t) => lineSize(t, DOUBLE_TOP),
  // DECDHL | Double-Height Line, bottom half | DEC VT100
  "#4": (t) => lineSize(t, DOUBLE_BOTTOM),
  // DECSWL | Single-Width Line | DEC VT100
  "#5": (t) => lineSize(t, 0),
  // DECDWL | Double-Width Line | DEC VT100
  "#6": (t) => lineSize(t, DOUBLE_WIDTH),
  // DECALN | Screen Alignment Pattern | DEC VT100
  "#8": (t) => {
    resetMargins(t);
    t.modes &= ~DECOM;
    t.attrs = 0;
    t.stale = true;
    to(t, 0, 0);
    const b = t.buffer;
    for (let row = 0; row < t.rows; row++) {
      const slot = b.slot(row);
      b.clearLine(slot, 0);
      b.materialize(slot, t.cols);
      b.ch.fill(0x45, slot * t.cols, (slot + 1) * t.cols);
    }
  },
};

/** Control sequences: private marker, intermediates, final byte. */
export const CSI: Readonly<Record<string, Run>> = {
  // ICH | Insert Character | ECMA-48 8.3.64
  "@": (t) => shiftHere(t, times(t)),
  // CUU | Cursor Up | ECMA-48 8.3.22
  A: (t) => by(t, -times(t), 0),
  // CUD | Cursor Down | ECMA-48 8.3.19
  B: (t) => by(t, times(t), 0),
  // CUF | Cursor Right | ECMA-48 8.3.20
  C: (t) => by(t, 0, times(t)),
  // CUB | Cursor Left | ECMA-48 8.3.18
  D: (t) => back(t, times(t)),
  // CNL | Cursor Next Line | ECMA-48 8.3.12
  E: (t) => {
    by(t, times(t), 0);
    cr(t);
  },
  // CPL | Cursor Preceding Line | ECMA-48 8.3.13
  F: (t) => {
    by(t, -times(t), 0);
    cr(t);
  },
  // CHA | Cursor Character Absolute | ECMA-48 8.3.9
  G: (t) => place(t, -1, times(t) - 1),
  // CUP | Cursor Position | ECMA-48 8.3.21
  H: cup,
  // CHT | Cursor Forward Tabulation | ECMA-48 8.3.10
  I: (t) => tab(t, times(t)),
  // ED | Erase in Page; 3 erases the scrollback | ECMA-48 8.3.39
  J: (t) => eraseDisplay(t, false),
  // EL | Erase in Line | ECMA-48 8.3.41
  K: (t) => eraseLine(t, param(t, 0), false),
  // IL | Insert Line | ECMA-48 8.3.67
  L: (t) => insertLines(t, -times(t)),
  // DL | Delete Line | ECMA-48 8.3.32
  M: (t) => insertLines(t, times(t)),
  // DCH | Delete Character | ECMA-48 8.3.26
  P: (t) => shiftHere(t, -times(t)),
  // SU | Scroll Up | ECMA-48 8.3.147
  S: (t) => scroll(t, t.top, times(t), true),
  // SD | Scroll Down | ECMA-48 8.3.113
  T: (t) => {
    if (t.count === 1 && t.values[0] !== 0) scroll(t, t.top, -times(t));
  },
  // ECH | Erase Character | ECMA-48 8.3.38
  X: (t) => {
    t.buffer.erase(here(t), t.col, Math.min(t.cols, t.col + times(t)), erased(t));
    t.pending = 0;
  },
  // CBT | Cursor Backward Tabulation | ECMA-48 8.3.7
  Z: (t) => {
    const stop = t.modes & DECOM && t.col >= t.left ? t.left : 0;
    let { col } = t;
    for (let n = times(t); n > 0 && col > stop; n--) while (--col > stop && t.tabs[col] === 0);
    to(t, t.row, col);
  },
  // SD | Scroll Down, in ECMA-48's first edition | ECMA-48 8.3.113
  "^": (t) => scroll(t, t.top, -times(t)),
  // HPA | Character Position Absolute | ECMA-48 8.3.57
  "`": (t) => place(t, -1, times(t) - 1),
  // HPR | Character Position Forward | ECMA-48 8.3.59
  a: (t) => to(t, t.row, Math.min(area(t).right, t.col + times(t))),
  // REP | Repeat | ECMA-48 8.3.103
  b: (t) => {
    const { last } = t;
    const width = last && classWidth(classOf(last));
    if (width) for (let n = Math.min(times(t), t.cols * t.rows); n > 0; n--) put(t, last, width);
  },
  // VPA | Line Position Absolute | ECMA-48 8.3.158
  d: (t) => place(t, times(t) - 1, -1),
  // VPR | Line Position Forward | ECMA-48 8.3.160
  e: (t) => to(t, Math.min(area(t).bottom, t.row + times(t)), t.col),
  // HVP | Character and Line Position | ECMA-48 8.3.63
  f: cup,
  // TBC | Tabulation Clear | ECMA-48 8.3.154
  g: (t) => {
    const what = param(t, 0);
    if (what === 0) t.tabs = t.tabs.with(t.col, 0);
    else if (what === 3) t.tabs = new Uint8Array(t.cols);
  },
  // SM | Set Mode | ECMA-48 8.3.125
  h: (t) => ansiModes(t, true),
  // RM | Reset Mode | ECMA-48 8.3.106
  l: (t) => ansiModes(t, false),
  // SGR | Select Graphic Rendition | ECMA-48 8.3.117
  m: sgr,
  // DECSTBM | Set Top and Bottom Margins | DEC VT100
  r: (t) => {
    const bottom = Math.min(t.rows, param(t, 1) || t.rows) - 1;
    if (times(t) > bottom) return;
    t.top = times(t) - 1;
    t.bottom = bottom;
    place(t, 0, 0);
  },
  // DECSLRM, SCOSC | Set Left and Right Margins when DECLRMM is set, else Save Cursor | DEC VT420, SCO
  s: (t) => {
    if (!(t.modes & DECLRMM)) {
      decsc(t);
      return;
    }
    const right = Math.min(t.cols, param(t, 1) || t.cols) - 1;
    if (times(t) > right) return;
    t.left = times(t) - 1;
    t.right = right;
    place(t, 0, 0);
  },
  // XTWINOPS, DECSLPP | Window Manipulation: 8 and lines from 24 on are noted, 22 and 23 stack titles, the rest is ignored | xterm, DEC VT340
  t: (t) => {
    const what = param(t, 0);
    if (what === 8) ask(t, param(t, 1) || t.rows, param(t, 2) || t.cols);
    else if (what > 23) ask(t, what, t.cols);
    else if (param(t, 1) !== 1) {
      if (what === 22 && t.titles.length < 10) t.titles = [...t.titles, t.title];
      else if (what === 23) {
        t.title = t.titles.at(-1) ?? t.title;
        t.titles = t.titles.slice(0, -1);
      }
    }
  },
  // SCORC | Restore Cursor | SCO
  u: decrc,
  // SL | Scroll Left | ECMA-48 8.3.121
  " @": (t) => shiftAll(t, t.left, -times(t)),
  // SR | Scroll Right | ECMA-48 8.3.135
  " A": (t) => shiftAll(t, t.left, times(t)),
  // DECSCUSR | Set Cursor Style | DEC VT510
  " q": (t) => {
    const style = param(t, 0);
    if (style > 6) return;
    t.shape = Math.max(0, (style - 1) >> 1);
    setMode(t, BLINKING, style % 2 === 1);
  },
  // DECSTR | Soft Terminal Reset | DEC VT220
  "!p": (t) => {
    const { row, col, pending, link } = t;
    const modes = (t.modes & ~(IRM | DECOM | DECLRMM | REVERSE_WRAP | BLINKING)) | DECAWM | DECTCEM;
    Object.assign(t, initial(t), { row, col, pending, link, modes, single: 0, shape: 0, stale: true });
    resetMargins(t);
    t.saved = t.saved.with(screenShown(t), undefined);
    updatePlain(t);
  },
  // DECSCL | Select Conformance Level: does what DECSTR does | DEC VT220
  '"p': (t) => {
    if (param(t, 0) > 60 && param(t, 0) < 65) CSI["!p"]!(t);
  },
  // DECSCA | Select Character Protection Attribute | DEC VT220
  '"q': (t) => {
    if (param(t, 0) > 2) return;
    t.protecting = param(t, 0) === 1 ? PROTECTED : 0;
    updatePlain(t);
  },
  // DECCARA | Change Attributes in Rectangular Area | DEC VT420
  $r: (t) => changeAttributes(t, false),
  // DECRARA | Reverse Attributes in Rectangular Area | DEC VT420
  $t: (t) => changeAttributes(t, true),
  // DECCRA | Copy Rectangular Area | DEC VT420
  $v: (t) => {
    const from = rectangle(t, 0);
    if (!from) return;
    const { top, left, bottom, right } = area(t);
    const row = top + times(t, 5) - 1;
    const col = left + times(t, 6) - 1;
    const height = Math.min(from.bottom - from.top, bottom - row) + 1;
    const width = Math.min(from.right - from.left, right - col) + 1;
    if (width > 0) copy(t, from.top, from.left, row, col, height, width);
  },
  // DECFRA | Fill Rectangular Area | DEC VT420
  $x: (t) => {
    const cp = param(t, 0, 32);
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp > 0xff) return;
    if (t.stale) resolve(t);
    eachRow(t, 1, (slot, from, end) => {
      for (; from < end; from++) write(t, slot, from, cp, 1);
    });
  },
  // DECERA | Erase Rectangular Area | DEC VT420
  $z: (t) => eachRow(t, 0, (slot, from, end) => t.buffer.erase(slot, from, end, erased(t))),
  // DECSERA | Selective Erase Rectangular Area | DEC VT420
  "${": (t) => eachRow(t, 0, (slot, from, end) => t.buffer.eraseSelective(slot, from, end)),
  // DECSCPP | Select 80 or 132 Columns per Page: noted | DEC VT340
  "$|": (t) => {
    const cols = param(t, 0) || 80;
    if (cols === 80 || cols === 132) ask(t, t.rows, cols);
  },
  // DECSNLS | Select Number of Lines per Screen: noted | DEC VT420
  "*|": (t) => {
    if (param(t, 0) > 0 && param(t, 0) < 256) ask(t, param(t, 0), t.cols);
  },
  // DECIC | Insert Column | DEC VT420
  "'}": (t) => shiftAll(t, t.col, times(t)),
  // DECDC | Delete Column | DEC VT420
  "'~": (t) => shiftAll(t, t.col, -times(t)),
  // DECSACE | Select Attribute Change Extent | DEC VT420
  "*x": (t) => {
    t.rectangle = param(t, 0) === 2 ? 1 : 0;
  },
  // DECSED | Selective Erase in Display | DEC VT220
  "?J": (t) => eraseDisplay(t, true),
  // DECSEL | Selective Erase in Line | DEC VT220
  "?K": (t) => eraseLine(t, param(t, 0), true),
  // DECST8C | Set Tab at Every 8 Columns | DEC VT510
  "?W": (t) => {
    if (param(t, 0) === 5) t.tabs = tabStops(t.cols);
  },
  // DECSET | DEC Private Mode Set | DEC VT100
  "?h": (t) => eachMode(t, (number) => privateMode(t, number, true)),
  // DECRST | DEC Private Mode Reset | DEC VT100
  "?l": (t) => eachMode(t, (number) => privateMode(t, number, false)),
  // XTRESTORE | Restore DEC Private Mode Values | xterm
  "?r": (t) =>
    eachMode(t, (number, bit) => {
      const on = (t.savedOn & bit) !== 0;
      if (t.savedModes & bit && on !== isSet(t, bit)) privateMode(t, number, on);
    }),
  // XTSAVE | Save DEC Private Mode Values | xterm
  "?s": (t) =>
    eachMode(t, (_, bit) => {
      t.savedModes |= bit;
      t.savedOn = isSet(t, bit) ? t.savedOn | bit : t.savedOn & ~bit;
    }),
};

/** SCS: designates a character set as one of G0 to G3. */
export function designate(t: Control, g: number, designation: string): void {
  t.sets = t.sets.with(g, charset(designation));
  updatePlain(t);
}

function lockingShift(t: Control, g: number): void {
  t.gl = g;
  updatePlain(t);
}

function singleShift(t: Control, g: number): void {
  t.single = g;
  updatePlain(t);
}

/** DECDHL, DECSWL, DECDWL. */
function lineSize(t: Control, size: number): void {
  if (t.modes & DECLRMM) return;
  const b = t.buffer;
  const slot = here(t);
  b.flags[slot] = (b.flags[slot]! & ~SIZE) | size;
  b.stamp[slot] = b.generation;
  if (size === 0) return;
  b.doubled = true;
  b.flags[slot]! &= ~WRAPPED;
  if (t.col >= t.cols >> 1) to(t, t.row, t.col);
}

function shiftHere(t: Control, n: number): void {
  if (!inColumns(t)) {
    // Of the two, ICH ends a pending wrap even where it does nothing.
    if (n > 0) t.pending = 0;
    return;
  }
  shift(t, t.row, t.row, t.col, n);
  t.pending = 0;
}

function shiftAll(t: Control, col: number, n: number): void {
  if (inMargins(t)) shift(t, t.top, t.bottom, col, n);
}

/** DL, or IL with a negative number. */
function insertLines(t: Control, n: number): void {
  if (!inMargins(t)) return;
  scroll(t, t.row, n);
  to(t, t.row, t.left);
}

function eraseDisplay(t: Control, selective: boolean): void {
  const what = param(t, 0);
  if (what === 3) t.screens[0].history = 0;
  if (what > 2) return;
  t.pending = 0;
  if (what !== 2) eraseLine(t, what, selective);
  if (what === 1) eraseRows(t, 0, t.row, selective);
  else eraseRows(t, what === 0 ? t.row + 1 : 0, t.rows, selective);
}

function eraseLine(t: Control, what: number, selective: boolean): void {
  if (what > 2) return;
  t.buffer[selective ? "eraseSelective" : "erase"](
    here(t),
    what === 0 ? t.col : 0,
    what === 1 ? t.col + 1 : t.cols,
    erased(t),
  );
  t.pending = 0;
}

// Rectangles

/** Zero-based and inside the screen, from parameters i on; nothing when empty. */
function rectangle(t: Control, i: number): ReturnType<typeof area> | undefined {
  const within = area(t);
  const top = within.top + times(t, i) - 1;
  const left = within.left + times(t, i + 1) - 1;
  const bottom = Math.min(within.bottom, within.top + (param(t, i + 2) || t.rows) - 1);
  const right = Math.min(within.right, within.left + (param(t, i + 3) || t.cols) - 1);
  return top <= bottom && left <= right ? { top, left, bottom, right } : undefined;
}

/** Calls back with slot, first column and one past the last for each row of a rectangle. `stream`: as DECSACE has it, a
 *  stream of characters from the first corner to the last. */
function eachRow(t: Control, i: number, f: (slot: number, from: number, end: number) => void, stream = false): void {
  const { top, left, bottom, right } = rectangle(t, i) ?? { top: 0, left: 0, bottom: -1, right: 0 };
  const within = area(t);
  for (let row = top; row <= bottom; row++)
    f(
      t.buffer.slot(row),
      stream && row > top ? within.left : left,
      (stream && row < bottom ? within.right : right) + 1,
    );
}

/** DECCARA, DECRARA. */
function changeAttributes(t: Control, reverse: boolean): void {
  const b = t.buffer;
  const done = new Map<number, number>();
  const change = (slot: number, from: number, end: number) => {
    b.materialize(slot, end);
    b.stamp[slot] = b.generation;
    const start = slot * t.cols;
    for (let i = start + from; i < start + end; i++) {
      const old = b.at[i]!;
      let style = done.get(old);
      if (style === undefined) {
        const parts = { ...t.styles.parts(old) };
        for (let k = 4; k < Math.max(5, t.count); k++) parts.attrs = changed(parts.attrs, param(t, k), reverse);
        done.set(old, (style = t.styles.style(parts)));
      }
      b.at[i] = style;
    }
    // Both halves of a wide character look the same.
    for (let i = start; i < start + b.len[slot]!; i++) if (b.ch[i]! & HEAD) b.at[i + 1] = b.at[i]!;
  };
  eachRow(t, 0, change, !t.rectangle);
}

const CHANGEABLE: Record<number, number> = {
  0: BOLD | UNDERLINE | BLINK | INVERSE,
  1: BOLD,
  4: UNDERLINE,
  5: BLINK,
  7: INVERSE,
  22: BOLD,
  24: UNDERLINE,
  25: BLINK,
  27: INVERSE,
};

/** Attribute bits after one DECCARA (or, reversed, DECRARA) code. */
function changed(attrs: number, code: number, reverse: boolean): number {
  const mask = CHANGEABLE[code] ?? 0;
  const on = code > 0 && code < 10 ? (mask === UNDERLINE ? 1 << UNDERLINE_SHIFT : mask) : 0;
  if (reverse) return on === 0 ? attrs : attrs & mask ? attrs & ~mask : attrs | on;
  return (attrs & ~mask) | on;
}

// Modes

function setMode(t: Control, bit: number, on: boolean): void {
  t.modes = on ? t.modes | bit : t.modes & ~bit;
}

function ansiModes(t: Control, on: boolean): void {
  for (let i = 0; i < t.count; i++) setMode(t, ANSI_MODES[param(t, i)] ?? 0, on);
  updatePlain(t);
}

function eachMode(t: Control, f: (number: number, bit: number) => void): void {
  for (let i = 0; i < t.count; i++) f(param(t, i), PRIVATE_MODES[param(t, i)] ?? 0);
}

function isSet(t: Control, bit: number): boolean {
  return bit > KEPT ? t.buffer !== t.screens[0] : (t.modes & bit) !== 0;
}

function privateMode(t: Control, number: number, on: boolean): void {
  const bit = PRIVATE_MODES[number];
  if (bit === undefined) return;
  if (number > 1047 && number < 1050 && on) decsc(t);
  if (bit > KEPT) {
    if (number === 1047 && !on && isSet(t, bit)) clear(t);
    show(t, on);
    if (number === 1049 && on) clear(t);
  } else if (bit === DECCOLM) {
    if (t.modes & ALLOW_COLM) deccolm(t, on);
  } else {
    const changes = isSet(t, bit) !== on;
    setMode(t, bit, on);
    if (bit === DECOM) place(t, 0, 0);
    if (changes && bit === DECLRMM) {
      t.left = 0;
      t.right = t.cols - 1;
      // There are no lines of double size between such margins.
      if (on) for (const b of t.screens) b?.flags.set(b.flags.map((flags) => flags & ~SIZE));
      t.all = true;
    }
    if (changes && bit === DECSCNM) t.all = true;
  }
  if (number > 1047 && number < 1050 && !on) decrc(t);
}

function clear(t: Control): void {
  eraseRows(t, 0, t.rows);
  t.pending = 0;
}

/** A size that the program wants: it is not ours to change. */
function ask(t: Control, rows: number, cols: number): void {
  t.askedRows = rows;
  t.askedCols = cols;
}

/** All but the size. */
function deccolm(t: Control, on: boolean): void {
  setMode(t, DECCOLM, on);
  t.modes &= ~DECLRMM;
  ask(t, t.rows, on ? 132 : 80);
  resetMargins(t);
  if (!(t.modes & DECNCSM)) eraseRows(t, 0, t.rows);
  to(t, 0, 0);
}
