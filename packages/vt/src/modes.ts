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
  4: IRM,
  20: LNM,
};

/** Private modes (DECSET, DECRST) by number, without those that switch screens. */
export const PRIVATE_MODES: Readonly<Record<number, number>> = {
  3: DECCOLM,
  5: DECSCNM,
  6: DECOM,
  7: DECAWM,
  12: BLINKING,
  25: DECTCEM,
  40: ALLOW_COLM,
  45: REVERSE_WRAP,
  69: DECLRMM,
  95: DECNCSM,
  2026: SYNC,
};
