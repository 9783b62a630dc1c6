import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream";
import { pipeline as pipelined } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { encoder, open } from "@asciinema-ts/asciicast";

/** Versions of the format that any recording can be had in. */
export const conversions = [2, 3] as const;
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
  const lines = encoder(version === 2 ? "asciicast-v2" : "asciicast-v3", recording.header);
  async function* text() {
    yield lines.start();
    for await (const events of recording.events()) yield events.map((event) => lines.event(event)).join("");
    yield lines.end();
  }
  await pipelined(text, createGzip(), createWriteStream(target, { flags: "wx", mode: 0o600 }));
}
