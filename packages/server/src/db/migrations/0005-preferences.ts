import type { Kysely, Migration } from "kysely";

/** How people want their terminals to look, where a recording or stream does not say. */
export const preferences: Migration = {
  async up(db: Kysely<unknown>) {
    for (const name of ["term_theme_name", "term_font_family"]) {
      await db.schema.alterTable("users").addColumn(name, "text").execute();
    }
    for (const [name, value] of [
      ["term_theme_prefer_original", true],
      ["term_bold_is_bright", false],
      ["term_adaptive_palette", false],
    ] as const) {
      await db.schema
        .alterTable("users")
        .addColumn(name, "boolean", (column) => column.notNull().defaultTo(value))
        .execute();
    }
  },
};
