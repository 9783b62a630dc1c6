// Operating system commands: titles, colours, links, marks.

import { MARK } from "./cell.js";
import { type Control, here } from "./control.js";
import { LINK_LIMIT, TITLE_LIMIT } from "./limits.js";
import type { Rgb } from "./state.js";

/** Obeys an operating system command, given without its introducer and terminator. */
export function osc(t: Control, data: string): void {
  const match = /^(\d+);?([\s\S]*)/.exec(data);
  if (!match) return;
  const number = Number(match[1]);
  const rest = match[2]!;
  const parts = rest.split(";");
  switch (number) {
    // OSC 0 | Set icon name and title | xterm
    // OSC 2 | Set title | xterm
    case 0:
    case 2:
      t.title = plain(rest)
        .slice(0, TITLE_LIMIT)
        .replace(/[\ud800-\udbff]$/, "");
      return;
    // OSC 4 | Set palette colours | xterm
    case 4: {
      const palette = new Map(t.colors.palette);
      for (let i = 0; i + 1 < parts.length; i += 2) {
        const rgb = parseColor(parts[i + 1]!);
        if (rgb && /^\d+$/.test(parts[i]!) && Number(parts[i]) < 256) palette.set(Number(parts[i]), rgb);
      }
      setColors(t, { palette });
      return;
    }
    // OSC 8 | Hyperlink | de facto
    case 8: {
      const target = plain(parts.slice(1).join(";"));
      t.link = target.length > LINK_LIMIT ? "" : target;
      t.stale = true;
      return;
    }
    // OSC 10 | Set foreground colour | xterm
    // OSC 11 | Set background colour | xterm
    // OSC 12 | Set cursor colour | xterm
    case 10:
    case 11:
    case 12:
      for (const [i, name] of DYNAMIC.slice(number - 10).entries()) {
        const rgb = parseColor(parts[i] ?? "");
        if (rgb) setColors(t, { [name]: rgb });
      }
      return;
    // OSC 104 | Reset palette colours | xterm
    case 104:
      setColors(t, {
        palette: new Map([...t.colors.palette].filter(([index]) => rest !== "" && !parts.includes(`${index}`))),
      });
      return;
    // OSC 110 | Reset foreground colour | xterm
    // OSC 111 | Reset background colour | xterm
    // OSC 112 | Reset cursor colour | xterm
    case 110:
    case 111:
    case 112:
      setColors(t, { [DYNAMIC[number - 110]!]: undefined });
      return;
    // OSC 133 | Semantic prompt marks | FinalTerm
    case 133: {
      const b = t.buffer;
      const slot = here(t);
      if (/^[A-D]/.test(rest)) b.flags[slot]! |= MARK << (rest.charCodeAt(0) - 65);
      b.stamp[slot] = b.generation;
    }
  }
}

export const DYNAMIC = ["foreground", "background", "cursor"] as const;

function setColors(t: Control, colors: Partial<Control["colors"]>): void {
  t.colors = { ...t.colors, ...colors };
  t.all = true;
}

function plain(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "");
}

/** `rgb:r/g/b` with one to four hexadecimal digits each, or `#` with as many for all three, of which the first two count. */
export function parseColor(spec: string): Rgb | undefined {
  const size = (spec.length - 1) / 3;
  let parts: string[] = [];
  if (/^rgba?:/i.test(spec)) parts = spec.split(/[:/]/).slice(1);
  else if (/^#.{3,12}$/.test(spec) && size % 1 === 0)
    parts = [1, 1 + size, 1 + 2 * size].map((i) => `${spec.slice(i, i + size)}0`.slice(0, 2));
  if (parts.length < 3 || parts.length > 4 || !parts.every((hex) => /^[0-9a-f]{1,4}$/i.test(hex))) return undefined;
  const [r, g, b] = parts.map((hex) => Math.round((Number.parseInt(hex, 16) * 255) / (16 ** hex.length - 1)));
  return { r: r!, g: g!, b: b! };
}
