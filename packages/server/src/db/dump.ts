import { PostgresAdapter, sql } from "kysely";
import type { Database } from "./database.js";
import type { Schema } from "./schema.js";

/** Every table and the columns that its rows are told apart by, in an order in which they can be filled: what others refer
 *  to comes first. */
const keys: { readonly [Table in keyof Schema]: readonly string[] } = {
  users: ["id"],
  links: ["id"],
  sessions: ["id"],
  clis: ["id"],
  streams: ["id"],
  stream_sessions: ["id"],
  stream_screens: ["stream_id"],
  stream_pieces: ["session_id", "number"],
  recordings: ["id"],
  recording_stats: ["recording_id"],
};

/** The tables whose rows name a file each, as `file_key`. */
export const tablesWithFiles = ["recordings", "stream_pieces"] as const satisfies readonly (keyof Schema)[];

export const tables: readonly string[] = Object.keys(keys);

/** A row as both databases give and take it: texts, numbers, booleans and nulls. */
export type Row = Record<string, unknown>;

const BATCH = 500;
/** Parameters of one statement: PostgreSQL takes 65,535, SQLite half as many. */
const PARAMETERS = 30_000;

/** Reads all tables as they were at one moment, while others go on writing. */
export async function atOneMoment<T>(db: Database, read: (frozen: Database) => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    // Not a transaction of Kysely's: SQLite's would keep every writer waiting until the end.
    const begin = isPostgres(db) ? "begin isolation level repeatable read, read only" : "begin";
    await sql.raw(begin).execute(connection);
    try {
      return await read(connection);
    } finally {
      await sql.raw("rollback").execute(connection);
    }
  });
}

/** All rows of a table, some at a time. */
export async function* rowsOf(db: Database, table: string): AsyncGenerator<Row[]> {
  const key = keys[table as keyof Schema];
  const columns = sql.join(key.map((column) => sql.ref(column)));
  let last: unknown[] = key.map(() => -1);
  for (;;) {
    const { rows } = await sql<Row>`
      select * from ${sql.table(table)} where (${columns}) > (${sql.join(last)}) order by ${columns} limit ${BATCH}
    `.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) return;
    last = key.map((column) => rows.at(-1)![column]);
  }
}

/** Puts rows into a table as they were read.
 *
 *  @throws DatabaseError  for columns that the table does not have, and for what breaks its constraints */
export async function insertRows(db: Database, table: string, rows: readonly Row[]): Promise<void> {
  const width = Math.max(1, Object.keys(rows[0] ?? {}).length);
  const step = Math.floor(PARAMETERS / width);
  for (let at = 0; at < rows.length; at += step) {
    await db
      .insertInto(table as "users")
      .values(rows.slice(at, at + step) as never)
      .execute();
  }
}

/** The last number that each table gave to a row, also one that was deleted since: numbers are addresses and never come
 *  back. */
export async function lastNumbers(db: Database): Promise<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const [table, [key]] of Object.entries(keys)) {
    if (key !== "id") continue;
    const { rows } = await (isPostgres(db)
      ? sql<{ last: number | null }>`
          select pg_sequence_last_value(pg_get_serial_sequence(${table}, 'id')::regclass) as last
        `
      : sql<{ last: number | null }>`select seq as last from sqlite_sequence where name = ${table}`
    ).execute(db);
    numbers[table] = Number(rows[0]?.last ?? 0);
  }
  return numbers;
}

/** Goes on counting after numbers that were given elsewhere. */
export async function setLastNumbers(db: Database, numbers: Record<string, number>): Promise<void> {
  for (const [table, last] of Object.entries(numbers)) {
    if (!(table in keys) || last <= 0) continue;
    if (isPostgres(db)) {
      await sql`select setval(pg_get_serial_sequence(${table}, 'id'), ${last})`.execute(db);
    } else {
      await sql`delete from sqlite_sequence where name = ${table}`.execute(db);
      await sql`insert into sqlite_sequence (name, seq) values (${table}, ${last})`.execute(db);
    }
  }
}

/** Whether there is no row in any table, or no table. */
export async function isEmpty(db: Database): Promise<boolean> {
  for (const { name } of await db.introspection.getTables()) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(db);
    if (rows.length > 0) return false;
  }
  return true;
}

function isPostgres(db: Database): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
