import type { Event } from "@asciinema-ts/asciicast";
import { AlisDecoder } from "./codec.js";
import { AlisError } from "./error.js";
import { type Dialect, MAGIC, type Message } from "./message.js";

/** The languages that live streams are spoken in, the best first.
 *
 *  - `v1.alis`: frames, as in docs/alis.md
 *  - `v1.alis.ack`: the same from a producer, while the server tells up to which event everything is safe
 *  - `v2.asciicast`, `v3.asciicast`: a recording, each line a message
 *  - `raw`: terminal output; what it has of time is when it arrives */
export type Subprotocol = "v1.alis" | "v1.alis.ack" | "v2.asciicast" | "v3.asciicast" | "raw";

/** The subprotocols in the order in which a viewer offers them. */
export function subprotocols(): Subprotocol[] {
  return ["v1.alis", "v2.asciicast", "v3.asciicast", "raw"];
}

/** The subprotocol to answer a producer with: the first offered that we speak. Undefined when there is none.
 *
 *  @param offered  as the client lists them, the best first */
export function negotiate(offered: Iterable<string>): Subprotocol | undefined {
  const spoken: Subprotocol[] = ["v1.alis.ack", ...subprotocols()];
  for (const name of offered) {
    const known = spoken.find((one) => one === name);
    if (known) return known;
  }
  return undefined;
}

/** Decodes a message of a connection: often into one, sometimes none.
 *
 *  @throws {AlisError} when it is not valid; the connection is then best closed */
export type Decode = (message: string | Uint8Array) => Message[];

export interface DecoderOptions {
  /** What was agreed on; without it the first message tells. */
  subprotocol?: Subprotocol | undefined;
  /** A clock in milliseconds that is never set back; `performance.now` unless given. */
  now?: () => number;
}

/** Decodes the messages of one connection in whichever subprotocol it speaks, with a reader of asciicast lines passed in:
 *  for who has one. All others want `StreamDecoder`.
 *
 *  All come out as those of ALiS do: an init, then events. Where the subprotocol has no ids, they are 1, 2, 3… */
export class SubprotocolDecoder {
  readonly #dialect: Dialect;
  readonly #cast: () => Decode;
  readonly #now: () => number;
  #subprotocol: Subprotocol | undefined;
  #decode: Decode | undefined;

  constructor(dialect: Dialect, cast: () => Decode, options: DecoderOptions = {}) {
    this.#dialect = dialect;
    this.#cast = cast;
    this.#now = options.now ?? (() => performance.now());
    this.#subprotocol = options.subprotocol;
  }

  /** The subprotocol, known after the first message at the latest. */
  get subprotocol(): Subprotocol | undefined {
    return this.#subprotocol;
  }

  /** The messages in a message of the connection; often one, sometimes none.
   *
   *  @throws {AlisError} when it is not valid; the connection is then best closed */
  decode(message: string | Uint8Array): Message[] {
    this.#subprotocol ??= recognize(message);
    this.#decode ??= this.#decoder(this.#subprotocol);
    return this.#decode(message);
  }

  #decoder(subprotocol: Subprotocol): Decode {
    switch (subprotocol) {
      case "v1.alis":
      case "v1.alis.ack":
        return decodeAlis(this.#dialect);
      case "v2.asciicast":
      case "v3.asciicast":
        return this.#cast();
      case "raw":
        return decodeRaw(this.#now);
      default:
        return subprotocol satisfies never;
    }
  }
}

function recognize(message: string | Uint8Array): Subprotocol {
  if (typeof message !== "string") {
    return message.length === MAGIC.length && MAGIC.every((byte, index) => message[index] === byte) ? "v1.alis" : "raw";
  }
  try {
    const { version } = JSON.parse(message);
    if (version === 2) return "v2.asciicast";
    if (version === 3) return "v3.asciicast";
  } catch {
    // Not JSON, or null: output.
  }
  return "raw";
}

function decodeAlis(dialect: Dialect): Decode {
  const decoder = new AlisDecoder(dialect);
  return (message) => {
    if (typeof message === "string") throw new AlisError("text where a frame is expected", 0);
    const decoded = decoder.decode(message);
    return decoded ? [decoded] : [];
  };
}

function decodeRaw(now: () => number): Decode {
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  const number = numbering();
  let start: number | undefined;
  return (message) => {
    const text = typeof message === "string" ? message : utf8.decode(message, { stream: true });
    if (start === undefined) {
      start = now();
      return [{ type: "init", lastId: 0, time: 0, ...sizeIn(text), dump: text }];
    }
    // A piece of a character is kept for the next message.
    if (text === "") return [];
    return [number({ time: Math.max(0, Math.round((now() - start) * 1000)), type: "output", text })];
  };
}

/** The size that output asks a terminal to take, or that the first line of script(1) tells; else 80x24. */
function sizeIn(text: string): { cols: number; rows: number } {
  const [, rows, cols] = /\x1b\[8;(\d{1,5});(\d{1,5})t/.exec(text) ?? [];
  if (rows && cols) return { cols: Number(cols), rows: Number(rows) };
  const [, columns, lines] = /\bCOLUMNS="(\d{1,5})" LINES="(\d{1,5})"/.exec(text.split("\n", 1)[0]!) ?? [];
  return columns && lines ? { cols: Number(columns), rows: Number(lines) } : { cols: 80, rows: 24 };
}

/** Gives events the ids that their subprotocol has not. */
export function numbering(): (event: Event) => Message {
  let id = 0;
  return (event) => ({ ...event, id: ++id });
}
