// Text to control functions, after Paul Williams' state diagram (https://vt100.net/emu/dec_ansi_parser). Sequences that
// lie whole in the text take a fast way without states; the states carry those that are cut.
import { ASCII } from "./charset.js";
import { type Control, cr, cup, lf, MOST_PARAMETERS, tidy } from "./control.js";
import { CODES, CSI, designate, ESC, type Run } from "./functions.js";
import { hidden } from "./hidden.js";
import { osc } from "./osc.js";
import { printAscii, printText } from "./print.js";
import { sgr } from "./sgr.js";

/** Text is obeyed in blocks of so many units. */
const BLOCK = 1 << 14;
/** Longer strings are consumed but mean nothing. */
const STRING_LIMIT = 65_536;
/** Of an unfinished sequence so much is kept: what comes later changes no meaning. */
const SEQUENCE_LIMIT = 1000;
/** Larger numbers count as this one. */
const LARGEST = 99_999;

/** Obeys a text. What is unfinished at its end is kept, and read again together with the next. */
export function parse(t: Control, text: string): void {
  text = t.rest + text;
  for (let whole = false; !whole; ) {
    tidy(t);
    let end = Math.min(text.length, t.rest.length + BLOCK);
    whole = end === text.length;
    t.rest = "";
    // A surrogate pair that is cut is unfinished, too.
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    obey(t, encode(text.slice(0, end)), encoded);
    text = t.rest + text.slice(end);
  }
  t.rest = text;
}

/** Obeys the first n bytes of well-formed UTF-8; a zero byte follows them. */
function obey(t: Control, bytes: Uint8Array, n: number): void {
  for (let i = 0; i < n; ) {
    const code = bytes[i]!;
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
  }
}

/** Obeys what stands after ESC; returns where it ended. */
function escapeSequence(t: Control, bytes: Uint8Array, i: number, n: number): number {
  let key = "";
  for (const start = i; ; i++) {
    const code = bytes[i]!;
    if (i >= n) return keep(t, "\x1b", bytes, start, n);
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

/** Keeps an unfinished sequence without the control codes in it, which have been obeyed. */
function keep(t: Control, introducer: string, bytes: Uint8Array, i: number, n: number): number {
  t.rest = (introducer + decode(bytes, i, n).replace(/[\0-\x1f\x7f]/g, "")).slice(0, SEQUENCE_LIMIT);
  return n;
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
      if (value > LARGEST) value = LARGEST;
    }
    values[at] = value;
    if (code === 0x3b || code === 0x3a) {
      if (++at === MOST_PARAMETERS) {
        // Too many: no function has this marker.
        at--;
        marker = 0x3d;
      }
      if (code === 0x3a) subs |= 1 << at;
      code = bytes[++i]!;
      value = -1;
      continue;
    }
    t.count = at + 1;
    t.subs = subs;
    if (code > 0x3f && code < 0x7f) {
      // The two that make up most of what programs write need no table.
      if (code === 0x6d && marker === 0) sgr(t);
      else if (code === 0x48 && marker === 0) cup(t);
      else {
        const key = ((marker && marker - 0x3b) << 6) | (code & 0x3f);
        finals ??= new Array<Run | undefined>(5 << 6).fill(undefined);
        (finals[key] ??= CSI[String.fromCharCode(marker, code).replace("\0", "")] ?? nothing)(t);
      }
      return i + 1;
    }
    // Control codes, which are obeyed at once, and intermediates; what stands after these is no parameter.
    let key = marker === 0 ? "" : String.fromCharCode(marker);
    for (const bare = key; ; code = bytes[++i]!) {
      if (i >= n) return keep(t, "\x1b[", bytes, start, n);
      if (ends(code)) return i;
      if (code < 0x20) CODES[code]?.(t);
      else if (key === bare && code >= 0x30 && code < 0x3c) break;
      else if (code < 0x7f) key += code < 0x30 || code > 0x3f ? String.fromCharCode(code) : "??";
      if (code > 0x3f && code < 0x7f) {
        CSI[key]?.(t);
        return i + 1;
      }
    }
  }
}

/** What sequences without intermediates do, by marker and final byte, as far as they have been met. */
let finals: (Run | undefined)[] | undefined;
const nothing = () => {};

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
  const data = bell || kind === "_" ? decode(bytes, i, end) : "!";
  if (end === n) {
    t.rest = `\x1b${kind}${data.length > STRING_LIMIT ? "!" : data}`;
    return n;
  }
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
