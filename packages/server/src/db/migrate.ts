import { type Kysely, Migrator } from "kysely";
import { recordings } from "./migrations/0001-recordings.js";
import { accounts } from "./migrations/0002-accounts.js";
import { popularity } from "./migrations/0003-popularity.js";
import { streams } from "./migrations/0004-streams.js";
import type { Schema } from "./schema.js";

/** Every change of the schema ever made, oldest first. Names are stored: never rename one, never edit one that was released. */
const migrations = {
  "0001-recordings": recordings,
  "0002-accounts": accounts,
  "0003-popularity": popularity,
  "0004-streams": streams,
};

/** Brings a database to this version's schema and returns the names of the changes made. All of them happen or none:
 *  an interrupted run starts again from the same place.
 *
 *  @throws what the failed change threw; also when the database was written by a newer version */
export async function migrate(db: Kysely<Schema>): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error instanceof Error ? error : new Error(String(error));
  return (results ?? []).filter((result) => result.status === "Success").map((result) => result.migrationName);
}
