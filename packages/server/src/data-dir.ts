import { constants } from "node:fs";
import { access, mkdir, open, rm, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { engineModule } from "./db/engine.js";
import { OperatorError } from "./operator-error.js";

/** A data directory that cannot be used; the message says which, why, and what to do. */
export class DataDirError extends OperatorError {
  override readonly name = "DataDirError";
}

/** Makes sure that a folder is there and can be written to, creating it for this user alone when it is missing.
 *
 *  @throws DataDirError */
export async function openDataDir(path: string): Promise<void> {
  try {
    await make(path);
  } catch (error) {
    throw await refused(path, error);
  }
  const probe = join(path, `.probe-${process.pid}`);
  try {
    const file = await open(probe, "w", 0o600);
    try {
      // One block at least: an empty file fits on a full disk.
      await file.writeFile(Buffer.alloc(4096));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw await refused(path, error);
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}

/** Keeps other servers off a data directory until this process ends, however it ends: the system gives the lock back.
 *
 *  It is SQLite's lock on a file of its own, because Node has no other that a crash cannot leave behind.
 *
 *  @returns gives it back
 *  @throws DataDirError  when another process has it */
export function lockDataDir(path: string): () => void {
  const { DatabaseSync } = engineModule();
  const lock = new DatabaseSync(join(path, "lock"));
  try {
    lock.exec("pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive");
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test((error as Error).message)) throw error;
    throw new DataDirError(
      `another asciinema-server works in DATA_DIR ${path}; stop that one, or give this one a DATA_DIR of its own`,
    );
  }
  return () => lock.close();
}

/** Makes a folder and those that it lies in. Node's own recursion never ends where the system says that a folder's parent,
 *  which is there, is not (/proc). */
async function make(path: string): Promise<void> {
  const there = await nearest(path);
  if (!(await stat(there)).isDirectory()) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
  if (there === path) return;
  const missing = relative(there, path).split(sep);
  for (const [i] of missing.entries()) {
    await mkdir(join(there, ...missing.slice(0, i + 1)), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error; // somebody else was first
    });
  }
}

async function refused(path: string, error: unknown): Promise<DataDirError> {
  const { code, message } = error as NodeJS.ErrnoException;
  const because = await reason(path, code);
  return new DataDirError(because ? `DATA_DIR ${path} ${because}` : `DATA_DIR ${path} cannot be used: ${message}`, {
    cause: error,
  });
}

async function reason(path: string, code: string | undefined): Promise<string | undefined> {
  const there = await nearest(path);
  const { username } = userInfo();
  switch (code) {
    case "EEXIST":
    case "ENOTDIR":
      return there === path ? "is a file, not a folder" : `cannot be made: ${there} is a file, not a folder`;
    case "EACCES":
    case "EPERM":
      return there === path
        ? `cannot be written to by the user ${username}; chown ${username} ${path} would let it`
        : `cannot be made in ${there} by the user ${username}; make it for that user, or choose another`;
    case "EROFS":
      return "is on a file system that can only be read";
    case "ENOENT":
      return `cannot be made in ${there}`;
    case "ENOSPC":
    case "EDQUOT":
      return "is on a disk that is full";
    default:
      return undefined;
  }
}

/** The longest part of a path that exists and can be seen. */
async function nearest(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    if (await stat(at).catch(() => undefined)) return at;
    if (dirname(at) === at) return at;
  }
}

/** Whether this user can write to a folder, or to the folder that it would be made in. */
export async function isWritable(path: string): Promise<boolean> {
  const there = await nearest(path);
  return access(there, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
