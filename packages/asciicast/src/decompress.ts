import type { Damage } from "./decoder.js";
import { AsciicastError } from "./error.js";
import type { Note } from "./note.js";

type Chunks = AsyncIterable<string | Uint8Array>;

/** Passes text and plain bytes on and inflates gzip, which is known by its first bytes.
 *
 *  @param options.decompress  does the same for zstd
 *  @throws {AsciicastError} for zstd without it, and for gzip that is broken in the middle when damage is to be thrown */
export async function* decompress(
  chunks: AsyncGenerator<string | Uint8Array>,
  notes: Note[],
  options: { damage?: Damage; decompress?: (compressed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> },
): AsyncGenerator<string | Uint8Array> {
  const head: (string | Uint8Array)[] = [];
  const magic: number[] = [];
  while (magic.length < 4) {
    const next = await chunks.next();
    if (next.done) break;
    head.push(next.value);
    if (typeof next.value === "string") break;
    magic.push(...next.value.subarray(0, 4 - magic.length));
  }
  const all = joined(head, chunks);
  if (magic[0] === 0x1f && magic[1] === 0x8b) {
    yield* gunzip(bytes(all), (what, middle) => {
      if (middle && options.damage !== "skip") throw new AsciicastError(what, 0);
      // Said even after a hundred notes on what came out: it explains them.
      notes.push({ line: 0, text: what });
    });
  } else if (magic[0] === 0x28 && magic[1] === 0xb5 && magic[2] === 0x2f && magic[3] === 0xfd) {
    if (!options.decompress) throw new AsciicastError("compressed with zstd: decompress it first", 0);
    yield* options.decompress(bytes(all));
  } else {
    yield* all;
  }
}

async function* joined(head: (string | Uint8Array)[], rest: AsyncGenerator<string | Uint8Array>) {
  try {
    yield* head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** Chunks as bytes, text in UTF-8. */
export async function* bytes(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
}

/** Bytes written to the decompressor at a time. An error discards what is queued behind it: never much. */
const PIECE = 4096;

/** How long a decompressor that has been given everything may be silent before it has nothing more to give. */
const QUIET = 250;

/** Inflates gzip and gives all that a file that ends early holds.
 *
 *  `close()` on such a file is an error, which discards the output that has not been read. So everything is read before
 *  it. When that is so cannot be asked; but a whole file ends with its length, and only without it silence has to tell.
 *
 *  @param broken  told what is wrong, and whether it is in the middle of the file rather than at its end */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  broken: (what: string, middle: boolean) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream("gzip");
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const read = () => watched(reader.read());
  let size = 0;
  let trailer = new Uint8Array(0);
  let closed = false;
  try {
    let output = read();
    for await (const chunk of chunks) {
      trailer = last4(trailer, chunk);
      for (let at = 0; at < chunk.length; at += PIECE) {
        const written = watched(writer.write(chunk.slice(at, at + PIECE)));
        for (;;) {
          const part = await Promise.race([output, written]);
          if (!part) break;
          if (part.done) return;
          size += part.value.length;
          yield part.value;
          output = read();
        }
      }
    }
    while (size % 2 ** 32 !== length(trailer)) {
      const part = await within(QUIET, output);
      if (!part || part.done) break;
      size += part.value.length;
      yield part.value;
      output = read();
    }
    closed = true;
    writer.close().catch(() => {});
    for (let part = await output; !part.done; part = await read()) yield part.value;
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    if (closed) broken("the gzip data ends early or is damaged at its end: what it holds is used", false);
    else broken("the gzip data is broken: what comes before is used", true);
  } finally {
    writer.abort().catch(() => {});
    reader.cancel().catch(() => {});
  }
}

/** What the decompressor has to say about its input, as opposed to errors of the source. */
class Broken extends Error {}

/** A promise that may fail while nobody waits for it. */
function watched<T>(promise: Promise<T>): Promise<T> {
  const result = promise.catch((cause: unknown) => {
    throw new Broken("broken data", { cause });
  });
  result.catch(() => {});
  return result;
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function last4(before: Uint8Array, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...before, ...chunk.subarray(-4)].slice(-4));
}

/** The length of the content, as the last four bytes of a gzip file give it. */
function length(trailer: Uint8Array<ArrayBuffer>): number | undefined {
  return trailer.length < 4 ? undefined : new DataView(trailer.buffer).getUint32(0, true);
}
