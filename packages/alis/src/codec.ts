import { AlisError } from "./error.js";
import { decodeFrame, encodeEot, encodeEvent, encodeInit } from "./frame.js";
import { type Dialect, MAGIC, type Message } from "./message.js";

/** Encodes the messages of one connection. */
export class AlisEncoder {
  readonly #dialect: Dialect;
  /** The time that the receiver has arrived at. */
  #time = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** The frame to send before all others. */
  start(): Uint8Array<ArrayBuffer> {
    return MAGIC.slice();
  }

  /** The frame of a message, or undefined for an event that the protocol has no frame for (`other`).
   *
   *  A time before that of the message before is sent as the same. */
  encode(message: Message): Uint8Array<ArrayBuffer> | undefined {
    if (message.type === "init") {
      this.#time = message.time;
      return encodeInit(message);
    }
    const interval = Math.max(0, message.time - this.#time);
    if (message.type !== "other") this.#time += interval;
    if (message.type !== "eot") return encodeEvent(message, message.id, interval);
    return encodeEot(interval, this.#dialect === "producer" ? (message.id ?? 0) : undefined);
  }
}

/** Decodes the messages of one connection.
 *
 *  They must come in order: the magic, an init, events; after an end of transmission another init. An init may also come
 *  in between, and begins anew from its own time. Characters may go on from one output (or input) to the next; bytes that
 *  are not UTF-8 become U+FFFD. */
export class AlisDecoder {
  readonly #dialect: Dialect;
  #state: "magic" | "init" | "events" = "magic";
  #time = 0;
  #text = { output: decoder(), input: decoder() };

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** The message in a frame, or undefined for the magic and, from a server, for what is not known.
   *
   *  @throws {AlisError} when the frame is not valid, or not valid now; the connection is then best closed */
  decode(frame: Uint8Array): Message | undefined {
    if (this.#state === "magic") {
      const wrong = MAGIC.findIndex((byte, index) => frame[index] !== byte);
      if (wrong >= 0 || frame.length > MAGIC.length) {
        throw new AlisError("not the beginning of an ALiS v1 stream", wrong < 0 ? MAGIC.length : wrong);
      }
      this.#state = "init";
      return undefined;
    }
    const message = decodeFrame(frame, this.#dialect);
    if (!message) {
      // A newer server may say more than we know; a producer has to keep to what was agreed.
      if (this.#dialect === "viewer") return undefined;
      throw new AlisError(`a message of unknown type ${frame[0]}`, 0);
    }
    if (message.type === "init") {
      this.#state = "events";
      this.#time = message.time;
      this.#text = { output: decoder(), input: decoder() };
      return message;
    }
    if (message.type === "eot") {
      // Allowed without an init before it: a server may have nothing to show.
      this.#state = "init";
      const { interval, ...eot } = message;
      return { ...eot, time: this.#advance(interval) };
    }
    if (this.#state !== "events") throw new AlisError(`${message.type} before an init`, 0);
    const time = this.#advance(message.interval);
    const { id } = message;
    switch (message.type) {
      case "output":
      case "input":
        return { type: message.type, id, time, text: this.#text[message.type].decode(message.text, { stream: true }) };
      case "marker":
        return { type: "marker", id, time, label: decoder().decode(message.label) };
      case "resize":
        return { type: "resize", id, time, cols: message.cols, rows: message.rows };
      case "exit":
        return { type: "exit", id, time, status: message.status };
      default:
        return message satisfies never;
    }
  }

  #advance(interval: number): number {
    const time = this.#time + interval;
    if (!Number.isSafeInteger(time)) throw new AlisError("a time is too large", 1);
    this.#time = time;
    return time;
  }
}

function decoder(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}
