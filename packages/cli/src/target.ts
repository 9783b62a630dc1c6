// Where converted recordings go: standard output as it comes, or a file that appears when it is complete.
import { realpathSync, renameSync, type Stats, statSync, unlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError, ReaderGone, reason } from "./error.js";
import { compressionOf, sinkInto } from "./sink.js";

export interface Target {
  /** Resolves when it has been written; the memory may be used again then.
   *
   *  @throws CliError */
  write(data: string | Uint8Array): Promise<void>;
  /** Completes the output.
   *
   *  @throws CliError */
  commit(): Promise<void>;
  /** Removes what was written, where that is possible. */
  discard(): Promise<void>;
}

/** Standard output, whatever it is connected to. */
export function standardOutput(): Target {
  const { stdout } = process;
  // Every failure is also told to who has written.
  stdout.on("error", () => {});
  return {
    write: (data) =>
      new Promise((resolve, reject) => {
        if (data.length === 0) return resolve();
        stdout.write(data, (error: NodeJS.ErrnoException | null | undefined) => {
          if (!error) resolve();
          else if (error.code === "EPIPE") reject(new ReaderGone());
          else reject(new CliError(`can't write standard output: ${reason(error)}`));
        });
      }),
    commit: async () => {},
    discard: async () => {},
  };
}

/** A file by its name. What is written goes to a file beside it, which takes the name when it is complete; devices and
 *  pipes are written to as they are.
 *
 *  @throws CliError when it cannot be written, or exists, is not empty and is not to be overwritten */
export async function openTarget(name: string, overwrite: boolean): Promise<Target> {
  const existing = statOf(name);
  if (existing?.isDirectory()) throw new CliError(`can't open ${name}: Is a directory (os error 21)`);
  if (existing?.isFile() && existing.size > 0 && !overwrite) {
    throw new CliError(`file exists, use --overwrite option to overwrite the file: ${name}`);
  }
  const whole = existing === undefined || existing.isFile();
  const final = existing ? realpathSync(name) : name;
  const path = whole ? join(dirname(final), `.${basename(final)}.${process.pid}.tmp`) : name;
  let file: FileHandle;
  try {
    file = await open(path, whole ? "wx" : "w", existing?.mode);
  } catch (error) {
    throw new CliError(`can't open ${name}: ${reason(error)}`);
  }
  const remove = () => {
    if (whole) unlinkSync(path);
  };
  const stop = (signal: NodeJS.Signals) => process.exit(128 + SIGNALS[signal]!);
  process.on("exit", remove);
  for (const signal of Object.keys(SIGNALS)) process.on(signal as NodeJS.Signals, stop);
  const settle = () => {
    process.off("exit", remove);
    for (const signal of Object.keys(SIGNALS)) process.off(signal as NodeJS.Signals, stop);
  };

  const failing = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw new CliError(`can't write ${name}: ${reason(error)}`);
    }
  };
  const sink = sinkInto(file.fd, whole ? compressionOf(name) : undefined);
  return {
    write: (data) => failing(sink.write(typeof data === "string" ? Buffer.from(data) : data)),
    commit: async () => {
      if (sink.end) await failing(sink.end());
      if (whole) await failing(file.sync());
      await failing(file.close());
      if (whole) renameSync(path, final);
      settle();
    },
    discard: async () => {
      await file.close().catch(() => {});
      remove();
      settle();
    },
  };
}

const SIGNALS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
