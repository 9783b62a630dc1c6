// Text to control functions, after Paul Williams' state diagram (https://vt100.net/emu/dec_ansi_parser). Sequences that
// lie whole in the text take a fast way without states; the states carry those that are cut.
import { ASCII } from "./charset.js";
import { type Control, cr, cup, isSub, lf, MOST_PARAMETERS, tidy } from "./control.js";
import { CODES, CSI, designate, ESC, type Run } from "./functions.js";
import { hidden } from "./hidden.js";
import { osc } from "./osc.js";
import { printAscii, printText } from "./print.js";
import { sgr } from "./sgr.js";

// What kind of sequence is unfinished.
const GROUND = 0;
const ESCAPE = 1;
const SEQUENCE = 2;
/** OSC, DCS, APC, PM or SOS: consumed up to its terminator. */
const STRING = 3;

/** The prefix of a control sequence that means nothing. */
const IGNORED = "<<";

/** Text is obeyed in blocks of so many units. */
const BLOCK = 1 << 14;
/** Longer strings are consumed but mean nothing. */
const STRING_LIMIT = 65_536;
/** Larger numbers count as this one. */
const LARGEST = 99_999;

/** Obeys a text; an unfinished sequence at its end goes on with the next. */
export function parse(t: Control, text: string): void {
  if (t.high !== 0) text = String.fromCharCode(t.high) + text;
  t.high = 0;
  for (let from = 0; from < text.length; ) {
    tidy(t);
    let end = Math.min(text.length, from + BLOCK);
    const last = text.charCodeAt(end - 1);
    const cut = (last & 0xfc00) === 0xd800;
    if (cut) end--;
    obey(t, encode(text.slice(from, end)), encoded);
    from = end;
    if (cut && end === text.length - 1) {
      t.high = last;
      return;
    }
  }
}

/** Obeys the first n bytes of well-formed UTF-8; a zero byte follows them. */
function obey(t: Control, bytes: Uint8Array, n: number): void {
  let i = t.phase === GROUND ? 0 : resume(t, bytes, 0, n);
  while (i < n) {
    const code = bytes[i]!;
    if (code >= 0x20) {
      if (code < 0x7f) i = printAscii(t, bytes, i, n);
      else if (code === 0x7f) i++;
      else if (code === 0xc2 && bytes[i + 1]! < 0xa0) {
        c1(t, bytes[i + 1]!);
        i = resume(t, bytes, i + 2, n);
      } else i = printText(t, bytes, i, n);
    } else if (code === 0x1b) {
      if (bytes[++i] === 0x5b) i = sequence(t, bytes, i + 1, true);
      else begin(t, ESCAPE);
      if (t.phase !== GROUND) i = resume(t, bytes, i, n);
    } else {
      i++;
      if (code === 10) lf(t);
      else if (code === 13) cr(t);
      else CODES[code]?.(t);
    }
  }
}

/** A control sequence after CSI, or going on. Obeys it, or leaves it to the states at what is neither digit nor
 *  separator. */
function sequence(t: Control, bytes: Uint8Array, i: number, fresh: boolean): number {
  const { values } = t;
  let marker = 0;
  let at = 0;
  let subs = 0;
  let value = -1;
  if (!fresh) {
    marker = t.prefix === "" ? 0 : t.prefix.charCodeAt(0);
    at = t.count - 1;
    subs = t.subs;
    value = values[at]!;
  }
  let code = bytes[i]!;
  if (code >= 0x3c && code <= 0x3f && marker === 0 && at === 0 && value < 0) {
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
        begin(t, SEQUENCE, IGNORED);
        return i;
      }
      if (code === 0x3a) subs |= 1 << at;
      code = bytes[++i]!;
      value = -1;
    } else {
      t.count = at + 1;
      t.subs = subs;
      if (code < 0x40 || code > 0x7e) {
        t.phase = SEQUENCE;
        t.prefix = marker === 0 ? "" : String.fromCharCode(marker);
        return i;
      }
      t.phase = GROUND;
      // The two that make up most of what programs write need no table.
      if (code === 0x6d && marker === 0) sgr(t);
      else if (code === 0x48 && marker === 0) cup(t);
      else {
        const key = ((marker && marker - 0x3b) << 6) | (code & 0x3f);
        finals ??= new Array<Run | undefined>(5 << 6).fill(undefined);
        (finals[key] ??= CSI[(marker === 0 ? "" : String.fromCharCode(marker)) + String.fromCharCode(code)] ?? nothing)(
          t,
        );
      }
      return i + 1;
    }
  }
}

/** What sequences without intermediates do, by marker and final byte, as far as they have been met. */
let finals: (Run | undefined)[] | undefined;
const nothing = () => {};

/** Begins a sequence or a string. */
function begin(t: Control, phase: number, prefix = ""): void {
  t.phase = phase;
  t.prefix = prefix;
  t.data = "";
  t.count = 1;
  t.subs = 0;
  t.values[0] = -1;
}

/** Goes on with an unfinished sequence; returns where it, or the text, ended. */
function resume(t: Control, bytes: Uint8Array, i: number, n: number): number {
  while (i < n && t.phase !== GROUND) {
    if (t.phase === STRING) {
      i = inString(t, bytes, i, n);
      continue;
    }
    if (t.phase === SEQUENCE && /^[<-?]?$/.test(t.prefix)) {
      i = sequence(t, bytes, i, false);
      if (i >= n || t.phase !== SEQUENCE) continue;
    }
    const code = bytes[i++]!;
    if (code < 0x20) {
      if (code === 0x1b) begin(t, ESCAPE);
      else if (code === 0x18 || code === 0x1a) t.phase = GROUND;
      else CODES[code]?.(t);
    } else if (code >= 0x80) {
      // Other characters end the sequence and are printed; C1 codes do what they do.
      t.phase = GROUND;
      if (code === 0xc2 && bytes[i]! < 0xa0) c1(t, bytes[i++]!);
      else i--;
    } else if (code !== 0x7f) step(t, code);
  }
  return i;
}

/** What `sequence` does not take. */
function step(t: Control, code: number): void {
  const key = t.prefix + String.fromCharCode(code);
  if (code < 0x30) {
    if (key.length < 4) t.prefix = key;
    else if (t.phase === SEQUENCE) begin(t, SEQUENCE, IGNORED);
  } else if (t.phase === ESCAPE) escaped(t, key);
  else if (code < 0x40) begin(t, SEQUENCE, IGNORED);
  else {
    t.phase = GROUND;
    CSI[key]?.(t);
  }
}

/** An escape sequence, given without the escape character. */
function escaped(t: Control, key: string): void {
  t.phase = GROUND;
  if (key === "[") begin(t, SEQUENCE);
  else if (/^[\]P_^X]$/.test(key)) begin(t, STRING, key);
  else if (/^[(-+\--/]./.test(key)) {
    // SCS | Select Character Set: G0 to G3 by ( ) * + and, for 96-character sets, - . / | ECMA-35, DEC VT220
    const g = key.charCodeAt(0) - 0x28;
    designate(t, g & 3, g < 4 ? key.slice(1) : ASCII);
  } else ESC[key]?.(t);
}

function c1(t: Control, code: number): void {
  escaped(t, String.fromCharCode(code - 0x40));
}

function inString(t: Control, bytes: Uint8Array, i: number, n: number): number {
  const { prefix } = t;
  const bell = prefix === "]";
  let end = i;
  let code = 0;
  for (; end < n; end++) {
    code = bytes[end]!;
    if (code === 0x1b || code === 0x18 || code === 0x1a || (bell && code === 7)) break;
    if (code === 0xc2 && bytes[end + 1] === 0x9c) break;
  }
  if ((bell || prefix === "_") && t.data.length <= STRING_LIMIT && end > i)
    t.data += (decoder ??= new TextDecoder("utf-8", { ignoreBOM: true })).decode(bytes.subarray(i, end));
  if (end === n) return end;
  const { data } = t;
  begin(t, code === 0x1b ? ESCAPE : GROUND);
  if (code !== 0x18 && code !== 0x1a && data.length <= STRING_LIMIT) {
    if (bell) osc(t, data);
    else hidden(t, data);
  }
  return end + (code === 0xc2 ? 2 : 1);
}

/** The unfinished sequence as text. */
export function unfinished(t: Control): string {
  const { phase, prefix } = t;
  let text = phase === GROUND ? "" : `\x1b${phase === SEQUENCE ? "[" : ""}${prefix}${t.data}`;
  if (phase === SEQUENCE) {
    let params = "";
    for (let i = 0; i < t.count; i++)
      params += (i === 0 ? "" : isSub(t, i) ? ":" : ";") + (t.values[i]! < 0 ? "" : t.values[i]);
    // Between the marker and the intermediates.
    text = text.replace(/\[[<-?]?/, `$&${params}`);
  }
  return t.high === 0 ? text : text + String.fromCharCode(t.high);
}

// Scratch space shared by all parsers: the text being obeyed, as bytes. Reading bytes is several times as fast as
// reading the units of a string, and encoding costs next to nothing.
let buffer: Uint8Array | undefined;
let encoded = 0;
let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** The text as UTF-8, lone surrogates replaced, with a zero byte after it; `encoded` is how many bytes it takes. */
function encode(text: string): Uint8Array {
  buffer ??= new Uint8Array(BLOCK * 3 + 4);
  encoder ??= new TextEncoder();
  encoded = encoder.encodeInto(text, buffer).written;
  buffer[encoded] = 0;
  return buffer;
}
