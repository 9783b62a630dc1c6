import { join } from "node:path";
import { Kysely } from "kysely";
import type { Config } from "../config.js";
import type { Changes } from "./changes.js";
import { PostgresDialect } from "./postgres.js";
import type { Schema } from "./schema.js";
import { SqliteDialect } from "./sqlite.js";

/** The database as repositories see it. */
export type Database = Kysely<Schema>;

/** Opens the configured database: PostgreSQL when there is an address of one, else SQLite in the data directory, whose file
 *  is created when there is none. Nothing is connected before the first query.
 *
 *  @param changes  counts what is changed through it */
export function openDatabase(
  config: Pick<Config, "dataDir" | "databaseUrl" | "databasePoolSize">,
  changes?: Changes,
): Database {
  const dialect = config.databaseUrl
    ? new PostgresDialect(config.databaseUrl, config.databasePoolSize)
    : new SqliteDialect(join(config.dataDir, "asciinema.db"));
  return new Kysely<Schema>({ dialect, plugins: changes ? [changes] : [] });
}
