// A still picture of a recording at a given second.
//   npx tsx examples/picture.ts demo.cast 12 > demo.svg
import { createReadStream } from "node:fs";
import { open } from "@asciinema-ts/asciicast";
import { frame, Preview, palette, svg, themes } from "@asciinema-ts/render";

const [path, second = "0"] = process.argv.slice(2);
const recording = await open(createReadStream(path!), { damage: "skip" });
const preview = new Preview(recording.header, Number(second) * 1_000_000);
for await (const events of recording.events()) for (const event of events) preview.push(event);
process.stdout.write(svg(frame(preview.end(), palette(recording.header.theme ?? themes["asciinema"]!))));
