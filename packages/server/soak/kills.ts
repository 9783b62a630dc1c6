// A hundred kills at random moments of uploads: nothing that was acknowledged is lost, nothing else is left.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killDuringUploads } from "../test/kills.js";

const times = 100;
const folder = mkdtempSync(join(tmpdir(), "asciinema-soak-"));
try {
  const kept = await killDuringUploads(folder, times);
  console.log(`${times} kills, ${kept} acknowledged uploads, all of them there and nothing else`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
