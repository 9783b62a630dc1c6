import { expect, test } from "vitest";
import { describeDatabases } from "../../test/databases.js";
import { migrate } from "./migrate.js";

const names = ["0001-recordings", "0002-accounts", "0003-popularity", "0004-streams"];

describeDatabases("migrations", (open) => {
  test("bring an empty database up, once", async () => {
    const db = await open({ empty: true });
    expect(await migrate(db)).toEqual(names);
    expect(await migrate(db)).toEqual([]);
    expect(await db.selectFrom("recordings").selectAll().execute()).toEqual([]);
  });

  test("happen once when two servers start at the same moment", async () => {
    const db = await open({ empty: true });
    const made = await Promise.all([migrate(db), migrate(db)]);
    expect(made.flat()).toEqual(names);
  });

  test("refuse a database of a newer version", async () => {
    const db = await open();
    await db
      .insertInto("kysely_migration" as "users")
      .values({ name: "9999-future", timestamp: "2030-01-01T00:00:00.000Z" } as never)
      .execute();
    await expect(migrate(db)).rejects.toThrow(/9999-future/);
  });
});
