// State to control sequences: standard ones, in an order that other terminals show right, and what none can express in
// a string that they ignore (hidden.ts).

import { OVERLINE, RGB, UNDERLINE_SHIFT } from "./attributes.js";
import type { Buffer } from "./buffer.js";
import { CLUSTER, FILLER, HEAD, MARK, PROTECTED, SIZE, TAIL, WRAPPED } from "./cell.js";
import { area, Control, here, initial, screenShown } from "./control.js";
import { hide, TOLD } from "./hidden.js";
import { ANSI_MODES, BLINKING, DECCOLM, DECLRMM, DECOM, PRIVATE_MODES } from "./modes.js";
import { DYNAMIC } from "./osc.js";
import { parse } from "./parser.js";
import { textOf } from "./print.js";
import { ATTRIBUTES } from "./sgr.js";
import { type Rgb, type Saved, State, tabStops } from "./state.js";
import type { Parts } from "./style.js";
import { joins } from "./unicode.js";

/** What printed characters depend on. */
type Look = Parts & Pick<Saved, "protecting" | "sets" | "gl">;

/** Control sequences that rebuild the state in a fresh terminal of the same size. */
export function dump(t: Control): string {
  const { colors, title, titles, modes } = t;
  let out = "";
  for (const [index, color] of colors.palette) out += `\x1b]4;${index};${spec(color)}\x1b\\`;
  for (const [i, name] of DYNAMIC.entries()) {
    const color = colors[name];
    if (color) out += `\x1b]${10 + i};${spec(color)}\x1b\\`;
  }
  for (const pushed of titles) out += `\x1b]2;${pushed}\x1b\\\x1b[22;2t`;
  if (title !== "" || titles.length > 0) out += `\x1b]2;${title}\x1b\\`;
  if (`${t.tabs}` !== `${tabStops(t.cols)}`) {
    out += "\x1b[3g";
    for (const [col, stop] of t.tabs.entries()) if (stop !== 0) out += `\x1b[${col + 1}G\x1bH`;
    out += "\r";
  }

  const [primary, alternate] = t.screens;
  if (screenShown(t) === 1) out += `${screen(t, 0, primary)}\x1b[?47h${screen(t, 1, alternate!)}`;
  else {
    if (alternate && (t.saved[1] || !isBlank(alternate))) out += `\x1b[?47h${screen(t, 1, alternate)}\x1b[?47l`;
    out += screen(t, 0, primary);
  }

  const usual = new State(t.cols, t.rows);
  const switched = (table: Readonly<Record<string, number>>, which: number, marker = "?") => {
    for (const [number, bit] of Object.entries(table))
      if ((modes ^ usual.modes) & which & bit) out += `\x1b[${marker}${number}${modes & bit ? "h" : "l"}`;
  };
  switched(PRIVATE_MODES, DECLRMM);
  if (modes & DECLRMM) out += `\x1b[${t.left + 1};${t.right + 1}s`;
  if (t.top > 0 || t.bottom < t.rows - 1) out += `\x1b[${t.top + 1};${t.bottom + 1}r`;
  switched(PRIVATE_MODES, DECOM);
  out += cursor(t);
  switched(PRIVATE_MODES, ~(DECLRMM | DECOM | DECCOLM | BLINKING));
  switched(ANSI_MODES, -1, "");
  if (t.shape > 0 || modes & BLINKING) out += `\x1b[${t.shape * 2 + (modes & BLINKING ? 1 : 2)} q`;
  if (t.rectangle) out += "\x1b[2*x";
  out += change(initial(t), t);

  const copy = new Control(t.cols, t.rows, 0, t.legacyWidths);
  parse(copy, out);
  const untold = TOLD.filter((field) => copy[field] !== t[field]).map((field) => `;${field}=${t[field]}`);
  if (untold.length > 0) out += hide(untold.join(""));
  if (t.single) out += t.single === 2 ? "\x1bN" : "\x1bO";
  return out + t.rest;
}

function spec({ r, g, b }: Rgb): string {
  return `rgb:${[r, g, b].map((v) => v.toString(16).padStart(2, "0")).join("/")}`;
}

function isBlank(b: Buffer): boolean {
  for (let row = 0; row < b.rows; row++) if (!b.isBlank(b.slot(row))) return false;
  return true;
}

/** To the cursor's place. When it waits to wrap, the last character is printed again, so that other terminals wait, too. */
function cursor(t: Control): string {
  const b = t.buffer;
  const { top, left } = area(t);
  const slot = here(t);
  let i = slot * b.cols + t.col;
  let { col } = t;
  let text = "";
  if (t.pending && col < b.len[slot]! && (!(b.flags[slot]! & SIZE) || col < t.cols >> 1)) {
    if (b.ch[i] === TAIL) {
      col--;
      i--;
    }
    text = textOf(t, b.ch[i]!);
    if (col > 0 && joins(textOf(t, b.ch[i - 1]!) || textOf(t, b.ch[i - 2]!), text)) {
      text = "";
      ({ col } = t);
    }
  }
  const plain = initial(t);
  const look = lookOf(t, b, i);
  if (text !== "") text = change(plain, look) + text + change(look, plain);
  return `\x1b[${t.row - top + 1};${col - left + 1}H${text}`;
}

/** The saved cursor and the lines of a screen, drawn on a blank one. */
function screen(t: Control, which: number, b: Buffer): string {
  const plain = initial(t);
  const saved = t.saved[which];
  let out = "";
  if (saved) {
    const origin = (set: string) => (saved.modes & DECOM ? `\x1b[?6${set}` : "");
    out += `${origin("h")}\x1b[${saved.row + 1};${saved.col + 1}H`;
    if (saved.pending !== 0) out += hide(";pending=1");
    out += `${change(plain, saved)}\x1b7${origin("l")}${change(saved, plain)}`;
  }
  out += "\x1b[H";

  let look: Look = plain;
  const use = (next: Look) => {
    out += change(look, next);
    look = next;
  };
  let at = 0;
  /** Printing the first cell of this line right after the last one of the line before makes that one wrap. */
  let flowing = false;
  for (let row = 0; row < b.rows; row++) {
    const slot = b.slot(row);
    const next = b.slot(row + 1);
    const start = slot * b.cols;
    const flags = b.flags[slot]!;
    /** Text in a column of this line, or, after the last, of the next. */
    const textAt = (col: number) => textOf(t, b.ch[col < b.cols ? start + col : next * b.cols]!);
    const full = (flags & (WRAPPED | SIZE)) === WRAPPED && b.len[slot] === b.cols;
    const flows = full && row + 1 < b.rows && b.len[next]! > 0;
    // What a line that goes on ends with is text, blanks, too.
    const len = Math.max(flags & WRAPPED ? b.len[slot]! : b.trim(slot), flowing ? 1 : 0);
    const tail = b.tail[slot]!;
    if (len > 0 || tail !== 0 || flags !== 0) {
      if (!flowing) out += "\r\n".repeat(row - at);
      at = row;
      flowing = flows;
      /** Cells drawn blank at first because the next one would join them. */
      const late: number[] = [];
      for (let col = 0; col < len; ) {
        const ch = b.ch[start + col]!;
        const text = textAt(col);
        use(lookOf(t, b, start + col));
        const end = col + (ch & HEAD ? 2 : 1);
        if (end < len && joins(text, textAt(end))) {
          late.unshift(col);
          out += " ".repeat(end - col);
        } else {
          out += text;
          if (end === b.cols && joins(text, textAt(end))) flowing = false;
          // Terminals that count code points one by one are set right again, and what they drew beyond goes.
          if (ch & CLUSTER && end < b.cols) out += `\x1b[${end + 1}G${look.bg === 0 ? "\x1b[K" : ""}`;
        }
        col = end;
      }
      if (tail !== 0 && len < b.cols) {
        use({ ...plain, ...t.styles.parts(tail) });
        out += "\x1b[K";
      }
      for (const col of late) {
        flowing = false;
        use(lookOf(t, b, start + col));
        out += `\x1b[${col + 1}G${textAt(col)}`;
      }
      if (flags & SIZE) out += `\x1b#${[6, 3, 4][((flags & SIZE) >> 1) - 1]}`;
      if (b.len[slot] === b.cols && b.ch[start + b.cols - 1]! & FILLER) out += hide(";filler=1");
      if (!flowing && flags & WRAPPED) out += hide(";wrapped=1");
      for (let k = 0; k < 4; k++) if (flags & (MARK << k)) out += `\x1b]133;${"ABCD"[k]}\x1b\\`;
    } else flowing = false;
  }
  use(plain);
  return out;
}

function lookOf(t: Control, b: Buffer, i: number): Look {
  return { ...initial(t), ...t.styles.parts(b.at[i]!), protecting: b.ch[i]! & PROTECTED };
}

/** From a look to another. */
function change(from: Look, to: Look): string {
  let out = "";
  const { fg, bg, attrs, underlineColor, link, protecting, sets, gl } = to;
  if (fg !== from.fg || bg !== from.bg || attrs !== from.attrs || underlineColor !== from.underlineColor)
    out += sgrOf(to);
  if (link !== from.link) out += `\x1b]8;;${link}\x1b\\`;
  if (protecting !== from.protecting) out += `\x1b[${protecting ? 1 : 0}"q`;
  for (const [g, set] of sets.entries()) if (set !== from.sets[g]) out += `\x1b${"()*+"[g]}${set}`;
  if (gl !== from.gl) out += ["\x0f", "\x0e", "\x1bn", "\x1bo"][gl];
  return out;
}

/** The SGR sequences that set the pen from any state; the link is not part of it. */
function sgrOf({ fg, bg, attrs, underlineColor }: Parts): string {
  const underline = attrs >>> UNDERLINE_SHIFT;
  let codes = "";
  for (const [code, bit] of ATTRIBUTES.entries())
    if (attrs & bit) codes += `;${underline === 2 && code === 4 ? 21 : code}`;
  if (attrs & OVERLINE) codes += ";53";
  codes += colorCodes(fg, 30) + colorCodes(bg, 40);
  let text = `\x1b[${codes && 0}${codes}m`;
  // Sub-parameters go apart: terminals that do not know them drop the whole sequence.
  if (underline > 2) text += `\x1b[4:${underline}m`;
  if (underlineColor !== 0)
    text += `\x1b[58:${underlineColor < RGB ? `5:${underlineColor - 1}` : `2::${channels(underlineColor).join(":")}`}m`;
  return text;
}

function colorCodes(color: number, base: number): string {
  if (color === 0) return "";
  if (color >= RGB) return `;${base + 8};2;${channels(color).join(";")}`;
  if (color <= 16) return `;${base + color - 1 + (color > 8 ? 52 : 0)}`;
  return `;${base + 8};5;${color - 1}`;
}

function channels(color: number): number[] {
  return [(color >> 16) & 0xff, (color >> 8) & 0xff, color & 0xff];
}
