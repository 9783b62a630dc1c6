// A viewer who joins a stream in the middle of it sees the same screen as one who was there from the start.
//   npx tsx examples/late-joiner.ts demo.cast
import { createReadStream } from "node:fs";
import { AlisDecoder, Hub } from "@asciinema-ts/alis";
import { open } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";

const recording = await open(createReadStream(process.argv[2]!), { damage: "skip" });
const hub = new Hub(recording.header);
const early = watch(hub);
let late: Terminal | undefined;
for await (const events of recording.events()) {
  for (const [index, event] of events.entries()) {
    if (index === events.length >> 1) late ??= watch(hub);
    hub.publish(event);
  }
}
console.log(early.text().join("\n").trimEnd());
console.log(early.text().join() === late?.text().join() ? "The late joiner sees the same." : "They differ.");

/** Subscribes a terminal to a hub, as a player does over a socket. */
function watch(hub: Hub): Terminal {
  const terminal = new Terminal({ cols: 80, rows: 24 });
  const decoder = new AlisDecoder("viewer");
  hub.subscribe({
    send(frame) {
      const message = decoder.decode(frame);
      if (message?.type === "init") {
        terminal.resize(message.cols, message.rows);
        terminal.feed(`\x1bc${message.dump}`);
      } else if (message?.type === "output") terminal.feed(message.text);
      else if (message?.type === "resize") terminal.resize(message.cols, message.rows);
      return true;
    },
    close() {},
  });
  return terminal;
}
