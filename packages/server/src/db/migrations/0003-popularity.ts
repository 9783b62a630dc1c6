import { type Kysely, type Migration, sql } from "kysely";

/** What is popular, and what administrators put forward. */
export const popularity: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("recording_stats").addColumn("popularity", "double precision").execute();
    await db.schema
      .createIndex("recording_stats_popularity")
      .on("recording_stats")
      .column("popularity")
      .where(sql.ref("popularity"), "is not", null)
      .execute();
    await db.schema
      .alterTable("recordings")
      .addColumn("featured", "boolean", (column) => column.notNull().defaultTo(false))
      .execute();
  },
};
