import { type Damage, Decoder, type Header, type Note } from "@asciinema-ts/asciicast";

/** What there is to know about a recording's file before something is added to it or it is sent somewhere. */
export interface Examined {
  version: 1 | 2 | 3 | undefined;
  header: Header | undefined;
  /** The time of the last event in microseconds. */
  time: number;
  /** Bytes altogether. */
  size: number;
  /** Bytes up to the end of the last whole line; a last line without a line end is whole if it can be read. */
  end: number;
  /** Whether the last whole line lacks its line end. */
  open: boolean;
  notes: readonly Note[];
}

/** Reads a plain recording to its end.
 *
 *  @throws {AsciicastError} when it is none, and at broken lines if these are damage to be thrown */
export async function examine(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  damage: Damage,
): Promise<Examined> {
  const decoder = new Decoder({ damage });
  let time = 0;
  let size = 0;
  let lines = 0;
  for await (const chunk of chunks) {
    const newline = chunk.lastIndexOf(0x0a);
    if (newline >= 0) lines = size + newline + 1;
    size += chunk.length;
    time = decoder.push(chunk).at(-1)?.time ?? time;
  }
  const before = decoder.header;
  const last = decoder.end();
  // What end() makes of the rest tells whether it is whole: an event, the header, or all of a version 1 file.
  const whole = lines === size || last.length > 0 || before === undefined;
  return {
    version: decoder.version,
    header: decoder.header,
    time: last.at(-1)?.time ?? time,
    size,
    end: whole ? size : lines,
    open: whole && lines < size,
    notes: decoder.notes,
  };
}
