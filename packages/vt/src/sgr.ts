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
  const { values } = t;
  const count = t.count | 0;
  t.stale = true;
  if (values[0] === 38 && t.subs === 0) {
    // A colour of 256, or a direct one, for the text: on its own it is most of what colourful programs write.
    const a = values[2]! | 0;
    if (count === 3 && values[1] === 5 && a >>> 0 < 256) {
      t.fg = (a + 1) | 0;
      return;
    }
    const b = values[3]! | 0;
    const c = values[4]! | 0;
    if (count === 5 && values[1] === 2 && (a | b | c) >>> 0 < 256) {
      t.fg = RGB | (a << 16) | (b << 8) | c;
      return;
    }
  }
  let fg = t.fg | 0;
  let bg = t.bg | 0;
  let attrs = t.attrs | 0;
  for (let i = 0; i < count; i = (i + 1) | 0) {
    const value = values[i]! | 0;
    if (value <= 0) fg = bg = attrs = t.underlineColor = 0;
    else if (value >= 30 && value < 38) fg = (value - 29) | 0;
    else if (value >= 40 && value < 48) bg = (value - 39) | 0;
    else if (value < 10 && value !== 4) attrs |= ATTRIBUTES[value === 6 ? 5 : value]!;
    else if (value === 38 || value === 48 || value === 58) {
      const first = (i + 1) | 0;
      const kind = first < count ? values[first]! | 0 : 0;
      let end = first;
      if (t.subs !== 0) while (isSub(t, end)) end = (end + 1) | 0;
      if (end === first) end = (end + (kind === 5 ? 2 : kind === 2 ? 4 : 1)) | 0;
      let color = -1;
      if (end <= count) {
        if (kind === 5) color = param(t, (first + 1) | 0) + 1;
        else if (kind === 2) {
          const at = (end - first > 4 ? first + 2 : first + 1) | 0;
          const r = param(t, at) | 0;
          const g = param(t, (at + 1) | 0) | 0;
          const b = param(t, (at + 2) | 0) | 0;
          color = (r | g | b) < 256 ? RGB | (r << 16) | (g << 8) | b : -1;
        }
      }
      if (color > 0 && (color <= 256 || color >= RGB)) {
        if (value === 38) fg = color;
        else if (value === 48) bg = color;
        else t.underlineColor = color;
      }
      i = (end - 1) | 0;
    } else if (value === 4 || value === 21) {
      let style = value === 4 ? 1 : 2;
      if (value === 4 && isSub(t, i + 1)) style = param(t, i + 1, 1);
      attrs = (attrs & ~UNDERLINE) | ((style > 5 ? 1 : style) << UNDERLINE_SHIFT);
    } else if (value === 39) fg = 0;
    else if (value === 49) bg = 0;
    else if (value >= 20 && value < 30) attrs &= ~(value === 22 ? BOLD | FAINT : ATTRIBUTES[value - 20]!);
    else if (value >= 90 && value < 98) fg = (value - 81) | 0;
    else if (value >= 100 && value < 108) bg = (value - 91) | 0;
    else if (value === 53) attrs |= OVERLINE;
    else if (value === 55) attrs &= ~OVERLINE;
    else if (value === 59) t.underlineColor = 0;
    if (t.subs !== 0) while (isSub(t, i + 1)) i = (i + 1) | 0;
  }
  t.fg = fg;
  t.bg = bg;
  t.attrs = attrs;
}
