import assert from "node:assert/strict";
import { readdirSync, utimesSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openDatabase } from "../src/db/database.js";
import { cast, startServer, upload } from "./process.js";

/** Kills a server at random moments of uploads, so many times, and then looks whether everything that it acknowledged is
 *  there, and nothing else.
 *
 *  @returns how many uploads were acknowledged
 *  @throws AssertionError */
export async function killDuringUploads(folder: string, times: number): Promise<number> {
  const acknowledged = new Map<string, string>();
  let sent = 0;
  for (let round = 0; round < times; round++) {
    const { url, child, ended } = await startServer(folder);
    let first = () => {};
    const acknowledgement = new Promise<void>((resolve) => {
      first = resolve;
    });
    const uploads = Array.from({ length: 4 }, async () => {
      for (;;) {
        const content = cast(`upload ${sent++}`, 50 + (sent % 7) * 300);
        const { status, path } = await upload(url, content);
        if (status !== 201) continue;
        acknowledged.set(path, content);
        first();
      }
    });
    for (const one of uploads) one.catch(() => {});
    // At a random moment of the first uploads, or of those after them.
    if (round % 2 === 0) await acknowledgement;
    await wait(Math.random() * 300);
    child.kill("SIGKILL");
    await ended;
    await Promise.allSettled(uploads);
  }
  assert(acknowledged.size >= times / 2, `only ${acknowledged.size} uploads were acknowledged`);

  for (const root of ["files", "drafts"]) {
    for (const entry of readdirSync(join(folder, root), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), 1, 1);
    }
  }
  const { url, child, ended } = await startServer(folder);
  try {
    for (const [path, content] of acknowledged) {
      const answer = await fetch(`${url}${path}.cast`);
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), content);
    }
  } finally {
    child.kill("SIGTERM");
    assert.equal(await ended, 0);
  }
  // Every file belongs to a row and every row has its file.
  const db = openDatabase({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 });
  const rows = await db.selectFrom("recordings").select("file_key").execute();
  await db.destroy();
  const files = readdirSync(join(folder, "files"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(folder, "files"), join(entry.parentPath, entry.name)));
  assert.deepEqual(files.sort(), rows.map((row) => row.file_key).sort());
  assert(rows.length >= acknowledged.size);
  assert.deepEqual(readdirSync(join(folder, "drafts")), []);
  return acknowledged.size;
}
