import type { Call } from "../commands.js";
import { openDataDir } from "../data-dir.js";
import { migrate } from "../db/migrate.js";
import { withDatabase } from "./place.js";

/** Brings the database up to date. */
export async function bringUp({ config, terminal }: Call): Promise<number> {
  await openDataDir(config.dataDir);
  const made = await withDatabase(config, (db) => migrate(db));
  terminal.out(made.length === 0 ? "The database is up to date.\n" : `Made: ${made.join(", ")}\n`);
  return 0;
}
