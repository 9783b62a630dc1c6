// Many kills of a server that records a stream: the recording has every event, once, in order, at its time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killDuringStream } from "../test/stream-kills.js";

const times = 40;
const folder = mkdtempSync(join(tmpdir(), "asciinema-soak-"));
try {
  const events = await killDuringStream(folder, times);
  console.log(`${times} kills, ${events} events, all of them in the recording`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
