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

/** Modes of a terminal after reset. */
export const DEFAULT_MODES = DECAWM | DECTCEM;

/** ANSI modes (SM, RM) by number. */
export const ANSI_MODES: Readonly<Record<number, number>> = {
  // IRM | Insertion Replacement Mode | ECMA-48 7.2.10
  4: IRM,
  // LNM | Line Feed New Line Mode | ECMA-48 F.5.2
  20: LNM,
};

/** Private modes (DECSET, DECRST) by number, without those that switch screens. */
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
};
