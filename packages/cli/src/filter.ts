// What may reach the viewer's terminal from a recording that anyone can have made.
//
// Output is parsed as terminals do (Williams' state diagram) and written anew: only what the tables below allow, each
// sequence whole and in its seven-bit form. What makes a terminal answer, what changes it beyond the drawing area
// (titles, clipboard, notifications, size, keyboard and mouse reports) and what no terminal agrees on is left out.

/** Private modes that are about drawing, and what each is before anyone sets it. */
const PRIVATE_MODES: Readonly<Record<string, boolean>> = {
  "5": false, // DECSCNM
  "6": false, // DECOM
  "7": true, // DECAWM
  "12": false, // cursor blinks
  "25": true, // DECTCEM
  "45": false, // reverse wraparound
  "47": false, // alternate screen
  "69": false, // DECLRMM
  "1047": false,
  "1048": false,
  "1049": false,
  "2026": false, // synchronized output
  "2027": false, // grapheme clusters
};

/** Modes that a replayed program may leave on, and that a terminal must not keep. For unfiltered playback. */
const INTRUSIVE_MODES = [
  "1",
  "66",
  "1000",
  "1002",
  "1003",
  "1004",
  "1005",
  "1006",
  "1015",
  "1016",
  "2004",
  "2031",
  "2048",
];

const ALTERNATE_SCREEN = ["47", "1047", "1049"];

/** Control sequences by private marker, intermediates and final byte. */
const CSI = new Set([
  ..."@ABCDEFGHIJKLMPSTXZ`abdefgmrsu", // movement, erasing, editing, scrolling, SGR, margins, saved cursor
  "?J", // DECSED
  "?K", // DECSEL
  " q", // DECSCUSR
  '"q', // DECSCA
  "!p", // DECSTR
  " @", // SL
  " A", // SR
  "'}", // DECIC
  "'~", // DECDC
  "$r", // DECCARA
  "$t", // DECRARA
  "$v", // DECCRA
  "$x", // DECFRA
  "$z", // DECERA
  "${", // DECSERA
  "*x", // DECSACE
  "#{", // XTPUSHSGR
  "#}", // XTPOPSGR
]);

/** Escape sequences: cursor, index, tab stop, reset, locking and single shifts, protection, columns. */
const ESC = new Set([..."78DEHMcNOno|}~VW69", "#3", "#4", "#5", "#6", "#8", "%G"]);
/** Character sets of any kind are designated by these and a final byte. */
const DESIGNATORS = new Set([..."()*+-./"]);

/** Colours that a recording may set: palette, special, default; and their resets. A question mark asks instead. */
const COLORS = new Set(["4", "5", "10", "11", "12", "17", "19"]);
const COLOR_RESETS = new Set(["104", "105", "110", "111", "112", "117", "119"]);

/** Longest string that is kept until its end; a longer one is left out. */
const LONGEST = 4096;

type State = "ground" | "escape" | "csi" | "osc" | "string";

/** Passes what draws, and knows what it takes to bring the terminal back afterwards. */
export class Filter {
  readonly #all: boolean;
  #state: State = "ground";
  #sequence = "";
  /** Whether a string control is at an ESC that may begin its terminator. */
  #ending = false;
  readonly #modes = new Map<string, boolean>();
  #insert = false;
  #colors = false;
  #link = false;
  #shape = false;
  #atLineStart = true;
  /** While the alternate screen is shown: whether the primary screen's cursor is at the beginning of a line. */
  #left: boolean | undefined;

  /** @param options.all  pass everything, and only watch what has to be brought back */
  constructor(options: { all?: boolean } = {}) {
    this.#all = options.all ?? false;
  }

  /** @param text  output in pieces that may end anywhere
   *  @returns what may be shown of it */
  feed(text: string): string {
    let shown = "";
    let at = 0;
    while (at < text.length) {
      if (this.#state === "ground") {
        const end = endOfText(text, at);
        if (end > at) {
          shown += text.slice(at, end);
          this.#atLineStart = false;
          at = end;
          continue;
        }
      }
      const length = text.codePointAt(at)! > 0xffff ? 2 : 1;
      shown += this.#step(text.slice(at, at + length));
      at += length;
    }
    return this.#all ? text : shown;
  }

  /** What brings the terminal back to how a shell expects it, at the beginning of a line. */
  restore(): string {
    this.#state = "ground";
    let text = this.#all ? "\x18" : ""; // CAN: the recording may end within a sequence
    if (this.#link) text += "\x1b]8;;\x1b\\";
    for (const [mode, on] of this.#modes) {
      if (mode !== "1048" && on !== (PRIVATE_MODES[mode] ?? false)) text += `\x1b[?${mode}${on ? "l" : "h"}`;
    }
    this.#switchScreen(false);
    if (this.#insert) text += "\x1b[4l";
    if (this.#shape) text += "\x1b[0 q";
    if (this.#colors) text += "\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\";
    if (this.#all) text += "\x1b>";
    // Soft reset: margins, origin, character sets, and the rest that has no trace here. The cursor stays.
    text += "\x1b[!p\x1b[0m\x1b[?25h\x1b[?7h";
    if (!this.#atLineStart) text += "\r\n";
    this.#reset();
    return text;
  }

  /** One character outside text. */
  #step(char: string): string {
    const code = char.codePointAt(0)!;
    if (this.#state === "osc" || this.#state === "string") return this.#inString(char, code);
    if (code === 0x1b) {
      this.#enter("escape");
      return "";
    }
    if (code >= 0x80 && code < 0xa0) return this.#c1(code);
    if (code === 0x18 || code === 0x1a) {
      this.#enter("ground");
      return "";
    }
    if (code < 0x20) return this.#c0(char, code);
    if (code === 0x7f) return "";
    switch (this.#state) {
      case "escape":
        return this.#inEscape(char, code);
      case "csi":
        return this.#inCsi(char, code);
      default:
        this.#atLineStart = false;
        return char;
    }
  }

  #enter(state: State): void {
    this.#state = state;
    this.#sequence = "";
    this.#ending = false;
  }

  #c0(char: string, code: number): string {
    if (code === 0x0a || code === 0x0d) this.#atLineStart = code === 0x0d || this.#atLineStart;
    // BEL, BS, HT, LF, VT, FF, CR, SO, SI; ENQ for one would be answered.
    return code >= 0x07 && code <= 0x0f ? char : "";
  }

  #c1(code: number): string {
    switch (code) {
      case 0x9b:
        this.#enter("csi");
        return "";
      case 0x9d:
        this.#enter("osc");
        return "";
      case 0x90: // DCS
      case 0x98: // SOS
      case 0x9e: // PM
      case 0x9f: // APC
        this.#enter("string");
        return "";
      default: {
        this.#enter("ground");
        const seven = String.fromCharCode(code - 0x40);
        return ESC.has(seven) ? `\x1b${seven}` : "";
      }
    }
  }

  #inEscape(char: string, code: number): string {
    if (this.#sequence === "") {
      if (char === "[") return this.#begin("csi");
      if (char === "]") return this.#begin("osc");
      if ("PX^_".includes(char)) return this.#begin("string");
    }
    this.#sequence += char;
    if (code < 0x30) return this.#sequence.length < 4 ? "" : this.#begin("ground");
    const sequence = this.#sequence;
    this.#enter("ground");
    if (sequence === "c") this.#reset();
    const allowed = ESC.has(sequence) || (sequence.length > 1 && DESIGNATORS.has(sequence[0]!));
    return allowed && /^[\x20-\x7e]+$/.test(sequence) ? `\x1b${sequence}` : "";
  }

  #begin(state: State): string {
    this.#enter(state);
    return "";
  }

  #inCsi(char: string, code: number): string {
    if (this.#sequence.length < LONGEST) this.#sequence += char;
    if (code > 0x7e) return this.#begin("ground");
    if (code < 0x40) return "";
    const sequence = this.#sequence;
    this.#enter("ground");
    const parts = /^([<=>?]?)([0-9;:]*)([ -/]*)([@-~])$/.exec(sequence);
    return parts ? this.#csi(sequence, parts[1]!, parts[2]!, parts[3]! + parts[4]!) : "";
  }

  #csi(sequence: string, marker: string, parameters: string, name: string): string {
    this.#atLineStart &&= "mhl".includes(name);
    if (name === "h" || name === "l") return this.#setModes(marker, parameters.split(";"), name);
    if (!CSI.has(marker + name)) return "";
    if (name === " q") this.#shape = true;
    if (name === "!p") this.#insert = false;
    // With more than one parameter T is a mouse protocol of xterm's, and it waits for an answer.
    if (name === "T" && parameters.includes(";")) return "";
    return `\x1b[${sequence}`;
  }

  #setModes(marker: string, modes: string[], name: string): string {
    if (marker === "") {
      if (modes.includes("4")) this.#insert = name === "h";
      const allowed = modes.filter((mode) => mode === "4" || mode === "20");
      return allowed.length > 0 ? `\x1b[${allowed.join(";")}${name}` : "";
    }
    if (marker !== "?") return "";
    const known = (mode: string) => mode in PRIVATE_MODES || (this.#all && INTRUSIVE_MODES.includes(mode));
    for (const mode of modes.filter(known)) {
      // The screens exclude each other; leaving by any of them is leaving.
      if (ALTERNATE_SCREEN.includes(mode)) {
        for (const other of ALTERNATE_SCREEN) this.#modes.delete(other);
        this.#switchScreen(name === "h");
      }
      this.#modes.set(mode, name === "h");
    }
    const allowed = modes.filter((mode) => mode in PRIVATE_MODES);
    return allowed.length > 0 ? `\x1b[?${allowed.join(";")}${name}` : "";
  }

  /** The primary screen's cursor stays where it was. */
  #switchScreen(alternate: boolean): void {
    if (alternate) this.#left ??= this.#atLineStart;
    else if (this.#left !== undefined) {
      this.#atLineStart = this.#left;
      this.#left = undefined;
    }
  }

  #inString(char: string, code: number): string {
    if (this.#ending) {
      // ESC ends a string whatever follows; only ESC \ ends it as meant.
      const osc = this.#state === "osc" ? this.#sequence : undefined;
      this.#enter(code === 0x5c ? "ground" : "escape");
      if (code === 0x5c) return osc === undefined ? "" : this.#osc(osc);
      return this.#step(char);
    }
    if (code === 0x1b) this.#ending = true;
    else if (code === 0x18 || code === 0x1a) this.#enter("ground");
    else if (code === 0x9c || (code === 0x07 && this.#state === "osc")) {
      const osc = this.#state === "osc" ? this.#sequence : undefined;
      this.#enter("ground");
      return osc === undefined ? "" : this.#osc(osc);
    } else if (this.#state === "osc" && this.#sequence.length <= LONGEST && code >= 0x20) this.#sequence += char;
    return "";
  }

  #osc(text: string): string {
    if (text.length > LONGEST || /[\x7f-\x9f]/.test(text)) return "";
    const [code, ...values] = text.split(";");
    if (code === "8") {
      const uri = values.slice(1).join(";");
      const allowed = uri === "" || /^(?:https?|mailto):[\x21-\x7e]*$/i.test(uri);
      if (allowed) this.#link = uri !== "";
      return allowed ? `\x1b]${text}\x1b\\` : "\x1b]8;;\x1b\\";
    }
    const sets = COLORS.has(code!) && values.every((value) => /^[\w#:/.,%-]+$/.test(value)) && values.length > 0;
    if (!sets && !COLOR_RESETS.has(code!)) return "";
    this.#colors = true;
    return `\x1b]${text.replace(/[^\w#:/.,;%-]/g, "")}\x1b\\`;
  }

  /** RIS. */
  #reset(): void {
    this.#modes.clear();
    this.#insert = this.#colors = this.#link = this.#shape = false;
    this.#atLineStart = true;
    this.#left = undefined;
  }
}

/** Where text without control characters ends. */
function endOfText(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) break;
  }
  return at;
}
