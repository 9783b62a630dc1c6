import { stat } from "node:fs/promises";
import { CommandError } from "../commands.js";
import type { Config } from "../config.js";
import { openDataDir } from "../data-dir.js";
import { type Database, openDatabase } from "../db/database.js";

/** Refuses a DATA_DIR that no server has used yet, instead of making one. */
export async function existing(config: Config): Promise<void> {
  if (!(await stat(config.dataDir).catch(() => undefined))) {
    throw new CommandError(`there is no ${config.dataDir}; set DATA_DIR as for the server`);
  }
  await openDataDir(config.dataDir);
}

/** Does something with the database, and closes it whatever happens. */
export async function withDatabase<T>(config: Config, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(config);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
