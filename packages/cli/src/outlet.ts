// Bytes on their way into a terminal, from either side, without blocking.
import { writeSync } from "node:fs";
import { Bytes } from "./bytes.js";

/** Bytes handed to the stream at a time, so that `pending` shows that something moves. */
const PIECE = 64 * 1024;

/** Bytes up to which a write is tried at once, which takes a fraction of the time of any other way. More is likely not to be
 *  taken whole, and to hear that costs more here than there. */
const SMALL = 4096;

/** Takes a piece, and calls `done` when all of it has been taken or nothing more can be; the memory is not used again before. */
type Send = (piece: Uint8Array, done: () => void) => void;

/** What is written goes out at once while the other side takes it; what it does not take follows as it goes. */
export class Outlet {
  readonly #fd: number;
  readonly #send: Send;
  #queue = new Bytes();
  /** What the stream is busy with, and how much of it has been taken. */
  #inFlight = new Bytes();
  #sent = 0;
  /** Bytes taken in all. */
  #taken = 0;
  /** Who is to be called when that many have been taken. */
  #calls: { at: number; call: () => void }[] = [];

  /** @param fd  does not block
   *  @param send  takes what was not taken at once, a piece at a time */
  constructor(fd: number, send: Send) {
    this.#fd = fd;
    this.#send = send;
  }

  /** Bytes written that have not been taken yet. */
  get pending(): number {
    return this.#queue.length + this.#inFlight.length - this.#sent;
  }

  /** Writes `data`, of which the memory may be used again at once; calls `taken` when everything written so far has been
   *  taken, or nothing more can be. */
  write(data: Uint8Array, taken?: () => void): void {
    if (this.pending > 0) {
      this.#queue.bytes(data);
      if (taken) this.#calls.push({ at: this.#taken + this.pending, call: taken });
      return;
    }
    const length = data.length > SMALL ? 0 : writeNow(this.#fd, data);
    this.#taken += length;
    if (length === data.length) {
      taken?.();
      return;
    }
    this.#queue.bytes(data.subarray(length));
    if (taken) this.#calls.push({ at: this.#taken + this.pending, call: taken });
    this.#sendOn();
  }

  #sendOn(): void {
    if (this.#sent === this.#inFlight.length) {
      [this.#inFlight, this.#queue] = [this.#queue, this.#inFlight];
      this.#queue.clear();
      this.#sent = 0;
    }
    const piece = this.#inFlight.view.subarray(this.#sent, this.#sent + PIECE);
    this.#send(piece, () => {
      this.#sent += piece.length;
      this.#taken += piece.length;
      if (this.pending > 0) this.#sendOn();
      while (this.#calls.length > 0 && this.#calls[0]!.at <= this.#taken) this.#calls.shift()!.call();
    });
  }
}

/** Writes what is taken without waiting.
 *
 *  @returns how much that was; all of it when nothing is going to be taken any more */
export function writeNow(fd: number, data: Uint8Array): number {
  try {
    return writeSync(fd, data);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN" ? 0 : data.length;
  }
}
