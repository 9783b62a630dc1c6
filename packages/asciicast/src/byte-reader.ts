/** Reads counted bytes and lines from chunks. */
export class ByteReader {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #buffer: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncGenerator<Uint8Array>) {
    this.#chunks = chunks;
  }

  /** The next bytes without taking them; fewer at the end of the input. */
  async peek(count: number): Promise<Uint8Array> {
    const parts = [this.#buffer];
    let size = this.#buffer.length;
    while (size < count) {
      const next = await this.#chunks.next();
      if (next.done) break;
      parts.push(next.value);
      size += next.value.length;
    }
    if (parts.length > 1) this.#buffer = concat(parts, size);
    return this.#buffer.subarray(0, count);
  }

  /** The next bytes; fewer at the end of the input. */
  async take(count: number): Promise<Uint8Array> {
    const taken = await this.peek(count);
    this.#buffer = this.#buffer.subarray(taken.length);
    return taken;
  }

  /** Takes a line with its line end; nothing if it does not end within a limit. */
  async line(limit: number): Promise<Uint8Array> {
    const newline = (await this.peek(limit)).indexOf(0x0a);
    return this.take(newline + 1);
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}

function concat(parts: Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
