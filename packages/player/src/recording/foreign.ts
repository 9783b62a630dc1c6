// What other recorders write; docs/formats of the package `asciicast`, which reads these for everybody else, say more.
import type { Event as CastEvent } from "@asciinema-ts/asciicast";
import { type Head, isSize, toEvent } from "./asciicast.js";

const LONGEST = 1 << 24; // bytes of one entry above which a file is not believed

type Bytes = Uint8Array<ArrayBuffer>;

/** A recording that has been read whole. */
export interface Recorded {
  head: Head;
  events: CastEvent[];
}

/** Reads a ttyrec: seconds, microseconds, length (each u32, little-endian), then so many bytes of output.
 *
 *  @throws Error  when it is none */
export function ttyrec([file = new Uint8Array()]: Bytes[], encoding: string): Recorded {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const text = new TextDecoder(encoding, { ignoreBOM: true });
  const events: CastEvent[] = [];
  let origin: number | undefined;
  let time = 0;
  for (let at = 0; at + 12 <= file.length; ) {
    const [seconds, rest, length] = [0, 4, 8].map((i) => view.getUint32(at + i, true)) as [number, number, number];
    if (rest >= 1e6 || length > LONGEST) break;
    const now = seconds * 1e6 + rest;
    origin ??= now;
    time = Math.max(time, now - origin);
    at += 12;
    const output = text.decode(file.subarray(at, at + length), { stream: true });
    at += length;
    events.push({ time, type: "output", text: output });
  }
  if (origin === undefined) throw new Error("not a ttyrec");
  const [first] = events;
  const [, rows, cols] = /\x1b\[8;(\d+);(\d+)t/.exec((first as { text: string }).text) ?? [];
  return { head: sized(cols, rows), events };
}

/** Reads a recording of script(1).
 *
 *  The timing file has lines `DELAY COUNT`, or `LETTER DELAY …`: O and I with a count of bytes, S SIGWINCH with ROWS= and
 *  COLS=, H with what is known of the session. The others begin with a line that no entry counts, "Script
 *  started on …" in the language of whoever recorded, unless the entries count every byte.
 *
 *  @param files  timing, output, and input if there is any
 *  @throws Error  when the timing file is none */
export function typescript([first, output, input]: Bytes[], encoding: string): Recorded {
  if (!first || !output) throw new Error("a typescript is two files: timing and output");
  const timing = new TextDecoder().decode(first);
  if (!/^\s*([OISH] )?\d/.test(timing)) throw new Error("not a timing file of script(1)");
  const said = new Map(Array.from(timing.matchAll(/^H \S+ (\S+) (.*)$/gm), ([, name, value]) => [name, value]));
  // With one file of both, input is taken from the same place as output.
  const shared = !input && said.has("INPUT_LOG") && said.get("INPUT_LOG") === said.get("OUTPUT_LOG");
  const counts = Array.from(timing.matchAll(/^(?:([OI]) )?[\d.]+ (\d+)\r?\n/gm));
  const counted = (letters: string) =>
    counts.reduce((sum, [, letter = "O", count]) => sum + (letters.includes(letter) ? Number(count) : 0), 0);
  const out = log(output, encoding, counted(shared ? "OI" : "O"));
  const into = input ? log(input, encoding, counted("I")) : shared ? out : undefined;
  const events: CastEvent[] = [];
  let time = 0;
  for (const line of timing.slice(0, timing.lastIndexOf("\n") + 1).split("\n")) {
    const [, letter = "O", delay, rest = ""] = /^(?:([OISH]) )?(\d[\d.]*) ?(.*)/.exec(line) ?? [];
    if (!delay) continue;
    time += Math.round(Number(delay) * 1e6);
    const counted = letter === "I" ? into : letter === "O" ? out : undefined;
    const text = counted?.take(Number(rest));
    if (text) events.push(toEvent(time, letter.toLowerCase(), text)!);
    const [, rows] = /^SIGWINCH.*\bROWS=(\d+)/.exec(rest) ?? [];
    const resize = rows && toEvent(time, "r", `${/\bCOLS=(\d+)/.exec(rest)?.[1]}x${rows}`);
    if (resize) events.push(resize);
  }
  // What no entry counts, as when the timing file was torn off, without the line that script writes last.
  const rest = out.take(Number.POSITIVE_INFINITY);
  const from = rest.trimEnd().lastIndexOf("\n") + 1;
  const done = /^Script done on |\bCOMMAND_EXIT_CODE="-?\d+"\]$/.test(rest.slice(from).trimEnd());
  const left = done ? rest.slice(0, from).replace(/\r?\n$/, "") : rest;
  if (left) events.push({ time, type: "output", text: left });
  const known = (name: string) => said.get(name) ?? new RegExp(`\\b${name}="(\\d+)"`).exec(out.heading)?.[1];
  return { head: sized(known("COLUMNS"), known("LINES")), events };
}

/** A file of output or input, of which so many bytes are counted, taken piece by piece. */
function log(file: Bytes, encoding: string, counted: number): { heading: string; take(count: number): string } {
  const begin = new TextDecoder("latin1").decode(file.subarray(0, LONGEST));
  const heading = (counted !== file.length && /^[^\n]*\n/.exec(begin)?.[0]) || "";
  const text = new TextDecoder(encoding, { ignoreBOM: true });
  let at = heading.length;
  return {
    heading,
    take(count) {
      const from = at;
      at += count || 0;
      return text.decode(file.subarray(from, at), { stream: true });
    },
  };
}

function sized(cols: unknown, rows: unknown): Head {
  const [width, height] = [Number(cols), Number(rows)];
  return isSize(width) && isSize(height) ? { cols: width, rows: height } : { cols: 80, rows: 24 };
}
