import type { AccountRepository } from "./accounts/repository.js";
import { SESSION_LIFETIME } from "./accounts/sessions.js";
import type { DerivedFiles } from "./derived.js";
import type { FileStore } from "./files/files.js";
import type { SessionRepository } from "./live/sessions.js";
import type { Log } from "./log.js";
import type { RecordingRepository } from "./recordings/repository.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BATCH = 200;

/** Removes what nobody needs: files that no row names, drafts whose writers are gone, derived files that nobody asked for in
 *  a month, links and sessions that have ended. Files younger than an hour are left alone, because their row may still be on its way. */
export async function sweep(parts: {
  files: FileStore;
  derived: DerivedFiles;
  recordings: RecordingRepository;
  streams: SessionRepository;
  accounts: AccountRepository;
  clock: () => number;
  log: Log;
}): Promise<void> {
  const { files, derived, recordings, streams, accounts, clock, log } = parts;
  const now = clock();
  let orphans = 0;
  let batch: string[] = [];
  const check = async () => {
    const known = await recordings.knownFiles(batch);
    const pieces = await streams.knownFiles(batch);
    for (const key of batch) {
      if (known.has(key) || pieces.has(key)) continue;
      await files.delete(key);
      orphans++;
    }
    batch = [];
  };
  for await (const { key, modified } of files.list()) {
    if (modified > now - HOUR) continue;
    batch.push(key);
    if (batch.length >= BATCH) await check();
  }
  await check();
  const drafts = await files.discardDrafts(now - HOUR);
  await accounts.sweep(now, now - SESSION_LIFETIME);
  const unused = await derived.sweep(now - 30 * DAY);
  if (orphans + drafts + unused > 0) log.info("swept", { orphans, drafts, unused });
}
