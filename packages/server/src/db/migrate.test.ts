import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describeDatabases, placeOf } from "../../test/databases.js";
import { migrate, migrationState } from "./migrate.js";

const names = ["0001-recordings", "0002-accounts", "0003-popularity", "0004-streams", "0005-preferences"];

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

  test("can be killed between steps, and are made whole by the next start", async () => {
    const db = await open({ empty: true });
    // A change like the next version's: it has altered the schema already when its process dies.
    const script = `
      import { register } from "tsx/esm/api"; register();
      const { openDatabase } = await import(${JSON.stringify(new URL("./database.ts", import.meta.url).href)});
      const { migrate, migrations } = await import(${JSON.stringify(new URL("./migrate.ts", import.meta.url).href)});
      const db = openDatabase(${JSON.stringify(placeOf(db))});
      const last = { async up(db) {
        await db.schema.alterTable("users").addColumn("half", "text").execute();
        await db.insertInto("users").values({ default_recording_visibility: "public", created_at: 0 }).execute();
        process.kill(process.pid, "SIGKILL");
        await new Promise(() => setTimeout(() => {}, 10_000));
      } };
      await migrate(db, { list: { ...migrations, "9999-half": last } });
    `;
    const killed = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      encoding: "utf8",
      env: { PATH: process.env["PATH"] },
    });
    expect([killed.signal, killed.stderr]).toEqual(["SIGKILL", ""]);
    expect(await migrationState(db)).toEqual({ done: [], pending: names, unknown: [] });
    expect(await migrate(db)).toEqual(names);
    expect(await db.selectFrom("users").selectAll().execute()).toEqual([]);
    const users = (await db.introspection.getTables()).find((table) => table.name === "users")!;
    expect(users.columns.map((column) => column.name)).not.toContain("half");
  });

  test("refuse a database of a newer version", async () => {
    const db = await open();
    await db
      .insertInto("kysely_migration" as "users")
      .values({ name: "9999-future", timestamp: "2030-01-01T00:00:00.000Z" } as never)
      .execute();
    await expect(migrate(db)).rejects.toThrow(/newer version of asciinema-server, with 9999-future/);
    expect((await migrationState(db)).unknown).toEqual(["9999-future"]);
  });
});
