import { type Damage, Decoder } from "./decoder.js";
import { bytes, decompress } from "./decompress.js";
import { AsciicastError } from "./error.js";
import type { Event } from "./event.js";
import type { Header } from "./header.js";
import type { Note } from "./note.js";

/** A session that was recorded, in whatever format. */
export interface Capture {
  readonly header: Header;
  /** The events in batches, as they arrive. It can be read once.
   *
   *  Throws {@link AsciicastError} at a broken line, after the events before it. */
  events(): AsyncIterable<Event[]>;
  /** What was put up with; complete when the events have been read. */
  readonly notes: readonly Note[];
}

/** An asciicast file that is being read. */
export interface Recording extends Capture {
  readonly version: 1 | 2 | 3;
}

/** Where a recording comes from. A string is content, never a path or an address. */
export type Source =
  | string
  | Uint8Array
  | ArrayBuffer
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | ReadableStream<Uint8Array>
  | Response;

export interface OpenOptions {
  /** What to do with broken lines; `throw` unless told otherwise. */
  damage?: Damage;
  /** Decompresses zstd, for which platforms have nothing of their own. Without it such files are refused. */
  decompress?: (compressed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** Bytes (or characters, of text) after decompression above which reading fails; no limit unless given. */
  limit?: number;
}

/** Reads a recording up to its header. Its events are read as they are asked for.
 *
 *  gzip is recognised and inflated. A gzip file that ends early gives all that it holds, with a note.
 *
 *  @throws {AsciicastError} (rejects) when it is not a recording; errors of the source itself pass through */
export async function open(source: Source, options: OpenOptions = {}): Promise<Recording> {
  const decoder = new Decoder(options);
  const plain = decompress(chunksOf(source), decoder.notes, options);
  const batches = decode(decoder, options.limit === undefined ? plain : atMost(options.limit, plain));
  // The first batch, which may be empty, comes as soon as the header is known.
  const first = await batches.next();
  const { header, version, notes } = decoder;
  if (first.done || !header || !version) throw new AsciicastError("empty file", 0);
  return { version, header, notes, events: once(first.value, batches) };
}

/** Characters or bytes decoded at a time: little enough that a batch of events does not hold up who reads them. */
const PIECE = 64 * 1024;

/** Any source, decompressed, as pieces of bytes. */
export function bytesOf(source: Source, notes: Note[], options: OpenOptions): AsyncGenerator<Uint8Array> {
  const plain = decompress(chunksOf(source), notes, options);
  return bytes(options.limit === undefined ? plain : atMost(options.limit, plain));
}

/** Any source as pieces of text or bytes. */
async function* chunksOf(source: Source): AsyncGenerator<string | Uint8Array> {
  if (typeof source === "string" || source instanceof Uint8Array) yield* pieces(source);
  else if (source instanceof ArrayBuffer) yield* pieces(new Uint8Array(source));
  else if (Symbol.asyncIterator in source || Symbol.iterator in source) {
    for await (const chunk of source) yield* pieces(chunk);
    // Last, because some runtimes load all of their fetch when it is named.
  } else if (source instanceof Response) {
    if (!source.ok) throw new AsciicastError(`the server answered ${source.status} ${source.statusText}`.trimEnd(), 0);
    if (source.body) yield* chunksOf(source.body);
  } else {
    // Not every browser can iterate over a stream.
    const reader = (source as ReadableStream<Uint8Array>).getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) yield* pieces(part.value);
    } finally {
      await reader.cancel().catch(() => {});
    }
  }
}

function* pieces(chunk: string | Uint8Array): Generator<string | Uint8Array> {
  for (let at = 0; at < chunk.length; at += PIECE) {
    yield typeof chunk === "string" ? chunk.slice(at, at + PIECE) : chunk.subarray(at, at + PIECE);
  }
}

async function* atMost(limit: number, chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string | Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new AsciicastError(`longer than ${limit} bytes`, 0);
    yield chunk;
  }
}

async function* decode(decoder: Decoder, chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Event[]> {
  let begun = false;
  for await (const chunk of chunks) {
    const events = decoder.push(chunk);
    if (events.length > 0 || (!begun && decoder.header)) yield events;
    begun = decoder.header !== undefined;
  }
  yield decoder.end();
}

/** Batches of which the first has been read already, for one reader. */
export function once(first: Event[], rest: AsyncGenerator<Event[]>): () => AsyncGenerator<Event[]> {
  let taken = false;
  return async function* events() {
    if (taken) throw new Error("the events of a recording can be read once; open it again");
    taken = true;
    try {
      if (first.length > 0) yield first;
      for await (const batch of rest) if (batch.length > 0) yield batch;
    } finally {
      await rest.return(undefined);
    }
  };
}
