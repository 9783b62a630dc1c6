// Events to the text of a file, in any format that can be written.
import { type Encoder, type Event, encoder, type Header } from "@asciinema-ts/asciicast";
import type { Bytes } from "./bytes.js";
import type { OutputFormat } from "./options.js";

interface EncodingOptions {
  /** See `encoder` of the asciicast package. */
  append?: number;
}

/** An encoder for one file. */
export async function encoding(format: OutputFormat, header: Header, options: EncodingOptions = {}): Promise<Encoder> {
  if (format !== "txt") return encoder(format, header, options);
  const { Transcript } = await import("@asciinema-ts/render");
  const transcript = new Transcript(header);
  return {
    start: () => "",
    event: (event: Event) => transcript.push(event),
    end: () => transcript.end(),
  };
}

/** An encoder that adds to bytes. What a child prints is never made into a string and back, which would be most of the
 *  work of recording. */
export interface LiveEncoding {
  start(to: Bytes): void;
  event(event: Event, to: Bytes): void;
  /** What `event` makes of an output event.
   *
   *  @param output  valid UTF-8 */
  output(time: number, output: Uint8Array, to: Bytes): void;
  /** A remark of one line for people; nothing where the format has no place for it. */
  comment(text: string, to: Bytes): void;
  end(to: Bytes): void;
}

/** What ends the line of an output event, from the quote that ends its text. */
const LINE_END = Buffer.from('"]\n');

/** The same for a session that is going on. */
export async function liveEncoding(
  format: OutputFormat,
  header: Header,
  options: EncodingOptions = {},
): Promise<LiveEncoding> {
  const { start, event, end } = await encoding(format, header, options);
  const output: Record<OutputFormat, LiveEncoding["output"]> = {
    raw: (_, output, to) => to.bytes(output),
    txt: (time, output, to) => to.text(event({ time, type: "output", text: Buffer.from(output).toString() })),
    "asciicast-v2": line,
    "asciicast-v3": line,
  };
  function line(time: number, output: Uint8Array, to: Bytes): void {
    const empty = event({ time, type: "output", text: "" });
    to.text(empty.slice(0, -LINE_END.length));
    to.escaped(output);
    to.bytes(LINE_END);
  }
  return {
    start: (to) => to.text(start()),
    event: (one, to) => to.text(event(one)),
    output: output[format],
    comment: (text, to) => {
      if (format === "asciicast-v3") to.text(`# ${text}\n`);
    },
    end: (to) => to.text(end()),
  };
}

/** The format that the name of a file means, compressed or not. */
export function formatOf(name: string): OutputFormat | undefined {
  return /\.txt(\.(gz|zst))?$/.test(name) ? "txt" : undefined;
}
