// A terminal's screens and tables beside its state, and what several control functions are made of.

import { RGB } from "./attributes.js";
import { Buffer } from "./buffer.js";
import { SIZE, WRAPPED } from "./cell.js";
import { ASCII } from "./charset.js";
import { ClusterTable } from "./cluster.js";
import { BLOCK, CLUSTERS_KEPT, MOST_PARAMETERS, SEQUENCE_LIMIT, STRING_LIMIT, STYLES_KEPT } from "./limits.js";
import { DECAWM, DECOM, IRM, LNM, REVERSE_WRAP } from "./modes.js";
import { pick, SAVED, type Saved, State } from "./state.js";
import { pack, StyleTable } from "./style.js";
import { table } from "./unicode.js";

export class Control extends State {
  /** The primary and, once it has been used, the alternate screen. */
  screens: [Buffer, Buffer?];
  /** The one shown. */
  buffer: Buffer;

  /** The pen as a style: valid unless `stale`. */
  style = 0;
  stale = false;
  /** Characters can be written without a look at insert mode, protection and character sets. */
  plain = true;

  styles = new StyleTable();
  clusters = new ClusterTable();
  stylesLimit = STYLES_KEPT;
  clustersLimit = CLUSTERS_KEPT;
  /** The text being obeyed, as bytes: reading these is several times as fast as reading the units of a string, and
   *  encoding costs next to nothing. */
  declare readonly bytes: Uint8Array;
  /** Parameters of a control sequence; -1 where none was given. */
  declare readonly values: Int32Array;
  /** See `classes`. */
  declare readonly table: Uint8Array;
  /** Parameters there are, and a bit for each that is a sub-parameter. */
  count = 0;
  subs = 0;
  /** Colours, screen or size changed. */
  all = false;
  readonly legacyWidths: boolean;

  constructor(cols: number, rows: number, scrollback: number, legacyWidths: boolean) {
    super(cols, rows);
    this.legacyWidths = legacyWidths;
    this.screens = [(this.buffer = new Buffer(cols, rows, scrollback))];
  }
}

// Scratch space shared by all terminals. On the prototype engines take it for the constant it is, and leave out most of
// the checks of an access.
Object.assign(Control.prototype, {
  bytes: new Uint8Array(3 * (BLOCK + STRING_LIMIT + SEQUENCE_LIMIT)),
  values: new Int32Array(MOST_PARAMETERS),
  table,
});

// Parameters

/** Parameter i, or `missing` where none was given. */
export function param(t: Control, i: number, missing = 0): number {
  return i < t.count && t.values[i]! >= 0 ? t.values[i]! : missing;
}

/** Parameter i as a count: one where it is missing or zero. */
export function times(t: Control, i = 0): number {
  return param(t, i) || 1;
}

export function isSub(t: Control, i: number): boolean {
  return i < t.count && ((t.subs >>> i) & 1) !== 0;
}

// Styles

/** Makes the pen a style. */
export function resolve(t: Control): void {
  t.stale = false;
  t.style = pack(t) ?? t.styles.style(t);
}

/** The style of erased cells: the background of the pen. */
export function erased(t: Control): number {
  const { bg } = t;
  return bg < RGB ? bg << 9 : t.styles.style({ fg: 0, bg, attrs: 0, underlineColor: 0, link: "" });
}

/** Makes new tables of styles and clusters from what the cells use when much has piled up in them, so that they stay
 *  small however long a session. */
export function tidy(t: Control): void {
  const { styles, clusters } = t;
  if (styles.count < t.stylesLimit && clusters.count < t.clustersLimit) return;
  t.styles = new StyleTable();
  t.clusters = new ClusterTable();
  for (const b of t.screens) b?.remap(-b.history, t.styles, styles, t.clusters, clusters);
  t.stylesLimit = Math.max(STYLES_KEPT, t.styles.count * 4);
  t.clustersLimit = Math.max(CLUSTERS_KEPT, t.clusters.count * 4);
  t.stale = true;
}

/** Works out again whether printing can take the fast way. */
export function updatePlain(t: Control): void {
  t.plain = !(t.modes & IRM || t.protecting || t.single) && t.sets[t.gl] === ASCII;
}

// The cursor

/** The slot of the cursor's line. */
export function here(t: Control): number {
  return t.buffer.slot(t.row);
}

export function to(t: Control, row: number, col: number): void {
  const b = t.buffer;
  t.row = row = row < 0 ? 0 : row >= t.rows ? t.rows - 1 : row;
  let last = t.cols - 1;
  if (b.doubled && b.flags[b.slot(row)]! & SIZE) last = Math.max(0, (t.cols >> 1) - 1);
  t.col = col < 0 ? 0 : Math.min(col, last);
  t.pending = 0;
}

/** The area that positions count from: the margins in origin mode, else the screen. */
export function area(t: Control): { top: number; left: number; bottom: number; right: number } {
  return t.modes & DECOM ? t : { top: 0, left: 0, bottom: t.rows - 1, right: t.cols - 1 };
}

/** To a position of the area, not beyond it; a negative row or column stays. */
export function place(t: Control, row: number, col: number): void {
  const { top, left, bottom, right } = area(t);
  to(t, row < 0 ? t.row : Math.min(bottom, top + row), col < 0 ? t.col : Math.min(right, left + col));
}

export function cup(t: Control): void {
  if (t.modes & DECOM) place(t, times(t) - 1, times(t, 1) - 1);
  else to(t, t.values[0]! - 1, t.count > 1 ? t.values[1]! - 1 : 0);
}

/** By so many rows or columns, stopping at the margins from inside. */
export function by(t: Control, rows: number, cols: number): void {
  const row = Math.max(t.row >= t.top ? t.top : 0, Math.min(t.row <= t.bottom ? t.bottom : t.rows - 1, t.row + rows));
  to(t, row, Math.min(t.col <= t.right ? t.right : t.cols - 1, t.col + cols));
}

/** Left by n; with reverse wraparound on into the lines that this one goes on from. */
export function back(t: Control, n: number): void {
  const reverse = (t.modes & (REVERSE_WRAP | DECAWM)) === (REVERSE_WRAP | DECAWM);
  if (reverse) n -= t.pending;
  let { row, col } = t;
  const b = t.buffer;
  const stop = col >= t.left ? t.left : 0;
  for (;;) {
    const step = Math.min(n, col - stop);
    col -= step;
    n -= step;
    if (n === 0 || !reverse || row <= t.top || !(b.flags[b.slot(row - 1)]! & WRAPPED)) break;
    row--;
    col = t.right;
    n--;
  }
  to(t, row, col);
}

export function cr(t: Control): void {
  t.col = t.col >= t.left || t.modes & DECOM ? t.left : 0;
  t.pending = 0;
}

export function lf(t: Control): void {
  index(t);
  if (t.modes & LNM) cr(t);
}

/** IND */
export function index(t: Control): void {
  t.pending = 0;
  if (t.row !== t.bottom) {
    if (t.row < t.rows - 1) t.row++;
  } else if (fullWidth(t)) t.buffer.scrollOnce(t.top, t.bottom, true, erased(t), t.top === 0);
  else if (inColumns(t)) scroll(t, t.top, 1, true);
}

/** Goes to the next line because this one is full. */
export function wrap(t: Control): void {
  t.pending = 0;
  if (!(t.modes & DECAWM)) return;
  const b = t.buffer;
  const slot = here(t);
  index(t);
  if (here(t) !== slot && fullWidth(t)) {
    b.flags[slot]! |= WRAPPED;
    b.stamp[slot] = b.generation;
  }
  t.col = t.left;
}

/** n tab stops on. */
export function tab(t: Control, n: number): void {
  const stop = Math.min(t.right, limitOf(t, here(t)) - 1);
  if (t.col > stop) t.col = stop;
  for (; n > 0 && t.col < stop; n--) while (++t.col < stop && t.tabs[t.col] === 0);
}

/** One past the last column that the cursor's line can be printed on. */
export function limitOf(t: Control, slot: number): number {
  const limit = t.col <= t.right ? t.right + 1 : t.cols;
  const b = t.buffer;
  if (!b.doubled || !(b.flags[slot]! & SIZE)) return limit;
  return Math.min(limit, Math.max(t.col + 1, t.cols >> 1));
}

/** What DECSC would have saved in a fresh terminal. */
export function initial(t: Control): Saved {
  return pick(new State(t.cols, t.rows), SAVED);
}

/** 0 when the primary screen is shown, 1 when the alternate one is. */
export function screenShown(t: Control): 0 | 1 {
  return t.buffer === t.screens[0] ? 0 : 1;
}

export function decsc(t: Control): void {
  t.saved = t.saved.with(screenShown(t), { ...pick(t, SAVED), modes: t.modes & DECOM });
}

export function decrc(t: Control): void {
  const saved = t.saved[screenShown(t)] ?? initial(t);
  const { row, col, pending } = saved;
  const origin = saved.modes & DECOM;
  Object.assign(t, saved, { modes: (t.modes & ~DECOM) | origin, single: 0, stale: true });
  updatePlain(t);
  if (origin === 0) to(t, row, col);
  else to(t, Math.max(t.top, Math.min(t.bottom, row)), Math.min(t.right, col));
  if (t.col === col) t.pending = pending;
}

// Margins, scrolling, erasing

/** Makes the margins the edges of the screen. */
export function resetMargins(t: Control): void {
  t.top = t.left = 0;
  t.bottom = t.rows - 1;
  t.right = t.cols - 1;
}

export function fullWidth(t: Control): boolean {
  return t.right - t.left === t.cols - 1;
}

export function inColumns(t: Control): boolean {
  return t.col >= t.left && t.col <= t.right;
}

export function inMargins(t: Control): boolean {
  return inColumns(t) && t.row >= t.top && t.row <= t.bottom;
}

/** Moves what is between the margins, from row `top` on, up by n (down when negative), blanks coming in. With `keep`,
 *  lines that leave the screen go to the scrollback. */
export function scroll(t: Control, top: number, n: number, keep = false): void {
  const { buffer: b, left, right, bottom } = t;
  const blank = erased(t);
  if (fullWidth(t)) {
    b.scroll(top, bottom, n, blank, keep);
    return;
  }
  const height = bottom - top + 1;
  const gap = Math.min(Math.abs(n), height);
  copy(t, n > 0 ? top + gap : top, left, n > 0 ? top : top + gap, left, height - gap, right - left + 1);
  for (let k = 0; k < gap; k++) {
    const slot = b.slot(n > 0 ? bottom - k : top + k);
    const flags = b.flags[slot]!;
    b.erase(slot, left, right + 1, blank);
    b.flags[slot] = flags;
  }
}

/** Copies a block of cells. */
export function copy(
  t: Control,
  fromRow: number,
  fromCol: number,
  row: number,
  col: number,
  height: number,
  width: number,
): void {
  const b = t.buffer;
  for (let k = 0; k < height; k++) {
    const i = fromRow < row ? height - 1 - k : k;
    b.copyCells(b.slot(row + i), col, b.slot(fromRow + i), fromCol, width);
  }
}

/** Moves the cells of some rows, from `col` to the right margin, right by n (left when negative), blanks coming in. */
export function shift(t: Control, top: number, bottom: number, col: number, n: number): void {
  const b = t.buffer;
  for (let row = top; row <= bottom; row++) b.shift(b.slot(row), col, t.right + 1, n, erased(t));
}

/** Erases rows from one up to, not including, another. */
export function eraseRows(t: Control, from: number, to: number, selective = false): void {
  const b = t.buffer;
  for (; from < to; from++) {
    if (selective) b.eraseSelective(b.slot(from), 0, t.cols, erased(t));
    else b.clearLine(b.slot(from), erased(t));
  }
}

/** Shows the alternate or the primary screen. */
export function show(t: Control, alternate: boolean): void {
  const next = alternate ? (t.screens[1] ??= new Buffer(t.cols, t.rows, 0)) : t.screens[0];
  if (next === t.buffer) return;
  next.generation = t.buffer.generation;
  t.buffer = next;
  t.all = true;
}
