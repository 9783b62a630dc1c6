// Frames on their way to many viewers. What costs is not the frames but the writes: so what comes in one turn, or while a
// write is under way, goes out in one, and viewers that get the same share its bytes.

import type { Hub, Subscriber } from "./hub.js";

/** What lies under a WebSocket that a server has accepted: Node's `net.Socket`, as far as it is used here. */
export interface ByteStream {
  /** @param done  called when the bytes have been handed over, or never will be */
  write(bytes: Uint8Array, done?: () => void): unknown;
}

export interface FanOutOptions {
  /** Bytes that may wait behind the write that is under way; a viewer that lags by more gets nothing until they are sent,
   *  and then a new init. 256 KB unless given. */
  limit?: number;
}

/** A hub's viewers behind WebSockets without compression.
 *
 *  An idle viewer is written to at the end of the turn in which there is something for it; there is no timer. */
export class FanOut {
  readonly #hub: Pick<Hub, "subscribe">;
  readonly #limit: number;
  readonly #batch = new Batch();
  #waiting: Connection[] = [];

  constructor(hub: Pick<Hub, "subscribe">, options: FanOutOptions = {}) {
    this.#hub = hub;
    this.#limit = options.limit ?? 256 * 1024;
  }

  /** Adds a viewer, and sends it what brings it to the present.
   *
   *  @param stream  nobody else may write to it but whole WebSocket frames
   *  @param close   closes the connection, when sending has failed
   *  @returns       ends the subscription, after what has been published so far */
  add(stream: ByteStream, close: (code: number, reason: string) => void): () => void {
    const connection = new Connection(stream, this.#batch, this.#limit, close, () => this.#enlist(connection));
    const subscription = this.#hub.subscribe(connection);
    connection.onDrained = () => subscription.resync();
    return () => {
      subscription.close();
      connection.flush();
    };
  }

  #enlist(connection: Connection): void {
    if (this.#waiting.push(connection) > 1) return;
    queueMicrotask(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const one of waiting) one.flush();
    });
  }
}

class Connection implements Subscriber {
  onDrained = () => {};
  readonly close: (code: number, reason: string) => void;
  readonly #stream: ByteStream;
  readonly #batch: Batch;
  readonly #limit: number;
  readonly #enlist: () => void;
  #frames: Uint8Array[] = [];
  /** Bytes in `#frames`, and in the write that is under way. */
  #size = 0;
  #written = 0;
  #full = false;

  constructor(
    stream: ByteStream,
    batch: Batch,
    limit: number,
    close: (code: number, reason: string) => void,
    enlist: () => void,
  ) {
    this.#stream = stream;
    this.#batch = batch;
    this.#limit = limit;
    this.close = close;
    this.#enlist = enlist;
  }

  send(frame: Uint8Array): boolean {
    if (this.#frames.push(frame) === 1 && this.#written === 0) this.#enlist();
    this.#size += frame.length;
    // What an idle viewer gets is not counted: the init of a large screen must not make it need another one.
    this.#full = this.#written > 0 && this.#size > this.#limit;
    return !this.#full;
  }

  flush(): void {
    if (this.#frames.length === 0) return;
    const bytes = this.#batch.of(this.#frames);
    this.#frames = [];
    this.#size = 0;
    this.#written += bytes.length;
    this.#stream.write(bytes, () => this.#done(bytes.length));
  }

  #done(length: number): void {
    this.#written -= length;
    if (this.#written > 0) return;
    this.flush();
    if (this.#written > 0 || !this.#full) return;
    this.#full = false;
    this.onDrained();
  }
}

/** The bytes of frames as WebSocket messages, made once for all who get the same ones. */
class Batch {
  #frames: Uint8Array[] = [];
  #bytes = new Uint8Array(0);

  of(frames: Uint8Array[]): Uint8Array {
    if (frames.length === this.#frames.length && frames.every((frame, n) => frame === this.#frames[n])) {
      return this.#bytes;
    }
    this.#frames = frames;
    this.#bytes = binaryMessages(frames);
    return this.#bytes;
  }
}

/** Frames as a server sends them: each a binary message, not masked (RFC 6455, section 5.2). */
function binaryMessages(frames: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = frames.reduce((sum, { length }) => sum + length + (length < 126 ? 2 : length < 65_536 ? 4 : 10), 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const frame of frames) {
    const { length } = frame;
    bytes[at++] = 0x82;
    if (length < 126) bytes[at++] = length;
    else if (length < 65_536) {
      bytes[at] = 126;
      view.setUint16(at + 1, length);
      at += 3;
    } else {
      bytes[at] = 127;
      view.setBigUint64(at + 1, BigInt(length));
      at += 9;
    }
    bytes.set(frame, at);
    at += length;
  }
  return bytes;
}
