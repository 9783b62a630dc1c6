import { ASCII } from "./charset.js";
import { DECAWM, DECTCEM } from "./modes.js";
import type { Parts } from "./style.js";

/** A colour set by the program. */
export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** Colours that the program set by OSC 4, 10, 11 and 12, over those of the theme. */
export interface Colors {
  readonly foreground?: Rgb | undefined;
  readonly background?: Rgb | undefined;
  readonly cursor?: Rgb | undefined;
  /** By number, 0 to 255. */
  readonly palette: ReadonlyMap<number, Rgb>;
}

/** What DECSC keeps; of the modes only DECOM. */
export type Saved = Pick<State, (typeof SAVED)[number]>;

export const SAVED = [
  "row",
  "col",
  "pending",
  "fg",
  "bg",
  "attrs",
  "underlineColor",
  "link",
  "protecting",
  "sets",
  "gl",
  "modes",
] as const;

/** What a terminal is besides its screens: plain values, replaced and never written into, so that copying the fields
 *  copies the state. Reset, snapshots and saved cursors know no more of it than that. */
export class State implements Parts {
  cols: number;
  rows: number;
  row = 0;
  col = 0;
  /** 1: the last column was printed on, the next character goes to the next line. */
  pending = 0;

  // The pen
  fg = 0;
  bg = 0;
  attrs = 0;
  underlineColor = 0;
  link = "";
  /** PROTECTED or 0. */
  protecting = 0;

  modes = DECAWM | DECTCEM;
  /** XTSAVE: bits of the modes saved, and of those that were set. */
  savedModes = 0;
  savedOn = 0;
  top = 0;
  left = 0;
  bottom: number;
  right: number;
  /** 1 where a tab stop is. */
  tabs: Uint8Array;
  /** Character sets G0 to G3; the one in use; that of the next character after SS2 or SS3, else 0. */
  sets: readonly string[] = [ASCII, ASCII, ASCII, ASCII];
  gl = 0;
  single = 0;
  /** By DECSC on the primary and the alternate screen. */
  saved: readonly (Saved | undefined)[] = [undefined, undefined];
  /** Code point of the last character printed, for REP. */
  last = 0;
  /** DECSACE: 1 when attribute changes cover rectangles instead of the stream from point to point. */
  rectangle = 0;

  /** 0 block, 1 underline, 2 bar. */
  shape = 0;
  title = "";
  titles: readonly string[] = [];
  colors: Colors = { palette: new Map() };
  /** Size that the program asked for; 0 when it did not. */
  askedCols = 0;
  askedRows = 0;

  /** What was unfinished at the end of the text: a sequence, half of a surrogate pair. */
  rest = "";

  constructor(cols: number, rows: number) {
    this.cols = cols;
    this.rows = rows;
    this.bottom = rows - 1;
    this.right = cols - 1;
    this.tabs = tabStops(cols);
  }
}

/** The fields named, copied. */
export function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const copy = {} as Pick<T, K>;
  for (const key of keys) copy[key] = from[key];
  return copy;
}

/** A stop in every eighth column. */
export function tabStops(cols: number): Uint8Array {
  return new Uint8Array(cols).map((_, col) => (col > 0 && col % 8 === 0 ? 1 : 0));
}
