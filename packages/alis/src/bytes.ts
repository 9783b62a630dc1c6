// What frames are made of: bytes, unsigned LEB128 numbers, and UTF-8 strings with their length in bytes before them.

import { AlisError } from "./error.js";

/** Puts a frame together. */
export class Writer {
  readonly #parts: (number | Uint8Array)[] = [];
  #size = 0;

  byte(value: number): this {
    this.#parts.push(value);
    this.#size++;
    return this;
  }

  /** @param value  0 to 2⁵³-1; what is less becomes 0 */
  leb128(value: number): this {
    let rest = Math.max(0, value);
    // Not by shifting, which would cut numbers to 32 bits.
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) + 0x80);
    return this.byte(rest);
  }

  string(text: string): this {
    const bytes = new TextEncoder().encode(text);
    this.leb128(bytes.length);
    this.#parts.push(bytes);
    this.#size += bytes.length;
    return this;
  }

  frame(): Uint8Array<ArrayBuffer> {
    const frame = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      if (typeof part === "number") frame[at++] = part;
      else {
        frame.set(part, at);
        at += part.length;
      }
    }
    return frame;
  }
}

/** Takes a frame apart. Every method throws {@link AlisError} where the frame ends too early. */
export class Reader {
  #offset = 0;

  constructor(readonly frame: Uint8Array) {}

  byte(): number {
    const byte = this.frame[this.#offset];
    if (byte === undefined) throw new AlisError("the frame ends too early", this.#offset);
    this.#offset++;
    return byte;
  }

  leb128(): number {
    const start = this.#offset;
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * weight;
      // 2⁵³-1 µs are 285 years; a number that means more than that is not meant.
      if (value > Number.MAX_SAFE_INTEGER || this.#offset - start > 10)
        throw new AlisError("a number is too large", start);
      if (byte < 0x80) return value;
      weight *= 0x80;
    }
  }

  bytes(): Uint8Array {
    const start = this.#offset;
    const length = this.leb128();
    const end = this.#offset + length;
    if (end > this.frame.length) throw new AlisError(`a string of ${length} bytes goes beyond the frame`, start);
    const bytes = this.frame.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }

  /** An error about the byte just read. */
  error(reason: string): AlisError {
    return new AlisError(reason, Math.max(0, this.#offset - 1));
  }
}
