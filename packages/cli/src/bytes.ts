// Bytes that are put together piece by piece, in memory that is used again.

/** Bytes of memory at the beginning. */
const SMALLEST = 16 * 1024;

/** What follows the backslash for each byte that JSON strings cannot hold as it is; 0 for the others. In UTF-8 all of them
 *  are single bytes, so bytes can be escaped as well as characters. */
const ESCAPES = new Uint8Array(256);
const NUMBER = code("u");
ESCAPES.fill(NUMBER, 0, 0x20);
for (const [byte, letter] of ["\bb", "\ff", "\nn", "\rr", "\tt", '""', "\\\\"]) ESCAPES[code(byte!)] = code(letter!);
const BACKSLASH = code("\\");
const DIGITS = Uint8Array.from("0123456789abcdef", code);

function code(character: string): number {
  return character.charCodeAt(0);
}

/** A buffer that grows at its end. */
export class Bytes {
  #data: Buffer = Buffer.allocUnsafeSlow(SMALLEST);
  length = 0;

  /** All of it; only until something is added. */
  get view(): Uint8Array {
    return this.#data.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** Adds text as UTF-8. */
  text(text: string): void {
    this.#reserve(text.length * 3);
    this.length += this.#data.write(text, this.length);
  }

  /** Adds bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#data.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Adds UTF-8 as it stands between the quotes of a JSON string, as JSON.stringify writes it. */
  escaped(utf8: Uint8Array): void {
    this.#reserve(utf8.length * 6);
    const words = new DataView(utf8.buffer, utf8.byteOffset, utf8.length);
    const target = new DataView(this.#data.buffer, this.#data.byteOffset, this.#data.length);
    let at = this.length;
    let index = 0;
    // Four bytes at a time, which takes a third of the time. The highest bit of a byte of `found` is set if that byte is to
    // be escaped; above the lowest such byte also others may be, so only that one counts.
    while (index + 4 <= utf8.length) {
      const word = words.getInt32(index, true);
      const quote = word ^ 0x22222222;
      const backslash = word ^ 0x5c5c5c5c;
      const found =
        (((word - 0x20202020) & ~word) | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)) &
        0x80808080;
      target.setInt32(at, word, true);
      const clean = found === 0 ? 4 : (31 - Math.clz32(found & -found)) >> 3;
      at += clean;
      index += clean;
      if (found !== 0) at = this.#escape(utf8[index++]!, at);
    }
    for (; index < utf8.length; index++) at = this.#escape(utf8[index]!, at);
    this.length = at;
  }

  #escape(byte: number, at: number): number {
    const data = this.#data;
    const letter = ESCAPES[byte]!;
    if (letter === 0) {
      data[at++] = byte;
      return at;
    }
    data[at++] = BACKSLASH;
    data[at++] = letter;
    if (letter === NUMBER) {
      data[at++] = DIGITS[0]!;
      data[at++] = DIGITS[0]!;
      data[at++] = DIGITS[byte >> 4]!;
      data[at++] = DIGITS[byte & 15]!;
    }
    return at;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#data.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#data.length * 2));
    larger.set(this.view);
    this.#data = larger;
  }
}
