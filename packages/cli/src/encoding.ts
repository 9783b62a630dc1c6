import { type Encoder, type Event, encoder, type Header } from "@asciinema-ts/asciicast";
import type { OutputFormat } from "./options.js";

/** An encoder that can also leave remarks. */
export interface Encoding extends Encoder {
  /** A remark of one line for people; nothing where the format has no place for it. */
  comment(text: string): string;
}

/** An encoder for one file in any format that can be written.
 *
 *  @param options.append  see `encoder` of the asciicast package */
export async function encoding(
  format: OutputFormat,
  header: Header,
  options: { append?: number } = {},
): Promise<Encoding> {
  if (format !== "txt") {
    const comment = (text: string) => (format === "asciicast-v3" ? `# ${text}\n` : "");
    return { ...encoder(format, header, options), comment };
  }
  const { Transcript } = await import("@asciinema-ts/render");
  const transcript = new Transcript(header);
  return {
    start: () => "",
    event: (event: Event) => transcript.push(event),
    comment: () => "",
    end: () => transcript.end(),
  };
}

/** The format that the name of a file means, compressed or not. */
export function formatOf(name: string): OutputFormat | undefined {
  return /\.txt(\.(gz|zst))?$/.test(name) ? "txt" : undefined;
}
