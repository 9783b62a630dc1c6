import { type Encoder, type Event, encoder, type Header } from "@asciinema-ts/asciicast";
import type { OutputFormat } from "./options.js";

/** An encoder for one file in any format that can be written.
 *
 *  @param options.append  see `encoder` of the asciicast package */
export async function encoding(
  format: OutputFormat,
  header: Header,
  options: { append?: number } = {},
): Promise<Encoder> {
  if (format !== "txt") return encoder(format, header, options);
  const { Transcript } = await import("@asciinema-ts/render");
  const transcript = new Transcript(header);
  return {
    start: () => "",
    event: (event: Event) => transcript.push(event),
    end: () => transcript.end(),
  };
}
