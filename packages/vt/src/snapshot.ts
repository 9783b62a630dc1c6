// Copies of a terminal's state, for seeking: cells that are real, and the rest of the state by value.
import { Buffer } from "./buffer.js";
import { SIZE } from "./cell.js";
import type { ClusterTable } from "./cluster.js";
import { type Control, screenShown, show, updatePlain } from "./control.js";
import { pick, State } from "./state.js";
import type { StyleTable } from "./style.js";

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

/** What a snapshot is inside. */
interface Inside extends Snapshot {
  state: State;
  /** Primary and alternate: three numbers a row (length, tail, flags), then the real cells, each two words. */
  screens: (Int32Array | undefined)[];
  shown: 0 | 1;
  styles: StyleTable;
  clusters: ClusterTable;
}

/** The state of a terminal's parts. */
export function snapshot(t: Control): Snapshot {
  const [primary, alternate] = t.screens;
  const screens = [save(primary), alternate && save(alternate)];
  const inside: Inside = {
    cols: t.cols,
    rows: t.rows,
    scrolledOut: primary.scrolledOut,
    size: 1024 + 4 * (screens[0]!.length + (screens[1]?.length ?? 0)),
    state: pick(t, fields()),
    screens,
    shown: screenShown(t),
    styles: t.styles,
    clusters: t.clusters,
  };
  return inside;
}

let names: (keyof State)[] | undefined;

function fields(): (keyof State)[] {
  return (names ??= Object.keys(new State(1, 1)) as (keyof State)[]);
}

/** Brings a terminal's parts to a state. The scrollback goes when the size changes, else it stays. */
export function restore(t: Control, snapshot: Snapshot): void {
  const { cols, rows, scrolledOut, state, screens, shown, styles, clusters } = snapshot as Inside;
  const { generation } = t.buffer;
  if (cols !== t.cols || rows !== t.rows) t.screens = [new Buffer(cols, rows, t.screens[0].limit)];
  t.screens.length = 1;
  Object.assign(t, state, { stale: true, all: true, buffer: t.screens[0] });
  show(t, screens[1] !== undefined);
  for (const [i, words] of screens.entries()) {
    const b = t.screens[i];
    if (!b || !words) continue;
    load(b, words);
    if (styles !== t.styles || clusters !== t.clusters) b.remap(0, t.styles, styles, t.clusters, clusters);
  }
  t.screens[0].scrolledOut = scrolledOut;
  show(t, shown === 1);
  t.buffer.generation = generation;
  t.buffer.touchAll();
  updatePlain(t);
}

function save(b: Buffer): Int32Array {
  const { cols, rows, ch, at } = b;
  let p = 3 * rows;
  let size = p;
  for (let row = 0; row < rows; row++) size += 2 * b.len[b.slot(row)]!;
  const words = new Int32Array(size);
  for (let row = 0; row < rows; row++) {
    const slot = b.slot(row);
    words[row * 3] = b.len[slot]!;
    words[row * 3 + 1] = b.tail[slot]!;
    words[row * 3 + 2] = b.flags[slot]!;
    for (let i = slot * cols, end = i + b.len[slot]!; i < end; i++) {
      words[p++] = ch[i]!;
      words[p++] = at[i]!;
    }
  }
  return words;
}

function load(b: Buffer, words: Int32Array): void {
  let p = 3 * b.rows;
  for (let row = 0; row < b.rows; row++) {
    const slot = b.slot(row);
    b.len[slot] = words[row * 3]!;
    b.tail[slot] = words[row * 3 + 1]!;
    b.flags[slot] = words[row * 3 + 2]!;
    if (b.flags[slot]! & SIZE) b.doubled = true;
    for (let i = slot * b.cols, end = i + b.len[slot]!; i < end; i++) {
      b.ch[i] = words[p++]!;
      b.at[i] = words[p++]!;
    }
  }
}
