// Events to the text of a file, in any format that can be written.
import { type Encoder, type Event, encoder, type Header } from "@asciinema-ts/asciicast";
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

/** An encoder whose text is that of the file in bytes, one character (U+0000 … U+00FF) for each: what a child prints is
 *  then never decoded and encoded again, which is most of the work of recording. */
export interface LiveEncoding extends Encoder {
  /** What `event` makes of an output event.
   *
   *  @param output  valid UTF-8 */
  output(time: number, output: Uint8Array): string;
  /** A remark of one line for people; nothing where the format has no place for it. */
  comment(text: string): string;
}

/** The same for a session that is going on. */
export async function liveEncoding(
  format: OutputFormat,
  header: Header,
  options: EncodingOptions = {},
): Promise<LiveEncoding> {
  const { start, event, end } = await encoding(format, header, options);
  // What JSON escapes is ASCII, so bytes can be escaped as well as characters.
  const encodingOfOutput = format === "txt" ? "utf8" : "latin1";
  const bytes = format === "txt" ? bytesOf : (text: string) => text;
  return {
    start: () => bytesOf(start()),
    event: (one) => bytesOf(event(one)),
    output: (time, output) => {
      const text = Buffer.from(output.buffer, output.byteOffset, output.length).toString(encodingOfOutput);
      return bytes(event({ time, type: "output", text }));
    },
    comment: (text) => (format === "asciicast-v3" ? bytesOf(`# ${text}\n`) : ""),
    end: () => bytesOf(end()),
  };
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** The format that the name of a file means, compressed or not. */
export function formatOf(name: string): OutputFormat | undefined {
  return /\.txt(\.(gz|zst))?$/.test(name) ? "txt" : undefined;
}
