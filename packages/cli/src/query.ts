// What is searched for on the screens of a recording.
import type { Key } from "./keys.js";

const ENTER: Key = ["\r", "\n"];
const ERASE: Key = ["\x7f", "\b"];
const ESCAPE: Key = ["\x1b"];
const CLEAR: Key = ["\x15"];

/** A text to search for, and the prompt at which it is typed. */
export class Query {
  /** Empty when nothing is searched for. */
  text = "";
  /** What has been typed so far, as bytes in a string. */
  #typed: string | undefined;

  /** What stands at the prompt; undefined when there is none. */
  get prompt(): string | undefined {
    return this.#typed === undefined ? undefined : Buffer.from(this.#typed, "latin1").toString();
  }

  /** Begins to ask. */
  ask(): void {
    this.#typed = "";
  }

  /** Takes a piece of what is typed at the prompt.
   *
   *  @param is  whether the piece is that key
   *  @returns whether the answer is complete: then `text` is to be searched for */
  type(piece: string, is: (key: Key) => boolean): boolean {
    const prompt = this.prompt ?? "";
    if (is(ENTER)) {
      this.#typed = undefined;
      if (prompt !== "") this.text = prompt;
      return true;
    }
    if (is(ESCAPE) || (is(ERASE) && prompt === "")) this.#typed = undefined;
    else if (is(ERASE)) this.#typed = Buffer.from([...prompt].slice(0, -1).join("")).toString("latin1");
    else if (is(CLEAR)) this.#typed = "";
    else if (!/^[\0-\x1f]/.test(piece)) this.#typed += piece;
    return false;
  }

  /** Where the text stands in a line. Without capitals in it, capitals do not matter. */
  places(line: string): { from: number; to: number }[] {
    const { text } = this;
    if (text === "") return [];
    const folded = text === text.toLowerCase() ? line.toLowerCase() : line;
    const places: { from: number; to: number }[] = [];
    for (let from = folded.indexOf(text); from >= 0; from = folded.indexOf(text, from + text.length)) {
      places.push({ from, to: from + text.length });
    }
    return places;
  }
}
