import { getSystemErrorMap } from "node:util";

/** A failure that the user is told about in one line; the command then ends with `exitCode`. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Nobody reads what we write any more, as after `| head`: there is nothing to tell. */
export class ReaderGone extends CliError {
  constructor() {
    super("Broken pipe (os error 32)");
  }
}

/** The wording of the C library, which users know, where Node's own differs. */
const WORDING: Record<string, string> = {
  EISDIR: "Is a directory",
  ENOENT: "No such file or directory",
  ENXIO: "No such device or address",
  EACCES: "Permission denied",
  EEXIST: "File exists",
  ENOTDIR: "Not a directory",
  ENOSPC: "No space left on device",
  EFBIG: "File too large",
  EROFS: "Read-only file system",
  EPIPE: "Broken pipe",
  EIO: "Input/output error",
};

/** Says what an error means: system errors as the C library words them with their number, others by their message. */
export function reason(error: unknown): string {
  // A connection that was tried at several addresses.
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code === undefined || errno === undefined) return error instanceof Error ? error.message : String(error);
  // Codes below -1000 are libuv's own, about names that cannot be looked up.
  if (errno < -1000) return `${getSystemErrorMap().get(errno)?.[1] ?? code}`;
  const text = WORDING[code] ?? getSystemErrorMap().get(errno)?.[1] ?? code;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} (os error ${-errno})`;
}
