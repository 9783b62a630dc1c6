import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { killDuringStream } from "../packages/server/test/stream-kills.js";

test("a server that is killed again and again loses nothing of a stream, and makes one recording of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "asciinema-kills-"));
  try {
    expect(await killDuringStream(folder, 3)).toBeGreaterThan(100);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
