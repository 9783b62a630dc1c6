import { afterEach, beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.js";
import { migrate } from "./migrate.js";

let db: Database;
beforeEach(() => {
  db = openDatabase(":memory:");
});
afterEach(() => db.destroy());

test("brings an empty database up, once", async () => {
  expect(await migrate(db)).toEqual(["0001-recordings"]);
  expect(await migrate(db)).toEqual([]);
  expect(await db.selectFrom("recordings").selectAll().execute()).toEqual([]);
});

test("refuses a database of a newer version", async () => {
  await migrate(db);
  await db
    .insertInto("kysely_migration" as "users")
    .values({ name: "9999-future", timestamp: "2030-01-01T00:00:00.000Z" } as never)
    .execute();
  await expect(migrate(db)).rejects.toThrow(/9999-future/);
});
