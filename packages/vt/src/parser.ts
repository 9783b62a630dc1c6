// Text to control functions, after Paul Williams' state diagram (https://vt100.net/emu/dec_ansi_parser). Sequences that
// lie whole in the text take a fast way without states; the states carry those that are cut.

import { ASCII } from "./charset.js";
import { type Control, cr, cup, lf, tidy } from "./control.js";
import { CODES, CSI, designate, ESC, type Run } from "./functions.js";
import { hidden } from "./hidden.js";
import { BLOCK, LARGEST_PARAMETER, MOST_PARAMETERS, SEQUENCE_LIMIT, STRING_LIMIT } from "./limits.js";
import { osc } from "./osc.js";
import { printAscii, printText } from "./print.js";
import { sgr } from "./sgr.js";

/** Obeys a text. What is unfinished at its end is kept, and read again together with the next. */
export function parse(t: Control, text: string): void {
  for (let from = 0; from < text.length; from += BLOCK) {
    tidy(t);
    let block = t.rest + text.slice(from, from + BLOCK);
    const last = block.charCodeAt(block.length - 1);
    const cut = (last & 0xfc00) === 0xd800;
    if (cut) block = block.slice(0, -1);
    t.rest = "";
    obey(t, block, encode(block), encoded);
    if (cut) t.rest += String.fromCharCode(last);
  }
}

/** An unfinished sequence as it goes on: without the control codes in it, which have been obeyed, and bounded. */
function kept(rest: string): string {
  const [, kind, data] = /^(\x1b[\]P_^X]|[\x90\x98\x9d-\x9f])([\s\S]*)/.exec(rest) ?? [];
  if (kind === undefined) return rest.charAt(0) + rest.slice(1, SEQUENCE_LIMIT).replace(/[\0-\x1f\x7f]/g, "");
  return /[\]_\x9d\x9f]/.test(kind) && data!.length <= STRING_LIMIT ? rest : `${kind}!`;
}

/** Obeys a text, given as n bytes of well-formed UTF-8, too, which a zero byte follows. What obeys sequences returns
 *  where they end: for unfinished ones n + 1, when it has seen nothing but parameters, else n + 2. */
function obey(t: Control, text: string, bytes: Uint8Array, n: number): void {
  for (let i = 0; i < n; ) {
    const code = bytes[i]!;
    const start = i;
    if (code >= 0x20) {
      if (code < 0x7f) i = printAscii(t, bytes, i, n);
      else if (code === 0x7f) i++;
      else if (code === 0xc2 && bytes[i + 1]! < 0xa0)
        i = escaped(t, String.fromCharCode(bytes[i + 1]! - 0x40), bytes, i + 2, n);
      else i = printText(t, bytes, i, n);
    } else if (code === 0x1b) {
      if (bytes[i + 1] === 0x5b) i = sequence(t, bytes, i + 2, n);
      else i = escapeSequence(t, bytes, i + 1, n);
    } else {
      i++;
      if (code === 10) lf(t);
      else if (code === 13) cr(t);
      else CODES[code]?.(t);
    }
    if (i > n) t.rest = i === n + 1 && code === 0x1b ? text.slice(start - n) : kept(decode(bytes, start, n));
  }
}

/** Obeys what stands after ESC; returns where it ended. */
function escapeSequence(t: Control, bytes: Uint8Array, i: number, n: number): number {
  let key = "";
  for (; ; i++) {
    const code = bytes[i]!;
    if (i >= n) return n + 2;
    if (ends(code)) return i;
    if (code < 0x20) CODES[code]?.(t);
    else if (code < 0x7f) key += String.fromCharCode(code);
    if (code >= 0x30 && code < 0x7f) return escaped(t, key, bytes, i + 1, n);
  }
}

/** Whether a code ends a sequence without being part of it: CAN, SUB, ESC, and what is not of 7 bits. */
function ends(code: number): boolean {
  return code === 0x18 || code === 0x1a || code === 0x1b || code > 0x7f;
}

/** An escape sequence or C1 code, given as what stands after ESC, and what it introduces. */
function escaped(t: Control, key: string, bytes: Uint8Array, i: number, n: number): number {
  if (key === "[") return sequence(t, bytes, i, n);
  if (/^[\]P_^X]$/.test(key)) return string(t, key, bytes, i, n);
  if (/^[(-+\--/]./.test(key)) {
    // SCS | Select Character Set: G0 to G3 by ( ) * + and, for 96-character sets, - . / | ECMA-35, DEC VT220
    const g = key.charCodeAt(0) - 0x28;
    designate(t, g & 3, g < 4 ? key.slice(1) : ASCII);
  } else ESC[key]?.(t);
  return i;
}

/** Obeys a control sequence, given what stands after CSI; returns where it ended. */
function sequence(t: Control, bytes: Uint8Array, i: number, n: number): number {
  const { values } = t;
  const start = i;
  let marker = 0;
  let at = 0;
  let subs = 0;
  let value = -1;
  let code = bytes[i]!;
  if (code >= 0x3c && code <= 0x3f) {
    marker = code;
    code = bytes[++i]!;
  }
  for (;;) {
    let digit = code - 0x30;
    if (digit >>> 0 < 10) {
      value = value < 0 ? digit : value * 10 + digit;
      digit = (code = bytes[++i]!) - 0x30;
      if (digit >>> 0 < 10) {
        value = value * 10 + digit;
        while ((digit = (code = bytes[++i]!) - 0x30) >>> 0 < 10) value = value * 10 + digit;
      }
      if (value > LARGEST_PARAMETER) value = LARGEST_PARAMETER;
    }
    values[at] = value;
    if (code === 0x3b || code === 0x3a) {
      if (++at === MOST_PARAMETERS) break;
      if (code === 0x3a) subs |= 1 << at;
      code = bytes[++i]!;
      value = -1;
      continue;
    }
    if (code > 0x3f && code < 0x7f) {
      t.count = at + 1;
      t.subs = subs;
      // The two that make up most of what programs write need no table.
      if (code === 0x6d && marker === 0) sgr(t);
      else if (code === 0x48 && marker === 0) cup(t);
      else run(t, marker, code);
      return i + 1;
    }
    break;
  }
  return i === n ? n + 1 : unusual(t, bytes, start, n);
}

/** A control sequence that is unfinished, or has intermediates, control codes or what makes it meaningless in it. */
function unusual(t: Control, bytes: Uint8Array, start: number, n: number): number {
  let text = "";
  for (let i = start; ; i++) {
    const code = bytes[i]!;
    if (i >= n) return n + 2;
    if (ends(code)) return i;
    if (code < 0x20) CODES[code]?.(t);
    else if (code < 0x7f) text += String.fromCharCode(code);
    if (code < 0x40 || code === 0x7f) continue;
    const [, marker, parameters, name] = /^([<-?]?)([\d:;]*)([ -/]*.)$/.exec(text) ?? [];
    const numbers = parameters?.split(/[:;]/) ?? [];
    if (numbers.length > 0 && numbers.length <= MOST_PARAMETERS) {
      t.count = numbers.length;
      t.values.set(numbers.map((number) => (number === "" ? -1 : Math.min(Number(number), LARGEST_PARAMETER))));
      t.subs = 0;
      for (const [at, separator] of parameters!.replace(/\d/g, "").split("").entries())
        if (separator === ":") t.subs |= 2 << at;
      CSI[marker! + name!]?.(t);
    }
    return i + 1;
  }
}

/** What sequences without intermediates do, by marker and final byte, as far as they have been met. */
let finals: (Run | undefined)[] | undefined;
const nothing = () => {};

/** Runs the function of a marker, or none, and a final byte. */
function run(t: Control, marker: number, code: number): void {
  const key = ((marker && marker - 0x3b) << 6) | (code & 0x3f);
  finals ??= new Array<Run | undefined>(5 << 6).fill(undefined);
  (finals[key] ??= CSI[String.fromCharCode(marker, code).replace("\0", "")] ?? nothing)(t);
}

/** Consumes OSC, DCS, APC, PM or SOS up to its terminator, and obeys those that mean something. */
function string(t: Control, kind: string, bytes: Uint8Array, i: number, n: number): number {
  const bell = kind === "]";
  let end = i;
  let code = 0;
  for (; end < n; end++) {
    code = bytes[end]!;
    if (code === 0x1b || code === 0x18 || code === 0x1a || (bell && code === 7)) break;
    if (code === 0xc2 && bytes[end + 1] === 0x9c) break;
  }
  if (end >= n) return n + 2;
  const data = bell || kind === "_" ? decode(bytes, i, end) : "";
  if (code !== 0x18 && code !== 0x1a && data.length <= STRING_LIMIT) {
    if (bell) osc(t, data);
    else hidden(t, data);
  }
  return end + (code === 0xc2 ? 2 : code === 0x1b ? 0 : 1);
}

// Scratch space shared by all parsers: the text being obeyed, as bytes. Reading bytes is several times as fast as
// reading the units of a string, and encoding costs next to nothing.
let buffer: Uint8Array | undefined;
let encoded = 0;
let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** The text as UTF-8, lone surrogates replaced, with a zero byte after it; `encoded` is how many bytes it takes. */
function encode(text: string): Uint8Array {
  if (buffer === undefined || buffer.length <= text.length * 3) buffer = new Uint8Array((text.length + BLOCK) * 3);
  encoder ??= new TextEncoder();
  encoded = encoder.encodeInto(text, buffer).written;
  buffer[encoded] = 0;
  return buffer;
}

function decode(bytes: Uint8Array, from: number, to: number): string {
  return (decoder ??= new TextDecoder("utf-8", { ignoreBOM: true })).decode(bytes.subarray(from, to));
}
