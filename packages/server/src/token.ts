import { createHash, randomBytes } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A random text of letters and digits, every character equally likely: 22 of them hold 130 bits.
 *  It is never all digits, so it cannot be taken for a number. */
export function randomToken(length = 22): string {
  // Bytes past the last multiple of 62 would favour the first letters.
  const fair = 256 - (256 % ALPHABET.length);
  let token = "";
  while (token.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < fair && token.length < length) token += ALPHABET[byte % ALPHABET.length];
    }
  }
  return /^\d+$/.test(token) ? randomToken(length) : token;
}

/** SHA-256 in hex: what is stored of a key that only its holder may know. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
