// Modes that change what a screen shows, one bit each. Modes about input (mouse, keypad, paste) mean nothing here.

export const IRM = 1 << 0;
export const LNM = 1 << 1;
export const DECCOLM = 1 << 2;
export const DECSCNM = 1 << 3;
export const DECOM = 1 << 4;
export const DECAWM = 1 << 5;
export const DECTCEM = 1 << 6;
export const ALLOW_COLM = 1 << 7;
export const REVERSE_WRAP = 1 << 8;
export const DECLRMM = 1 << 9;
export const DECNCSM = 1 << 10;
export const SYNC = 1 << 11;
export const BLINKING = 1 << 12;
/** The bits above, which a terminal keeps. */
export const KEPT = (1 << 13) - 1;
/** Not kept but read off the screen shown. */
const ALTBUF = 1 << 13;
const OPT_ALTBUF = 1 << 14;
const OPT_ALTBUF_CURSOR = 1 << 15;

/** ANSI modes (SM, RM) by number. */
export const ANSI_MODES: Readonly<Record<number, number>> = {
  // IRM | Insertion Replacement Mode | ECMA-48 7.2.10
  4: IRM,
  // LNM | Line Feed New Line Mode | ECMA-48 F.5.2
  20: LNM,
};

/** Private modes (DECSET, DECRST) by number. */
export const PRIVATE_MODES: Readonly<Record<number, number>> = {
  // DECCOLM | 132 Columns, when 40 allows it: clears the screen, the size is noted and not obeyed | DEC VT100
  3: DECCOLM,
  // DECSCNM | Reverse Screen | DEC VT100
  5: DECSCNM,
  // DECOM | Origin | DEC VT100
  6: DECOM,
  // DECAWM | Autowrap | DEC VT100
  7: DECAWM,
  // ATT610_BLINK | Blinking Cursor | AT&T 610
  12: BLINKING,
  // DECTCEM | Text Cursor Enable | DEC VT220
  25: DECTCEM,
  // ALLOW_COLM | Allow DECCOLM | xterm
  40: ALLOW_COLM,
  // REVERSEWRAP | Reverse Wraparound within a wrapped line | xterm
  45: REVERSE_WRAP,
  // DECLRMM | Left and Right Margins | DEC VT420
  69: DECLRMM,
  // DECNCSM | No Clearing of the Screen by DECCOLM | DEC VT510
  95: DECNCSM,
  // SYNC | Synchronized Output | de facto
  2026: SYNC,
  // ALTBUF | Alternate Screen | xterm
  47: ALTBUF,
  // OPT_ALTBUF | Alternate Screen, cleared when left | xterm
  1047: OPT_ALTBUF,
  // SAVE_CURSOR | Save and restore the cursor as DECSC and DECRC do | xterm
  1048: 0,
  // OPT_ALTBUF_CURSOR | 1048 and 1047 together, cleared when entered | xterm
  1049: OPT_ALTBUF_CURSOR,
};
