// Every control function that changes the display, by how it is written. docs/sequences.md is generated from the
// comments here: mnemonic, name, standard.
import { DOUBLE_BOTTOM, DOUBLE_TOP, DOUBLE_WIDTH } from "./buffer.js";
import type { Control } from "./control.js";

type Run = (t: Control) => void;

/** C0 and C1 codes. */
export const CODES: Readonly<Record<number, Run>> = {
  // BS | Backspace | ECMA-48 8.3.5
  8: (t) => t.bs(),
  // HT | Character Tabulation | ECMA-48 8.3.60
  9: (t) => t.ht(),
  // LF | Line Feed | ECMA-48 8.3.74
  10: (t) => t.lf(),
  // VT | Line Tabulation: as LF | ECMA-48 8.3.161
  11: (t) => t.lf(),
  // FF | Form Feed: as LF | ECMA-48 8.3.51
  12: (t) => t.lf(),
  // CR | Carriage Return | ECMA-48 8.3.15
  13: (t) => t.cr(),
  // SO, LS1 | Locking Shift One | ECMA-48 8.3.126
  14: (t) => t.lockingShift(1),
  // SI, LS0 | Locking Shift Zero | ECMA-48 8.3.119
  15: (t) => t.lockingShift(0),
  // IND | Index | DEC VT100
  132: (t) => t.index(),
  // NEL | Next Line | ECMA-48 8.3.86
  133: (t) => t.nel(),
  // HTS | Character Tabulation Set | ECMA-48 8.3.62
  136: (t) => t.hts(),
  // RI | Reverse Line Feed | ECMA-48 8.3.104
  141: (t) => t.ri(),
  // SS2 | Single Shift Two | ECMA-48 8.3.141
  142: (t) => t.shift(2),
  // SS3 | Single Shift Three | ECMA-48 8.3.142
  143: (t) => t.shift(3),
};

/** Escape sequences: intermediates and final byte. Designations of character sets are read by the parser. */
export const ESC: Readonly<Record<string, Run>> = {
  // DECBI | Back Index | DEC VT420
  "6": (t) => t.decbi(),
  // DECSC | Save Cursor | DEC VT100
  "7": (t) => t.decsc(),
  // DECRC | Restore Cursor | DEC VT100
  "8": (t) => t.decrc(),
  // DECFI | Forward Index | DEC VT420
  "9": (t) => t.decfi(),
  // RIS | Reset to Initial State | ECMA-48 8.3.105
  c: (t) => t.ris(),
  // LS2 | Locking Shift Two | ECMA-48 8.3.78
  n: (t) => t.lockingShift(2),
  // LS3 | Locking Shift Three | ECMA-48 8.3.80
  o: (t) => t.lockingShift(3),
  // DECDHL | Double-Height Line, top half | DEC VT100
  "#3": (t) => t.lineSize(DOUBLE_TOP),
  // DECDHL | Double-Height Line, bottom half | DEC VT100
  "#4": (t) => t.lineSize(DOUBLE_BOTTOM),
  // DECSWL | Single-Width Line | DEC VT100
  "#5": (t) => t.lineSize(0),
  // DECDWL | Double-Width Line | DEC VT100
  "#6": (t) => t.lineSize(DOUBLE_WIDTH),
  // DECALN | Screen Alignment Pattern | DEC VT100
  "#8": (t) => t.decaln(),
};

/** Control sequences: private marker, intermediates, final byte. */
export const CSI: Readonly<Record<string, Run>> = {
  // ICH | Insert Character | ECMA-48 8.3.64
  "@": (t) => t.ich(),
  // CUU | Cursor Up | ECMA-48 8.3.22
  A: (t) => t.cuu(),
  // CUD | Cursor Down | ECMA-48 8.3.19
  B: (t) => t.cud(),
  // CUF | Cursor Right | ECMA-48 8.3.20
  C: (t) => t.cuf(),
  // CUB | Cursor Left | ECMA-48 8.3.18
  D: (t) => t.cub(),
  // CNL | Cursor Next Line | ECMA-48 8.3.12
  E: (t) => t.cnl(),
  // CPL | Cursor Preceding Line | ECMA-48 8.3.13
  F: (t) => t.cpl(),
  // CHA | Cursor Character Absolute | ECMA-48 8.3.9
  G: (t) => t.cha(),
  // CUP | Cursor Position | ECMA-48 8.3.21
  H: (t) => t.cup(),
  // CHT | Cursor Forward Tabulation | ECMA-48 8.3.10
  I: (t) => t.cht(),
  // ED | Erase in Page; 3 erases the scrollback | ECMA-48 8.3.39
  J: (t) => t.ed(),
  // EL | Erase in Line | ECMA-48 8.3.41
  K: (t) => t.el(),
  // IL | Insert Line | ECMA-48 8.3.67
  L: (t) => t.il(),
  // DL | Delete Line | ECMA-48 8.3.32
  M: (t) => t.dl(),
  // DCH | Delete Character | ECMA-48 8.3.26
  P: (t) => t.dch(),
  // SU | Scroll Up | ECMA-48 8.3.147
  S: (t) => t.su(),
  // SD | Scroll Down | ECMA-48 8.3.113
  T: (t) => {
    if (t.params.count === 1 && t.params.get(0, 1) !== 0) t.sd();
  },
  // ECH | Erase Character | ECMA-48 8.3.38
  X: (t) => t.ech(),
  // CBT | Cursor Backward Tabulation | ECMA-48 8.3.7
  Z: (t) => t.cbt(),
  // SD | Scroll Down, in ECMA-48's first edition | ECMA-48 8.3.113
  "^": (t) => t.sd(),
  // HPA | Character Position Absolute | ECMA-48 8.3.57
  "`": (t) => t.cha(),
  // HPR | Character Position Forward | ECMA-48 8.3.59
  a: (t) => t.hpr(),
  // REP | Repeat | ECMA-48 8.3.103
  b: (t) => t.rep(),
  // VPA | Line Position Absolute | ECMA-48 8.3.158
  d: (t) => t.vpa(),
  // VPR | Line Position Forward | ECMA-48 8.3.160
  e: (t) => t.vpr(),
  // HVP | Character and Line Position | ECMA-48 8.3.63
  f: (t) => t.cup(),
  // TBC | Tabulation Clear | ECMA-48 8.3.154
  g: (t) => t.tbc(),
  // SM | Set Mode | ECMA-48 8.3.125
  h: (t) => t.sm(true),
  // RM | Reset Mode | ECMA-48 8.3.106
  l: (t) => t.sm(false),
  // SGR | Select Graphic Rendition | ECMA-48 8.3.117
  m: (t) => t.sgr(),
  // DECSTBM | Set Top and Bottom Margins | DEC VT100
  r: (t) => t.decstbm(),
  // DECSLRM, SCOSC | Set Left and Right Margins when DECLRMM is set, else Save Cursor | DEC VT420, SCO
  s: (t) => t.decslrm(),
  // XTWINOPS | Window Manipulation: 8 is noted, 22 and 23 stack titles, the rest is ignored | xterm
  t: (t) => t.xtwinops(),
  // SCORC | Restore Cursor | SCO
  u: (t) => t.decrc(),
  // SL | Scroll Left | ECMA-48 8.3.121
  " @": (t) => t.sl(),
  // SR | Scroll Right | ECMA-48 8.3.135
  " A": (t) => t.sr(),
  // DECSCUSR | Set Cursor Style | DEC VT510
  " q": (t) => t.decscusr(),
  // DECSTR | Soft Terminal Reset | DEC VT220
  "!p": (t) => t.decstr(),
  // DECSCA | Select Character Protection Attribute | DEC VT220
  '"q': (t) => t.decsca(),
  // DECCARA | Change Attributes in Rectangular Area | DEC VT420
  $r: (t) => t.deccara(),
  // DECRARA | Reverse Attributes in Rectangular Area | DEC VT420
  $t: (t) => t.decrara(),
  // DECCRA | Copy Rectangular Area | DEC VT420
  $v: (t) => t.deccra(),
  // DECFRA | Fill Rectangular Area | DEC VT420
  $x: (t) => t.decfra(),
  // DECERA | Erase Rectangular Area | DEC VT420
  $z: (t) => t.decera(),
  // DECSERA | Selective Erase Rectangular Area | DEC VT420
  "${": (t) => t.decsera(),
  // DECIC | Insert Column | DEC VT420
  "'}": (t) => t.decic(),
  // DECDC | Delete Column | DEC VT420
  "'~": (t) => t.decdc(),
  // DECSACE | Select Attribute Change Extent | DEC VT420
  "*x": (t) => t.decsace(),
  // DECSED | Selective Erase in Display | DEC VT220
  "?J": (t) => t.decsed(),
  // DECSEL | Selective Erase in Line | DEC VT220
  "?K": (t) => t.decsel(),
  // DECST8C | Set Tab at Every 8 Columns | DEC VT510
  "?W": (t) => t.decst8c(),
  // DECSET | DEC Private Mode Set | DEC VT100
  "?h": (t) => t.decset(true),
  // DECRST | DEC Private Mode Reset | DEC VT100
  "?l": (t) => t.decset(false),
  // XTRESTORE | Restore DEC Private Mode Values | xterm
  "?r": (t) => t.xtrestore(),
  // XTSAVE | Save DEC Private Mode Values | xterm
  "?s": (t) => t.xtsave(),
};

let finals: (Run | undefined)[] | undefined;

/** Control sequences without intermediates, by `csiIndex`. */
export function csiFinals(): (Run | undefined)[] {
  if (finals) return finals;
  const table: (Run | undefined)[] = new Array(5 << 6).fill(undefined);
  for (const [key, run] of Object.entries(CSI)) {
    const code = key.charCodeAt(0);
    if (key.length === 1) table[csiIndex(0, code)] = run;
    else if (key.length === 2 && code >= 0x3c) table[csiIndex(code, key.charCodeAt(1))] = run;
  }
  finals = table;
  return table;
}

/** Where a private marker (0: none) and a final byte stand in `csiFinals()`. */
export function csiIndex(marker: number, final: number): number {
  return ((marker === 0 ? 0 : marker - 0x3b) << 6) | (final & 0x3f);
}
