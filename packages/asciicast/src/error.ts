/** Input that is not a recording, or a recording that is broken at one line.
 *
 *  The message says what is wrong; with a line it begins with `line N: `. */
export class AsciicastError extends Error {
  override readonly name = "AsciicastError";

  /** @param reason  what is wrong
   *  @param line    one-based line of the input, 0 when the input as a whole is meant */
  constructor(
    reason: string,
    readonly line: number,
    options?: ErrorOptions,
  ) {
    super(line > 0 ? `line ${line}: ${reason}` : reason, options);
  }
}
