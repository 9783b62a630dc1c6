import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream";
import { pipeline as pipelined } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { encoder, open, type Recording } from "@asciinema-ts/asciicast";

/** Versions of the format that any recording can be had in. */
export const conversions = [1, 2, 3] as const;
export type Conversion = (typeof conversions)[number];

/** Writes a recording in another version of the format, compressed with gzip. What the version has no place for is lost.
 *
 *  @param content  path of the stored content, compressed with gzip */
export async function convert(content: string, version: Conversion, target: string): Promise<void> {
  // Unlike pipe(), pipeline() passes errors on; the callback is not needed, they reach whoever reads.
  const recording = await open(
    pipeline(createReadStream(content), createGunzip(), () => {}),
    { damage: "skip" },
  );
  const text = version === 1 ? first(recording) : lines(recording, version);
  await pipelined(text, createGzip(), createWriteStream(target, { flags: "wx", mode: 0o600 }));
}

async function* lines(recording: Recording, version: 2 | 3): AsyncGenerator<string> {
  const lines = encoder(version === 2 ? "asciicast-v2" : "asciicast-v3", recording.header);
  yield lines.start();
  for await (const events of recording.events()) yield events.map((event) => lines.event(event)).join("");
  yield lines.end();
}

/** Version 1 is a single object, which holds output only: what comes after it has to wait for the next one. Only old players
 *  want it, so it is written here and by nobody else. */
async function* first({ header, events }: Recording): AsyncGenerator<string> {
  const { cols, rows, termType, command, title, env } = header;
  const known = { version: 1, width: cols, height: rows, command, title, env: env ?? (termType && { TERM: termType }) };
  yield `${JSON.stringify(known).slice(0, -1)},"stdout":[`;
  let last = 0;
  let before = "\n";
  for await (const batch of events()) {
    let text = "";
    for (const event of batch) {
      if (event.type !== "output") continue;
      text += `${before}[${(event.time - last) / 1e6},${JSON.stringify(event.text)}]`;
      last = event.time;
      before = ",\n";
    }
    yield text;
  }
  yield `\n],"duration":${last / 1e6}}\n`;
}
