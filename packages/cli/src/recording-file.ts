// The file that a session is recorded to: new, replaced, or continued.
import { close, createReadStream, ftruncate, mkdirSync, open, type Stats, statSync, write } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { AsciicastError } from "@asciinema-ts/asciicast";
import { CliError, reason } from "./error.js";
import { examine } from "./examine.js";
import { warn } from "./messages.js";
import type { OutputFormat } from "./options.js";

export interface RecordingFile {
  /** Open for writing at the place where the session begins. */
  fd: number;
  format: OutputFormat;
  /** When an existing recording is continued: the time of its last event in microseconds. */
  append: number | undefined;
}

const openFile = promisify(open);
const closeFile = promisify(close);
const truncateFile = promisify(ftruncate);
const writeFile = promisify(write);

/** Opens a file to record to. A torn last line of a recording that is continued is cut.
 *
 *  @throws CliError when it exists and neither flag is given, or cannot be written or continued */
export async function openRecordingFile(
  path: string,
  options: { format: OutputFormat | undefined; append: boolean; overwrite: boolean },
): Promise<RecordingFile> {
  const byName = options.format ?? (path.endsWith(".txt") ? "txt" : undefined);
  const existing = statOf(path);
  if (existing?.isDirectory()) throw new CliError(`can't open ${path}: Is a directory (os error 21)`);
  const filled = existing?.isFile() === true && existing.size > 0;
  if (filled && !options.append && !options.overwrite) {
    throw new CliError("file exists, use --overwrite or --append");
  }
  if (filled && options.append) return continueFile(path, byName, existing.size);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch {
    // Opening the file says what is wrong.
  }
  try {
    const fd = await openFile(path, existing ? "w" : "wx");
    return { fd, format: byName ?? "asciicast-v3", append: undefined };
  } catch (error) {
    throw new CliError(`can't open ${path}: ${reason(error)}`);
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

async function continueFile(path: string, wanted: OutputFormat | undefined, size: number): Promise<RecordingFile> {
  const found = await examine(createReadStream(path), "skip").catch((error: AsciicastError) => {
    if (wanted === "raw" || wanted === "txt") return undefined;
    throw new CliError(`can't append: ${path}: ${reason(error)}`);
  });
  if (found?.version === 1) throw new CliError("appending to asciicast v1 files is not supported");
  const format = found && (found.version === 2 ? "asciicast-v2" : "asciicast-v3");
  if (format && wanted && wanted !== format) {
    throw new CliError(`can't append ${wanted}: ${path} is in ${format} format`);
  }
  const fd = await openFile(path, "a").catch((error) => {
    throw new CliError(`can't open ${path}: ${reason(error)}`);
  });
  try {
    if (found && found.end < size) {
      warn(`${path}: the last line is torn: ${size - found.end} bytes are cut`);
      await truncateFile(fd, found.end);
    }
    if (found?.open) await writeFile(fd, "\n");
  } catch (error) {
    await closeFile(fd);
    throw new CliError(`can't append: ${path}: ${reason(error)}`);
  }
  return { fd, format: format ?? wanted!, append: found?.time };
}
