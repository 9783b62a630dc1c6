// Recordings of script(1) from util-linux: one file of output, perhaps one of input, and one that says what came when.
//
// A line of the classic timing file is `DELAY COUNT`: so many seconds after the line before, so many bytes of output.
// A line of the advanced one begins with a letter:
//
//   O DELAY COUNT   output           S DELAY NAME …        a signal, SIGWINCH with ROWS=… COLS=…
//   I DELAY COUNT   input            H DELAY NAME VALUE    what is known of the session
//
// The files of output and input begin with a line "Script started on …" and end with "Script done on …", in the language of
// whoever recorded, which no entry counts; some programs leave them out. With `script --log-io` both are one file.

import { ByteReader } from "./byte-reader.js";
import { AsciicastError } from "./error.js";
import type { Event } from "./event.js";
import { compact, isSize } from "./fields.js";
import type { Header } from "./header.js";
import { addNote, type Note } from "./note.js";
import { bytesOf, type Capture, once, type Source } from "./open.js";
import type { ForeignOptions } from "./ttyrec.js";

/** The files of one recording of script(1). */
export interface Typescript {
  /** From `script --log-timing` (`-T`), in the classic or the advanced format. */
  timing: Source;
  /** From `--log-out` (`-O`), or from `--log-io` (`-B`). */
  output: Source;
  /** From `--log-in` (`-I`). Without it input is left out, unless the output file holds it. */
  input?: Source;
}

/** Events given at a time. */
const BATCH = 256;

/** Bytes of one entry above which a timing file is not believed. */
const LONGEST = 16 * 1024 * 1024;

/** Bytes of a line "Script started on …" at the most: a command can be long. */
const HEADING = 64 * 1024;

/** Bytes of a file above which entries are believed not to count a first line in another language. */
const SUMMED = 64 * 1024 * 1024;

/** Reads a recording of script(1).
 *
 *  Files that end early are played as far as they go, with a note. Output that no entry counts, as when the timing file
 *  was torn off, comes at the end, with a note. The `line` of a note or error is that of the timing file.
 *
 *  @throws {AsciicastError} (rejects) when the timing file is not one
 *  @throws {RangeError} (rejects) when the encoding is not known */
export async function openTypescript(files: Typescript, options: ForeignOptions = {}): Promise<Capture> {
  const notes: Note[] = [];
  const timing = await readTiming(files.timing, notes, options);
  const output = new Log(files.output, notes, options);
  const input = files.input === undefined ? undefined : new Log(files.input, notes, options);
  const said = new Map(timing.flatMap((entry) => (entry.type === "said" ? [[entry.name, entry.value] as const] : [])));
  const shared = said.has("INPUT_LOG") && said.get("INPUT_LOG") === said.get("OUTPUT_LOG");
  const counted = (type: "output" | "input") =>
    timing.reduce((sum, entry) => sum + (entry.type === type ? entry.count : 0), 0);
  const heading = await output.heading(counted("output") + (shared && !input ? counted("input") : 0));
  await input?.heading(counted("input"));
  const cols = Number(said.get("COLUMNS") ?? /\bCOLUMNS="(\d+)"/.exec(heading)?.[1]);
  const rows = Number(said.get("LINES") ?? /\bLINES="(\d+)"/.exec(heading)?.[1]);
  const termType = said.get("TERM") ?? /\bTERM="([^"]*)"/.exec(heading)?.[1];
  const started = said.get("START_TIME") ?? /^Script started on ([^[]*)/.exec(heading)?.[1]?.trim() ?? "";
  const timestamp = Math.floor(Date.parse(started.replace(/^(\d+-\d\d-\d\d) /, "$1T")) / 1000);
  const shell = said.get("SHELL");
  const sized = isSize(cols) && isSize(rows);
  const header = compact<Header>({
    cols: sized ? cols : 80,
    rows: sized ? rows : 24,
    termType,
    timestamp: timestamp >= 0 ? timestamp : undefined,
    command: said.get("COMMAND"),
    env: shell === undefined ? undefined : { SHELL: shell },
  });
  const hasInput = timing.some((entry) => entry.type === "input");
  if (hasInput && !input && !shared) addNote(notes, 0, "input is left out: its file was not given");
  return {
    header,
    notes,
    events: once([], decode(timing, said, output, input ?? (shared ? output : undefined), notes)),
  };
}

type Entry = { delay: number; line: number } & (
  | { type: "output" | "input"; count: number }
  | { type: "resize"; cols: number; rows: number }
  | { type: "said"; name: string; value: string }
  | { type: "nothing" }
);

async function readTiming(source: Source, notes: Note[], options: ForeignOptions): Promise<Entry[]> {
  const utf8 = new TextDecoder();
  let text = "";
  for await (const chunk of bytesOf(source, notes, options)) text += utf8.decode(chunk, { stream: true });
  const lines = (text + utf8.decode()).split("\n");
  // What follows the last line end is nothing, or a line that was torn off: a count may lack its last digits.
  const torn = lines.pop();
  if (torn?.trim()) addNote(notes, lines.length + 1, "the timing file ends within this line, which is dropped");
  const entries: Entry[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const entry = readEntry(line, index + 1);
    if (entry) entries.push(entry);
    else if (entries.length === 0) throw new AsciicastError("not a timing file of script(1)", index + 1);
    else if (options.damage === "skip") addNote(notes, index + 1, "not an entry of a timing file: skipped");
    else throw new AsciicastError("not an entry of a timing file", index + 1);
  }
  if (entries.length === 0 && !torn?.trim()) throw new AsciicastError("empty timing file", 0);
  return entries;
}

function readEntry(text: string, line: number): Entry | undefined {
  const [, letter = "O", seconds, rest = ""] = /^(?:([OISH]) )?(\d+(?:\.\d+)?) ?(.*?)\r?$/s.exec(text) ?? [];
  const delay = Math.round(Number(seconds) * 1e6);
  if (!(delay <= 1e15)) return undefined;
  if (letter === "H") {
    const [, name = "", value = ""] = /^(\S+) ?(.*)$/s.exec(rest) ?? [];
    return { delay, line, type: "said", name, value };
  }
  if (letter === "S") {
    const cols = Number(/\bCOLS=(\d+)/.exec(rest)?.[1]);
    const rows = Number(/\bROWS=(\d+)/.exec(rest)?.[1]);
    const sized = rest.startsWith("SIGWINCH") && isSize(cols) && isSize(rows);
    return sized ? { delay, line, type: "resize", cols, rows } : { delay, line, type: "nothing" };
  }
  const count = /^\d+$/.test(rest) ? Number(rest) : -1;
  if (count < 0 || count > LONGEST) return undefined;
  return { delay, line, type: letter === "I" ? "input" : "output", count };
}

async function* decode(
  timing: Entry[],
  said: ReadonlyMap<string, string>,
  output: Log,
  input: Log | undefined,
  notes: Note[],
): AsyncGenerator<Event[]> {
  let batch: Event[] = [];
  let time = 0;
  let whole = true;
  try {
    for (const entry of timing) {
      time += entry.delay;
      if (entry.type === "resize") batch.push({ time, type: "resize", cols: entry.cols, rows: entry.rows });
      if (entry.type === "output" || entry.type === "input") {
        const log = entry.type === "output" ? output : input;
        const part = await log?.take(entry.type, entry.count);
        if (part?.text) batch.push({ time, type: entry.type, text: part.text });
        if (whole && part && !part.whole)
          addNote(notes, entry.line, `the file of ${entry.type} ends within this entry`);
        whole &&= !part || part.whole;
      }
      if (batch.length >= BATCH) {
        yield batch;
        batch = [];
      }
    }
    const { text, status } = await output.rest();
    if (text !== "") {
      addNote(notes, 0, "the timing file ends before the output does: the rest comes at the end");
      batch.push({ time, type: "output", text });
    }
    const code = said.get("EXIT_CODE") ?? status;
    if (code !== undefined && /^-?\d{1,10}$/.test(code)) {
      const duration = Math.round(Number(said.get("DURATION") ?? 0) * 1e6);
      batch.push({ time: duration > time && duration <= 1e15 ? duration : time, type: "exit", status: Number(code) });
    }
    yield batch;
  } finally {
    await Promise.all([output.close(), input?.close()]);
  }
}

/** One file of output or input. */
class Log {
  readonly #reader: ByteReader;
  /** Output and input may be in one file, each with characters that go on from one entry to the next. */
  readonly #text: Record<"output" | "input", TextDecoder>;

  constructor(source: Source, notes: Note[], options: ForeignOptions) {
    const { encoding = "utf-8" } = options;
    this.#text = {
      output: new TextDecoder(encoding, { ignoreBOM: true }),
      input: new TextDecoder(encoding, { ignoreBOM: true }),
    };
    this.#reader = new ByteReader(bytesOf(source, notes, options));
  }

  /** Takes the first line, which script writes in one of many languages; nothing if the entries count every byte. */
  async heading(counted: number): Promise<string> {
    const begin = new TextDecoder().decode(await this.#reader.peek(18));
    if (begin !== "Script started on " && counted <= SUMMED) {
      const { length } = await this.#reader.peek(counted + 1);
      if (length === counted) return "";
    }
    return new TextDecoder().decode(await this.#reader.line(HEADING)).trim();
  }

  async take(type: "output" | "input", count: number): Promise<{ text: string; whole: boolean }> {
    const bytes = await this.#reader.take(count);
    return { text: this.#text[type].decode(bytes, { stream: true }), whole: bytes.length === count };
  }

  /** What no entry has counted, without the last line that script writes, and the exit status which that line tells. */
  async rest(): Promise<{ text: string; status: string | undefined }> {
    const bytes = await this.#reader.take(Infinity);
    const text = this.#text.output.decode(bytes, { stream: true }) + this.#text.output.decode();
    const from = text.trimEnd().lastIndexOf("\n") + 1;
    const done = text.slice(from).trimEnd();
    const status = /\bCOMMAND_EXIT_CODE="(-?\d+)"\]$/.exec(done)?.[1];
    if (status === undefined && !done.startsWith("Script done on ")) return { text, status };
    // An empty line comes before it.
    return { text: text.slice(0, from).replace(/\r?\n$/, ""), status };
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }
}
