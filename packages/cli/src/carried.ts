// Output that is carried from one asciicast file into another as it stands there.
import { isUtf8 } from "node:buffer";
import { AsciicastError, type Capture, Decoder, type Event } from "@asciinema-ts/asciicast";

const LINE_FEED = 0x0a;
/** How an output event's line begins, up to the quote that opens its text. */
const BEGINNING = /^\[\d{1,12}(?:\.\d{1,12})?, ?"o", ?"/;

/** An output event of which the text is still JSON: to be written into another file it need be nothing else. */
export class CarriedOutput {
  readonly type = "output";

  /** @param time  in microseconds
   *  @param json  a string with its quotes, in valid UTF-8 */
  constructor(
    readonly time: number,
    readonly json: Uint8Array,
  ) {}

  get text(): string {
    return JSON.parse(Buffer.from(this.json).toString()) as string;
  }
}

/** Reads an asciicast, of which output comes as `CarriedOutput` where it can. Everything else, errors and notes too, is the
 *  decoder's.
 *
 *  @param chunks  not compressed; their memory is not used again
 *  @throws AsciicastError when it is not a recording */
export async function openCarried(chunks: AsyncIterator<Uint8Array>): Promise<Capture> {
  const decoder = new Decoder();
  const reader = new Reader(decoder);
  let first: Event[] = [];
  while (!decoder.header) {
    const { done, value } = await chunks.next();
    first = done ? decoder.end() : reader.read(value);
    if (done) break;
  }
  const { header, notes } = decoder;
  if (!header) throw new RangeError("a decoder at its end has a header");
  const events = async function* () {
    try {
      yield first;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield reader.read(next.value);
      yield decoder.end();
    } finally {
      await chunks.return?.();
    }
  };
  return { header, notes, events };
}

class Reader {
  readonly #decoder: Decoder;
  /** Whether the decoder is between event lines. */
  #between = false;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  /** After an error, events before it are returned first, and the next call throws it. */
  read(chunk: Uint8Array): Event[] {
    const events: Event[] = [];
    try {
      this.#read(chunk, events);
    } catch (error) {
      if (!(error instanceof AsciicastError) || events.length === 0) throw error;
    }
    return events;
  }

  #read(chunk: Uint8Array, events: Event[]): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let at = 0;
    while (!this.#between && at < bytes.length) at = this.#push(bytes, at, events);
    const last = bytes.lastIndexOf(LINE_FEED);
    const carry = last >= at && isUtf8(bytes.subarray(at, last));
    while (carry && at <= last) {
      const end = bytes.indexOf(LINE_FEED, at);
      const output = this.#output(bytes, at, end);
      if (output) events.push(output);
      at = output ? end + 1 : this.#push(bytes, at, events);
    }
    if (at < bytes.length) {
      for (const event of this.#decoder.push(bytes.subarray(at))) events.push(event);
      this.#between = last === bytes.length - 1;
    }
  }

  /** Gives the rest of a line to the decoder.
   *
   *  @returns where the next one begins */
  #push(bytes: Buffer, from: number, events: Event[]): number {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end < 0 ? bytes.length : end + 1;
    for (const event of this.#decoder.push(bytes.subarray(from, to))) events.push(event);
    const { version } = this.#decoder;
    this.#between = end >= 0 && (version === 2 || version === 3);
    return to;
  }

  /** The output event on a line, if it is one and nothing is wrong with it. */
  #output(bytes: Buffer, from: number, end: number): CarriedOutput | undefined {
    // Each byte as a character: for what is looked at here that is as good, and takes a fraction of the time.
    const line = bytes.toString("latin1", from, end);
    const beginning = BEGINNING.exec(line);
    if (!beginning || !line.endsWith('"]')) return undefined;
    let json: unknown[];
    try {
      json = JSON.parse(line) as unknown[];
    } catch {
      return undefined;
    }
    if (json.length !== 3) return undefined;
    const time = this.#decoder.skip(json[0] as number);
    return time === undefined
      ? undefined
      : new CarriedOutput(time, bytes.subarray(from + beginning[0].length - 1, end - 1));
  }
}
