import { type Kysely, type Migration, sql } from "kysely";

/** Live streams: their rows, what an account may do with them, and what is recorded of one while it is on. */
export const streams: Migration = {
  async up(db: Kysely<unknown>) {
    // What an account has not settled, the server's configuration does.
    for (const [name, type] of [
      ["streaming_enabled", "boolean"],
      ["stream_recording_enabled", "boolean"],
      ["live_stream_limit", "integer"],
      ["default_stream_visibility", "text"],
      ["timezone", "text"],
    ] as const) {
      await db.schema.alterTable("users").addColumn(name, type).execute();
    }

    await db.schema
      .createTable("streams")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("user_id", "integer", (column) => column.notNull().references("users.id"))
      .addColumn("public_token", "text", (column) => column.notNull().unique())
      .addColumn("producer_key", "text", (column) => column.notNull().unique())
      .addColumn("visibility", "text", (column) =>
        column.notNull().check(sql`visibility in ('public', 'unlisted', 'private')`),
      )
      .addColumn("live", "boolean", (column) => column.notNull())
      .addColumn("title", "text")
      .addColumn("description", "text")
      .addColumn("audio_url", "text")
      .addColumn("buffer_time", "double precision")
      .addColumn("schedule", "text")
      .addColumn("next_start_at", "bigint")
      .addColumn("grace_period", "integer", (column) => column.notNull())
      .addColumn("protocol", "text")
      .addColumn("user_agent", "text")
      .addColumn("shell", "text")
      .addColumn("env", "text")
      .addColumn("term_type", "text")
      .addColumn("term_version", "text")
      .addColumn("term_cols", "integer")
      .addColumn("term_rows", "integer")
      .addColumn("term_theme", "text")
      .addColumn("term_theme_name", "text")
      .addColumn("term_theme_prefer_original", "boolean", (column) => column.notNull())
      .addColumn("term_bold_is_bright", "boolean", (column) => column.notNull())
      .addColumn("term_adaptive_palette", "boolean", (column) => column.notNull())
      .addColumn("term_line_height", "double precision")
      .addColumn("term_font_family", "text")
      .addColumn("term_cursor_mode", "text")
      .addColumn("keystroke_overlay", "boolean", (column) => column.notNull())
      .addColumn("epoch", "integer", (column) => column.notNull())
      .addColumn("last_started_at", "bigint")
      .addColumn("last_ended_at", "bigint")
      .addColumn("last_activity_at", "bigint")
      .addColumn("current_viewer_count", "integer", (column) => column.notNull())
      .addColumn("peak_viewer_count", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("streams_user").on("streams").columns(["user_id", "public_token"]).execute();
    await db.schema
      .createIndex("streams_live")
      .on("streams")
      .column("user_id")
      .where(sql.ref("live"), "=", sql.lit(true))
      .execute();
    await db.schema
      .createIndex("streams_next_start")
      .on("streams")
      .column("next_start_at")
      .where(sql.ref("next_start_at"), "is not", null)
      .execute();

    await db.schema
      .createTable("stream_screens")
      .addColumn("stream_id", "integer", (column) => column.primaryKey().references("streams.id").onDelete("cascade"))
      .addColumn("session_id", "integer")
      .addColumn("last_id", "bigint", (column) => column.notNull())
      .addColumn("time", "bigint", (column) => column.notNull())
      .addColumn("cols", "integer", (column) => column.notNull())
      .addColumn("rows", "integer", (column) => column.notNull())
      .addColumn("theme", "text")
      .addColumn("dump", "text", (column) => column.notNull())
      .addColumn("saved_at", "bigint", (column) => column.notNull())
      .execute();

    await db.schema
      .createTable("stream_sessions")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      // Its pieces outlive the stream until they are a recording.
      .addColumn("stream_id", "integer", (column) => column.references("streams.id").onDelete("set null"))
      .addColumn("user_id", "integer", (column) => column.notNull().references("users.id"))
      .addColumn("header", "text", (column) => column.notNull())
      .addColumn("settings", "text", (column) => column.notNull())
      .addColumn("base", "bigint", (column) => column.notNull())
      .addColumn("started_at", "bigint", (column) => column.notNull())
      .addColumn("ended_at", "bigint")
      .execute();
    await db.schema.createIndex("stream_sessions_stream").on("stream_sessions").column("stream_id").execute();
    await db.schema.createIndex("stream_sessions_user").on("stream_sessions").column("user_id").execute();

    await db.schema
      .createTable("stream_pieces")
      .addColumn("session_id", "integer", (column) =>
        column.notNull().references("stream_sessions.id").onDelete("cascade"),
      )
      .addColumn("number", "integer", (column) => column.notNull())
      .addColumn("epoch", "integer", (column) => column.notNull())
      .addColumn("file_key", "text", (column) => column.notNull().unique())
      .addColumn("size", "integer", (column) => column.notNull())
      .addColumn("last_id", "bigint", (column) => column.notNull())
      .addColumn("time", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("stream_pieces_key", ["session_id", "number"])
      .execute();

    await db.schema
      .alterTable("recordings")
      .addColumn("stream_id", "integer", (column) => column.references("streams.id").onDelete("set null"))
      .execute();
    await db.schema.createIndex("recordings_stream").on("recordings").column("stream_id").execute();
  },
};
