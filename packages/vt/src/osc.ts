// Operating system commands: titles, colours, links, marks.
import { MARK_COMMAND, MARK_END, MARK_OUTPUT, MARK_PROMPT } from "./buffer.js";
import type { Control, Rgb } from "./control.js";

const TITLE_LIMIT = 1024;
const LINK_LIMIT = 2083;

/** Obeys an operating system command, given without its introducer and terminator. */
export function osc(t: Control, data: string): void {
  const match = /^(\d+);?/.exec(data);
  if (!match) return;
  const rest = data.slice(match[0].length);
  switch (Number(match[1])) {
    // OSC 0 | Set icon name and title | xterm
    // OSC 2 | Set title | xterm
    case 0:
    case 2:
      t.title = plain(rest).slice(0, TITLE_LIMIT);
      return;
    // OSC 4 | Set palette colours | xterm
    case 4:
      setPalette(t, rest);
      return;
    // OSC 8 | Hyperlink | de facto
    case 8:
      t.pen.link = link(rest);
      t.stale = true;
      return;
    // OSC 10 | Set foreground colour | xterm
    // OSC 11 | Set background colour | xterm
    // OSC 12 | Set cursor colour | xterm
    case 10:
    case 11:
    case 12: {
      let number = Number(match[1]);
      for (const spec of rest.split(";")) {
        const rgb = parseColor(spec);
        if (rgb) setDynamic(t, number, rgb);
        number++;
      }
      return;
    }
    // OSC 104 | Reset palette colours | xterm
    case 104:
      if (rest === "") t.palette.clear();
      else for (const index of rest.split(";")) t.palette.delete(Number(index));
      t.all = true;
      return;
    // OSC 110 | Reset foreground colour | xterm
    // OSC 111 | Reset background colour | xterm
    // OSC 112 | Reset cursor colour | xterm
    case 110:
    case 111:
    case 112:
      setDynamic(t, Number(match[1]) - 100, undefined);
      return;
    // OSC 133 | Semantic prompt marks | FinalTerm
    case 133: {
      const bit = { A: MARK_PROMPT, B: MARK_COMMAND, C: MARK_OUTPUT, D: MARK_END }[rest.charAt(0)];
      if (bit !== undefined) t.mark(bit);
    }
  }
}

function setPalette(t: Control, rest: string): void {
  const parts = rest.split(";");
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const index = Number(parts[i]);
    const rgb = parseColor(parts[i + 1]!);
    if (!rgb || !/^\d+$/.test(parts[i]!) || index > 255) continue;
    t.palette.set(index, rgb);
    t.all = true;
  }
}

function setDynamic(t: Control, number: number, rgb: Rgb | undefined): void {
  if (number === 10) t.foreground = rgb;
  else if (number === 11) t.background = rgb;
  else if (number === 12) t.cursorColor = rgb;
  else return;
  t.all = true;
}

function link(rest: string): string {
  const semicolon = rest.indexOf(";");
  if (semicolon < 0) return "";
  const target = plain(rest.slice(semicolon + 1));
  return target.length > LINK_LIMIT ? "" : target;
}

function plain(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "");
}

/** `rgb:r/g/b` with one to four hexadecimal digits each, or `#` with as many for all three. */
export function parseColor(spec: string): Rgb | undefined {
  const parts =
    /^rgba?:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})(?:\/[0-9a-f]{1,4})?$/i.exec(spec) ??
    /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(spec) ??
    /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(spec) ??
    /^#([0-9a-f]{3})([0-9a-f]{3})([0-9a-f]{3})$/i.exec(spec) ??
    /^#([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})$/i.exec(spec);
  if (!parts) return undefined;
  return { r: channel(parts[1]!), g: channel(parts[2]!), b: channel(parts[3]!) };
}

function channel(hex: string): number {
  return Math.round((Number.parseInt(hex, 16) * 255) / (16 ** hex.length - 1));
}
