// The state of a terminal and every control function that changes it, by mnemonic.
import { Buffer, MARKS, SIZE, WRAPPED } from "./buffer.js";
import { BLANK, CLUSTER, FILLER, HEAD, PROTECTED, TAIL, TEXT } from "./cell.js";
import { ASCII, charset, translate } from "./charset.js";
import { ClusterTable } from "./cluster.js";
import {
  ALLOW_COLM,
  ANSI_MODES,
  BLINKING,
  DECAWM,
  DECCOLM,
  DECLRMM,
  DECNCSM,
  DECOM,
  DECTCEM,
  DEFAULT_MODES,
  IRM,
  LNM,
  PRIVATE_MODES,
  REVERSE_WRAP,
} from "./modes.js";
import { Params } from "./params.js";
import { sgr } from "./sgr.js";
import { BLINK, BOLD, INVERSE, type Parts, RGB, StyleTable, UNDERLINE, UNDERLINE_SHIFT } from "./style.js";
import { CLASSES, classes, classOf, classWidth, clusterWidth, joinsTo } from "./unicode.js";

const { picture, pictureWide, consonant } = CLASSES;
/** A text of so many units, or a few more, takes no more marks. */
export const CLUSTER_LIMIT = 64;
const CLUSTERS_KEPT = 1 << 12;

/** What DECSC keeps. */
export interface Saved {
  row: number;
  col: number;
  pending: boolean;
  pen: Parts;
  charsets: string[];
  gl: number;
  origin: boolean;
  protecting: boolean;
}

/** A colour set by the program. */
export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** Colours that the program set by OSC 4, 10, 11 and 12, over those of the theme. */
export interface Colors {
  foreground?: Rgb;
  background?: Rgb;
  cursor?: Rgb;
  /** By number, 0 to 255. */
  readonly palette: ReadonlyMap<number, Rgb>;
}

export class Control {
  cols: number;
  rows: number;
  primary: Buffer;
  alternate: Buffer | undefined;
  /** The screen shown: `primary` or `alternate`. */
  buffer: Buffer;

  row = 0;
  col = 0;
  /** The last column was printed on: the next character goes to the next line. */
  pending = false;

  pen: Parts = { fg: 0, bg: 0, attrs: 0, underlineColor: 0, link: "" };
  /** The pen as a style: valid unless `stale`. */
  style = 0;
  stale = false;
  protecting = false;

  modes = DEFAULT_MODES;
  savedModes = new Map<number, boolean>();
  top = 0;
  bottom: number;
  left = 0;
  right: number;
  /** Shared with snapshots: replaced, never written to. */
  tabs: Uint8Array;
  charsets = [ASCII, ASCII, ASCII, ASCII];
  gl = 0;
  /** SS2, SS3: the set of the next character. */
  single = 0;
  /** Cells can be written without a look at insert mode or protection; and codes without a look at character sets. */
  simple = true;
  plain = true;
  saved: [Saved | undefined, Saved | undefined] = [undefined, undefined];
  /** Code point of the last character printed, for REP. */
  last = 0;
  /** DECSACE: attribute changes cover rectangles instead of the stream from point to point. */
  rectangle = false;

  shape: "block" | "underline" | "bar" = "block";
  title = "";
  titles: string[] = [];
  palette = new Map<number, Rgb>();
  foreground: Rgb | undefined;
  background: Rgb | undefined;
  cursorColor: Rgb | undefined;
  /** Size that the program asked for by CSI 8 t. */
  requested: { cols: number; rows: number } | undefined;

  styles = new StyleTable();
  clusters = new ClusterTable();
  readonly params = new Params();
  /** Colours, screen or size changed. */
  all = false;
  readonly legacyWidths: boolean;

  constructor(cols: number, rows: number, scrollback: number, legacyWidths: boolean) {
    this.cols = cols;
    this.rows = rows;
    this.legacyWidths = legacyWidths;
    this.primary = this.buffer = new Buffer(cols, rows, scrollback);
    this.bottom = rows - 1;
    this.right = cols - 1;
    this.tabs = defaultTabs(cols);
  }

  // Printing

  /** Prints the printable 7-bit codes of `bytes` from i on, up to n or the first other code; returns where it stopped. */
  printAscii(bytes: Uint8Array, i: number, n: number): number {
    if (!this.plain) return this.printMapped(bytes, i, n);
    if (this.stale) this.resolve();
    const b = this.buffer;
    const { style } = this;
    for (;;) {
      if (this.pending) this.wrap();
      const slot = b.order[(b.base + this.row) & b.mask]!;
      const { col } = this;
      const limit = this.limitOf(slot);
      const p = slot * b.cols + col;
      const { ch, at } = b;
      const len = b.len[slot]!;
      if (col > len) b.materialize(slot, col);
      else if (col < len && (ch[p]! & TAIL) !== 0) ch[p - 1] = BLANK;
      const from = i;
      // Many programs write one character between sequences.
      if ((bytes[i + 1]! - 0x20) >>> 0 > 0x5e) {
        ch[p] = bytes[i++]!;
        at[p] = style;
      } else i = writeRun(bytes, i, Math.min(i + limit - col, n), ch, at, p, style);
      const next = col + i - from;
      if (next < len) {
        const q = p + i - from;
        if ((ch[q]! & TAIL) !== 0) ch[q] = BLANK;
      } else b.len[slot] = next;
      b.stamp[slot] = b.generation;
      this.last = bytes[i - 1]!;
      if (next < limit) {
        this.col = next;
        return i;
      }
      this.col = limit - 1;
      this.pending = true;
      if (i === n || (bytes[i]! - 0x20) >>> 0 > 0x5e) return i;
    }
  }

  /** The same through character sets, protection and insert mode. */
  private printMapped(bytes: Uint8Array, i: number, n: number): number {
    for (; i < n; i++) {
      const code = bytes[i]!;
      if ((code - 0x20) >>> 0 > 0x5e) break;
      const set = this.charsets[this.single || this.gl]!;
      if (this.single !== 0) this.shift(0);
      this.put(set === ASCII ? code : translate(set, code), 1, 0);
    }
    return i;
  }

  /** Prints the code points from U+00A0 on that `bytes` has from i on, as well-formed UTF-8; returns where it stopped. */
  printText(bytes: Uint8Array, i: number, n: number): number {
    if (this.single !== 0) this.shift(0);
    if (this.stale) this.resolve();
    const table = classes();
    const b = this.buffer;
    for (;;) {
      if (this.simple && !this.pending) {
        const slot = b.order[(b.base + this.row) & b.mask]!;
        if (b.len[slot]! < this.col) b.materialize(slot, this.col);
        i = this.writeText(table, bytes, i, slot, slot * b.cols, this.limitOf(slot));
      }
      if (i >= n) return i;
      const code = bytes[i]!;
      if (code < 0x80 || (code === 0xc2 && bytes[i + 1]! < 0xa0)) return i;
      const cp = decodeAt(bytes, i);
      const cls = cp < 0x20000 ? table[cp]! : classOf(cp);
      if (cls <= 1 && this.simple && this.pending) this.wrap();
      else {
        i += cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
        this.printCodePoint(cp, cls);
      }
    }
  }

  /** Writes characters that stand alone, and ASCII between them, up to the end of the line; returns where it stopped. */
  private writeText(
    table: Uint8Array,
    bytes: Uint8Array,
    i: number,
    slot: number,
    start: number,
    limit: number,
  ): number {
    const { buffer: b, style, col: first } = this;
    const { ch, at } = b;
    const end = start + limit;
    const len = b.len[slot]!;
    const from = start + first;
    // Spaces and such between: no need to leave the loop.
    const least = this.plain ? 0 : 0x80;
    let p = from;
    let cp = 0;
    let last = 0;
    const cut = first > 0 && first < len && (ch[p]! & TAIL) !== 0;
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
          if (cls > 1 || p + 2 >= end) break;
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
        cp =
          ((code & 0x07) << 18) |
          ((bytes[i + 1]! & 0x3f) << 12) |
          ((bytes[i + 2]! & 0x3f) << 6) |
          (bytes[i + 3]! & 0x3f);
        cls = cp < 0x20000 ? table[cp]! : classOf(cp);
        size = 4;
      }
      // Pictographs and consonants join nothing but a cluster, which is never written here.
      if (cls > 1) {
        if (cls < picture || cls > consonant || (p === from && this.afterCluster(start, first))) break;
        cls = cls === pictureWide ? 1 : 0;
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
      this.last = last;
      this.advance(slot, p - start, limit);
    }
    return i;
  }

  /** Whether the cell before a column is a cluster. */
  private afterCluster(start: number, col: number): boolean {
    const { ch } = this.buffer;
    const before = start + col - 1;
    return col > 0 && (ch[col > 1 && (ch[before]! & TAIL) !== 0 ? before - 1 : before]! & CLUSTER) !== 0;
  }

  /** After writing up to a column: what it cuts is blanked, the cursor goes there. */
  private advance(slot: number, col: number, limit: number): void {
    const b = this.buffer;
    if (col < b.len[slot]!) {
      const p = slot * b.cols + col;
      if ((b.ch[p]! & TAIL) !== 0) b.ch[p] = BLANK;
    } else b.len[slot] = col;
    b.stamp[slot] = b.generation;
    if (col < limit) this.col = col;
    else {
      this.col = limit - 1;
      this.pending = true;
    }
  }

  /** Prints one code point from U+00A0 on, joining it to the text before where it belongs to it. */
  private printCodePoint(cp: number, cls: number): void {
    if (cls > 1 && !this.legacyWidths && this.join(cp)) return;
    const width = classWidth(cls);
    if (width === 0) {
      if (this.legacyWidths) this.join(cp);
      return;
    }
    this.put(cp, width, 0);
  }

  /** Writes a code point (or, with `flag`, a cluster) of the given width at the cursor. */
  private put(text: number, width: number, flag: number): void {
    if (this.stale) this.resolve();
    if (this.pending) this.wrap();
    const b = this.buffer;
    let slot = b.slot(this.row);
    let limit = this.limitOf(slot);
    if (width === 2 && this.col + 2 > limit) {
      if ((this.modes & DECAWM) === 0 || limit < 2) return;
      this.fill(slot, this.col, limit);
      this.pending = true;
      this.wrap();
      slot = b.slot(this.row);
      limit = this.limitOf(slot);
      if (this.col + 2 > limit) return;
    }
    const { col } = this;
    if ((this.modes & IRM) !== 0 && col >= this.left && col <= this.right)
      b.insertCells(slot, col, limit, width, this.erased());
    this.write(slot, col, text | flag | (this.protecting ? PROTECTED : 0), width);
    this.last = text;
    this.col = col + width;
    if (this.col >= limit) {
      this.col = limit - 1;
      this.pending = true;
    }
  }

  /** Blanks cells in the current pen, for a wide character that goes to the next line. */
  private fill(slot: number, col: number, end: number): void {
    const b = this.buffer;
    for (; col < end; col++) this.write(slot, col, end === this.cols ? BLANK | FILLER : BLANK, 1);
    b.stamp[slot] = b.generation;
  }

  private write(slot: number, col: number, text: number, width: number): void {
    const b = this.buffer;
    const { style } = this;
    b.materialize(slot, col);
    b.split(slot, col);
    b.split(slot, col + width);
    const i = slot * b.cols + col;
    b.at[i] = style;
    if (width === 2) {
      b.ch[i] = text | HEAD;
      b.ch[i + 1] = TAIL | (text & PROTECTED);
      b.at[i + 1] = style;
    } else b.ch[i] = text;
    if (b.len[slot]! < col + width) b.len[slot] = col + width;
    b.stamp[slot] = b.generation;
  }

  /** Adds a code point to the cell before the cursor if it belongs there; false if it does not. */
  private join(cp: number): boolean {
    const b = this.buffer;
    const slot = b.slot(this.row);
    let col = this.pending ? this.col : this.col - 1;
    if (col < 0) return false;
    b.materialize(slot, col + 1);
    const start = slot * b.cols;
    if ((b.ch[start + col]! & TAIL) !== 0) col--;
    const old = b.ch[start + col]!;
    const before = this.textOf(old);
    if (!this.legacyWidths && !joinsTo(before, cp)) return false;
    if (before.length >= CLUSTER_LIMIT) return true;
    const text = before + String.fromCodePoint(cp);
    const wasWide = (old & HEAD) !== 0;
    const wide = this.legacyWidths ? wasWide : clusterWidth(text) === 2;
    const cell = this.clusters.index(text) | CLUSTER | (old & PROTECTED);
    b.stamp[slot] = b.generation;
    if (wide === wasWide) {
      b.ch[start + col] = cell | (old & HEAD);
      return true;
    }
    const style = this.style;
    this.style = b.at[start + col]!;
    const limit = this.limitOf(slot);
    if (col + 2 <= limit) {
      this.write(slot, col, cell, 2);
      this.col = Math.min(col + 2, limit - 1);
      this.pending = col + 2 >= limit;
    } else if ((this.modes & DECAWM) !== 0 && this.pending && limit > 1) {
      // It grew past the last column: the whole character goes to the next line.
      this.fill(slot, col, limit);
      this.wrap();
      const next = b.slot(this.row);
      this.write(next, this.col, cell, 2);
      this.col += 2;
      if (this.col >= this.limitOf(next)) {
        this.col = this.limitOf(next) - 1;
        this.pending = true;
      }
    }
    this.style = style;
    return true;
  }

  /** The text of a cell; nothing for the second half of a wide character. */
  textOf(ch: number): string {
    if ((ch & CLUSTER) !== 0) return this.clusters.text(ch & TEXT);
    return (ch & TAIL) !== 0 ? "" : String.fromCodePoint(ch & TEXT);
  }

  /** One past the last column that the cursor's line can be printed on. */
  private limitOf(slot: number): number {
    const limit = this.col <= this.right ? this.right + 1 : this.cols;
    if (!this.buffer.doubled) return limit;
    if ((this.buffer.flags[slot]! & SIZE) === 0) return limit;
    return Math.min(limit, Math.max(this.col + 1, this.cols >> 1));
  }

  private wrap(): void {
    this.pending = false;
    if ((this.modes & DECAWM) === 0) return;
    const b = this.buffer;
    const slot = b.slot(this.row);
    this.index();
    if (b.slot(this.row) !== slot && this.left === 0 && this.right === this.cols - 1) {
      b.flags[slot]! |= WRAPPED;
      b.stamp[slot] = b.generation;
    }
    this.col = this.left;
  }

  /** Makes the pen a style. */
  resolve(): void {
    const { fg, bg, attrs, underlineColor, link } = this.pen;
    if ((fg | bg) < RGB && underlineColor === 0 && link === "") {
      this.style = fg | (bg << 9) | attrs;
    } else {
      const { styles } = this;
      if (styles.count >= styles.limit) this.renew();
      this.style = this.styles.style(fg, bg, attrs, underlineColor, link);
    }
    this.stale = false;
  }

  /** The style of erased cells: the background of the pen. */
  private erased(): number {
    const { bg } = this.pen;
    return bg < RGB ? bg << 9 : this.styles.style(0, bg, 0, 0, "");
  }

  /** Makes new tables of styles and clusters from what the cells use, so that they stay small however long a session. */
  renew(): void {
    const old = this.styles;
    const fresh = new StyleTable();
    const clusters = new ClusterTable();
    for (const buffer of [this.primary, this.alternate])
      buffer?.remap((style) => fresh.import(style, old), this.clusters, clusters);
    fresh.limit = Math.max(fresh.limit, fresh.count * 4);
    this.styles = fresh;
    this.clusters = clusters;
    this.clusterLimit = Math.max(CLUSTERS_KEPT, clusters.count * 4);
    this.stale = true;
  }

  private clusterLimit = CLUSTERS_KEPT;

  /** Renews the tables when much has piled up in them; to be called between sequences. */
  tidy(): void {
    if (this.clusters.count >= this.clusterLimit || this.styles.count >= this.styles.limit) this.renew();
  }

  // Moving the cursor

  private to(row: number, col: number): void {
    this.row = row < 0 ? 0 : row >= this.rows ? this.rows - 1 : row;
    this.col = col < 0 ? 0 : col >= this.cols ? this.cols - 1 : col;
    this.pending = false;
    const b = this.buffer;
    if (b.doubled && (b.flags[b.slot(this.row)]! & SIZE) !== 0)
      this.col = Math.min(this.col, Math.max(0, (this.cols >> 1) - 1));
  }

  cuu(): void {
    const stop = this.row >= this.top ? this.top : 0;
    this.to(Math.max(stop, this.row - this.params.times(0)), this.col);
  }

  cud(): void {
    const stop = this.row <= this.bottom ? this.bottom : this.rows - 1;
    this.to(Math.min(stop, this.row + this.params.times(0)), this.col);
  }

  cuf(): void {
    const stop = this.col <= this.right ? this.right : this.cols - 1;
    this.to(this.row, Math.min(stop, this.col + this.params.times(0)));
  }

  cub(): void {
    this.back(this.params.times(0));
  }

  /** Left by n; with reverse wraparound on into the lines that this one goes on from. */
  private back(n: number): void {
    const reverse = (this.modes & (REVERSE_WRAP | DECAWM)) === (REVERSE_WRAP | DECAWM);
    if (reverse && this.pending) n--;
    let { row, col } = this;
    const b = this.buffer;
    const stop = col >= this.left ? this.left : 0;
    for (;;) {
      const step = Math.min(n, col - stop);
      col -= step;
      n -= step;
      if (n === 0 || !reverse || row <= this.top || (b.flags[b.slot(row - 1)]! & WRAPPED) === 0) break;
      row--;
      col = this.right;
      n--;
    }
    this.to(row, col);
  }

  cnl(): void {
    this.cud();
    this.cr();
  }

  cpl(): void {
    this.cuu();
    this.cr();
  }

  cha(): void {
    const left = this.origin ? this.left : 0;
    const right = this.origin ? this.right : this.cols - 1;
    this.to(this.row, Math.min(right, left + this.params.times(0) - 1));
  }

  hpr(): void {
    const right = this.origin ? this.right : this.cols - 1;
    this.to(this.row, Math.min(right, this.col + this.params.times(0)));
  }

  vpa(): void {
    this.place(this.params.times(0), -1);
  }

  vpr(): void {
    const stop = this.origin ? this.bottom : this.rows - 1;
    this.to(Math.min(stop, this.row + this.params.times(0)), this.col);
  }

  cup(): void {
    const { values, count } = this.params;
    if ((this.modes & DECOM) !== 0) this.place(this.params.times(0), this.params.times(1));
    else this.to(values[0]! - 1, count > 1 ? values[1]! - 1 : 0);
  }

  private get origin(): boolean {
    return (this.modes & DECOM) !== 0;
  }

  /** To a position as control sequences give it: one-based, from the margins in origin mode; column -1 stays. */
  private place(row: number, col: number): void {
    if ((this.modes & DECOM) === 0) this.to(row - 1, col < 0 ? this.col : col - 1);
    else
      this.to(
        Math.min(this.bottom, this.top + row - 1),
        col < 0 ? this.col : Math.min(this.right, this.left + col - 1),
      );
  }

  bs(): void {
    this.back(1);
  }

  cr(): void {
    this.col = this.col >= this.left || this.origin ? this.left : 0;
    this.pending = false;
  }

  lf(): void {
    this.index();
    if ((this.modes & LNM) !== 0) this.cr();
  }

  /** IND */
  index(): void {
    this.pending = false;
    if (this.row !== this.bottom) {
      if (this.row < this.rows - 1) this.row++;
    } else if (this.right - this.left === this.cols - 1) {
      if (this.top === 0 && this.row === this.rows - 1) this.buffer.push(this.erased());
      else this.buffer.scrollUp(this.top, this.bottom, 1, this.erased());
    } else if (this.col >= this.left && this.col <= this.right) this.scrollUp(1);
  }

  nel(): void {
    this.index();
    this.cr();
  }

  ri(): void {
    this.pending = false;
    if (this.row === this.top) {
      if (this.col >= this.left && this.col <= this.right) this.scrollDown(1);
    } else if (this.row > 0) this.to(this.row - 1, this.col);
  }

  ht(): void {
    this.tab(1);
  }

  cht(): void {
    this.tab(this.params.times(0));
  }

  private tab(n: number): void {
    const stop = Math.min(this.right, this.limitOf(this.buffer.slot(this.row)) - 1);
    let col = Math.min(this.col, stop);
    while (n-- > 0 && col < stop) {
      do col++;
      while (col < stop && this.tabs[col] === 0);
    }
    this.col = col;
  }

  cbt(): void {
    const stop = this.origin && this.col >= this.left ? this.left : 0;
    let { col } = this;
    let n = this.params.times(0);
    while (n-- > 0 && col > stop) {
      do col--;
      while (col > stop && this.tabs[col] === 0);
    }
    this.to(this.row, col);
  }

  hts(): void {
    this.tabs = this.tabs.with(this.col, 1);
  }

  tbc(): void {
    const what = this.params.get(0, 0);
    if (what === 0) this.tabs = this.tabs.with(this.col, 0);
    else if (what === 3) this.tabs = new Uint8Array(this.cols);
  }

  decst8c(): void {
    if (this.params.get(0, 0) === 5) this.tabs = defaultTabs(this.cols);
  }

  // Erasing and editing

  ed(): void {
    this.eraseDisplay(false);
  }

  decsed(): void {
    this.eraseDisplay(true);
  }

  private eraseDisplay(selective: boolean): void {
    const what = this.params.get(0, 0);
    if (what === 3) {
      this.primary.clearHistory();
      return;
    }
    if (what > 2) return;
    this.pending = false;
    if (what !== 2) this.eraseLine(what, selective);
    if (what !== 1) this.eraseRows(what === 0 ? this.row + 1 : 0, this.rows, selective);
    else this.eraseRows(0, this.row, selective);
  }

  private eraseRows(from: number, to: number, selective: boolean): void {
    const b = this.buffer;
    const blank = this.erased();
    for (let row = from; row < to; row++) {
      if (selective) b.eraseSelective(b.slot(row), 0, this.cols, blank);
      else b.clearLine(b.slot(row), blank);
    }
  }

  el(): void {
    this.eraseLine(this.params.get(0, 0), false);
  }

  decsel(): void {
    this.eraseLine(this.params.get(0, 0), true);
  }

  private eraseLine(what: number, selective: boolean): void {
    if (what > 2) return;
    const b = this.buffer;
    const slot = b.slot(this.row);
    const from = what === 0 ? this.col : 0;
    const to = what === 1 ? this.col + 1 : this.cols;
    if (selective) b.eraseSelective(slot, from, to, this.erased());
    else b.erase(slot, from, to, this.erased());
    this.pending = false;
  }

  ech(): void {
    const b = this.buffer;
    b.erase(b.slot(this.row), this.col, Math.min(this.cols, this.col + this.params.times(0)), this.erased());
    this.pending = false;
  }

  private get inMargins(): boolean {
    return this.row >= this.top && this.row <= this.bottom && this.col >= this.left && this.col <= this.right;
  }

  ich(): void {
    if (this.col < this.left || this.col > this.right) return;
    const b = this.buffer;
    b.insertCells(b.slot(this.row), this.col, this.right + 1, this.params.times(0), this.erased());
    this.pending = false;
  }

  dch(): void {
    if (this.col < this.left || this.col > this.right) return;
    const b = this.buffer;
    b.deleteCells(b.slot(this.row), this.col, this.right + 1, this.params.times(0), this.erased());
    this.pending = false;
  }

  il(): void {
    if (!this.inMargins) return;
    this.shiftDown(this.row, this.params.times(0));
    this.to(this.row, this.left);
  }

  dl(): void {
    if (!this.inMargins) return;
    this.shiftUp(this.row, this.params.times(0), false);
    this.to(this.row, this.left);
  }

  su(): void {
    this.scrollUp(this.params.times(0));
  }

  sd(): void {
    this.scrollDown(this.params.times(0));
  }

  private scrollUp(n: number): void {
    this.shiftUp(this.top, n, true);
  }

  private scrollDown(n: number): void {
    this.shiftDown(this.top, n);
  }

  private shiftUp(top: number, n: number, keep: boolean): void {
    const b = this.buffer;
    const blank = this.erased();
    if (this.left === 0 && this.right === this.cols - 1) {
      if (top > 0 || keep) b.scrollUp(top, this.bottom, n, blank);
      else b.deleteLines(top, this.bottom, n, blank);
    } else this.shiftBlock(top, n, blank);
  }

  private shiftDown(top: number, n: number): void {
    const blank = this.erased();
    if (this.left === 0 && this.right === this.cols - 1) this.buffer.scrollDown(top, this.bottom, n, blank);
    else this.shiftBlock(top, -n, blank);
  }

  /** Moves the cells between the left and right margins up by n rows (down when negative), blanks coming in. */
  private shiftBlock(top: number, n: number, blank: number): void {
    const b = this.buffer;
    const height = this.bottom - top + 1;
    n = Math.max(-height, Math.min(height, n));
    const end = this.right + 1;
    for (let k = 0; k < height; k++) {
      const row = n > 0 ? top + k : this.bottom - k;
      const from = row + n;
      if (from >= top && from <= this.bottom)
        b.copyCells(b.slot(row), this.left, b.slot(from), this.left, end - this.left);
      else b.blankCells(b.slot(row), this.left, end, blank);
    }
  }

  sl(): void {
    if (this.inMargins) this.shiftColumns(this.left, this.params.times(0), true);
  }

  sr(): void {
    if (this.inMargins) this.shiftColumns(this.left, this.params.times(0), false);
  }

  decic(): void {
    if (this.inMargins) this.shiftColumns(this.col, this.params.times(0), false);
  }

  decdc(): void {
    if (this.inMargins) this.shiftColumns(this.col, this.params.times(0), true);
  }

  private shiftColumns(col: number, n: number, left: boolean): void {
    const b = this.buffer;
    const blank = this.erased();
    for (let row = this.top; row <= this.bottom; row++) {
      if (left) b.deleteCells(b.slot(row), col, this.right + 1, n, blank);
      else b.insertCells(b.slot(row), col, this.right + 1, n, blank);
    }
  }

  decbi(): void {
    if (this.col === this.left && this.inMargins) this.shiftColumns(this.left, 1, false);
    else if (this.col > 0) this.to(this.row, this.col - 1);
  }

  decfi(): void {
    if (this.col === this.right && this.inMargins) this.shiftColumns(this.left, 1, true);
    else if (this.col < this.cols - 1) this.to(this.row, this.col + 1);
  }

  rep(): void {
    const { last } = this;
    if (last === 0) return;
    const width = classWidth(classOf(last));
    if (width === 0) return;
    let n = Math.min(this.params.times(0), this.cols * this.rows);
    while (n-- > 0) this.put(last, width, 0);
  }

  decaln(): void {
    this.margins(0, this.rows - 1);
    this.left = 0;
    this.right = this.cols - 1;
    this.modes &= ~DECOM;
    this.pen.attrs = 0;
    this.stale = true;
    this.to(0, 0);
    const b = this.buffer;
    for (let row = 0; row < this.rows; row++) {
      const slot = b.slot(row);
      b.clearLine(slot, 0);
      b.ch.fill(0x45, slot * b.cols, (slot + 1) * b.cols);
      b.at.fill(0, slot * b.cols, (slot + 1) * b.cols);
      b.len[slot] = b.cols;
    }
  }

  /** DECDHL, DECSWL, DECDWL. */
  lineSize(size: number): void {
    const b = this.buffer;
    const slot = b.slot(this.row);
    b.flags[slot] = (b.flags[slot]! & ~SIZE) | size;
    b.stamp[slot] = b.generation;
    if (size !== 0) {
      b.doubled = true;
      b.flags[slot]! &= ~WRAPPED;
      if (this.col >= this.cols >> 1) this.to(this.row, this.col);
    }
  }

  // Rectangles

  /** Top, left, bottom and right, zero-based, from parameters i on; nothing when empty. */
  private rect(i: number): { top: number; left: number; bottom: number; right: number } | undefined {
    const { params } = this;
    const rowOffset = this.origin ? this.top : 0;
    const colOffset = this.origin ? this.left : 0;
    const lastRow = this.origin ? this.bottom : this.rows - 1;
    const lastCol = this.origin ? this.right : this.cols - 1;
    const top = params.times(i) - 1 + rowOffset;
    const left = params.times(i + 1) - 1 + colOffset;
    const bottom = Math.min(lastRow, (params.get(i + 2, 0) || this.rows) - 1 + rowOffset);
    const right = Math.min(lastCol, (params.get(i + 3, 0) || this.cols) - 1 + colOffset);
    return top <= bottom && left <= right ? { top, left, bottom, right } : undefined;
  }

  decfra(): void {
    const cp = this.params.get(0, 32);
    const rect = this.rect(1);
    if (!rect || cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp > 0xff) return;
    if (this.stale) this.resolve();
    for (let row = rect.top; row <= rect.bottom; row++)
      for (let col = rect.left; col <= rect.right; col++) this.write(this.buffer.slot(row), col, cp, 1);
  }

  decera(): void {
    const rect = this.rect(0);
    if (!rect) return;
    const b = this.buffer;
    for (let row = rect.top; row <= rect.bottom; row++) b.erase(b.slot(row), rect.left, rect.right + 1, this.erased());
  }

  decsera(): void {
    const rect = this.rect(0);
    if (!rect) return;
    const b = this.buffer;
    for (let row = rect.top; row <= rect.bottom; row++) b.eraseSelective(b.slot(row), rect.left, rect.right + 1);
  }

  deccra(): void {
    const from = this.rect(0);
    if (!from) return;
    const b = this.buffer;
    const top = this.params.times(5) - 1 + (this.origin ? this.top : 0);
    const left = this.params.times(6) - 1 + (this.origin ? this.left : 0);
    const height = Math.min(from.bottom - from.top + 1, (this.origin ? this.bottom + 1 : this.rows) - top);
    const width = Math.min(from.right - from.left + 1, (this.origin ? this.right + 1 : this.cols) - left);
    if (height <= 0 || width <= 0) return;
    for (let k = 0; k < height; k++) {
      const row = from.top < top ? height - 1 - k : k;
      b.copyCells(b.slot(top + row), left, b.slot(from.top + row), from.left, width);
    }
  }

  deccara(): void {
    this.changeAttributes(false);
  }

  decrara(): void {
    this.changeAttributes(true);
  }

  decsace(): void {
    this.rectangle = this.params.get(0, 0) === 2;
  }

  private changeAttributes(reverse: boolean): void {
    const rect = this.rect(0);
    if (!rect) return;
    const b = this.buffer;
    const codes: number[] = [];
    for (let i = 4; i < this.params.count; i++) codes.push(this.params.get(i, 0));
    if (codes.length === 0) codes.push(0);
    const done = new Map<number, number>();
    for (let row = rect.top; row <= rect.bottom; row++) {
      const slot = b.slot(row);
      const from = this.rectangle || row === rect.top ? rect.left : this.origin ? this.left : 0;
      const to = (this.rectangle || row === rect.bottom ? rect.right : this.origin ? this.right : this.cols - 1) + 1;
      b.materialize(slot, to);
      b.stamp[slot] = b.generation;
      for (let i = slot * b.cols + from; i < slot * b.cols + to; i++) {
        const old = b.at[i]!;
        let style = done.get(old);
        if (style === undefined) {
          const parts = this.styles.parts(old);
          for (const code of codes) parts.attrs = changed(parts.attrs, code, reverse);
          style = this.styles.style(parts.fg, parts.bg, parts.attrs, parts.underlineColor, parts.link);
          done.set(old, style);
        }
        b.at[i] = style;
      }
      // Both halves of a wide character look the same.
      for (let i = slot * b.cols; i < slot * b.cols + b.len[slot]!; i++)
        if ((b.ch[i]! & HEAD) !== 0) b.at[i + 1] = b.at[i]!;
    }
  }

  decsca(): void {
    const what = this.params.get(0, 0);
    if (what > 2) return;
    this.protecting = what === 1;
    this.updatePlain();
  }

  // Margins

  decstbm(): void {
    const top = this.params.times(0) - 1;
    const bottom = Math.min(this.rows, this.params.get(1, 0) || this.rows) - 1;
    if (top >= bottom) return;
    this.margins(top, bottom);
    this.place(1, 1);
  }

  private margins(top: number, bottom: number): void {
    this.top = top;
    this.bottom = bottom;
  }

  /** CSI s: DECSLRM when DECLRMM allows it, else SCOSC. */
  decslrm(): void {
    if ((this.modes & DECLRMM) === 0) {
      this.decsc();
      return;
    }
    const left = this.params.times(0) - 1;
    const right = Math.min(this.cols, this.params.get(1, 0) || this.cols) - 1;
    if (left >= right) return;
    this.left = left;
    this.right = right;
    this.place(1, 1);
  }

  // Modes

  sm(on: boolean): void {
    for (let i = 0; i < this.params.count; i++) this.set(ANSI_MODES[this.params.get(i, 0)] ?? 0, on);
    this.updatePlain();
  }

  decset(on: boolean): void {
    for (let i = 0; i < this.params.count; i++) this.privateMode(this.params.get(i, 0), on);
  }

  private set(bit: number, on: boolean): void {
    this.modes = on ? this.modes | bit : this.modes & ~bit;
  }

  private privateMode(number: number, on: boolean): void {
    switch (number) {
      case 47:
      case 1047:
        if (!on && number === 1047 && this.buffer === this.alternate) {
          this.eraseRows(0, this.rows, false);
          this.pending = false;
        }
        this.screen(on);
        return;
      case 1048:
        if (on) this.decsc();
        else this.decrc();
        return;
      case 1049:
        if (on) {
          this.decsc();
          this.screen(true);
          this.eraseRows(0, this.rows, false);
          this.pending = false;
        } else {
          this.screen(false);
          this.decrc();
        }
        return;
    }
    const bit = PRIVATE_MODES[number] ?? 0;
    if (bit === DECCOLM) {
      if ((this.modes & ALLOW_COLM) !== 0) this.deccolm(on);
      return;
    }
    if (((this.modes & bit) !== 0) === on) {
      if (bit === DECOM) this.place(1, 1);
      return;
    }
    this.set(bit, on);
    if (bit === DECOM) this.place(1, 1);
    else if (bit === DECLRMM) {
      this.left = 0;
      this.right = this.cols - 1;
    } else if (number === 5) this.all = true;
  }

  /** The size is not ours to change: what else the mode does. */
  private deccolm(on: boolean): void {
    this.set(DECCOLM, on);
    this.requested = { cols: on ? 132 : 80, rows: this.rows };
    this.margins(0, this.rows - 1);
    this.left = 0;
    this.right = this.cols - 1;
    this.modes &= ~DECLRMM;
    if ((this.modes & DECNCSM) === 0) this.eraseRows(0, this.rows, false);
    this.to(0, 0);
  }

  /** XTSAVE and XTRESTORE. */
  xtsave(): void {
    for (let i = 0; i < this.params.count; i++) {
      const number = this.params.get(i, 0);
      const on = this.isSet(number);
      if (on !== undefined) this.savedModes.set(number, on);
    }
  }

  xtrestore(): void {
    for (let i = 0; i < this.params.count; i++) {
      const number = this.params.get(i, 0);
      const on = this.savedModes.get(number);
      if (on !== undefined && on !== this.isSet(number)) this.privateMode(number, on);
    }
  }

  private isSet(number: number): boolean | undefined {
    if (number === 47 || number === 1047 || number === 1049) return this.buffer === this.alternate;
    const bit = PRIVATE_MODES[number];
    return bit === undefined ? undefined : (this.modes & bit) !== 0;
  }

  /** Shows the alternate or the primary screen. */
  screen(alternate: boolean): void {
    const next = alternate ? (this.alternate ??= new Buffer(this.cols, this.rows, 0)) : this.primary;
    if (next === this.buffer) return;
    next.generation = this.buffer.generation;
    this.buffer = next;
    this.all = true;
  }

  // Cursor, pen and character sets

  decsc(): void {
    this.saved[this.buffer === this.primary ? 0 : 1] = {
      row: this.row,
      col: this.col,
      pending: this.pending,
      pen: { ...this.pen },
      charsets: [...this.charsets],
      gl: this.gl,
      origin: this.origin,
      protecting: this.protecting,
    };
  }

  decrc(): void {
    const saved = this.saved[this.buffer === this.primary ? 0 : 1] ?? {
      row: 0,
      col: 0,
      pending: false,
      pen: { fg: 0, bg: 0, attrs: 0, underlineColor: 0, link: "" },
      charsets: [ASCII, ASCII, ASCII, ASCII],
      gl: 0,
      origin: false,
      protecting: false,
    };
    this.pen = { ...saved.pen };
    this.stale = true;
    this.charsets = [...saved.charsets];
    this.gl = saved.gl;
    this.single = 0;
    this.protecting = saved.protecting;
    this.set(DECOM, saved.origin);
    this.updatePlain();
    if (saved.origin) this.to(Math.max(this.top, Math.min(this.bottom, saved.row)), Math.min(this.right, saved.col));
    else this.to(saved.row, saved.col);
    if (saved.pending && this.col === saved.col) this.pending = true;
  }

  sgr(): void {
    const { params, pen } = this;
    const { values } = params;
    const value = values[0]!;
    this.stale = true;
    if (value === 38 && params.subs === 0) {
      // A colour of 256, or a direct one, for the text: on its own it is most of what colourful programs write.
      const a = values[2]!;
      if (params.count === 3 && values[1] === 5 && a >>> 0 < 256) {
        pen.fg = a + 1;
        return;
      }
      const b = values[3]!;
      const c = values[4]!;
      if (params.count === 5 && values[1] === 2 && (a | b | c) >>> 0 < 256) {
        pen.fg = RGB | (a << 16) | (b << 8) | c;
        return;
      }
    } else if (params.count === 1) {
      if (value <= 0) {
        pen.fg = pen.bg = pen.attrs = pen.underlineColor = 0;
        return;
      }
      if (value >= 30 && value <= 37) {
        pen.fg = value - 29;
        return;
      }
      if (value === 1) {
        pen.attrs |= BOLD;
        return;
      }
    }
    sgr(this.pen, params);
  }

  decscusr(): void {
    const style = this.params.get(0, 0);
    if (style > 6) return;
    this.shape = style <= 2 ? "block" : style <= 4 ? "underline" : "bar";
    this.set(BLINKING, style % 2 === 1);
  }

  designate(g: number, designation: string): void {
    this.charsets[g] = charset(designation);
    this.updatePlain();
  }

  lockingShift(g: number): void {
    this.gl = g;
    this.updatePlain();
  }

  /** SS2, SS3; 0 after the one character. */
  shift(g: number): void {
    this.single = g;
    this.updatePlain();
  }

  /** Works out again whether printing can take the fast way. */
  updatePlain(): void {
    this.simple = (this.modes & IRM) === 0 && !this.protecting;
    this.plain = this.simple && this.single === 0 && this.charsets[this.gl] === ASCII;
  }

  decstr(): void {
    this.modes = (this.modes & ~(IRM | DECOM | DECLRMM | REVERSE_WRAP)) | DECAWM | DECTCEM;
    this.margins(0, this.rows - 1);
    this.left = 0;
    this.right = this.cols - 1;
    this.pen = { fg: 0, bg: 0, attrs: 0, underlineColor: 0, link: this.pen.link };
    this.stale = true;
    this.protecting = false;
    this.charsets = [ASCII, ASCII, ASCII, ASCII];
    this.gl = 0;
    this.single = 0;
    this.saved[this.buffer === this.primary ? 0 : 1] = undefined;
    this.updatePlain();
  }

  ris(): void {
    const { primary } = this;
    this.screen(false);
    this.alternate = undefined;
    this.modes = DEFAULT_MODES;
    this.savedModes.clear();
    this.decstr();
    this.pen.link = "";
    this.saved = [undefined, undefined];
    this.tabs = defaultTabs(this.cols);
    this.shape = "block";
    this.rectangle = false;
    this.last = 0;
    this.title = "";
    this.titles = [];
    this.palette.clear();
    this.foreground = this.background = this.cursorColor = undefined;
    this.requested = undefined;
    this.eraseRows(0, this.rows, false);
    primary.clearHistory();
    this.to(0, 0);
    this.all = true;
  }

  // Window

  /** XTWINOPS: sizes are noted, titles stacked; the rest is about windows. */
  xtwinops(): void {
    const { params } = this;
    switch (params.get(0, 0)) {
      case 8: {
        const rows = params.get(1, 0) || this.rows;
        const cols = params.get(2, 0) || this.cols;
        this.requested = { cols, rows };
        return;
      }
      case 22:
        if (params.get(1, 0) !== 1 && this.titles.length < 10) this.titles.push(this.title);
        return;
      case 23:
        if (params.get(1, 0) !== 1) this.title = this.titles.pop() ?? this.title;
    }
  }

  /** Adds an OSC 133 mark to the cursor's line. */
  mark(bit: number): void {
    const b = this.buffer;
    const slot = b.slot(this.row);
    b.flags[slot]! |= bit & MARKS;
    b.stamp[slot] = b.generation;
  }

  /** Takes over buffers of another size; what depends on the size is reset. */
  resize(cols: number, rows: number, primary: Buffer, alternate: Buffer | undefined, onAlternate: boolean): void {
    const { generation } = this.buffer;
    this.cols = cols;
    this.rows = rows;
    this.primary = primary;
    this.alternate = alternate;
    this.buffer = onAlternate ? alternate! : primary;
    this.buffer.generation = generation;
    this.margins(0, rows - 1);
    this.left = 0;
    this.right = cols - 1;
    const tabs = defaultTabs(cols);
    tabs.set(this.tabs.subarray(0, cols));
    this.tabs = tabs;
    const fit = (saved: Saved | undefined) =>
      saved && { ...saved, row: Math.min(rows - 1, saved.row), col: Math.min(cols - 1, saved.col) };
    this.saved = [fit(this.saved[0]), fit(this.saved[1])];
    this.all = true;
  }
}

/** Attribute bits after one DECCARA (or, reversed, DECRARA) code. */
function changed(attrs: number, code: number, reverse: boolean): number {
  const single = 1 << UNDERLINE_SHIFT;
  if (code === 0) return reverse ? attrs : attrs & ~(BOLD | UNDERLINE | BLINK | INVERSE);
  const bit =
    code % 20 === 1 ? BOLD : code % 20 === 4 ? single : code % 20 === 5 ? BLINK : code % 20 === 7 ? INVERSE : 0;
  const mask = bit === single ? UNDERLINE : bit;
  if (code < 20) return reverse ? ((attrs & mask) !== 0 ? attrs & ~mask : attrs | bit) : (attrs & ~mask) | bit;
  if (code === 22) return reverse ? attrs : attrs & ~BOLD;
  return reverse ? attrs : attrs & ~mask;
}

/** A stop in every eighth column. */
export function defaultTabs(cols: number): Uint8Array {
  const tabs = new Uint8Array(cols);
  for (let col = 8; col < cols; col += 8) tabs[col] = 1;
  return tabs;
}

/** The code point at i in well-formed UTF-8, not ASCII. */
function decodeAt(bytes: Uint8Array, i: number): number {
  const a = bytes[i]!;
  const b = bytes[i + 1]! & 0x3f;
  if (a < 0xe0) return ((a & 0x1f) << 6) | b;
  const c = (b << 6) | (bytes[i + 2]! & 0x3f);
  return a < 0xf0 ? ((a & 0x0f) << 12) | c : ((a & 0x07) << 18) | (c << 6) | (bytes[i + 3]! & 0x3f);
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
