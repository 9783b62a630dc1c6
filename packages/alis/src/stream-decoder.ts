import { AsciicastError, Decoder as CastDecoder, type Event } from "@asciinema-ts/asciicast";
import { AlisError } from "./error.js";
import type { Dialect, Message } from "./message.js";
import { type Decode, type DecoderOptions, numbering, SubprotocolDecoder } from "./subprotocol.js";

/** Decodes the messages of one connection in whichever subprotocol it speaks.
 *
 *  All come out as those of ALiS do: an init, then events. Where the subprotocol has no ids, they are 1, 2, 3… */
export class StreamDecoder extends SubprotocolDecoder {
  constructor(dialect: Dialect, options?: DecoderOptions) {
    super(dialect, decodeCast, options);
  }
}

function decodeCast(): Decode {
  const decoder = new CastDecoder();
  const utf8 = new TextDecoder();
  const number = numbering();
  let begun = false;
  return (message) => {
    const text = typeof message === "string" ? message : utf8.decode(message);
    let events: Event[];
    try {
      events = decoder.push(`${text}\n`);
    } catch (error) {
      if (!(error instanceof AsciicastError)) throw error;
      throw new AlisError(error.message, 0, { cause: error });
    }
    const messages: Message[] = events.map(number);
    const { header } = decoder;
    if (!header && !/^\s*(#|$)/.test(text)) throw new AlisError("not the header of asciicast v2 or v3", 0);
    if (header && !begun) {
      begun = true;
      const { cols, rows, theme } = header;
      messages.unshift({ type: "init", lastId: 0, time: 0, cols, rows, ...(theme && { theme }), dump: "" });
    }
    return messages;
  };
}
