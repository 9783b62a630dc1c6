/** One file of an archive. */
export interface TarEntry {
  /** At most 100 bytes of ASCII. */
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
    if (size % BLOCK !== 0) yield new Uint8Array(BLOCK - (size % BLOCK));
  }
  yield new Uint8Array(2 * BLOCK);
}

function header({ name, size, modified }: TarEntry): Uint8Array {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new RangeError(`${name} cannot be a name in an archive`);
  if (!Number.isSafeInteger(size) || size >= 8 ** 11) throw new RangeError(`${name} is too large for an archive`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  block.write(name, 0);
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
