// What a child prints, cut into pieces of valid UTF-8.
import { isUtf8 } from "node:buffer";

const NOTHING = Buffer.alloc(0);

/** Makes valid UTF-8 of bytes that come in pieces: a character that is cut is held back until the rest of it comes, and
 *  what is none becomes U+FFFD, as decoders do it (https://encoding.spec.whatwg.org/#utf-8-decoder). */
export class Utf8Pieces {
  #tail: Uint8Array = NOTHING;

  /** @returns whole characters; the very chunk where it is right as it is */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#tail.length > 0 ? Buffer.concat([this.#tail, chunk]) : chunk;
    const end = endOfCharacters(bytes);
    this.#tail = end < bytes.length ? Uint8Array.prototype.slice.call(bytes, end) : NOTHING;
    return valid(end < bytes.length ? bytes.subarray(0, end) : bytes);
  }

  /** @returns what stands for a character of which the rest did not come */
  end(): Uint8Array {
    const tail = this.#tail;
    this.#tail = NOTHING;
    return valid(tail);
  }
}

/** Cuts valid UTF-8 into pieces of whole characters.
 *
 *  @param longest  bytes of a piece at most; 4 or more */
export function* cut(utf8: Uint8Array, longest: number): Generator<Uint8Array> {
  let start = 0;
  while (utf8.length - start > longest) {
    let end = start + longest;
    while (isContinuation(utf8[end]!)) end--;
    yield utf8.subarray(start, end);
    start = end;
  }
  yield start === 0 ? utf8 : utf8.subarray(start);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function valid(bytes: Uint8Array): Uint8Array {
  return isUtf8(bytes) ? bytes : Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
}

/** Where the last character begins if it goes on behind the end; else the end. */
function endOfCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return length;
    if (byte < 0xc0) continue;
    const wanted = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf8 ? 4 : 1;
    return wanted > back ? length - back : length;
  }
  return length;
}
