// Events to the text of a file, in any format that can be written.
import { type Encoder, type Event, encoder, type Header } from "@asciinema-ts/asciicast";
import type { Bytes } from "./bytes.js";
import { CarriedOutput } from "./carried.js";
import type { OutputFormat } from "./option-values.js";

interface EncodingOptions {
  /** See `encoder` of the asciicast package. */
  append?: number;
}

async function encoding(format: OutputFormat, header: Header, options: EncodingOptions = {}): Promise<Encoder> {
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
 *  work of recording; and escaping bytes costs less than escaping characters. */
export interface ByteEncoding {
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

/** What ends the line of an event, after its text and the quote that ends it. */
const LINE_END = Buffer.from("]\n");
const QUOTED_END = Buffer.from('"]\n');

/** An encoder for one file. */
export async function byteEncoding(
  format: OutputFormat,
  header: Header,
  options: EncodingOptions = {},
): Promise<ByteEncoding> {
  const { start, event, end } = await encoding(format, header, options);
  const output: Record<OutputFormat, ByteEncoding["output"]> = {
    raw: (_, output, to) => to.bytes(output),
    txt: (time, output, to) => to.text(event({ time, type: "output", text: Buffer.from(output).toString() })),
    "asciicast-v2": line,
    "asciicast-v3": line,
  };
  const escapes = output[format] === line;
  function line(time: number, output: Uint8Array, to: Bytes): void {
    to.text(beginning(time));
    to.text('"');
    to.escaped(output);
    to.bytes(QUOTED_END);
  }
  /** An output event's line up to its text. */
  function beginning(time: number): string {
    return event({ time, type: "output", text: "" }).slice(0, -'""]\n'.length);
  }
  return {
    start: (to) => to.text(start()),
    event: (one, to) => {
      if (one instanceof CarriedOutput && escapes) {
        to.text(beginning(one.time));
        to.bytes(one.json);
        to.bytes(LINE_END);
        return;
      }
      // Halves of surrogate pairs have no UTF-8, only an escape.
      if (one.type === "output" && escapes && isWellFormed(one.text)) line(one.time, utf8(one.text), to);
      else to.text(event(one));
    },
    output: output[format],
    comment: (text, to) => {
      if (format === "asciicast-v3") to.text(`# ${text}\n`);
    },
    end: (to) => to.text(end()),
  };
}

/** Since Node 20; the types are those of an older language. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Text as UTF-8, until the next call. */
function utf8(text: string): Uint8Array {
  if (scratch.length < text.length * 3) scratch = Buffer.allocUnsafeSlow(text.length * 3);
  return scratch.subarray(0, scratch.write(text));
}

/** The format that the name of a file means, compressed or not. */
export function formatOf(name: string): OutputFormat | undefined {
  return /\.txt(\.(gz|zst))?$/.test(name) ? "txt" : undefined;
}
