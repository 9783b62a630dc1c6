// Keys that mean something to us, found in what a terminal sends.

/** One key, as the bytes that terminals send for it; several where keyboard protocols differ.
 *
 *  Here and below, a string holds bytes: one character (U+0000 … U+00FF) for each, so that whatever a terminal sends
 *  passes unchanged. */
export type Key = readonly string[];

/** The key that a setting names: one character, `^X`, `C-x` or `C+x`; nothing when it is empty.
 *
 *  @returns undefined when it is empty
 *  @throws RangeError when it names no key */
export function parseKey(text: string): Key | undefined {
  if (text === "") return undefined;
  if ([...text].length === 1) return [Buffer.from(text).toString("latin1")];
  const control = /^(?:\^|C-|C\+)([A-Za-z@[\\\]^_])$/.exec(text)?.[1];
  if (control === undefined) throw new RangeError(`invalid key definition '${text}'`);
  const code = control.toLowerCase().charCodeAt(0);
  // The last two are the same key in the Kitty keyboard protocol and under xterm's modifyOtherKeys.
  return [String.fromCharCode(code & 0x1f), `\x1b[${code};5u`, `\x1b[27;5;${code}~`];
}

/** Ctrl+c, which is not configurable. */
export const INTERRUPT: Key = parseKey("^C")!;

/** Cuts what a terminal sends into keys: characters, control characters and whole sequences.
 *
 *  What is pasted between bracketed-paste marks comes as one piece that is no key. A sequence cut by the end of a read
 *  is put together with the next one only if it had begun with more than ESC: that alone is the escape key. */
export class KeyReader {
  #sequence = "";
  #pasting = false;

  /** Whether it is neither within a sequence nor within what is pasted. */
  get idle(): boolean {
    return this.#sequence === "" && !this.#pasting;
  }

  /** @returns the pieces in order; together they are the input, except that an unfinished sequence follows later */
  read(text: string): { text: string; pasted: boolean }[] {
    const pieces: { text: string; pasted: boolean }[] = [];
    const input = this.#sequence + text;
    this.#sequence = "";
    let at = 0;
    while (at < input.length) {
      if (this.#pasting) {
        const end = input.indexOf("\x1b[201~", at);
        const to = end < 0 ? input.length : end;
        if (to > at) pieces.push({ text: input.slice(at, to), pasted: true });
        at = to;
        if (end >= 0) this.#pasting = false;
        else break;
        // The closing mark itself is read as a sequence below.
      }
      const length = pieceLength(input, at);
      if (length === undefined) {
        this.#sequence = input.slice(at);
        break;
      }
      const piece = input.slice(at, at + length);
      if (piece === "\x1b[200~") this.#pasting = true;
      pieces.push({ text: piece, pasted: false });
      at += length;
    }
    return pieces;
  }
}

/** The length of the key or sequence at `at`; undefined when its end has not come yet. */
function pieceLength(input: string, at: number): number | undefined {
  if (input[at] !== "\x1b") return characterLength(input, at);
  const next = input[at + 1];
  if (next === undefined || next === "\x1b") return 1;
  if (next === "O") return input[at + 2] === undefined ? 2 : 3;
  if (next !== "[") return 1 + characterLength(input, at + 1);
  // A mouse report of the oldest kind has three bytes of any value behind it.
  if (input[at + 2] === "M") return input.length < at + 6 ? undefined : 6;
  for (let end = at + 2; end < input.length; end++) {
    const code = input.charCodeAt(end);
    if (code >= 0x40 && code <= 0x7e) return end + 1 - at;
    if (code < 0x20 || code > 0x3f) return end - at; // Not a sequence after all.
  }
  // ESC [ alone can be typed (alt+[), and no terminal cuts there.
  return input.length === at + 2 || input.length - at > 64 ? input.length - at : undefined;
}

/** The number of bytes of the UTF-8 character at `at`; 1 when it is none. */
function characterLength(input: string, at: number): number {
  const length = /^(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})/.exec(
    input.slice(at, at + 4),
  )?.[0].length;
  return length ?? 1;
}
