// Copies of a terminal's state, for seeking: cells that are real, and the rest of the state by value.
import { Buffer, SIZE } from "./buffer.js";
import { CLUSTER, TEXT } from "./cell.js";
import type { ClusterTable } from "./cluster.js";
import type { Control, Saved } from "./control.js";
import type { Parser } from "./parser.js";
import type { Parts, StyleTable } from "./style.js";

/** The state of a terminal at one moment, without its scrollback. Opaque; made by `snapshot()`, taken by `restore()`.
 *
 *  It is independent of the terminal it was made by, and can be restored into any other. */
export interface Snapshot {
  readonly cols: number;
  readonly rows: number;
  /** Lines that ever left the screen at the top when it was made. */
  readonly scrolledOut: number;
  /** Bytes of memory that it takes, about. */
  readonly size: number;
}

/** A screen in one array: three numbers a row (length, tail, flags), then the real cells row by row, each two words. */
interface Screen {
  words: Int32Array;
  scrolledOut: number;
}

/** What a snapshot is inside. */
export interface State extends Snapshot {
  primary: Screen;
  alternate: Screen | undefined;
  onAlternate: boolean;
  styles: StyleTable;
  clusters: ClusterTable;
  control: Copied;
  saved: [Saved | undefined, Saved | undefined];
  pen: Parts;
  savedModes: [number, boolean][];
  charsets: string[];
  tabs: Uint8Array;
  titles: string[];
  palette: [number, { readonly r: number; readonly g: number; readonly b: number }][];
  parser: Pick<Parser, "state" | "marker" | "intermediates" | "kind" | "data" | "high">;
  params: { values: Int32Array; count: number; subs: number } | undefined;
}

type Copied = Pick<
  Control,
  | "row"
  | "col"
  | "pending"
  | "protecting"
  | "modes"
  | "top"
  | "bottom"
  | "left"
  | "right"
  | "gl"
  | "single"
  | "last"
  | "rectangle"
  | "shape"
  | "title"
  | "foreground"
  | "background"
  | "cursorColor"
  | "requested"
>;

function copied(c: Copied): Copied {
  return {
    row: c.row,
    col: c.col,
    pending: c.pending,
    protecting: c.protecting,
    modes: c.modes,
    top: c.top,
    bottom: c.bottom,
    left: c.left,
    right: c.right,
    gl: c.gl,
    single: c.single,
    last: c.last,
    rectangle: c.rectangle,
    shape: c.shape,
    title: c.title,
    foreground: c.foreground,
    background: c.background,
    cursorColor: c.cursorColor,
    requested: c.requested,
  };
}

/** The state of a terminal's parts. */
export function snapshot(c: Control, parser: Parser): State {
  const primary = saveScreen(c.primary);
  const alternate = c.alternate && saveScreen(c.alternate);
  return {
    cols: c.cols,
    rows: c.rows,
    scrolledOut: c.primary.scrolledOut,
    size: 1024 + 4 * (primary.words.length + (alternate?.words.length ?? 0)),
    primary,
    alternate,
    onAlternate: c.buffer === c.alternate,
    styles: c.styles,
    clusters: c.clusters,
    control: copied(c),
    saved: [...c.saved],
    pen: { ...c.pen },
    savedModes: c.savedModes.size > 0 ? [...c.savedModes] : [],
    charsets: [...c.charsets],
    tabs: c.tabs,
    titles: [...c.titles],
    palette: c.palette.size > 0 ? [...c.palette] : [],
    parser: {
      state: parser.state,
      marker: parser.marker,
      intermediates: parser.intermediates,
      kind: parser.kind,
      data: parser.data,
      high: parser.high,
    },
    params:
      parser.state === 0
        ? undefined
        : { values: c.params.values.slice(0, c.params.count), count: c.params.count, subs: c.params.subs },
  };
}

/** Brings a terminal's parts to a state. The scrollback goes when the size changes, else it stays. */
export function restore(state: State, c: Control, parser: Parser): void {
  const resized = state.cols !== c.cols || state.rows !== c.rows;
  c.cols = state.cols;
  c.rows = state.rows;
  if (resized) {
    c.primary = new Buffer(state.cols, state.rows, c.primary.limit);
    c.alternate = undefined;
  }
  const generation = c.buffer.generation;
  loadScreen(c.primary, state.primary, state, c);
  if (state.alternate) {
    c.alternate ??= new Buffer(state.cols, state.rows, 0);
    loadScreen(c.alternate, state.alternate, state, c);
  } else c.alternate = undefined;
  c.buffer = state.onAlternate ? c.alternate! : c.primary;
  c.buffer.generation = generation;
  Object.assign(c, copied(state.control));
  c.saved = [...state.saved];
  c.pen = { ...state.pen };
  c.stale = true;
  c.savedModes = new Map(state.savedModes);
  c.charsets = [...state.charsets];
  c.tabs = state.tabs;
  c.titles = [...state.titles];
  c.palette = new Map(state.palette);
  c.updatePlain();
  c.all = true;
  Object.assign(parser, state.parser);
  if (state.params) {
    c.params.values.set(state.params.values);
    c.params.count = state.params.count;
    c.params.subs = state.params.subs;
  }
}

function saveScreen(b: Buffer): Screen {
  const { cols, rows, ch, at } = b;
  let size = 3 * rows;
  for (let row = 0; row < rows; row++) size += 2 * b.len[b.slot(row)]!;
  const words = new Int32Array(size);
  let p = 3 * rows;
  for (let row = 0; row < rows; row++) {
    const slot = b.slot(row);
    const len = b.len[slot]!;
    words[row * 3] = len;
    words[row * 3 + 1] = b.tail[slot]!;
    words[row * 3 + 2] = b.flags[slot]!;
    const start = slot * cols;
    for (let i = start; i < start + len; i++, p += 2) {
      words[p] = ch[i]!;
      words[p + 1] = at[i]!;
    }
  }
  return { words, scrolledOut: b.scrolledOut };
}

function loadScreen(b: Buffer, screen: Screen, state: State, c: Control): void {
  const { cols, rows } = b;
  const { words } = screen;
  const foreign = state.styles !== c.styles || state.clusters !== c.clusters;
  let p = 3 * rows;
  for (let row = 0; row < rows; row++) {
    const slot = b.slot(row);
    const len = words[row * 3]!;
    b.len[slot] = len;
    b.tail[slot] = words[row * 3 + 1]!;
    b.flags[slot] = words[row * 3 + 2]!;
    if ((b.flags[slot]! & SIZE) !== 0) b.doubled = true;
    const start = slot * cols;
    for (let i = start; i < start + len; i++, p += 2) {
      b.ch[i] = words[p]!;
      b.at[i] = words[p + 1]!;
    }
    if (!foreign) continue;
    for (let i = start; i < start + len; i++) {
      b.at[i] = c.styles.import(b.at[i]!, state.styles);
      const cell = b.ch[i]!;
      if ((cell & CLUSTER) !== 0) b.ch[i] = (cell & ~TEXT) | c.clusters.index(state.clusters.text(cell & TEXT));
    }
    b.tail[slot] = c.styles.import(b.tail[slot]!, state.styles);
  }
  b.scrolledOut = screen.scrolledOut;
  b.touchAll();
}
