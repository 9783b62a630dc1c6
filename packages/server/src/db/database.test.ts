import { type Kysely, sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { describeDatabases } from "../../test/databases.js";
import type { DatabaseError } from "./value.js";

interface Tables {
  things: { id: number; flag: boolean | null; at: number | null; size: number | null; name: string | null };
  numbered: { id: number; name: string };
}

describeDatabases("the dialect", (open, kind) => {
  let db: Kysely<Tables>;

  beforeEach(async () => {
    db = (await open({ empty: true })) as unknown as Kysely<Tables>;
    await db.schema
      .createTable("things")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("flag", "boolean")
      .addColumn("at", "bigint")
      .addColumn("size", "double precision")
      .addColumn("name", "text", (column) => column.unique())
      .execute();
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

  test("stores a text as it is, but for NUL", async () => {
    await insert({ name: "Ünïcode 世界 '; drop table things --\n" });
    expect((await first())?.name).toBe("Ünïcode 世界 '; drop table things --\n");
    await db.updateTable("things").set({ name: "a\0b" }).execute();
    expect((await first())?.name).toBe("a\ufffdb");
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
    await insert({ at: Number.MAX_SAFE_INTEGER, size: 0.1 });
    expect(await first()).toMatchObject({ at: Number.MAX_SAFE_INTEGER, size: 0.1 });
    await expect(sql`select 9007199254740993 as n`.execute(db)).rejects.toThrow(/too large/);
  });

  test("counts and sums in numbers", async () => {
    await insert({ id: 1, at: 2 ** 40 });
    await insert({ id: 2, at: 2 ** 40 });
    const found = await db
      .selectFrom("things")
      .select(({ fn }) => [fn.countAll<number>().as("count"), fn.sum<number>("at").as("sum")])
      .executeTakeFirstOrThrow();
    expect(found).toEqual({ count: 2, sum: 2 ** 41 });
  });

  test("says how many rows a statement changed", async () => {
    await insert({ id: 1 });
    await insert({ id: 2 });
    const result = await db.updateTable("things").set({ size: 0.5 }).executeTakeFirst();
    expect(result.numUpdatedRows).toBe(2n);
    expect((await db.deleteFrom("things").where("id", "=", 9).executeTakeFirst()).numDeletedRows).toBe(0n);
  });

  test("gives the row that was inserted or changed", async () => {
    const row = { id: 3, flag: true, at: 5, size: 1.5, name: "x" };
    expect(await db.insertInto("things").values(row).returningAll().executeTakeFirst()).toEqual(row);
    const changed = await db.updateTable("things").set({ flag: false }).returningAll().executeTakeFirst();
    expect(changed).toEqual({ ...row, flag: false });
  });

  test("never gives a number again that a deleted row had", async () => {
    await db.schema
      .createTable("numbered")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("name", "text", (column) => column.notNull())
      .execute();
    const add = () =>
      db
        .insertInto("numbered")
        .values({ name: "x" } as Tables["numbered"])
        .returning("id")
        .executeTakeFirstOrThrow();
    expect((await add()).id).toBe(1);
    expect((await add()).id).toBe(2);
    await db.deleteFrom("numbered").where("id", "=", 2).execute();
    expect((await add()).id).toBe(3);
  });

  test("marks what a UNIQUE constraint refused", async () => {
    await insert({ id: 1, name: "x" });
    const failure: DatabaseError = await insert({ id: 2, name: "x" }).catch((error) => error);
    expect(failure.isConflict).toBe(true);
    const same: DatabaseError = await insert({ id: 1 }).catch((error) => error);
    expect(same.isConflict).toBe(true);
    const returning = db.insertInto("things").values({ id: 1, flag: null, at: null, size: null, name: null });
    const failing: DatabaseError = await returning
      .returningAll()
      .execute()
      .catch((error) => error);
    expect(failing.isConflict).toBe(true);
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
    await expect(sql`select * from extra`.execute(db)).rejects.toThrow(/extra/);
  });

  test("nobody outside sees half of a transaction", async () => {
    const seen: Promise<unknown[]>[] = [];
    await db.transaction().execute(async (trx) => {
      for (const id of [1, 2]) {
        await trx.insertInto("things").values({ id, flag: null, at: null, size: null, name: null }).execute();
        seen.push(db.selectFrom("things").selectAll().execute());
        if (kind === "PostgreSQL") await seen.at(-1);
      }
    });
    // SQLite has one connection: the others wait for the end. PostgreSQL shows what was there before.
    for (const rows of await Promise.all(seen)) expect(rows).toHaveLength(kind === "SQLite" ? 2 : 0);
  });

  test("goes on after statements that fail, inside a transaction and outside", async () => {
    for (let i = 0; i < 10; i++) await expect(sql`select nonsense`.execute(db)).rejects.toThrow();
    const failing = db.transaction().execute((trx) => sql`select nonsense`.execute(trx));
    await expect(failing).rejects.toThrow(/nonsense/);
    await insert({ id: 1 });
    expect(await first()).toBeDefined();
  });

  test("keeps a prepared statement right across a schema change", async () => {
    await insert({ id: 1, name: "x" });
    expect(Object.keys((await first()) ?? {})).not.toContain("added");
    await db.schema.alterTable("things").addColumn("added", "boolean").execute();
    await sql`update things set added = (1 = 1)`.execute(db);
    expect(await first()).toMatchObject({ added: true });
  });

  test("rejects what comes after the end", async () => {
    await db.destroy();
    await expect(first()).rejects.toThrow();
  });

  test.runIf(kind === "SQLite" && "sqlite" in process.versions)(
    "uses Node's own engine where there is one",
    async () => {
      const { rows } = await sql<{ version: string }>`select sqlite_version() as version`.execute(db);
      expect(rows[0]?.version).toBe(process.versions["sqlite"]);
    },
  );

  test.runIf(kind === "SQLite")("is durable: write-ahead log, flushed at every commit", async () => {
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db);
    const synchronous = await sql<{ synchronous: number }>`pragma synchronous`.execute(db);
    expect(mode.rows[0]?.journal_mode).toBe("wal");
    expect(synchronous.rows[0]?.synchronous).toBe(2);
  });
});
