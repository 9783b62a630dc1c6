// Text to control functions, after Paul Williams' state diagram (https://vt100.net/emu/dec_ansi_parser), but without its
// states: a sequence that is cut is read again together with what follows.

import { BLANK, TAIL, TEXT } from "./cell.js";
import { ASCII } from "./charset.js";
import { type Control, cr, cup, lf, limitOf, resolve, tidy, wrap } from "./control.js";
import { CODES, CSI, designate, ESC, type Run } from "./functions.js";
import { hidden } from "./hidden.js";
import { BLOCK, LARGEST_PARAMETER, MOST_PARAMETERS, SEQUENCE_LIMIT, STRING_LIMIT } from "./limits.js";
import { osc } from "./osc.js";
import { printOne, writeRun, writeText, written } from "./print.js";
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
    obey(t, block, encode(t, block));
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
 *  where they end: for unfinished ones n + 1, when it has seen nothing but parameters, else n + 2.
 *
 *  Nearly all output is obeyed here: text and pens along a line, without a look at the terminal between, and the
 *  parameters of control sequences. Numbers end in `| 0` so that engines know them for integers of 32 bits. */
function obey(t: Control, text: string, n: number): void {
  n |= 0;
  const { bytes, values } = t;
  // The cells being written: of the cursor's line from `from` up to p, with room up to `end`; none when p is -1.
  let p = -1;
  let from = 0;
  let end = 0;
  let slot = 0;
  let cut = false;
  let { ch, at } = t.buffer;
  let i = 0;
  for (;;) {
    const start = i;
    let code = bytes[i]! | 0;
    let k = 0;
    let marker = 0;
    let final = 0;
    let prints = false;
    if (
      code >= 0x20 &&
      t.plain === true &&
      (code < 0x7f || code > 0xc2 || (code === 0xc2 && bytes[(i + 1) | 0]! > 0x9f))
    ) {
      if (p < 0) {
        if (t.pending !== 0) {
          // It may belong to the last character.
          if (code > 0x7f) {
            i = printOne(t, i) | 0;
            continue;
          }
          wrap(t);
        }
        const b = t.buffer;
        const col = t.col | 0;
        ({ ch, at } = b);
        slot = b.slot(t.row);
        const first = (slot * b.cols) | 0;
        end = (first + limitOf(t, slot)) | 0;
        from = p = (first + col) | 0;
        const len = b.len[slot]! | 0;
        if (col > len) b.materialize(slot, col);
        cut = col < len && ch[p] === TAIL;
      }
      if (t.stale === true) resolve(t);
      const style = t.style | 0;
      if (p === end) prints = true;
      else if (code < 0x7f) {
        ch[p] = code;
        at[p] = style;
        p = (p + 1) | 0;
        i = (i + 1) | 0;
        if ((bytes[i]! - 0x20) >>> 0 < 0x5f) {
          const next = writeRun(t, i, ch, at, p, end, style) | 0;
          p = (p + next - i) | 0;
          i = next;
        }
        continue;
      } else {
        i = writeText(t, i, ch, at, p, from, end, style) | 0;
        p = written | 0;
        if (i !== start) continue;
      }
    } else if (code === 0x1b && bytes[(i + 1) | 0] === 0x5b) {
      let subs = 0;
      let value = -1;
      i = (i + 2) | 0;
      code = bytes[i]! | 0;
      if (code >= 0x3c && code <= 0x3f) {
        marker = code;
        i = (i + 1) | 0;
        code = bytes[i]! | 0;
      }
      for (;;) {
        let digit = (code - 0x30) | 0;
        if (digit >>> 0 < 10) {
          value = digit;
          i = (i + 1) | 0;
          code = bytes[i]! | 0;
          digit = (code - 0x30) | 0;
          while (digit >>> 0 < 10) {
            value = (value * 10 + digit) | 0;
            if (value > LARGEST_PARAMETER) value = LARGEST_PARAMETER;
            i = (i + 1) | 0;
            code = bytes[i]! | 0;
            digit = (code - 0x30) | 0;
          }
        }
        values[k] = value;
        if (code !== 0x3b && code !== 0x3a) break;
        k = (k + 1) | 0;
        if (k === MOST_PARAMETERS) break;
        if (code === 0x3a) subs |= 1 << k;
        i = (i + 1) | 0;
        code = bytes[i]! | 0;
        value = -1;
      }
      if (code > 0x3f && code < 0x7f) {
        t.count = (k + 1) | 0;
        t.subs = subs;
        i = (i + 1) | 0;
        if (code === 0x6d && marker === 0) {
          if (k === 0 && value <= 0) {
            t.fg = t.bg = t.attrs = t.underlineColor = 0;
            t.stale = true;
          } else sgr(t);
          continue;
        }
        final = code;
      }
    }

    if (p > from) {
      // The cells written are put away.
      const b = t.buffer;
      const first = (slot * b.cols) | 0;
      const col = (p - first) | 0;
      if (cut) ch[from - 1] = BLANK;
      const last = ch[(p - 1) | 0]! | 0;
      t.last = (last === TAIL ? ch[(p - 2) | 0]! : last) & TEXT;
      if (col >= b.len[slot]!) b.len[slot] = col;
      else if (ch[p] === TAIL) ch[p] = BLANK;
      b.stamp[slot] = b.generation;
      t.pending = p < end ? 0 : 1;
      t.col = (col - t.pending) | 0;
    }
    p = -1;

    if (start === n) return;
    if (prints) continue;
    if (final !== 0) {
      if (final === 0x48 && marker === 0) cup(t);
      else run(t, marker, final);
      continue;
    }
    if (i > start) i = (i === n ? n + 1 : unusual(t, start + 2, n)) | 0;
    else if (code === 0x1b) i = escapeSequence(t, i + 1, n) | 0;
    else if (code < 0x20 || code === 0x7f) {
      i = (i + 1) | 0;
      if (code === 13) {
        cr(t);
        if (bytes[i] !== 10) continue;
        i = (i + 1) | 0;
        code = 10;
      }
      if (code === 10) lf(t);
      else CODES[code]?.(t);
    } else if (code === 0xc2 && bytes[i + 1]! < 0xa0)
      i = escaped(t, String.fromCharCode(bytes[i + 1]! - 0x40), i + 2, n) | 0;
    else i = printOne(t, i) | 0;
    if (i > n) {
      t.rest = i === n + 1 && n - start < SEQUENCE_LIMIT ? text.slice(start - n) : kept(decode(t, start, n));
      return;
    }
  }
}

/** Obeys what stands after ESC; returns where it ended. */
function escapeSequence(t: Control, i: number, n: number): number {
  const { bytes } = t;
  let key = "";
  for (; ; i++) {
    const code = bytes[i]!;
    if (i >= n) return n + 2;
    if (ends(code)) return i;
    if (code < 0x20) CODES[code]?.(t);
    else if (code < 0x7f) key += String.fromCharCode(code);
    if (code >= 0x30 && code < 0x7f) return escaped(t, key, i + 1, n);
  }
}

/** Whether a code ends a sequence without being part of it: CAN, SUB, ESC, and what is not of 7 bits. */
function ends(code: number): boolean {
  return code === 0x18 || code === 0x1a || code === 0x1b || code > 0x7f;
}

/** An escape sequence or C1 code, given as what stands after ESC, and what it introduces. */
function escaped(t: Control, key: string, i: number, n: number): number {
  if (key === "[") return unusual(t, i, n);
  if (/^[\]P_^X]$/.test(key)) return string(t, key, i, n);
  if (/^[(-+\--/]./.test(key)) {
    // SCS | Select Character Set: G0 to G3 by ( ) * + and, for 96-character sets, - . / | ECMA-35, DEC VT220
    const g = key.charCodeAt(0) - 0x28;
    designate(t, g & 3, g < 4 ? key.slice(1) : ASCII);
  } else ESC[key]?.(t);
  return i;
}

/** Obeys a control sequence, given what stands after CSI: one that is unfinished, or has intermediates, control codes or
 *  what makes it meaningless in it. */
function unusual(t: Control, start: number, n: number): number {
  const { bytes } = t;
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
function string(t: Control, kind: string, i: number, n: number): number {
  const { bytes } = t;
  const bell = kind === "]";
  let end = i;
  let code = 0;
  for (; end < n; end++) {
    code = bytes[end]!;
    if (code === 0x1b || code === 0x18 || code === 0x1a || (bell && code === 7)) break;
    if (code === 0xc2 && bytes[end + 1] === 0x9c) break;
  }
  if (end >= n) return n + 2;
  const data = bell || kind === "_" ? decode(t, i, end) : "";
  if (code !== 0x18 && code !== 0x1a && data.length <= STRING_LIMIT) {
    if (bell) osc(t, data);
    else hidden(t, data);
  }
  return end + (code === 0xc2 ? 2 : code === 0x1b ? 0 : 1);
}

let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** Makes a text the bytes to obey, as UTF-8, lone surrogates replaced, with a zero byte after it; returns how many. */
function encode({ bytes }: Control, text: string): number {
  const n = (encoder ??= new TextEncoder()).encodeInto(text, bytes).written;
  bytes[n] = 0;
  return n;
}

function decode({ bytes }: Control, from: number, to: number): string {
  return (decoder ??= new TextDecoder("utf-8", { ignoreBOM: true })).decode(bytes.subarray(from, to));
}
