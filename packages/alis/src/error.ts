/** A frame that does not follow the protocol. */
export class AlisError extends Error {
  override readonly name = "AlisError";

  /** @param reason  what is wrong
   *  @param offset  byte of the frame, from 0, at which it shows */
  constructor(
    reason: string,
    readonly offset: number,
    options?: ErrorOptions,
  ) {
    super(`${reason} at byte ${offset}`, options);
  }
}
