import { isQuiet, print } from "./messages.js";

/** Bytes above which somebody who looks on wants to see progress. */
const LARGE = 1024 * 1024;

/** A line on the terminal that tells how far a transfer is. There is none where standard error is no terminal, nor for
 *  what is small. */
export class Progress {
  readonly #label: string;
  #shown = "";
  #stopped = isQuiet() || !process.stderr.isTTY;

  /** @param label  what is going on, as in "Uploading" */
  constructor(label: string) {
    this.#label = label;
  }

  /** @param done  bytes so far
   *  @param total  bytes altogether; 0 where that is not known */
  show(done: number, total: number): void {
    if (this.#stopped || Math.max(done, total) < LARGE) return;
    const share =
      total > 0 ? `${Math.floor((Math.min(done, total) / total) * 100)} % of ${megabytes(total)}` : megabytes(done);
    const text = `::: ${this.#label}: ${share}`;
    if (text === this.#shown) return;
    this.#shown = text;
    print(process.stderr, `\r${text}\x1b[K`);
  }

  /** Removes the line; nothing is shown any more. */
  stop(): void {
    this.clear();
    this.#stopped = true;
  }

  /** Removes the line until more is to be told. */
  clear(): void {
    if (this.#shown !== "") print(process.stderr, "\r\x1b[K");
    this.#shown = "";
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
