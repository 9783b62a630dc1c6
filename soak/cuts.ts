// Cuts a stream's producer off for 30 s and its viewer for 10 s, so many times, and looks whether the recording and the
// screen are whole.
//
//   npm run soak cuts [-- ROUNDS]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cutStream } from "../e2e/cuts.js";

const rounds = Number(process.argv[2] ?? 3);
for (let round = 1; round <= rounds; round++) {
  const home = mkdtempSync(join(tmpdir(), "asciinema-cuts-"));
  const events = await cutStream(home, { producer: 30_000, viewer: 10_000 });
  rmSync(home, { recursive: true });
  console.log(`ok  round ${round}: ${events} events, nothing missing, equal screens`);
}
