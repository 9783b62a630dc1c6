import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DatabaseError, SqliteDialect } from "./sqlite.js";

interface Tables {
  things: { id: number; flag: boolean | null; at: number | null; size: number | null; name: string | null };
}

describe("the SQLite dialect", () => {
  let folder: string;
  let db: Kysely<Tables>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "asciinema-db-"));
    db = new Kysely<Tables>({ dialect: new SqliteDialect(join(folder, "test.db")) });
    await db.schema
      .createTable("things")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("flag", "boolean")
      .addColumn("at", "bigint")
      .addColumn("size", "double precision")
      .addColumn("name", "text", (column) => column.unique())
      .execute();
  });

  afterEach(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });

  const insert = (values: Partial<Tables["things"]>) =>
    db
      .insertInto("things")
      .values({ id: 1, flag: null, at: null, size: null, name: null, ...values })
      .execute();
  const first = () => db.selectFrom("things").selectAll().executeTakeFirst();

  test("gives booleans back as booleans, under an alias too", async () => {
    await insert({ id: 1, flag: true });
    await insert({ id: 2, flag: false });
    await insert({ id: 3, flag: null });
    const rows = await db.selectFrom("things").select(["flag", "flag as other"]).orderBy("id").execute();
    expect(rows).toEqual([
      { flag: true, other: true },
      { flag: false, other: false },
      { flag: null, other: null },
    ]);
    expect(await db.selectFrom("things").select("id").where("flag", "=", true).execute()).toEqual([{ id: 1 }]);
  });

  test("stores a date as milliseconds, never as NULL", async () => {
    await insert({ at: new Date("2026-11-21T10:00:00.123Z") as unknown as number });
    expect((await first())?.at).toBe(Date.parse("2026-11-21T10:00:00.123Z"));
  });

  test.each([
    ["undefined", undefined],
    ["NaN", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["an object", { a: 1 }],
    ["an invalid date", new Date("never")],
  ])("refuses %s", async (_, value) => {
    await expect(sql`insert into things (id, name) values (1, ${value})`.execute(db)).rejects.toThrow(
      /cannot be stored/,
    );
    expect(await first()).toBeUndefined();
  });

  test("keeps integers up to 2^53 and refuses to read larger ones wrong", async () => {
    await insert({ at: Number.MAX_SAFE_INTEGER });
    expect((await first())?.at).toBe(Number.MAX_SAFE_INTEGER);
    await expect(sql`select 9007199254740993 as n`.execute(db)).rejects.toThrow(/too large/);
  });

  test("says how many rows a statement changed", async () => {
    await insert({ id: 1 });
    await insert({ id: 2 });
    const result = await db.updateTable("things").set({ size: 0.5 }).executeTakeFirst();
    expect(result.numUpdatedRows).toBe(2n);
    expect((await db.deleteFrom("things").where("id", "=", 9).executeTakeFirst()).numDeletedRows).toBe(0n);
  });

  test("marks what a UNIQUE constraint refused", async () => {
    await insert({ id: 1, name: "x" });
    const failure: DatabaseError = await insert({ id: 2, name: "x" }).catch((error) => error);
    expect(failure.isConflict).toBe(true);
    const other: DatabaseError = await sql`select nonsense from things`.execute(db).catch((error) => error);
    expect(other.message).toContain("nonsense");
    expect(other.isConflict).toBe(false);
  });

  test("takes a transaction back when it throws, schema changes included", async () => {
    const failing = db.transaction().execute(async (trx) => {
      await trx.insertInto("things").values({ id: 7, flag: null, at: null, size: null, name: "lost" }).execute();
      await trx.schema.createTable("extra").addColumn("id", "integer").execute();
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await first()).toBeUndefined();
    await expect(sql`select * from extra`.execute(db)).rejects.toThrow(/no such table/);
  });

  test("lets nothing into a transaction from outside", async () => {
    const outside: Promise<unknown>[] = [];
    await db.transaction().execute(async (trx) => {
      outside.push(db.selectFrom("things").selectAll().execute());
      await trx.insertInto("things").values({ id: 1, flag: null, at: null, size: null, name: null }).execute();
    });
    // The statement waited for the end of the transaction, so it sees the row.
    expect(await outside[0]).toHaveLength(1);
  });

  test("keeps a prepared statement right across a schema change", async () => {
    await insert({ id: 1, name: "x" });
    expect(Object.keys((await first()) ?? {})).not.toContain("added");
    await db.schema.alterTable("things").addColumn("added", "boolean").execute();
    await sql`update things set added = 1`.execute(db);
    expect(await first()).toMatchObject({ added: true });
  });

  test("rejects what comes after the end", async () => {
    await db.destroy();
    await expect(first()).rejects.toThrow();
  });

  test("is durable: write-ahead log, flushed at every commit", async () => {
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db);
    const synchronous = await sql<{ synchronous: number }>`pragma synchronous`.execute(db);
    expect(mode.rows[0]?.journal_mode).toBe("wal");
    expect(synchronous.rows[0]?.synchronous).toBe(2);
  });
});
