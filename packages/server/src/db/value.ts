import { OperatorError } from "../operator-error.js";

/** What a database is given: what it cannot keep as it is becomes the nearest that it can, or is refused.
 *
 *  A `Date` is stored as milliseconds since 1970. NUL characters become U+FFFD, because PostgreSQL's texts cannot hold
 *  them. What SQLite and drivers would turn into NULL without a word is refused.
 *
 *  @throws TypeError, RangeError  for `undefined`, objects, and numbers that are not finite */
export function storable(value: unknown): null | boolean | number | bigint | string | Uint8Array {
  if (value instanceof Date) return storable(value.getTime());
  if (typeof value === "string") return value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${value} cannot be stored`);
  if (
    value === null ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof Uint8Array
  ) {
    return value;
  }
  throw new TypeError(`A value of type ${value === undefined ? "undefined" : typeof value} cannot be stored`);
}

/** A statement that the database refused, or a database that cannot be reached. */
export class DatabaseError extends OperatorError {
  override readonly name = "DatabaseError";
  /** Whether a UNIQUE or PRIMARY KEY constraint stands in the way. */
  readonly isConflict: boolean;

  /** @param message  the database's own words */
  constructor(message: string, options: { isConflict?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.isConflict = options.isConflict ?? false;
  }
}
