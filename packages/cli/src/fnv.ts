const OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const PRIME = (1n << 88n) + 0x13bn;
const MASK = (1n << 128n) - 1n;

/** The 128-bit FNV-1a hash of a text's UTF-8 bytes in hexadecimal, without leading zeros. */
export function fnv1a(text: string): string {
  let hash = OFFSET;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  return hash.toString(16);
}
