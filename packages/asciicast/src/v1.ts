// asciicast v1: one JSON object, in any layout, that holds the whole recording.
//
//   { "version": 1, "width": 80, "height": 24, "duration": 1.5, "command": …, "title": …, "env": { … },
//     "stdout": [[DELAY, DATA], …] }
//
// Delays are seconds since the previous entry. It is read, never written.

import { AsciicastError } from "./error.js";
import type { Event } from "./event.js";
import { compact, Fields } from "./fields.js";
import type { Header } from "./header.js";

/** Decodes a parsed v1 file.
 *
 *  @param bad   called with what is wrong with one entry; it notes or throws
 *  @param note  called with what was put up with */
export function decode(
  json: Record<string, unknown>,
  bad: (text: string) => void,
  note: (text: string) => void,
): { header: Header; events: Event[] } {
  const fields = new Fields(json, note);
  fields.take("version");
  fields.take("duration");
  const stdout = fields.take("stdout");
  if (!Array.isArray(stdout)) throw new AsciicastError("not a v1, v2, v3 asciicast file: v1 without stdout", 0);
  const cols = fields.size("width", 80);
  const rows = fields.size("height", 24);
  const env = fields.env("env");
  const header = compact<Header>({
    cols,
    rows,
    termType: env?.["TERM"],
    command: fields.string("command"),
    title: fields.string("title"),
    env,
    other: fields.rest(),
  });
  const events: Event[] = [];
  let time = 0;
  for (const [index, entry] of stdout.entries()) {
    if (!Array.isArray(entry) || typeof entry[0] !== "number" || typeof entry[1] !== "string") {
      bad(`stdout[${index}] is not [delay, data]`);
      continue;
    }
    const delay = Math.round(entry[0] * 1e6);
    if (!Number.isSafeInteger(time + delay)) {
      bad(`stdout[${index}] has a delay out of range`);
      continue;
    }
    if (delay < 0) note(`stdout[${index}] has a negative delay, taken as 0`);
    time += Math.max(0, delay);
    events.push({ time, type: "output", text: entry[1] });
  }
  return { header, events };
}

/** Cuts a v1 file that ends early after its last whole entry and closes what is open; undefined when nothing is left.
 *
 *  Nesting deeper than the entries' own is never cut: half an entry is no entry. */
export function mend(text: string): string | undefined {
  const open: string[] = [];
  let cut = 0;
  // What is open at the cut: the object, and perhaps one list or object in it.
  let outer: string | undefined;
  let inner: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
      if (i < 0) break;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      open.push(code === OPEN_OBJECT ? "}" : "]");
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      if (open.pop() !== text[i] || open.length === 0) return undefined;
      if (open.length > 2) continue;
      cut = i + 1;
      [outer, inner] = open;
    } else if (code === COMMA && open.length <= 2) {
      cut = i;
      [outer, inner] = open;
    }
  }
  return cut > 0 ? text.slice(0, cut) + (inner ?? "") + outer : undefined;
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The place of the quotation mark that ends the string which begins at `start`; -1 when there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}
