import { Kysely } from "kysely";
import type { Schema } from "./schema.js";
import { SqliteDialect } from "./sqlite.js";

/** The database as repositories see it. */
export type Database = Kysely<Schema>;

/** Opens the database of a data directory, creating the file when there is none.
 *
 *  @param path  the file, or `:memory:` */
export function openDatabase(path: string): Database {
  return new Kysely<Schema>({ dialect: new SqliteDialect(path) });
}
