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
  let closers = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      i++;
      while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
    } else if (char === "{" || char === "[") {
      open.push(char === "{" ? "}" : "]");
    } else if (char === "}" || char === "]") {
      if (open.pop() !== char) return undefined;
      if (open.length === 0) return undefined;
      if (open.length <= 2) {
        cut = i + 1;
        closers = open.toReversed().join("");
      }
    } else if (char === "," && open.length <= 2) {
      cut = i;
      closers = open.toReversed().join("");
    }
  }
  return cut > 0 ? text.slice(0, cut) + closers : undefined;
}
