// The file that a session is recorded to: new, replaced, or continued.
import {
  close,
  createReadStream,
  fchmod,
  ftruncate,
  mkdirSync,
  open,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  write,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { AsciicastError } from "@asciinema-ts/asciicast";
import { formatOf } from "./encoding.js";
import { CliError, reason } from "./error.js";
import { type Examined, examine } from "./examine.js";
import { warn } from "./messages.js";
import type { OutputFormat } from "./option-values.js";
import { type Compression, compressionOf, type Sink, sinkInto } from "./sink.js";
import { inflated, upTo } from "./source.js";

export interface RecordingFile {
  /** At the place where the session begins. */
  sink: Sink;
  format: OutputFormat;
  /** When an existing recording is continued: the time of its last event in microseconds. */
  append: number | undefined;
}

const openFile = promisify(open);
const closeFile = promisify(close);
const truncateFile = promisify(ftruncate);
const writeFile = promisify(write);
const setMode = promisify(fchmod);

/** Opens a file to record to. A torn last line of a recording that is continued is cut.
 *
 *  @throws CliError when it exists and neither flag is given, or cannot be written or continued */
export async function openRecordingFile(
  path: string,
  options: { format: OutputFormat | undefined; append: boolean; overwrite: boolean },
): Promise<RecordingFile> {
  const byName = options.format ?? formatOf(path);
  const existing = statOf(path);
  if (existing?.isDirectory()) throw new CliError(`can't open ${path}: Is a directory (os error 21)`);
  const filled = existing?.isFile() === true && existing.size > 0;
  if (filled && !options.append && !options.overwrite) {
    throw new CliError(`file exists, use --overwrite or --append: ${path}`);
  }
  if (filled && options.append) return continueFile(path, byName, existing);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch {
    // Opening the file says what is wrong.
  }
  const fd = await opening(path, openFile(path, existing ? "w" : "wx"));
  return { sink: sinkInto(fd, compressionOf(path)), format: byName ?? "asciicast-v3", append: undefined };
}

async function opening<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
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

async function continueFile(path: string, wanted: OutputFormat | undefined, existing: Stats): Promise<RecordingFile> {
  const failed = (error: unknown) => new CliError(`can't append: ${path}: ${reason(error)}`);
  const content = await inflated(createReadStream(path)).catch((error) => {
    throw failed(error);
  });
  const found = await examine(content.chunks, "skip").catch((error: AsciicastError) => {
    // What is no recording can still be text or raw output, but not in a compressed file, whose end is not the end.
    if (!content.compressed && (wanted === "raw" || wanted === "txt")) return undefined;
    throw failed(error);
  });
  if (found?.version === 1) throw new CliError("appending to asciicast v1 files is not supported");
  const format = found && (found.version === 2 ? "asciicast-v2" : "asciicast-v3");
  if (format && wanted && wanted !== format) {
    throw new CliError(`can't append ${wanted}: ${path} is in ${format} format`);
  }
  if (found && found.end < found.size) {
    warn(`${path}: the last line is torn: ${found.size - found.end} bytes are cut`);
  }
  const sink =
    content.compressed && found ? await rewrite(path, found, existing, content.compressed) : await extend(path, found);
  return { sink, format: format ?? wanted!, append: found?.time };
}

/** A plain file, open behind its last whole line. */
async function extend(path: string, found: Examined | undefined): Promise<Sink> {
  const fd = await opening(path, openFile(path, "a"));
  try {
    if (found && found.end < found.size) await truncateFile(fd, found.end);
    if (found?.open) await writeFile(fd, "\n");
  } catch (error) {
    await closeFile(fd);
    throw new CliError(`can't append: ${path}: ${reason(error)}`);
  }
  return sinkInto(fd, undefined);
}

/** A compressed file, written anew so that it stays one piece for the decompressor, with room for more at its end. It
 *  takes the place of the old one when it holds all of that. */
async function rewrite(path: string, found: Examined, existing: Stats, kind: Compression): Promise<Sink> {
  const final = realpathSync(path);
  const temporary = join(dirname(final), `.${basename(final)}.${process.pid}.tmp`);
  const fd = await opening(path, openFile(temporary, "wx", 0o600));
  try {
    await setMode(fd, existing.mode & 0o7777);
    const sink = sinkInto(fd, kind);
    for await (const chunk of upTo(found.end, (await inflated(createReadStream(path))).chunks)) await sink.write(chunk);
    if (found.open) await sink.write(Buffer.from("\n"));
    await sink.flush?.();
    await sink.sync();
    renameSync(temporary, final);
    return sink;
  } catch (error) {
    await closeFile(fd);
    unlinkSync(temporary);
    throw new CliError(`can't append: ${path}: ${reason(error)}`);
  }
}
