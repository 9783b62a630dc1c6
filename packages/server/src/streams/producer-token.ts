import { createHmac, timingSafeEqual } from "node:crypto";

const KEY_LENGTH = 12;
const MAC_LENGTH = 32;

/** How long the key in a stream's row is. */
export const producerKeyLength = KEY_LENGTH;

/** The secret end of the address that a producer connects to: a key that is in the stream's row, and a signature that is
 *  stored nowhere. Who reads the database cannot stream. */
export function producerToken(secret: string, key: string): string {
  return key + signature(secret, key);
}

/** The key in a token that this server has signed. */
export function producerKey(secret: string, token: string): string | undefined {
  if (!/^[A-Za-z0-9]{44}$/.test(token)) return undefined;
  const [key, signed] = [token.slice(0, KEY_LENGTH), token.slice(KEY_LENGTH)];
  return timingSafeEqual(Buffer.from(signed), Buffer.from(signature(secret, key))) ? key : undefined;
}

function signature(secret: string, key: string): string {
  return createHmac("sha256", secret).update(`producer ${key}`).digest("hex").slice(0, MAC_LENGTH);
}
