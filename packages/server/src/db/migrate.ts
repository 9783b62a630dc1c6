import { type Kysely, type Migration, Migrator } from "kysely";
import { OperatorError } from "../operator-error.js";
import { recordings } from "./migrations/0001-recordings.js";
import { accounts } from "./migrations/0002-accounts.js";
import { popularity } from "./migrations/0003-popularity.js";
import { streams } from "./migrations/0004-streams.js";
import { preferences } from "./migrations/0005-preferences.js";
import type { Schema } from "./schema.js";

/** Every change of the schema ever made, oldest first. Names are stored: never rename one, never edit one that was released. */
export const migrations: Record<string, Migration> = {
  "0001-recordings": recordings,
  "0002-accounts": accounts,
  "0003-popularity": popularity,
  "0004-streams": streams,
  "0005-preferences": preferences,
};

/** A database that a newer version has written to. */
export class NewerDatabase extends OperatorError {
  override readonly name = "NewerDatabase";

  constructor(readonly unknown: readonly string[]) {
    super(`the database is of a newer version of asciinema-server, with ${unknown.join(", ")}; start that version`);
  }
}

/** Brings a database to this version's schema and returns the names of the changes made. All of them happen or none:
 *  an interrupted run starts again from the same place.
 *
 *  @param options.upTo  the last change to make; all unless given
 *  @param options.list  the changes instead of this version's
 *  @throws NewerDatabase; and what the failed change threw */
export async function migrate(
  db: Kysely<Schema>,
  options: { upTo?: string; list?: Record<string, Migration> } = {},
): Promise<string[]> {
  const list = options.list ?? migrations;
  const { unknown } = await migrationState(db, list);
  if (unknown.length > 0) throw new NewerDatabase(unknown);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => list } });
  const { error, results } = await (options.upTo ? migrator.migrateTo(options.upTo) : migrator.migrateToLatest());
  if (error) throw error instanceof Error ? error : new Error(String(error));
  return (results ?? []).filter((result) => result.status === "Success").map((result) => result.migrationName);
}

/** Which changes a database has seen, which of this version's it has not, and which it has that this version does not know.
 *  Nothing is changed. */
export async function migrationState(
  db: Kysely<Schema>,
  list: Record<string, Migration> = migrations,
): Promise<{ done: string[]; pending: string[]; unknown: string[] }> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const rows = tables.some((table) => table.name === "kysely_migration")
    ? await db
        .selectFrom("kysely_migration" as "users")
        .select("name")
        .orderBy("name")
        .execute()
    : [];
  const done = rows.map((row) => String(row.name));
  return {
    done,
    pending: Object.keys(list).filter((name) => !done.includes(name)),
    unknown: done.filter((name) => !Object.hasOwn(list, name)),
  };
}
