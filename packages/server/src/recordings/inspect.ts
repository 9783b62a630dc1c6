import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGzip, gunzipSync } from "node:zlib";
import { AsciicastError, Decoder, type Event, type Theme } from "@asciinema-ts/asciicast";
import { Trace } from "@asciinema-ts/render";
import { Refusal } from "../refusal.js";
import { IdleTime } from "./idle-time.js";
import { MAX_COLS, MAX_LINE, MAX_ROWS } from "./limits.js";
import { unpack } from "./unpack.js";

/** What an uploaded file says about itself. */
export interface Inspection {
  version: 1 | 2 | 3;
  cols: number;
  rows: number;
  termType?: string;
  termVersion?: string;
  theme?: Theme;
  title?: string;
  command?: string;
  shell?: string;
  /** Milliseconds since 1970. */
  recordedAt?: number;
  /** Microseconds, with the header's idle time limit applied. */
  duration: number;
  /** 64 levels, one hexadecimal digit each. */
  trace: string;
  /** SHA-256 of the content, in hex. */
  contentHash: string;
  compressedSize: number;
  uncompressedSize: number;
  /** The line that was torn off and is left out. */
  cut?: number;
}

const BARS = 64;
const LONGEST = `${MAX_LINE / 1024 ** 2} MB`;

/** Reads an uploaded file whole, checks it and writes what is to be stored, compressed with gzip, in one pass.
 *
 *  A torn last line is left out of the content. Everything else is stored byte for byte as it was uploaded.
 *
 *  @param upload   the file as sent: plain, gzip or zstd
 *  @param content  where the content goes
 *  @param limit    bytes that the content may have
 *  @throws Refusal  validation_failed or content_too_large */
export async function inspect(upload: string, content: string, limit: number): Promise<Inspection> {
  const survey = new Survey();
  const hash = createHash("sha256");
  const lines = new LineCutter();
  const gzip = createGzip();
  const file = createWriteStream(content, { flags: "wx", mode: 0o600 });
  const written = pipeline(gzip, file);
  written.catch(() => {}); // seen below
  const keep = async (piece: Uint8Array) => {
    hash.update(piece);
    if (!gzip.write(piece)) await Promise.race([new Promise((resolve) => gzip.once("drain", resolve)), written]);
  };
  let size = 0;
  try {
    for await (const piece of unpack(createReadStream(upload), limit)) {
      lines.limit(piece);
      survey.push(piece);
      for (const whole of lines.push(piece)) {
        size += whole.length;
        await keep(whole);
      }
    }
    const torn = survey.end(lines.line + 1, lines.rest);
    if (!torn) {
      for (const piece of lines.rest) {
        size += piece.length;
        await keep(piece);
      }
    }
    gzip.end();
    await written;
  } catch (error) {
    gzip.destroy();
    file.destroy();
    throw error;
  }
  const header = survey.header;
  if (survey.decoder.version === 1 && survey.decoder.notes.length > 0 && !isJson(gunzipSync(await readFile(content)))) {
    // There is no last line to leave out: the file as it is would not play elsewhere.
    throw invalid("the file ends early");
  }
  return {
    version: survey.decoder.version!,
    ...clean(header),
    duration: survey.duration,
    trace: survey.levels(),
    contentHash: hash.digest("hex"),
    compressedSize: (await stat(content)).size,
    uncompressedSize: size,
    ...(survey.cut !== undefined && { cut: survey.cut }),
  };
}

/** Follows the decoder and remembers what is asked about later. */
class Survey {
  readonly decoder = new Decoder();
  duration = 0;
  cut: number | undefined;
  private events = 0;
  /** Bytes that wait in memory for a header. */
  private undecided = 0;
  private head = Buffer.alloc(0);
  private idle: IdleTime | undefined;
  private readonly trace = new Trace();

  push(piece: Uint8Array): void {
    if (!this.decoder.header) {
      this.undecided += piece.length;
      if (this.undecided > MAX_LINE) throw invalid(`its header, or all of a version 1, is longer than ${LONGEST}`);
    }
    if (!this.decoder.header && this.head.length < 4096)
      this.head = Buffer.concat([this.head, piece.subarray(0, 4096)]);
    this.take(() => this.decoder.push(piece));
  }

  /** Takes the end of the input.
   *
   *  @param line  the number of the line that has no line end
   *  @param rest  what is on it
   *  @returns whether that line was torn off */
  end(line: number, rest: Uint8Array[]): boolean {
    const before = this.events;
    this.take(() => this.decoder.end());
    if (this.events === 0) throw new Refusal("validation_failed", "This recording has no events");
    const blank = Buffer.concat(rest).toString("utf8").trim() === "";
    if (this.decoder.version !== 1 && this.events === before && !blank) this.cut = line;
    return this.cut !== undefined;
  }

  get header() {
    return this.decoder.header!;
  }

  levels(): string {
    return this.trace
      .bars(BARS, this.duration)
      .map((height) => Math.round(height * 15).toString(16))
      .join("");
  }

  private take(read: () => Event[]): void {
    let events: Event[];
    try {
      events = read();
    } catch (error) {
      if (!(error instanceof AsciicastError)) throw error;
      // The decoder begins as we do when the whole file is meant.
      throw this.unsupported() ?? invalid(error.message.replace(/^not a [\w, ]+ asciicast file: /, ""), error);
    }
    if (events.length > 0) this.idle ??= this.begin();
    for (const event of events) {
      this.events++;
      if (event.type === "resize" && (event.cols > MAX_COLS || event.rows > MAX_ROWS)) {
        throw invalid(
          `at ${event.time / 1e6} s the terminal becomes ${event.cols}x${event.rows}; ${MAX_COLS}x${MAX_ROWS} is the limit`,
        );
      }
      this.duration = this.idle!.next(event.time);
      this.trace.push({ ...event, time: this.duration });
    }
  }

  private begin(): IdleTime {
    const { cols, rows, idleTimeLimit } = this.header;
    const details = [
      ...(cols > MAX_COLS ? [{ field: "term_cols", message: `must be less than or equal to ${MAX_COLS}` }] : []),
      ...(rows > MAX_ROWS ? [{ field: "term_rows", message: `must be less than or equal to ${MAX_ROWS}` }] : []),
    ];
    if (details.length > 0) throw new Refusal("validation_failed", "Validation failed", { details });
    return new IdleTime(idleTimeLimit);
  }

  /** The refusal of a version that does not exist, told by the first line. */
  private unsupported(): Refusal | undefined {
    if (this.decoder.header) return undefined;
    const version = versionOf(this.head.toString("utf8").split("\n", 1)[0]!);
    if (version === undefined || [1, 2, 3].includes(version)) return undefined;
    return new Refusal("validation_failed", `asciicast v${version} is not supported`);
  }
}

/** Passes whole lines on and holds the last one back until it is known whether it is whole. */
class LineCutter {
  /** Whole lines so far. */
  line = 0;
  /** The pieces of the line that has no end yet. */
  rest: Uint8Array[] = [];
  private held = 0;

  /** Refuses a line that is too long before it is put into memory.
   *
   *  @throws Refusal  validation_failed */
  limit(piece: Uint8Array): void {
    const end = piece.indexOf(10);
    if (this.held + (end < 0 ? piece.length : end) > MAX_LINE) {
      throw invalid(`line ${this.line + 1} is longer than ${LONGEST}`);
    }
    this.held = end < 0 ? this.held + piece.length : piece.length - piece.lastIndexOf(10) - 1;
  }

  push(piece: Uint8Array): Uint8Array[] {
    const end = piece.lastIndexOf(10) + 1;
    if (end === 0) {
      this.rest.push(piece);
      return [];
    }
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) this.line++;
    const whole = [...this.rest, piece.subarray(0, end)];
    this.rest = end < piece.length ? [piece.subarray(end)] : [];
    return whole;
  }
}

/** The header as far as the server keeps it, without control characters. */
function clean(header: Survey["header"]) {
  const line = (text: string | undefined) =>
    text?.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").trim() || undefined;
  const found = {
    termType: line(header.termType ?? header.env?.["TERM"]),
    termVersion: line(header.termVersion),
    title: line(header.title),
    command: line(header.command),
    shell: line(header.env?.["SHELL"]),
    theme: header.theme,
    recordedAt: header.timestamp === undefined ? undefined : header.timestamp * 1000,
  };
  const kept = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  return { cols: header.cols, rows: header.rows, ...(kept as Partial<Inspection>) };
}

function versionOf(line: string): number | undefined {
  try {
    const { version } = JSON.parse(line) as { version?: unknown };
    return Number.isInteger(version) ? (version as number) : undefined;
  } catch {
    return undefined;
  }
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}

function invalid(why: string, cause?: unknown): Refusal {
  return new Refusal("validation_failed", `This doesn't look like a valid asciicast file: ${why}`, { cause });
}
