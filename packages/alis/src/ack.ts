// v1.alis.ack: ALiS v1 in which the server answers. Its messages are one kind of binary frame:
//
//   06  last-id        everything up to this event is safe; 0 when nothing is known

import { Reader, Writer } from "./bytes.js";

const ACK = 0x06;
/** The shortest time in milliseconds between two acknowledgements. */
const INTERVAL = 250;

/** The frame that tells a producer up to which event everything is safe. */
export function encodeAck(lastId: number): Uint8Array<ArrayBuffer> {
  return new Writer().byte(ACK).leb128(lastId).frame();
}

/** The id in a server's acknowledgement; undefined for a frame of another type, which a newer server may send.
 *
 *  @throws {AlisError} when the frame is cut short or the number is too large */
export function decodeAck(frame: Uint8Array): number | undefined {
  const reader = new Reader(frame);
  return reader.byte() === ACK ? reader.leb128() : undefined;
}

/** Tells one producer what is safe: at once when there was nothing to tell for a while, else four times a second. */
export class Acknowledger {
  readonly #send: (frame: Uint8Array<ArrayBuffer>) => void;
  #told: number;
  #safe: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** Sends the first acknowledgement.
   *
   *  @param send    called with each frame
   *  @param lastId  the event after which the producer may go on; 0 when nothing is known of the stream */
  constructor(send: (frame: Uint8Array<ArrayBuffer>) => void, lastId: number) {
    this.#send = send;
    this.#told = this.#safe = lastId;
    send(encodeAck(lastId));
    this.#rest();
  }

  /** Says that everything up to this event is safe. A lower id belongs to a session that began anew. */
  stored(lastId: number): void {
    this.#safe = lastId;
    if (!this.#timer && !this.#closed) this.#tell();
  }

  /** Sends nothing more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#closed = true;
  }

  #tell(): void {
    if (this.#safe === this.#told) return;
    this.#told = this.#safe;
    this.#send(encodeAck(this.#safe));
    this.#rest();
  }

  #rest(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, INTERVAL);
  }
}
