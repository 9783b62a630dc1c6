import { sql } from "kysely";
import type { Visibility } from "../config.js";
import type { Database } from "../db/database.js";
import type { NewRecording, Recording, RecordingChanges } from "../db/schema.js";
import { leastPopularity, popularityAfterView } from "./popularity.js";

/** A recording with what lists and pages show beside it. */
export interface ListedRecording extends Recording {
  /** The owner's name, or `null` for one who has none yet. */
  author: string | null;
  /** The name that leads to the owner's page, if there is one. */
  author_username: string | null;
  /** How the owner wants terminals to look, see `accounts/preferences.ts`. */
  author_theme_name: string | null;
  author_prefers_original: boolean;
  author_font_family: string | null;
  views: number;
}

/** Lists of public recordings. */
export const listKinds = ["recent", "popular", "featured"] as const;
export type ListKind = (typeof listKinds)[number];

/** Recordings in the database. */
export class RecordingRepository {
  constructor(private readonly db: Database) {}

  /** The public recording with a number. */
  async byNumber(id: number): Promise<ListedRecording | undefined> {
    return this.listed().where("recordings.id", "=", id).where("visibility", "=", "public").executeTakeFirst();
  }

  async byToken(token: string): Promise<ListedRecording | undefined> {
    return this.listed().where("secret_token", "=", token).executeTakeFirst();
  }

  /** The same, whatever its visibility. */
  async byId(id: number): Promise<ListedRecording | undefined> {
    return this.listed().where("recordings.id", "=", id).executeTakeFirst();
  }

  /** Enters a recording for whoever its machine belongs to at this moment, unless that one has as many as the limit
   *  allows. The database decides: two uploads at the same time cannot both be the last one allowed, and one that comes
   *  while its machine changes hands or goes away ends with the new owner or nowhere.
   *
   *  @param limit  how many that user may have */
  async insert(recording: NewRecording, limit?: number): Promise<Recording | "full" | "unowned"> {
    return this.db.transaction().execute(async (trx) => {
      let owner: number | undefined = recording.user_id;
      if (recording.cli_id != null) {
        // Changing the row without changing it locks it, on every database.
        const locked = await trx
          .updateTable("clis")
          .set(({ ref }) => ({ user_id: ref("user_id") }))
          .where("id", "=", recording.cli_id)
          .where("revoked_at", "is", null)
          .returning("user_id")
          .executeTakeFirst();
        owner = locked?.user_id;
      }
      if (owner === undefined) return "unowned";
      if (limit !== undefined && (await new RecordingRepository(trx).countOf(owner)) >= limit) return "full";
      return trx
        .insertInto("recordings")
        .values({ ...recording, user_id: owner })
        .returningAll()
        .executeTakeFirstOrThrow();
    });
  }

  async update(id: number, changes: RecordingChanges): Promise<Recording | undefined> {
    return this.db.updateTable("recordings").set(changes).where("id", "=", id).returningAll().executeTakeFirst();
  }

  async delete(id: number): Promise<void> {
    await this.db.deleteFrom("recordings").where("id", "=", id).execute();
  }

  /** A page of public recordings: all of them or those that were put forward, newest first, or the popular ones, most
   *  popular first. */
  async list(kind: ListKind, now: number, limit: number, offset = 0): Promise<ListedRecording[]> {
    return this.listed()
      .where("visibility", "=", "public")
      .where("archived_at", "is", null)
      .$if(kind === "featured", (query) => query.where("featured", "=", true))
      .$if(kind === "popular", (query) =>
        query
          .where("recording_stats.popularity", ">", leastPopularity(now))
          .orderBy("recording_stats.popularity", "desc"),
      )
      .orderBy("recordings.id", "desc")
      .limit(limit)
      .offset(offset)
      .execute();
  }

  /** How many there are in such a list. */
  async countList(kind: ListKind, now: number): Promise<number> {
    const { count } = await this.db
      .selectFrom("recordings")
      .leftJoin("recording_stats", "recording_stats.recording_id", "recordings.id")
      .select((query) => query.fn.countAll<number>().as("count"))
      .where("visibility", "=", "public")
      .where("archived_at", "is", null)
      .$if(kind === "featured", (query) => query.where("featured", "=", true))
      .$if(kind === "popular", (query) => query.where("recording_stats.popularity", ">", leastPopularity(now)))
      .executeTakeFirstOrThrow();
    return count;
  }

  /** How many recordings a user has, archived ones too. */
  async countOf(userId: number): Promise<number> {
    const { count } = await this.db
      .selectFrom("recordings")
      .select((query) => query.fn.countAll<number>().as("count"))
      .where("user_id", "=", userId)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** A user's recordings, newest first.
   *
   *  @param visibility  of one visibility; of any if `undefined` */
  async of(userId: number, visibility: Visibility | undefined, limit: number, offset = 0): Promise<ListedRecording[]> {
    return this.listed()
      .where("recordings.user_id", "=", userId)
      .$if(visibility !== undefined, (query) => query.where("visibility", "=", visibility!))
      .where("archived_at", "is", null)
      .orderBy("recordings.id", "desc")
      .limit(limit)
      .offset(offset)
      .execute();
  }

  /** Recordings that were made of a stream, newest first.
   *
   *  @param all  also those that are not public */
  async ofStream(streamId: number, all: boolean, limit: number): Promise<ListedRecording[]> {
    return this.listed()
      .where("recordings.stream_id", "=", streamId)
      .where("archived_at", "is", null)
      .$if(!all, (query) => query.where("visibility", "=", "public"))
      .orderBy("recordings.id", "desc")
      .limit(limit)
      .execute();
  }

  /** How many of these there are. */
  async countOfStream(streamId: number, all: boolean): Promise<number> {
    const { count } = await this.db
      .selectFrom("recordings")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .where("stream_id", "=", streamId)
      .where("archived_at", "is", null)
      .$if(!all, (query) => query.where("visibility", "=", "public"))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** How many recordings of each visibility a user has. */
  async countsOf(userId: number): Promise<Record<Visibility, number>> {
    const rows = await this.db
      .selectFrom("recordings")
      .select(["visibility", ({ fn }) => fn.countAll<number>().as("count")])
      .where("user_id", "=", userId)
      .where("archived_at", "is", null)
      .groupBy("visibility")
      .execute();
    return {
      public: 0,
      unlisted: 0,
      private: 0,
      ...Object.fromEntries(rows.map((row) => [row.visibility, row.count])),
    };
  }

  /** All that a user has, archived ones too, oldest first, read in pages. */
  async *allOf(userId: number): AsyncGenerator<Recording> {
    for (let last = 0; ; ) {
      const page = await this.db
        .selectFrom("recordings")
        .selectAll()
        .where("user_id", "=", userId)
        .where("id", ">", last)
        .orderBy("id")
        .limit(100)
        .execute();
      yield* page;
      if (page.length < 100) return;
      last = page.at(-1)!.id;
    }
  }

  /** Hides what nobody has claimed and what was uploaded before a time, and returns how many that were. */
  async hideUnclaimed(before: number, now: number): Promise<number> {
    const result = await this.db
      .updateTable("recordings")
      .set({ archived_at: now })
      .where("archived_at", "is", null)
      .where("created_at", "<=", before)
      .where("user_id", "in", this.placeholders())
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  }

  /** Deletes what nobody has claimed and what was uploaded before a time, at most so many, and returns their files. */
  async deleteUnclaimed(before: number, most: number): Promise<string[]> {
    const found = await this.db
      .selectFrom("recordings")
      .select("id")
      .where("created_at", "<=", before)
      .where("user_id", "in", this.placeholders())
      .orderBy("id")
      .limit(most)
      .execute();
    if (found.length === 0) return [];
    const deleted = await this.db
      .deleteFrom("recordings")
      .where(
        "id",
        "in",
        found.map(({ id }) => id),
      )
      // Asked again: somebody may have claimed them in between.
      .where("user_id", "in", this.placeholders())
      .returning("file_key")
      .execute();
    return deleted.map((row) => row.file_key);
  }

  /** Those who own what machines without account upload. */
  private placeholders() {
    return this.db.selectFrom("users").select("users.id").where("email", "is", null).where("username", "is", null);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.db.selectFrom("recordings").select("id").limit(1).executeTakeFirst()) === undefined;
  }

  /** Those of the given file keys that belong to a recording. */
  async knownFiles(keys: string[]): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    const rows = await this.db.selectFrom("recordings").select("file_key").where("file_key", "in", keys).execute();
    return new Set(rows.map((row) => row.file_key));
  }

  /** Counts one view. */
  async addView(id: number, now: number): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      const { popularity } = await trx
        .insertInto("recording_stats")
        .values({ recording_id: id, total_views: 1, popularity: null })
        .onConflict((conflict) =>
          conflict.column("recording_id").doUpdateSet({ total_views: sql`recording_stats.total_views + 1` }),
        )
        .returning("popularity")
        .executeTakeFirstOrThrow();
      await trx
        .updateTable("recording_stats")
        .set({ popularity: popularityAfterView(popularity, now) })
        .where("recording_id", "=", id)
        .execute();
    });
  }

  private listed() {
    return this.db
      .selectFrom("recordings")
      .innerJoin("users", "users.id", "recordings.user_id")
      .leftJoin("recording_stats", "recording_stats.recording_id", "recordings.id")
      .selectAll("recordings")
      .select((query) => [
        query.fn.coalesce("users.name", "users.username", "users.temporary_username").as("author"),
        "users.username as author_username",
        "users.term_theme_name as author_theme_name",
        "users.term_theme_prefer_original as author_prefers_original",
        "users.term_font_family as author_font_family",
        query.fn.coalesce("recording_stats.total_views", sql<number>`0`).as("views"),
      ]);
  }
}
