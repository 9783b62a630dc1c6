import type { Kysely, Migration } from "kysely";

/** Accounts: people who can sign in, by links that are sent to them, and the browsers in which they have. */
export const accounts: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("users").addColumn("name", "text").execute();
    await db.schema
      .alterTable("users")
      .addColumn("is_admin", "boolean", (column) => column.notNull().defaultTo(false))
      .execute();

    await db.schema
      .createTable("links")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("token_hash", "text", (column) => column.notNull().unique())
      .addColumn("purpose", "text", (column) => column.notNull())
      .addColumn("email", "text")
      .addColumn("user_id", "integer", (column) => column.references("users.id").onDelete("cascade"))
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("expires_at", "bigint")
      .execute();
    await db.schema.createIndex("links_email").on("links").column("email").execute();
    await db.schema.createIndex("links_user").on("links").column("user_id").execute();

    await db.schema
      .createTable("sessions")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("user_id", "integer", (column) => column.notNull().references("users.id").onDelete("cascade"))
      .addColumn("token_hash", "text", (column) => column.notNull().unique())
      .addColumn("user_agent", "text")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("used_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("sessions_user").on("sessions").column("user_id").execute();
  },
};
