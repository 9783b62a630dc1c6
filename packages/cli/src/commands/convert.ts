import type { Values } from "../arguments.js";
import { Bytes } from "../bytes.js";
import { byteEncoding, formatOf } from "../encoding.js";
import type { OutputFormat } from "../option-values.js";
import { Progress } from "../progress.js";
import { eventsOf, openCapture, openSource, warnOf } from "../source.js";
import { openTarget, standardOutput } from "../target.js";

/** Runs `convert`: reads a recording in any format and writes it in another. */
export async function convert(values: Values): Promise<number> {
  const [input, output] = values.words as [string, string];
  const byName = formatOf(output.toLowerCase()) ?? "asciicast-v3";
  const format = (values.get("output-format") as OutputFormat | undefined) ?? byName;
  const progress = new Progress("Downloading");
  const source = await openSource(input, { stdin: true, ...(output !== "-" && { progress }) });
  const timing = values.get("timing");
  const capture = await openCapture(input, source, {
    timing: timing ? await openSource(timing) : undefined,
    carry: format === "asciicast-v2" || format === "asciicast-v3",
  });
  const encoder = await byteEncoding(format, capture.header);
  const target = output === "-" ? standardOutput() : await openTarget(output, values.has("overwrite"));
  try {
    const ready = new Bytes();
    encoder.start(ready);
    for await (const batch of eventsOf(capture, input)) {
      for (const event of batch) encoder.event(event, ready);
      await target.write(ready.view);
      ready.clear();
    }
    encoder.end(ready);
    await target.write(ready.view);
    progress.stop();
    await target.commit();
  } catch (error) {
    progress.stop();
    await target.discard();
    throw error;
  }
  warnOf(capture, input);
  return 0;
}
