/** One file of an archive. */
export interface TarEntry {
  /** ASCII without blanks; at most 100 bytes, or 255 that a slash parts into 155 and 100. */
  name: string;
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
  /** Exactly `size` bytes. */
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const BLOCK = 512;

/** Writes files into an archive as `tar` reads it, one after the other; memory does not grow with their sizes.
 *
 *  @throws RangeError  for a name or a size that does not fit, and for content of another size than was said
 *  @see POSIX.1-1988, "ustar" */
export async function* tar(entries: AsyncIterable<TarEntry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield header(entry);
    let size = 0;
    for await (const chunk of entry.content) {
      size += chunk.length;
      yield chunk;
    }
    if (size !== entry.size) throw new RangeError(`${entry.name} has ${size} bytes instead of ${entry.size}`);
    if (size % BLOCK !== 0) yield new Uint8Array(padding(size));
  }
  yield new Uint8Array(2 * BLOCK);
}

/** One file of an archive that is being read. */
export interface ReadEntry {
  name: string;
  size: number;
  /** It must be read before the next entry is asked for; what is left is skipped. */
  content: AsyncIterable<Uint8Array>;
}

/** An archive that is no archive, or not whole. */
export class TarError extends Error {
  override readonly name = "TarError";
}

/** Reads the files of an archive, one after the other; memory does not grow with their sizes. Folders are passed over.
 *
 *  @throws TarError  also for names that lead out of a folder */
export async function* untar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<ReadEntry> {
  const input = new Blocks(archive);
  for (;;) {
    const block = await input.take(BLOCK);
    if (block.every((byte) => byte === 0)) return;
    const { name, size, type } = parsed(block);
    let left = size;
    const content = (async function* () {
      while (left > 0) {
        const piece = await input.some(left);
        left -= piece.length;
        yield piece;
      }
    })();
    if (type === "0" || type === "\0") yield { name, size, content };
    else if (type !== "5") throw new TarError(`${name} is no plain file`);
    while (left > 0) left -= (await input.some(left)).length;
    await input.take(padding(size));
  }
}

/** Bytes cut as they are asked for. */
class Blocks {
  private buffer: Uint8Array = new Uint8Array();
  private readonly source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** At least one byte and at most so many. */
  async some(most: number): Promise<Uint8Array> {
    while (this.buffer.length === 0) {
      const { value, done } = await this.source.next();
      if (done) throw new TarError("the archive ends too early");
      this.buffer = value;
    }
    const piece = this.buffer.subarray(0, most);
    this.buffer = this.buffer.subarray(most);
    return piece;
  }

  async take(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for (let left = length; left > 0; left -= pieces.at(-1)!.length) pieces.push(await this.some(left));
    return Buffer.concat(pieces);
  }
}

function parsed(block: Buffer): { name: string; size: number; type: string } {
  const text = (from: number, length: number) => block.toString("latin1", from, from + length).replace(/\0.*$/s, "");
  const octal = (from: number, length: number) => {
    const digits = text(from, length).trim();
    if (!/^[0-7]+$/.test(digits)) throw new TarError("this is not a tar archive");
    return Number.parseInt(digits, 8);
  };
  const sum = octal(148, 8);
  const blank = Buffer.from(block).fill(" ", 148, 156);
  if (blank.reduce((total, byte) => total + byte, 0) !== sum) throw new TarError("this is not a tar archive");
  const prefix = text(257, 6) === "ustar" ? text(345, 155) : "";
  const name = (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100)).replace(/^\.\//, "");
  if (/^\/|(^|\/)\.\.(\/|$)/.test(name)) throw new TarError(`${JSON.stringify(name)} leads out of the archive`);
  return { name, size: octal(124, 12), type: text(156, 1) || "\0" };
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** A name as the two fields that hold it. */
function split(name: string): [prefix: string, rest: string] {
  if (name.length <= 100) return ["", name];
  const at = name.indexOf("/", name.length - 101);
  if (at <= 0 || at > 155) throw new RangeError(`${name} cannot be a name in an archive`);
  return [name.slice(0, at), name.slice(at + 1)];
}

function header({ name, size, modified }: TarEntry): Uint8Array {
  if (!/^[\x21-\x7e]+$/.test(name)) throw new RangeError(`${name} cannot be a name in an archive`);
  const [prefix, rest] = split(name);
  if (!Number.isSafeInteger(size) || size >= 8 ** 11) throw new RangeError(`${name} is too large for an archive`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  block.write(rest, 0);
  block.write(prefix, 345);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(Math.floor(modified / 1000), 12), 136);
  block.write(" ".repeat(8), 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  return block;
}
