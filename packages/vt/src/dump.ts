// State to control sequences. Standard ones, in an order that other terminals show right; what none can express goes
// into one APC string at the end, `asciinema-ts;key=value;…`, that others ignore:
//
//   w0 w1   rows of the primary and the alternate screen that are soft-wrapped though their text does not show it
//   f0 f1   rows whose last cell is the blank that a wide character left when it wrapped
//   q0 q1   the saved cursor of a screen waits to wrap
//   c       row, column and pending wrap of the cursor
//   l       last character printed, as a code point
//   m       modes, as the bits of modes.ts
//   x       saved private modes: number:0 or number:1
//   r       size asked for: cols x rows
//   h       first half of a surrogate pair that was cut
import {
  type Buffer,
  DOUBLE_BOTTOM,
  DOUBLE_TOP,
  DOUBLE_WIDTH,
  MARK_COMMAND,
  MARK_END,
  MARK_OUTPUT,
  MARK_PROMPT,
  SIZE,
  WRAPPED,
} from "./buffer.js";
import { BLANK, CLUSTER, FILLER, HEAD, PROTECTED, TAIL } from "./cell.js";
import { ASCII } from "./charset.js";
import { type Control, defaultTabs, type Rgb, type Saved } from "./control.js";
import {
  BLINKING,
  DECAWM,
  DECLRMM,
  DECOM,
  DECSCNM,
  DECTCEM,
  DEFAULT_MODES,
  IRM,
  LNM,
  REVERSE_WRAP,
  SYNC,
} from "./modes.js";
import type { Parser } from "./parser.js";
import { sgrOf } from "./sgr.js";
import type { Parts } from "./style.js";
import { joinsTo, widthOf } from "./unicode.js";

const HIDDEN = "asciinema-ts";

/** Control sequences that rebuild the state in a fresh terminal of the same size. */
export function dump(c: Control, parser: Parser): string {
  const hidden: string[] = [];
  const out = new Out();
  for (const [index, color] of c.palette) out.push(`\x1b]4;${index};${spec(color)}\x1b\\`);
  if (c.foreground) out.push(`\x1b]10;${spec(c.foreground)}\x1b\\`);
  if (c.background) out.push(`\x1b]11;${spec(c.background)}\x1b\\`);
  if (c.cursorColor) out.push(`\x1b]12;${spec(c.cursorColor)}\x1b\\`);
  for (const title of c.titles) out.push(`\x1b]2;${title}\x1b\\\x1b[22;2t`);
  if (c.title !== "" || c.titles.length > 0) out.push(`\x1b]2;${c.title}\x1b\\`);
  tabStops(c, out);

  const onAlternate = c.buffer === c.alternate;
  if (onAlternate) {
    screen(c, 0, out, hidden);
    out.push("\x1b[?1047h");
    screen(c, 1, out, hidden);
  } else {
    if (c.alternate && (c.saved[1] || !isEmpty(c.alternate))) {
      out.push("\x1b[?47h");
      screen(c, 1, out, hidden);
      out.push("\x1b[?47l");
    }
    screen(c, 0, out, hidden);
  }
  state(c, out, hidden);
  if (c.last !== out.last) hidden.push(`l=${c.last}`);
  if (c.savedModes.size > 0) hidden.push(`x=${[...c.savedModes].map(([mode, on]) => `${mode}:${on ? 1 : 0}`)}`);
  if (c.requested) hidden.push(`r=${c.requested.cols}x${c.requested.rows}`);
  if (parser.high !== 0) hidden.push(`h=${parser.high}`);
  if (hidden.length > 0) out.push(`\x1b_${HIDDEN};${hidden.join(";")}\x1b\\`);
  if (c.single !== 0) out.push(c.single === 2 ? "\x1bN" : "\x1bO");
  out.push(parser.unfinished());
  return out.text;
}

/** The sequences so far. */
class Out {
  text = "";
  /** Code point of the last character printed. */
  last = 0;

  push(...texts: string[]): void {
    for (const text of texts) this.text += text;
  }

  print(text: string): void {
    this.text += text;
    this.last = text.codePointAt(0)!;
  }
}

function spec({ r, g, b }: Rgb): string {
  return `rgb:${[r, g, b].map((v) => v.toString(16).padStart(2, "0")).join("/")}`;
}

function tabStops(c: Control, out: Out): void {
  const usual = defaultTabs(c.cols);
  if (c.tabs.every((stop, col) => stop === usual[col])) return;
  out.push("\x1b[3g");
  for (let col = 0; col < c.cols; col++) if (c.tabs[col] !== 0) out.push(`\x1b[${col + 1}G\x1bH`);
  out.push("\r");
}

/** Modes, margins, character sets, cursor and pen. */
function state(c: Control, out: Out, hidden: string[]): void {
  const { modes } = c;
  const changed = modes ^ DEFAULT_MODES;
  const left = c.left;
  const right = c.right;
  if (modes & DECSCNM) out.push("\x1b[?5h");
  if (modes & DECLRMM) out.push(`\x1b[?69h`, left > 0 || right < c.cols - 1 ? `\x1b[${left + 1};${right + 1}s` : "");
  if (c.top > 0 || c.bottom < c.rows - 1) out.push(`\x1b[${c.top + 1};${c.bottom + 1}r`);
  if (modes & DECOM) out.push("\x1b[?6h");
  cursor(c, out, hidden);
  if (changed & DECAWM) out.push("\x1b[?7l");
  if (changed & DECTCEM) out.push("\x1b[?25l");
  if (modes & REVERSE_WRAP) out.push("\x1b[?45h");
  if (modes & IRM) out.push("\x1b[4h");
  if (modes & LNM) out.push("\x1b[20h");
  const blinking = (modes & BLINKING) !== 0;
  if (c.shape !== "block" || blinking)
    out.push(`\x1b[${{ block: 1, underline: 3, bar: 5 }[c.shape] + (blinking ? 0 : 1)} q`);
  if (c.rectangle) out.push("\x1b[2*x");
  pen(c.pen, c.protecting, out);
  sets(c.charsets, c.gl, out);
  if (modes & SYNC) out.push("\x1b[?2026h");
  const told = DECSCNM | DECLRMM | DECOM | DECAWM | DECTCEM | REVERSE_WRAP | IRM | LNM | BLINKING | SYNC;
  if (changed & ~told) hidden.push(`m=${modes}`);
}

function pen(parts: Parts, protecting: boolean, out: Out): void {
  const { fg, bg, attrs, underlineColor, link } = parts;
  if (fg || bg || attrs || underlineColor) out.push(sgrOf(parts));
  if (link !== "") out.push(`\x1b]8;;${link}\x1b\\`);
  if (protecting) out.push('\x1b[1"q');
}

function sets(charsets: readonly string[], gl: number, out: Out): void {
  charsets.forEach((set, g) => {
    if (set !== ASCII) out.push(`\x1b${"()*+"[g]}${set}`);
  });
  if (gl > 0) out.push(["", "\x0e", "\x1bn", "\x1bo"][gl]!);
}

function cursor(c: Control, out: Out, hidden: string[]): void {
  const b = c.buffer;
  const slot = b.slot(c.row);
  const row = c.row - (c.modes & DECOM ? c.top : 0) + 1;
  const offset = (c.modes & DECOM ? c.left : 0) - 1;
  const wide = (b.ch[slot * b.cols + c.col]! & TAIL) !== 0 ? 1 : 0;
  const i = slot * b.cols + c.col - wide;
  const reprint =
    c.pending &&
    c.col < b.len[slot]! &&
    (b.flags[slot]! & SIZE) === 0 &&
    !(c.col > wide && joins(c.textOf(b.ch[i - 1]!) || c.textOf(b.ch[i - 2]!), c.textOf(b.ch[i]!)));
  if (reprint) {
    // Printing the last character again makes other terminals wait to wrap, too.
    const ch = b.ch[i]!;
    out.push(`\x1b[${row};${c.col - wide - offset}H`);
    const parts = c.styles.parts(b.at[i]!);
    const protect = (ch & PROTECTED) !== 0;
    pen(parts, protect, out);
    out.print(c.textOf(ch));
    out.push(reset(parts, protect));
  } else out.push(`\x1b[${row};${c.col - offset}H`);
  if (c.pending || (b.flags[slot]! & SIZE) !== 0) hidden.push(`c=${c.row},${c.col},${c.pending ? 1 : 0}`);
}

function reset({ fg, bg, attrs, underlineColor, link }: Parts, protecting: boolean): string {
  return (
    (fg || bg || attrs || underlineColor ? "\x1b[m" : "") +
    (link === "" ? "" : "\x1b]8;;\x1b\\") +
    (protecting ? '\x1b[0"q' : "")
  );
}

/** The saved cursor and the lines of a screen, drawn on a blank one. */
function screen(c: Control, which: 0 | 1, out: Out, hidden: string[]): void {
  const saved = c.saved[which];
  if (saved) savedCursor(saved, out);
  if (saved?.pending) hidden.push(`q${which}=1`);
  const b = which === 0 ? c.primary : c.alternate!;
  lines(c, b, which, out, hidden);
}

function savedCursor(saved: Saved, out: Out): void {
  if (saved.origin) out.push("\x1b[?6h");
  out.push(`\x1b[${saved.row + 1};${saved.col + 1}H`);
  pen(saved.pen, saved.protecting, out);
  sets(saved.charsets, saved.gl, out);
  out.push("\x1b7");
  if (saved.origin) out.push("\x1b[?6l");
  out.push(reset(saved.pen, saved.protecting));
  saved.charsets.forEach((set, g) => {
    if (set !== ASCII) out.push(`\x1b${"()*+"[g]}B`);
  });
  if (saved.gl !== 0) out.push("\x0f");
}

function lines(c: Control, b: Buffer, which: number, out: Out, hidden: string[]): void {
  const wraps: number[] = [];
  const fillers: number[] = [];
  /** Cells drawn blank at first because the next one would join them. */
  const late: { row: number; col: number }[] = [];
  const ink = new Ink(c, out);
  const settle = () => {
    for (const { row, col } of late.splice(0).reverse()) {
      const i = b.slot(row) * b.cols + col;
      ink.use(b.at[i]!, (b.ch[i]! & PROTECTED) !== 0);
      out.push(`\x1b[${row + 1};${col + 1}H`);
      out.print(c.textOf(b.ch[i]!));
    }
  };
  let at = 0;
  out.push("\x1b[H");
  let flowing = false;
  for (let row = 0; row < b.rows; row++) {
    const slot = b.slot(row);
    const flags = b.flags[slot]!;
    const start = slot * b.cols;
    const tail = b.tail[slot]!;
    let len = b.len[slot]!;
    const wrapped = (flags & WRAPPED) !== 0;
    const flows =
      wrapped && len === b.cols && (flags & SIZE) === 0 && row + 1 < b.rows && flowsOn(c, b, slot, b.slot(row + 1));
    if (wrapped && !flows) wraps.push(row);
    if (!flows && tail === 0) while (len > 0 && b.ch[start + len - 1] === BLANK && b.at[start + len - 1] === 0) len--;
    // A line that the one before flows into needs its first cell printed to make it wrap.
    if (flowing && len === 0) len = 1;
    if (len > 0 || tail !== 0 || (flags & ~WRAPPED) !== 0) {
      if (!flowing && row !== at) {
        out.push(row - at <= 3 ? "\r\n".repeat(row - at) : `\x1b[${row + 1}H`);
        at = row;
      } else at = row;
      for (let col = 0; col < len; col++) {
        const ch = b.ch[start + col]!;
        if ((ch & FILLER) !== 0) fillers.push(row);
        const style = b.at[start + col]!;
        if (ch === BLANK && style === 0 && !(flowing && col === 0)) {
          let end = col + 1;
          while (end < len && b.ch[start + end] === BLANK && b.at[start + end] === 0) end++;
          if (end - col > 5 && end < len) {
            out.push(`\x1b[${end - col}C`);
            col = end - 1;
            continue;
          }
        }
        ink.use(style, (ch & PROTECTED) !== 0);
        const width = (ch & HEAD) !== 0 ? 2 : 1;
        const text = c.textOf(ch);
        const next = col + width;
        if (next < len && c.textOf(b.ch[start + next]!) !== "" && joins(text, c.textOf(b.ch[start + next]!))) {
          late.push({ row, col });
          out.print(" ".repeat(width));
        } else {
          out.print(text);
          // Terminals that count code points one by one are set right again.
          if ((ch & CLUSTER) !== 0 && next < b.cols) out.push(`\x1b[${next + 1}G`);
        }
        col += width - 1;
      }
      if (tail !== 0 && len < b.cols) {
        ink.use(tail, false);
        out.push("\x1b[K");
      }
      if (flags & SIZE) {
        if (late.length > 0) {
          settle();
          out.push(`\x1b[${row + 1}H`);
        }
        out.push({ [DOUBLE_WIDTH]: "\x1b#6", [DOUBLE_TOP]: "\x1b#3", [DOUBLE_BOTTOM]: "\x1b#4" }[flags & SIZE]!);
      }
      if (flags & MARK_PROMPT) out.push("\x1b]133;A\x1b\\");
      if (flags & MARK_COMMAND) out.push("\x1b]133;B\x1b\\");
      if (flags & MARK_OUTPUT) out.push("\x1b]133;C\x1b\\");
      if (flags & MARK_END) out.push("\x1b]133;D\x1b\\");
    }
    flowing = flows;
  }
  settle();
  ink.use(0, false);
  if (wraps.length > 0) hidden.push(`w${which}=${wraps}`);
  if (fillers.length > 0) hidden.push(`f${which}=${fillers}`);
}

/** Whether printing the first cell of the next line right after the last of this one makes this one wrap. */
function flowsOn(c: Control, b: Buffer, slot: number, next: number): boolean {
  if (b.len[next] === 0) return false;
  const end = (slot + 1) * b.cols;
  const last = c.textOf(b.ch[end - 1]!) || c.textOf(b.ch[end - 2]!);
  return !joins(last, c.textOf(b.ch[next * b.cols]!));
}

function joins(before: string, text: string): boolean {
  return joinsTo(before, text.codePointAt(0)!);
}

function isEmpty(b: Buffer): boolean {
  for (let row = 0; row < b.rows; row++) {
    const slot = b.slot(row);
    b.trim(slot);
    if (b.len[slot] !== 0 || b.tail[slot] !== 0 || b.flags[slot] !== 0) return false;
  }
  return true;
}

/** Writes what changes between the styles of cells. */
class Ink {
  private readonly control: Control;
  private readonly out: Out;
  private style = 0;
  private link = "";
  private protecting = false;

  constructor(control: Control, out: Out) {
    this.control = control;
    this.out = out;
  }

  use(style: number, protecting: boolean): void {
    if (style !== this.style) {
      const parts = this.control.styles.parts(style);
      const { fg, bg, attrs, underlineColor, link } = parts;
      this.out.push(fg || bg || attrs || underlineColor ? sgrOf(parts) : "\x1b[m");
      if (link !== this.link) this.out.push(`\x1b]8;;${link}\x1b\\`);
      this.style = style;
      this.link = link;
    }
    if (protecting !== this.protecting) {
      this.out.push(protecting ? '\x1b[1"q' : '\x1b[0"q');
      this.protecting = protecting;
    }
  }
}

/** Takes in what the APC string of a dump says; other strings mean nothing. */
export function applyHidden(c: Control, parser: Parser, data: string): void {
  const [name, ...items] = data.split(";");
  if (name !== HIDDEN) return;
  for (const item of items) {
    const [key = "", value = ""] = item.split("=");
    const numbers = value.split(/[,:x]/).map(Number);
    if (!numbers.every((number) => Number.isInteger(number) && number >= 0)) continue;
    hide(c, parser, key, numbers);
  }
}

function hide(c: Control, parser: Parser, key: string, numbers: number[]): void {
  const which = key.endsWith("1") ? 1 : 0;
  const b = which === 0 ? c.primary : c.alternate;
  const [first = 0, second = 0, third = 0] = numbers;
  switch (key) {
    case "w0":
    case "w1":
      for (const row of numbers) {
        if (!b || row >= b.rows) continue;
        b.flags[b.slot(row)]! |= WRAPPED;
        b.touch(row);
      }
      return;
    case "f0":
    case "f1":
      for (const row of numbers) {
        if (!b || row >= b.rows) continue;
        const slot = b.slot(row);
        const i = slot * b.cols + b.cols - 1;
        if (b.len[slot] === b.cols && (b.ch[i]! & ~PROTECTED) === BLANK) b.ch[i]! |= FILLER;
      }
      return;
    case "q0":
    case "q1": {
      const saved = c.saved[which];
      if (saved) c.saved[which] = { ...saved, pending: true };
      return;
    }
    case "c":
      c.row = Math.min(first, c.rows - 1);
      c.col = Math.min(second, c.cols - 1);
      c.pending = third === 1;
      return;
    case "l":
      if (first === 0 || widthOf(Math.min(first, 0x10ffff)) > 0) c.last = Math.min(first, 0x10ffff);
      return;
    case "m":
      c.modes = first & 0x1fff;
      c.updatePlain();
      return;
    case "x":
      for (let i = 0; i + 1 < numbers.length && i < 128; i += 2) c.savedModes.set(numbers[i]!, numbers[i + 1] === 1);
      return;
    case "r":
      c.requested = { cols: first, rows: second };
      return;
    case "h":
      if (first >= 0xd800 && first <= 0xdbff) parser.high = first;
  }
}
