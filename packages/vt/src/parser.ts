// Text to control functions, after Paul Williams' state diagram (https://vt100.net/emu/dec_ansi_parser). Sequences that
// lie whole in the text take a fast way without states; the states carry those that are cut.
import type { Control } from "./control.js";
import { CODES, CSI, csiFinals, csiIndex, ESC } from "./functions.js";
import { osc } from "./osc.js";
import { LARGEST, MOST } from "./params.js";

/** What kind of sequence is unfinished. */
export const GROUND = 0;
export const ESCAPE = 1;
export const CSI_PARAM = 2;
export const CSI_IGNORE = 3;
/** OSC, DCS, APC, PM or SOS: consumed up to its terminator. */
export const STRING = 4;

/** Text is obeyed in blocks of so many units. */
const BLOCK = 1 << 14;

/** Longer strings are consumed but mean nothing. */
export const STRING_LIMIT = 65_536;

export class Parser {
  readonly control: Control;
  state = GROUND;
  /** Private marker of an unfinished control sequence. */
  marker = 0;
  intermediates = "";
  /** Introducer of an unfinished string: `]`, `P`, `_`, `^` or `X`. */
  kind = "";
  data = "";
  /** First half of a surrogate pair that was cut. */
  high = 0;
  /** Called with the content of an APC string. */
  readonly apc: (data: string) => void;
  private readonly finals = csiFinals();

  constructor(control: Control, apc: (data: string) => void) {
    this.control = control;
    this.apc = apc;
  }

  /** Obeys a text; an unfinished sequence at its end goes on with the next. */
  feed(text: string): void {
    if (text === "") return;
    if (this.high !== 0) {
      text = String.fromCharCode(this.high) + text;
      this.high = 0;
    }
    for (let from = 0; from < text.length; ) {
      this.control.tidy();
      let end = Math.min(text.length, from + BLOCK);
      const last = text.charCodeAt(end - 1);
      if ((last & 0xfc00) === 0xd800) {
        end--;
        if (end === text.length - 1) this.high = last;
      }
      this.parse(encode(from === 0 && end === text.length ? text : text.slice(from, end)), encoded);
      from = end + (this.high === 0 ? 0 : 1);
    }
  }

  /** Obeys the first n bytes of well-formed UTF-8; a zero byte follows them. */
  private parse(bytes: Uint8Array, n: number): void {
    const c = this.control;
    let i = this.state === GROUND ? 0 : this.resume(bytes, 0, n);
    while (i < n) {
      const code = bytes[i]!;
      if (code >= 0x20) {
        if (code < 0x7f) i = c.printAscii(bytes, i, n);
        else if (code === 0x7f) i++;
        else if (code === 0xc2 && bytes[i + 1]! < 0xa0) {
          this.c1(bytes[i + 1]!);
          i = this.resume(bytes, i + 2, n);
        } else i = c.printText(bytes, i, n);
      } else if (code === 0x1b) {
        if (bytes[++i] === 0x5b) i = this.sequence(bytes, i + 1, true);
        else this.escape();
        if (this.state !== GROUND) i = this.resume(bytes, i, n);
      } else {
        i++;
        if (code === 10) c.lf();
        else if (code === 13) c.cr();
        else CODES[code]?.(c);
      }
    }
  }

  /** A control sequence after CSI, or going on. Obeys it, or leaves it to the states at what is neither digit nor
   *  separator. */
  private sequence(bytes: Uint8Array, i: number, fresh: boolean): number {
    const { control } = this;
    const { params } = control;
    const { values } = params;
    let marker = 0;
    let at = 0;
    let subs = 0;
    let value = -1;
    if (!fresh) {
      marker = this.marker;
      at = params.count - 1;
      subs = params.subs;
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
        if (++at === MOST) {
          this.state = CSI_IGNORE;
          return i;
        }
        if (code === 0x3a) subs |= 1 << at;
        code = bytes[++i]!;
        value = -1;
      } else {
        params.count = at + 1;
        params.subs = subs;
        if (code < 0x40 || code > 0x7e) {
          this.begin(marker);
          return i;
        }
        this.state = GROUND;
        // The two that make up most of what programs write need no table.
        if (code === 0x6d && marker === 0) control.sgr();
        else if (code === 0x48 && marker === 0) control.cup();
        else this.finals[csiIndex(marker, code)]?.(control);
        return i + 1;
      }
    }
  }

  private begin(marker: number): void {
    this.state = CSI_PARAM;
    this.marker = marker;
    this.intermediates = "";
  }

  private escape(): void {
    this.state = ESCAPE;
    this.intermediates = "";
  }

  /** CSI, with what follows to come. */
  private introduce(): void {
    this.control.params.clear();
    this.begin(0);
  }

  private c1(code: number): void {
    switch (code) {
      case 0x90:
      case 0x98:
      case 0x9d:
      case 0x9e:
      case 0x9f:
        this.string(String.fromCharCode(code - 0x40));
        return;
      case 0x9b:
        this.introduce();
        return;
      default:
        CODES[code]?.(this.control);
    }
  }

  private string(kind: string): void {
    this.state = STRING;
    this.kind = kind;
    this.data = "";
  }

  /** Goes on with an unfinished sequence; returns where it, or the text, ended. */
  private resume(bytes: Uint8Array, i: number, n: number): number {
    while (i < n && this.state !== GROUND) {
      if (this.state === STRING) {
        i = this.inString(bytes, i, n);
        continue;
      }
      if (this.state === CSI_PARAM && this.intermediates === "") {
        i = this.sequence(bytes, i, false);
        if (i >= n || this.state !== CSI_PARAM) continue;
      }
      const code = bytes[i++]!;
      if (code < 0x20) {
        if (code === 0x1b) this.escape();
        else if (code === 0x18 || code === 0x1a) this.state = GROUND;
        else CODES[code]?.(this.control);
      } else if (code >= 0x80) {
        // Other characters end the sequence and are printed; C1 codes do what they do.
        this.state = GROUND;
        if (code === 0xc2 && bytes[i]! < 0xa0) this.c1(bytes[i++]!);
        else i--;
      } else if (code !== 0x7f) {
        if (this.state === ESCAPE) this.inEscape(code);
        else this.inControlSequence(code);
      }
    }
    return i;
  }

  private inEscape(code: number): void {
    const char = String.fromCharCode(code);
    if (code < 0x30) {
      if (this.intermediates.length < 2) this.intermediates += char;
      return;
    }
    this.state = GROUND;
    const { intermediates, control } = this;
    if (intermediates === "") {
      if (char === "[") this.introduce();
      else if (char === "]" || char === "P" || char === "_" || char === "^" || char === "X") this.string(char);
      else if (code >= 0x40 && code <= 0x5f) CODES[code + 0x40]?.(control);
      else ESC[char]?.(control);
      return;
    }
    // SCS | Select Character Set: G0 to G3 by ( ) * + and, for 96-character sets, - . / | ECMA-35, DEC VT220
    const g = "()*+".indexOf(intermediates.charAt(0));
    if (g >= 0) control.designate(g, intermediates.slice(1) + char);
    else if ("-./".includes(intermediates.charAt(0)))
      control.designate("-./".indexOf(intermediates.charAt(0)) + 1, "B");
    else ESC[intermediates + char]?.(control);
  }

  /** What `sequence` does not take. */
  private inControlSequence(code: number): void {
    if (code >= 0x40) {
      const ignored = this.state === CSI_IGNORE;
      this.state = GROUND;
      if (ignored) return;
      const marker = this.marker === 0 ? "" : String.fromCharCode(this.marker);
      CSI[marker + this.intermediates + String.fromCharCode(code)]?.(this.control);
    } else if (code < 0x30 && this.intermediates.length < 2) this.intermediates += String.fromCharCode(code);
    else this.state = CSI_IGNORE;
  }

  private inString(bytes: Uint8Array, i: number, n: number): number {
    const bell = this.kind === "]";
    let end = i;
    let code = 0;
    for (; end < n; end++) {
      code = bytes[end]!;
      if (code === 0x1b || code === 0x18 || code === 0x1a || (bell && code === 7)) break;
      if (code === 0xc2 && bytes[end + 1] === 0x9c) break;
    }
    if ((bell || this.kind === "_") && this.data.length <= STRING_LIMIT && end > i)
      this.data += (decoder ??= new TextDecoder("utf-8", { ignoreBOM: true })).decode(bytes.subarray(i, end));
    if (end === n) return end;
    this.state = GROUND;
    const { data, kind } = this;
    this.data = "";
    if (code !== 0x18 && code !== 0x1a && data.length <= STRING_LIMIT) {
      if (kind === "]") osc(this.control, data);
      else if (kind === "_") this.apc(data);
    }
    if (code === 0x1b) this.escape();
    return end + (code === 0xc2 ? 2 : 1);
  }

  /** The unfinished sequence as text. */
  unfinished(): string {
    switch (this.state) {
      case ESCAPE:
        return `\x1b${this.intermediates}`;
      case CSI_PARAM: {
        const marker = this.marker === 0 ? "" : String.fromCharCode(this.marker);
        return `\x1b[${marker}${this.control.params}${this.intermediates}`;
      }
      case CSI_IGNORE:
        return "\x1b[0<";
      case STRING:
        return `\x1b${this.kind}${this.data}`;
      default:
        return "";
    }
  }
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
