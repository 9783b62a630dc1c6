// SGR: parameters to pen, and pen to parameters.
import type { Params } from "./params.js";
import {
  BLINK,
  BOLD,
  CONCEAL,
  FAINT,
  INVERSE,
  ITALIC,
  OVERLINE,
  type Parts,
  RGB,
  STRIKE,
  UNDERLINE,
  UNDERLINE_SHIFT,
} from "./style.js";

/** Applies SGR parameters to a pen. */
export function sgr(pen: Parts, params: Params): void {
  const { values, count } = params;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if (value <= 0) {
      pen.fg = pen.bg = pen.attrs = pen.underlineColor = 0;
    } else if (value >= 30 && value <= 37) pen.fg = value - 29;
    else if (value >= 40 && value <= 47) pen.bg = value - 39;
    else if (value >= 90 && value <= 97) pen.fg = value - 81;
    else if (value >= 100 && value <= 107) pen.bg = value - 91;
    else
      switch (value) {
        case 1:
          pen.attrs |= BOLD;
          break;
        case 2:
          pen.attrs |= FAINT;
          break;
        case 3:
          pen.attrs |= ITALIC;
          break;
        case 4: {
          let style = 1;
          if (params.isSub(i + 1)) {
            style = params.get(i + 1, 1);
            if (style > 5) style = 1;
          }
          pen.attrs = (pen.attrs & ~UNDERLINE) | (style << UNDERLINE_SHIFT);
          break;
        }
        case 5:
        case 6:
          pen.attrs |= BLINK;
          break;
        case 7:
          pen.attrs |= INVERSE;
          break;
        case 8:
          pen.attrs |= CONCEAL;
          break;
        case 9:
          pen.attrs |= STRIKE;
          break;
        case 21:
          pen.attrs = (pen.attrs & ~UNDERLINE) | (2 << UNDERLINE_SHIFT);
          break;
        case 22:
          pen.attrs &= ~(BOLD | FAINT);
          break;
        case 23:
          pen.attrs &= ~ITALIC;
          break;
        case 24:
          pen.attrs &= ~UNDERLINE;
          break;
        case 25:
          pen.attrs &= ~BLINK;
          break;
        case 27:
          pen.attrs &= ~INVERSE;
          break;
        case 28:
          pen.attrs &= ~CONCEAL;
          break;
        case 29:
          pen.attrs &= ~STRIKE;
          break;
        case 53:
          pen.attrs |= OVERLINE;
          break;
        case 55:
          pen.attrs &= ~OVERLINE;
          break;
        case 39:
          pen.fg = 0;
          break;
        case 49:
          pen.bg = 0;
          break;
        case 59:
          pen.underlineColor = 0;
          break;
        case 38:
        case 48:
        case 58: {
          let color = -1;
          if (params.isSub(i + 1)) color = colonColor(params, i + 1);
          else if (i + 1 < count) {
            const kind = values[++i]!;
            if (kind === 5) {
              if (i + 1 < count) color = palette(values[i + 1]!);
              i += 1;
            } else if (kind === 2) {
              if (i + 3 < count) color = direct(values[i + 1]!, values[i + 2]!, values[i + 3]!);
              i += 3;
            }
          }
          if (color < 0) break;
          if (value === 38) pen.fg = color;
          else if (value === 48) pen.bg = color;
          else pen.underlineColor = color;
        }
      }
    if (params.subs !== 0) while (params.isSub(i + 1)) i++;
  }
}

/** `5:n`, `2:r:g:b` or `2:space:r:g:b`, the numbers from i on. */
function colonColor(params: Params, i: number): number {
  let end = i;
  while (params.isSub(end)) end++;
  const kind = params.get(i, -1);
  if (kind === 5) return palette(params.get(i + 1, 0));
  if (kind !== 2) return -1;
  const at = end - i >= 5 ? i + 2 : i + 1;
  return direct(params.get(at, 0), params.get(at + 1, 0), params.get(at + 2, 0));
}

function palette(index: number): number {
  return index <= 255 ? Math.max(0, index) + 1 : -1;
}

function direct(r: number, g: number, b: number): number {
  if (r > 255 || g > 255 || b > 255) return -1;
  return RGB | (Math.max(0, r) << 16) | (Math.max(0, g) << 8) | Math.max(0, b);
}

/** The SGR sequence that sets the pen from any state; the link is not part of it. */
export function sgrOf(pen: Parts): string {
  const { attrs } = pen;
  let codes = "0";
  if (attrs & BOLD) codes += ";1";
  if (attrs & FAINT) codes += ";2";
  if (attrs & ITALIC) codes += ";3";
  const underline = (attrs & UNDERLINE) >>> UNDERLINE_SHIFT;
  if (underline === 1) codes += ";4";
  else if (underline === 2) codes += ";21";
  if (attrs & BLINK) codes += ";5";
  if (attrs & INVERSE) codes += ";7";
  if (attrs & CONCEAL) codes += ";8";
  if (attrs & STRIKE) codes += ";9";
  if (attrs & OVERLINE) codes += ";53";
  codes += colorCodes(pen.fg, 30) + colorCodes(pen.bg, 40);
  let text = `\x1b[${codes}m`;
  // Sub-parameters go apart: terminals that do not know them drop the whole sequence.
  if (underline > 2) text += `\x1b[4:${underline}m`;
  if (pen.underlineColor >= RGB) {
    const c = pen.underlineColor;
    text += `\x1b[58:2::${(c >> 16) & 0xff}:${(c >> 8) & 0xff}:${c & 0xff}m`;
  } else if (pen.underlineColor > 0) text += `\x1b[58:5:${pen.underlineColor - 1}m`;
  return text;
}

function colorCodes(color: number, base: number): string {
  if (color === 0) return "";
  if (color >= RGB) return `;${base + 8};2;${(color >> 16) & 0xff};${(color >> 8) & 0xff};${color & 0xff}`;
  if (color <= 8) return `;${base + color - 1}`;
  if (color <= 16) return `;${base + 60 + color - 9}`;
  return `;${base + 8};5;${color - 1}`;
}
