/** What whoever runs the server has to be told, and can do something about: the message says all of it. */
export class OperatorError extends Error {
  override readonly name: string = "OperatorError";
}
