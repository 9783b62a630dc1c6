// SGR: parameters to pen, and pen to parameters.
import { type Control, isSub, param } from "./control.js";
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
} from "./style.js";

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
    const digit = value % 10;
    if (value <= 0) t.fg = t.bg = t.attrs = t.underlineColor = 0;
    else if (value >= 30 && value < 38) t.fg = value - 29;
    else if (value >= 40 && value < 48) t.bg = value - 39;
    else if (value >= 90 && value < 98) t.fg = value - 81;
    else if (value >= 100 && value < 108) t.bg = value - 91;
    else if (value === 4 || value === 21) {
      let style = value === 4 ? 1 : 2;
      if (value === 4 && isSub(t, i + 1)) style = param(t, i + 1, 1);
      t.attrs = (t.attrs & ~UNDERLINE) | ((style > 5 ? 1 : style) << UNDERLINE_SHIFT);
    } else if (value < 10) t.attrs |= ATTRIBUTES[value === 6 ? 5 : value]!;
    else if (value >= 20 && value < 30) t.attrs &= ~(digit === 2 ? BOLD | FAINT : ATTRIBUTES[digit]!);
    else if (value === 53) t.attrs |= OVERLINE;
    else if (value === 55) t.attrs &= ~OVERLINE;
    else if (value > 37 && value < 60 && digit > 7) {
      let color = 0;
      if (digit === 8) {
        let end = i + 1;
        while (isSub(t, end)) end++;
        if (end === i + 1) end += { 5: 2, 2: 4 }[values[end]!] ?? 1;
        color = end <= count ? colorAt(t, i + 1, end) : -1;
        i = end - 1;
      }
      if (color >= 0) {
        if (value < 40) t.fg = color;
        else if (value < 50) t.bg = color;
        else t.underlineColor = color;
      }
    }
    while (isSub(t, i + 1)) i++;
  }
}

/** `5;n`, `2;r;g;b` or, with colons, `2:space:r:g:b`, from parameter i up to `end`; -1 for no colour. */
function colorAt(t: Control, i: number, end: number): number {
  const kind = param(t, i);
  if (kind === 5) return param(t, i + 1) < 256 ? param(t, i + 1) + 1 : -1;
  if (kind !== 2) return -1;
  const at = end - i > 4 ? i + 2 : i + 1;
  const [r, g, b] = [0, 1, 2].map((k) => (at + k < end ? param(t, at + k) : 0)) as [number, number, number];
  return r < 256 && g < 256 && b < 256 ? RGB | (r << 16) | (g << 8) | b : -1;
}
