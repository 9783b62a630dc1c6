// A recording whose pauses are at most a second long, as asciicast v3.
//   npx tsx examples/shorten.ts demo.cast > shorter.cast
import { createReadStream } from "node:fs";
import { encoder, limitIdleTime, open } from "@asciinema-ts/asciicast";

const recording = await open(createReadStream(process.argv[2]!), { damage: "skip" });
const { start, event, end } = encoder("asciicast-v3", recording.header);
process.stdout.write(start());
for await (const events of limitIdleTime(recording.events(), 1_000_000)) {
  process.stdout.write(events.map(event).join(""));
}
process.stdout.write(end());
for (const note of recording.notes) console.error(`line ${note.line}: ${note.text}`);
