// ttyrec: frames of terminal output, each with a header of 12 bytes, little-endian:
//
//   seconds since 1970  u32 | microseconds  u32 | bytes that follow  u32 | output …

import { ByteReader } from "./byte-reader.js";
import { AsciicastError } from "./error.js";
import type { Event } from "./event.js";
import { isSize } from "./fields.js";
import type { Header } from "./header.js";
import { addNote, type Note } from "./note.js";
import { bytesOf, type Capture, type OpenOptions, once, type Source } from "./open.js";

/** Bytes of one frame above which a file is not believed. Recorders write what one read() gave them. */
const LONGEST = 16 * 1024 * 1024;

/** Events given at a time. */
const BATCH = 256;

/** Options of the readers for formats that do not say how their text is encoded. */
export interface ForeignOptions extends OpenOptions {
  /** The encoding, by a name that `TextDecoder` knows; UTF-8 unless given. Old games wrote `ibm866`, `latin1` and others. */
  encoding?: string;
}

/** Reads a ttyrec, plain or compressed as {@link open} takes it.
 *
 *  The size is that of a sequence `ESC[8;ROWS;COLSt` in the first frame, else 80x24. A last frame that was torn off is
 *  given as far as it goes, with a note; times that go back are taken as that of the frame before, with a note. The
 *  `line` of a note or error is the number of the frame.
 *
 *  @throws {AsciicastError} (rejects) when it is not a ttyrec
 *  @throws {RangeError} (rejects) when the encoding is not known */
export async function openTtyrec(source: Source, options: ForeignOptions = {}): Promise<Capture> {
  const text = new TextDecoder(options.encoding ?? "utf-8", { ignoreBOM: true });
  const notes: Note[] = [];
  const reader = new ByteReader(bytesOf(source, notes, options));
  const batches = decode(reader, text, notes);
  try {
    const start = await reader.peek(12);
    if (start.length === 0) throw new AsciicastError("empty file", 0);
    if (start.length < 12) throw new AsciicastError("not a ttyrec: shorter than the header of a frame", 0);
    const { seconds, length } = frame(start, 1);
    const first = latin1((await reader.peek(12 + length)).subarray(12));
    return { header: { ...sizeIn(first), timestamp: seconds }, notes, events: once([], batches) };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function* decode(reader: ByteReader, text: TextDecoder, notes: Note[]): AsyncGenerator<Event[]> {
  let batch: Event[] = [];
  let origin: number | undefined;
  let time = 0;
  try {
    for (let number = 1; ; number++) {
      const head = await reader.take(12);
      if (head.length < 12) {
        if (head.length > 0) addNote(notes, number, "the file ends within this frame, which is dropped");
        break;
      }
      const { seconds, microseconds, length } = frame(head, number);
      const data = await reader.take(length);
      if (data.length < length) addNote(notes, number, "the file ends within this frame: what it holds is used");
      const now = seconds * 1e6 + microseconds;
      origin ??= now;
      if (now - origin < time) addNote(notes, number, "the time goes back: taken as that of the frame before");
      time = Math.max(time, now - origin);
      const output = text.decode(data, { stream: true });
      if (output !== "") batch.push({ time, type: "output", text: output });
      if (batch.length === BATCH) {
        yield batch;
        batch = [];
      }
    }
    const rest = text.decode();
    if (rest !== "") batch.push({ time, type: "output", text: rest });
    yield batch;
  } catch (error) {
    if (batch.length > 0) yield batch;
    throw error;
  } finally {
    await reader.close();
  }
}

function frame(head: Uint8Array, number: number): { seconds: number; microseconds: number; length: number } {
  const view = new DataView(head.buffer, head.byteOffset, 12);
  const microseconds = view.getUint32(4, true);
  const length = view.getUint32(8, true);
  if (microseconds >= 1e6 || length > LONGEST) {
    if (number === 1) throw new AsciicastError("not a ttyrec: it does not begin with the header of a frame", 0);
    throw new AsciicastError("not the header of a frame", number);
  }
  return { seconds: view.getUint32(0, true), microseconds, length };
}

/** The size that output asks a terminal to take. */
function sizeIn(output: string): Pick<Header, "cols" | "rows"> {
  const [, rows, cols] = /\x1b\[8;(\d+);(\d+)t/.exec(output) ?? [];
  return isSize(Number(rows)) && isSize(Number(cols))
    ? { cols: Number(cols), rows: Number(rows) }
    : { cols: 80, rows: 24 };
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
