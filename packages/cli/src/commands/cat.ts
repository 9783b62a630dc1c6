import { concatenate, encoder } from "@asciinema-ts/asciicast";
import type { Values } from "../arguments.js";
import { CliError } from "../error.js";
import { Filter } from "../filter.js";
import { eventsOf, openRecording, warnOf } from "../source.js";
import { standardOutput } from "../target.js";

/** Runs `cat`: joins recordings, or prints the output of a single one. */
export async function cat(values: Values): Promise<number> {
  const [name, ...others] = values.words as [string, ...string[]];
  if (others.length === 0) return printOutput(name);
  const captures = [];
  // All of them, before anything is written.
  for (const word of values.words) captures.push(await openRecording(word));
  const [first] = captures;
  if (first!.version === 1) throw new CliError("asciicast v1 files can't be concatenated");
  const output = standardOutput();
  const { start, event, end } = encoder(first!.version === 2 ? "asciicast-v2" : "asciicast-v3", first!.header);
  await output.write(start());
  const named = captures.map((capture, n) => ({
    header: capture.header,
    events: () => eventsOf(capture, values.words[n]!),
  }));
  for await (const batch of concatenate(named)) await output.write(batch.map(event).join(""));
  await output.write(end());
  captures.forEach((capture, n) => void warnOf(capture, values.words[n]!));
  return 0;
}

/** Prints what the session printed; onto a terminal only what draws. */
async function printOutput(name: string): Promise<number> {
  const capture = await openRecording(name);
  const filter = process.stdout.isTTY ? new Filter() : undefined;
  const output = standardOutput();
  for await (const batch of eventsOf(capture, name)) {
    let text = "";
    for (const event of batch) if (event.type === "output") text += event.text;
    await output.write(filter ? filter.feed(text) : text);
  }
  if (filter) await output.write(filter.restore());
  warnOf(capture, name);
  return 0;
}
