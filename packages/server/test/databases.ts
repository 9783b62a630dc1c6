import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { type Database, openDatabase } from "../src/db/database.js";
import { migrate } from "../src/db/migrate.js";
import { hasPostgres, startPostgres, type TestPostgres } from "./postgres.js";

/** Gives a new database at each call: empty, or with the schema of this version. What it gave ends with the test. */
export type Opener = (options?: { empty?: boolean }) => Promise<Database>;

const places = new WeakMap<Database, Parameters<typeof openDatabase>[0]>();

/** What a database that an {@link Opener} gave was opened with, for opening it again elsewhere. */
export function placeOf(db: Database): Parameters<typeof openDatabase>[0] {
  return places.get(db)!;
}

function openAt(place: Parameters<typeof openDatabase>[0]): Database {
  const db = openDatabase(place);
  places.set(db, place);
  return db;
}

/** Runs a suite over every database that the server works with: SQLite as this Node has it, and PostgreSQL, which is
 *  started for it. */
export function describeDatabases(name: string, suite: (open: Opener, kind: "SQLite" | "PostgreSQL") => void): void {
  describe(`${name} on SQLite`, () => {
    const folder = mkdtempSync(join(tmpdir(), "asciinema-db-"));
    let kept: Database | undefined;
    afterAll(async () => {
      await kept?.destroy();
      rmSync(folder, { recursive: true });
    });
    suite(async ({ empty = false } = {}) => {
      // Starting the engine's thread takes most of a second here, so one is emptied and used again.
      if (!kept || !(await sql`select 1`.execute(kept).catch(() => undefined))) {
        kept = openAt({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 });
      }
      await dropTables(kept);
      if (!empty) await migrate(kept);
      return kept;
    }, "SQLite");
  });

  // In a run on another Node for its SQLite's sake, PostgreSQL would only be tested twice.
  describe.skipIf(!hasPostgres || process.env["ONLY_SQLITE"])(`${name} on PostgreSQL`, () => {
    let server: TestPostgres;
    let migrated: string;
    const opened: Database[] = [];
    const open = (databaseUrl: string) => openAt({ dataDir: "", databaseUrl, databasePoolSize: 4 });
    beforeAll(async () => {
      server = await startPostgres();
      migrated = await server.database();
      const db = open(migrated);
      await migrate(db);
      await db.destroy();
    });
    afterEach(async () => {
      for (const db of opened.splice(0)) await db.destroy();
    });
    afterAll(() => server.stop());
    suite(async ({ empty = false } = {}) => {
      const db = open(await server.database(empty ? undefined : migrated));
      opened.push(db);
      return db;
    }, "PostgreSQL");
  });
}

async function dropTables(db: Database): Promise<void> {
  await sql`pragma foreign_keys = off`.execute(db);
  for (const { name } of await db.introspection.getTables({ withInternalKyselyTables: true })) {
    await db.schema.dropTable(name).execute();
  }
  await sql`pragma foreign_keys = on`.execute(db);
}
