/** Input that is not a recording, or a recording that is broken at one line. */
export class AsciicastError extends Error {
  override readonly name = "AsciicastError";

  /** @param line  one-based line of the input, 0 when the input as a whole is meant */
  constructor(
    message: string,
    readonly line: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
