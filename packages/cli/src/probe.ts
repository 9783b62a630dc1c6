// What the user's terminal tells about itself: its name and version and its colours. All questions go out in one
// write; the last one (DA1) is answered by every terminal, so its answer ends the wait.
import type { Theme } from "@asciinema-ts/asciicast";

const COLORS = Array.from({ length: 16 }, (_, n) => `\x1b]4;${n};?\x07`).join("");
/** XTVERSION, the default colours, the palette, DA1. */
export const QUERIES = `\x1b[>0q\x1b]10;?\x07\x1b]11;?\x07${COLORS}\x1b[c`;

const LONGEST = 1024;

/** Takes the answers out of what a terminal sends; everything else are keys that somebody typed meanwhile.
 *
 *  Answers that come later than anyone waited for are still taken out: the terminal answers in order, so everything up
 *  to the first answer to DA1 belongs to our questions. */
export class Probe {
  /** Whether the last answer has come. */
  done = false;
  /** Name and version of the terminal. */
  version: string | undefined;
  #fg: string | undefined;
  #bg: string | undefined;
  #palette: (string | undefined)[] = Array(16).fill(undefined);
  #rest = "";
  #late = false;

  /** The colours, when all of them are known. Of a palette of eight the bright half is the same again. */
  get theme(): Theme | undefined {
    const dim = this.#palette.slice(0, 8);
    const bright = this.#palette.slice(8);
    const palette = bright.every((color) => color === undefined) ? [...dim, ...dim] : this.#palette;
    const known = palette.filter((color) => color !== undefined);
    return this.#fg && this.#bg && known.length === 16 ? { fg: this.#fg, bg: this.#bg, palette: known } : undefined;
  }

  /** @returns the input without the answers in it; an unfinished one is kept until its rest comes */
  read(text: string): string {
    const input = this.#rest + text;
    this.#rest = "";
    let keys = "";
    let at = 0;
    while (at < input.length) {
      if (this.done) return keys + input.slice(at);
      const start = input.indexOf("\x1b", at);
      if (start < 0) return keys + input.slice(at);
      keys += input.slice(at, start);
      const answer = /^\x1b(?:\[\?[0-9;]*c|\][0-9]+;[^\x07\x1b]*(?:\x07|\x1b\\)|P>\|[^\x1b]*\x1b\\)/.exec(
        input.slice(start),
      )?.[0];
      if (answer !== undefined) {
        this.#take(answer);
        at = start + answer.length;
      } else if (unfinished(input.slice(start)) && (!this.#late || start < input.length - 1)) {
        this.#rest = input.slice(start);
        break;
      } else {
        keys += "\x1b";
        at = start + 1;
      }
    }
    return keys;
  }

  /** Nobody waits any more. Answers are still taken out, but ESC alone is the escape key from now on.
   *
   *  @returns what was kept, if it is typed input after all */
  late(): string {
    this.#late = true;
    if (this.#rest !== "\x1b") return "";
    this.#rest = "";
    return "\x1b";
  }

  /** @returns what was kept: no answer is expected any more */
  end(): string {
    const rest = this.#rest;
    this.#rest = "";
    this.done = true;
    return rest;
  }

  #take(answer: string): void {
    const body = answer.slice(2).replace(/(?:\x07|\x1b\\)$/, "");
    if (answer[1] === "[") this.done = true;
    else if (answer[1] === "P") this.version = body.slice(2);
    else {
      const [code, ...values] = body.split(";");
      if (code === "10") this.#fg = color(values[0]);
      else if (code === "11") this.#bg = color(values[0]);
      else if (code === "4") {
        for (let n = 0; n + 1 < values.length; n += 2) {
          const index = Number(values[n]);
          if (Number.isInteger(index) && index >= 0 && index < 16) this.#palette[index] = color(values[n + 1]);
        }
      }
    }
  }
}

/** Whether this is the beginning of an answer. */
function unfinished(text: string): boolean {
  const pattern = /^\x1b(?:\[(?:\?[0-9;]*)?|\][0-9]*(?:;[^\x07\x1b]*\x1b?)?|P(?:>(?:\|[^\x1b]*\x1b?)?)?)?$/;
  return text.length < LONGEST && pattern.test(text);
}

/** `rgb:R/G/B` with two to four digits each, as `#rrggbb`. */
function color(text: string | undefined): string | undefined {
  const parts = /^rgba?:([0-9a-f]{2,4})\/([0-9a-f]{2,4})\/([0-9a-f]{2,4})/i.exec(text ?? "");
  return parts ? `#${parts[1]!.slice(0, 2)}${parts[2]!.slice(0, 2)}${parts[3]!.slice(0, 2)}`.toLowerCase() : undefined;
}
