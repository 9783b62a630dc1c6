// SGR: parameters to pen, and pen to parameters.

import {
  BLINK,
  BOLD,
  CONCEAL,
  FAINT,
  INVERSE,
  ITALIC,
  OVERLINE,
  RGB,
  STRIKE,
  UNDERLINE,
  UNDERLINE_SHIFT,
} from "./attributes.js";
import { type Control, isSub, param } from "./control.js";

/** What the codes 0 to 9 set, and those from 20 to 29 take back. */
export const ATTRIBUTES = [0, BOLD, FAINT, ITALIC, UNDERLINE, BLINK, 0, INVERSE, CONCEAL, STRIKE];

/** SGR */
export function sgr(t: Control): void {
  const { values, count } = t;
  const value = values[0]!;
  t.stale = true;
  if (value === 38 && !t.subs) {
    // A colour of 256, or a direct one, for the text: on its own it is most of what colourful programs write.
    const a = values[2]!;
    if (count === 3 && values[1] === 5 && a >>> 0 < 256) {
      t.fg = a + 1;
      return;
    }
    const b = values[3]!;
    const c = values[4]!;
    if (count === 5 && values[1] === 2 && (a | b | c) >>> 0 < 256) {
      t.fg = RGB | (a << 16) | (b << 8) | c;
      return;
    }
  }
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if (value <= 0) t.fg = t.bg = t.attrs = t.underlineColor = 0;
    else if (value >= 30 && value < 38) t.fg = value - 29;
    else if (value >= 40 && value < 48) t.bg = value - 39;
    else if (value < 10 && value !== 4) t.attrs |= ATTRIBUTES[value === 6 ? 5 : value]!;
    else if (value === 38 || value === 48 || value === 58) {
      const first = i + 1;
      const kind = first < count ? values[first] : 0;
      let end = first;
      if (t.subs) while (isSub(t, end)) end++;
      if (end === first) end += kind === 5 ? 2 : kind === 2 ? 4 : 1;
      if (end <= count) {
        if (kind === 5) setColor(t, value, paletteColor(t, first + 1));
        else if (kind === 2) setColor(t, value, directColor(t, end - first > 4 ? first + 2 : first + 1));
      }
      i = end - 1;
    } else if (value === 4 || value === 21) {
      let style = value === 4 ? 1 : 2;
      if (value === 4 && isSub(t, i + 1)) style = param(t, i + 1, 1);
      t.attrs = (t.attrs & ~UNDERLINE) | ((style > 5 ? 1 : style) << UNDERLINE_SHIFT);
    } else if (value >= 90 && value < 98) t.fg = value - 81;
    else if (value >= 100 && value < 108) t.bg = value - 91;
    else if (value >= 20 && value < 30) t.attrs &= ~(value === 22 ? BOLD | FAINT : ATTRIBUTES[value - 20]!);
    else if (value === 39 || value === 49 || value === 59) setColor(t, value - 1, 0);
    else if (value === 53) t.attrs |= OVERLINE;
    else if (value === 55) t.attrs &= ~OVERLINE;
    if (t.subs) while (isSub(t, i + 1)) i++;
  }
}

/** Sets what SGR 38, 48 and 58 are about; -1 is no colour. */
function setColor(t: Control, code: number, color: number): void {
  if (color < 0) return;
  if (code === 38) t.fg = color;
  else if (code === 48) t.bg = color;
  else t.underlineColor = color;
}

/** The colour of the palette that parameter i names. */
function paletteColor(t: Control, i: number): number {
  return param(t, i) < 256 ? param(t, i) + 1 : -1;
}

/** The colour of which parameters i to i + 2 are the channels. */
function directColor(t: Control, i: number): number {
  const r = param(t, i);
  const g = param(t, i + 1);
  const b = param(t, i + 2);
  return (r | g | b) < 256 ? RGB | (r << 16) | (g << 8) | b : -1;
}
