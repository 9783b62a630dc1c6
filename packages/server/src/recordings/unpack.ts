import { once } from "node:events";
import { constants, createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { Refusal } from "../refusal.js";

/** A zstd frame may make its reader keep this much; the format's specification asks every reader for as much. */
const ZSTD_WINDOW = 8 * 1024 * 1024;

/** Passes bytes on, decompressed when they are gzip or zstd by their first bytes.
 *
 *  A gzip or zstd file that ends early gives all it holds.
 *
 *  @param limit  bytes that may come out
 *  @throws Refusal  content_too_large beyond the limit, validation_failed when the compression is broken */
export async function* unpack(source: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const piece of decompressed(source)) {
    size += piece.length;
    if (size > limit)
      throw new Refusal("content_too_large", `The recording is larger than ${limit} bytes when unpacked`);
    yield piece;
  }
}

async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 4) {
    const { value, done } = await input.next();
    if (done) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  const whole = (async function* () {
    yield head;
    for (let next = await input.next(); !next.done; next = await input.next()) yield next.value;
  })();
  if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzipped(whole);
  else if (isZstd(head)) yield* unzstd(whole);
  else yield* whole;
}

async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // SYNC_FLUSH at the end instead of FINISH: what is missing is no error.
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  const feeding = (async () => {
    for await (const piece of source) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(piece)) await Promise.race([once(gunzip, "drain"), once(gunzip, "close")]);
    }
    gunzip.end();
  })();
  feeding.catch((error) => gunzip.destroy(error));
  try {
    for await (const piece of gunzip) yield piece;
  } catch (error) {
    throw broken("gzip", error);
  } finally {
    gunzip.destroy();
  }
}

async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const windows = new ZstdWindows();
  const decompress = new Decompress((piece) => {
    // The decompressor may reuse what it hands out.
    if (piece.length > 0) pieces.push(piece.slice());
  });
  try {
    for await (const chunk of source) {
      // In small steps, so that what one step makes of it stays small too.
      for (let at = 0; at < chunk.length; at += 4096) {
        const step = chunk.subarray(at, at + 4096);
        windows.push(step);
        decompress.push(step);
        while (pieces.length > 0) yield pieces.shift()!;
      }
    }
  } catch (error) {
    throw error instanceof Refusal ? error : broken("zstd", error);
  }
}

function isZstd(head: Uint8Array): boolean {
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
}

function broken(what: string, cause: unknown): Refusal {
  return new Refusal(
    "validation_failed",
    `This doesn't look like a valid asciicast file: its ${what} compression is broken`,
    {
      cause,
    },
  );
}

/** Walks over zstd frames and refuses one that asks for a large window: the decompressor would allocate it at once.
 *
 *  Frame: magic (4), descriptor (1), window (0–1), dictionary id (0–4), content size (0–8), blocks, checksum (0 or 4).
 *  Block: header (3, little endian: last 1 bit, type 2 bits, size 21 bits), content. */
class ZstdWindows {
  private header: number[] = [];
  private skip = 0;
  private state: "frame" | "block" | "last" = "frame";
  private checksum = 0;

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.skip > 0) {
        const step = Math.min(this.skip, bytes.length - at);
        this.skip -= step;
        at += step;
        continue;
      }
      if (this.state === "last") {
        this.state = "frame";
        this.skip = this.checksum;
        continue;
      }
      this.header.push(bytes[at++]!);
      const done = this.state === "frame" ? this.frame() : this.block();
      if (done) this.header = [];
    }
  }

  private frame(): boolean {
    const h = this.header;
    if (h.length < 5) return false;
    const value = (from: number, length: number) =>
      h.slice(from, from + length).reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
    if (h[0]! >> 4 === 5 && h[1] === 0x2a && h[2] === 0x4d && h[3] === 0x18) {
      if (h.length < 8) return false;
      this.skip = value(4, 4);
      return true;
    }
    if (!isZstd(Uint8Array.from(h))) throw new RangeError("not a zstd frame");
    const descriptor = h[4]!;
    const single = (descriptor >> 5) & 1;
    const dictionary = [0, 1, 2, 4][descriptor & 3]!;
    const sizeBytes = descriptor >> 6 ? 1 << (descriptor >> 6) : single;
    const length = 5 + (1 - single) + dictionary + sizeBytes;
    if (h.length < length) return false;
    let window = value(length - sizeBytes, sizeBytes);
    if (!single) {
      const base = 2 ** (10 + (h[5]! >> 3));
      window = base + (base / 8) * (h[5]! & 7);
    }
    if (window > ZSTD_WINDOW) {
      throw new Refusal(
        "validation_failed",
        "This zstd file needs too much memory to unpack; compress it with level 19 or less",
      );
    }
    this.checksum = descriptor & 4 ? 4 : 0;
    this.state = "block";
    return true;
  }

  private block(): boolean {
    const h = this.header;
    if (h.length < 3) return false;
    const bits = h[0]! | (h[1]! << 8) | (h[2]! << 16);
    const repeated = ((bits >> 1) & 3) === 1; // a run: one byte stands for all
    this.skip = repeated ? 1 : bits >> 3;
    if (bits & 1) this.state = "last";
    return true;
  }
}
