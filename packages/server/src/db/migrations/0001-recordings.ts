import { type Kysely, type Migration, sql } from "kysely";

/** Users, their machines and their recordings. */
export const recordings: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("users")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("username", "text")
      .addColumn("temporary_username", "text")
      .addColumn("email", "text", (column) => column.unique())
      .addColumn("default_recording_visibility", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("users_username").unique().on("users").expression(sql`lower(username)`).execute();

    await db.schema
      .createTable("clis")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("user_id", "integer", (column) => column.notNull().references("users.id"))
      .addColumn("token_hash", "text", (column) => column.notNull().unique())
      .addColumn("revoked_at", "bigint")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("clis_user").on("clis").column("user_id").execute();

    await db.schema
      .createTable("recordings")
      // Numbers are addresses, so one that was deleted must never come back for another recording.
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("user_id", "integer", (column) => column.notNull().references("users.id"))
      .addColumn("cli_id", "integer", (column) => column.references("clis.id"))
      .addColumn("secret_token", "text", (column) => column.notNull().unique())
      .addColumn("visibility", "text", (column) =>
        column.notNull().check(sql`visibility in ('public', 'unlisted', 'private')`),
      )
      .addColumn("file_key", "text", (column) => column.notNull().unique())
      .addColumn("file_name", "text")
      .addColumn("content_hash", "text", (column) => column.notNull())
      .addColumn("compressed_size", "bigint", (column) => column.notNull())
      .addColumn("uncompressed_size", "bigint", (column) => column.notNull())
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("term_cols", "integer", (column) => column.notNull())
      .addColumn("term_rows", "integer", (column) => column.notNull())
      .addColumn("term_type", "text")
      .addColumn("term_version", "text")
      .addColumn("term_theme", "text")
      .addColumn("command", "text")
      .addColumn("shell", "text")
      .addColumn("recorded_at", "bigint")
      .addColumn("user_agent", "text")
      .addColumn("duration", "bigint", (column) => column.notNull())
      .addColumn("trace", "text", (column) => column.notNull())
      .addColumn("title", "text")
      .addColumn("description", "text")
      .addColumn("markers", "text")
      .addColumn("audio_url", "text")
      .addColumn("term_cols_override", "integer")
      .addColumn("term_rows_override", "integer")
      .addColumn("term_theme_name", "text")
      .addColumn("term_bold_is_bright", "boolean", (column) => column.notNull())
      .addColumn("term_adaptive_palette", "boolean", (column) => column.notNull())
      .addColumn("term_line_height", "double precision")
      .addColumn("term_font_family", "text")
      .addColumn("term_cursor_mode", "text")
      .addColumn("keystroke_overlay", "boolean", (column) => column.notNull())
      .addColumn("idle_time_limit", "double precision")
      .addColumn("speed", "double precision")
      .addColumn("snapshot_at", "double precision")
      .addColumn("archived_at", "bigint")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("recordings_user").on("recordings").column("user_id").execute();
    await db.schema.createIndex("recordings_cli").on("recordings").column("cli_id").execute();
    await db.schema
      .createIndex("recordings_listed")
      .on("recordings")
      .column("id")
      .where(sql.ref("visibility"), "=", sql.lit("public"))
      .where(sql.ref("archived_at"), "is", null)
      .execute();

    await db.schema
      .createTable("recording_stats")
      .addColumn("recording_id", "integer", (column) =>
        column.primaryKey().references("recordings.id").onDelete("cascade"),
      )
      .addColumn("total_views", "bigint", (column) => column.notNull())
      .execute();
  },
};
