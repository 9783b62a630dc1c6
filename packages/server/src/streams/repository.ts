import { type ExpressionBuilder, sql } from "kysely";
import type { Database } from "../db/database.js";
import type { NewStream, Schema, Stream, StreamChanges, StreamScreen, User } from "../db/schema.js";

/** A stream with what lists and pages show beside it. */
export interface ListedStream extends Stream {
  /** The owner's name, or `null` for one who has none yet. */
  author: string | null;
  /** The name that leads to the owner's page, if there is one. */
  author_username: string | null;
  /** Whether the owner may stream; `null`: as the configuration says. */
  streaming_enabled: boolean | null;
  /** Whether the owner wants streams recorded, and how many may be live; `null`: as the configuration says. */
  recording_enabled: boolean | null;
  live_limit: number | null;
  /** The owner's theme and font, for streams that do not say. */
  owner_theme: string | null;
  owner_font: string | null;
  /** How many recordings were made of it that are still there. */
  recordings: number;
}

/** What a list is made of: one user's streams, or those that everybody may find. */
export type StreamScope = { userId: number } | "public";

/** How long after its time a stream still counts as coming up, in milliseconds. */
const LATE = 10 * 60_000;
const MINUTE = 60_000;

/** Streams in the database. */
export class StreamRepository {
  constructor(private readonly db: Database) {}

  async byId(id: number): Promise<ListedStream | undefined> {
    return this.listed().where("streams.id", "=", id).executeTakeFirst();
  }

  async byToken(token: string): Promise<ListedStream | undefined> {
    return this.listed().where("streams.public_token", "=", token).executeTakeFirst();
  }

  async byProducerKey(key: string): Promise<ListedStream | undefined> {
    return this.listed().where("streams.producer_key", "=", key).executeTakeFirst();
  }

  /** A user's streams with a number after `after`, whose token starts with a prefix, the oldest first. */
  async page(userId: number, options: { prefix: string; after: number; limit: number }): Promise<Stream[]> {
    const { prefix, after, limit } = options;
    return this.db
      .selectFrom("streams")
      .selectAll()
      .where("user_id", "=", userId)
      .where("id", ">", after)
      .$if(prefix !== "", (query) => query.where(sql`substr(public_token, 1, ${prefix.length})`, "=", prefix))
      .orderBy("id")
      .limit(limit)
      .execute();
  }

  /** Enters a stream, unless it is live and its owner has as many live ones as the limit allows. */
  async insert(stream: NewStream, limit: number | undefined): Promise<Stream | "full"> {
    return this.db.transaction().execute(async (trx) => {
      if (stream.live && !(await roomFor(trx, stream.user_id, limit))) return "full";
      return trx.insertInto("streams").values(stream).returningAll().executeTakeFirstOrThrow();
    });
  }

  /** Changes a stream, unless that makes it live and its owner has as many live ones as the limit allows. The database
   *  decides: of two streams that go live at the same time, one cannot be too many. */
  async update(
    stream: Pick<Stream, "id" | "user_id">,
    changes: StreamChanges,
    limit?: number,
  ): Promise<Stream | "full" | undefined> {
    return this.db.transaction().execute(async (trx) => {
      if (changes.live && !(await roomFor(trx, stream.user_id, limit, stream.id))) return "full";
      return trx.updateTable("streams").set(changes).where("id", "=", stream.id).returningAll().executeTakeFirst();
    });
  }

  async delete(id: number): Promise<void> {
    await this.db.deleteFrom("streams").where("id", "=", id).execute();
  }

  /** Takes a stream over, if it is still live, and returns its new epoch: from now on nothing that is done in the name
   *  of a lower one counts. */
  async claim(id: number, now: number): Promise<number | undefined> {
    const claimed = await this.db
      .updateTable("streams")
      .set(({ eb }) => ({ epoch: eb("epoch", "+", 1), last_activity_at: now }))
      .where("id", "=", id)
      .where("live", "=", true)
      .returning("epoch")
      .executeTakeFirst();
    return claimed?.epoch;
  }

  /** Says that a stream is over, unless somebody has taken it over meanwhile. */
  async end(id: number, epoch: number, now: number): Promise<void> {
    await this.db
      .updateTable("streams")
      .set({ live: false, current_viewer_count: 0, last_ended_at: now, last_activity_at: now })
      .where("id", "=", id)
      .where("epoch", "=", epoch)
      .execute();
  }

  /** Notes what has begun. */
  async begin(
    id: number,
    epoch: number,
    facts: Pick<Stream, "protocol" | "user_agent" | "last_started_at" | "term_cols" | "term_rows" | "term_theme">,
  ): Promise<void> {
    // It has not ended since, whatever the clock did.
    const begun = { ...facts, last_ended_at: null };
    await this.db.updateTable("streams").set(begun).where("id", "=", id).where("epoch", "=", epoch).execute();
  }

  /** Notes how a live stream is doing.
   *
   *  @returns false when somebody has taken it over, or it is gone */
  async progress(
    id: number,
    epoch: number,
    facts: { viewers: number; cols: number; rows: number; now: number },
  ): Promise<boolean> {
    const { viewers, cols, rows, now } = facts;
    const noted = await this.db
      .updateTable("streams")
      .set({ current_viewer_count: viewers, term_cols: cols, term_rows: rows, last_activity_at: now })
      .set((query) => ({
        peak_viewer_count: query
          .case()
          .when("peak_viewer_count", "<", viewers)
          .then(viewers)
          .else(query.ref("peak_viewer_count"))
          .end(),
      }))
      .where("id", "=", id)
      .where("epoch", "=", epoch)
      .returning("id")
      .executeTakeFirst();
    return noted !== undefined;
  }

  /** All streams that are called live. */
  async allLive(): Promise<ListedStream[]> {
    return this.listed().where("live", "=", true).orderBy("streams.id").execute();
  }

  /** Ends streams that are called live while nobody has been seen on them for a minute longer than they may be alone. */
  async endAbandoned(now: number): Promise<number> {
    const result = await this.db
      .updateTable("streams")
      .set({ live: false, current_viewer_count: 0 })
      .set(({ fn, ref }) => ({ last_ended_at: fn.coalesce("last_activity_at", ref("created_at")) }))
      .where("live", "=", true)
      .where(
        ({ fn, eb, ref }) =>
          eb(fn.coalesce("last_activity_at", ref("created_at")), "+", eb("grace_period", "*", sql.lit(1000))),
        "<",
        now - MINUTE,
      )
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  }

  /** Streams whose next start has passed, with the time zones of their owners. */
  async due(now: number, limit: number): Promise<(Pick<Stream, "id" | "schedule"> & { timezone: string | null })[]> {
    return this.db
      .selectFrom("streams")
      .innerJoin("users", "users.id", "streams.user_id")
      .select(["streams.id", "streams.schedule", "users.timezone"])
      .where("next_start_at", "<", now - LATE)
      .limit(limit)
      .execute();
  }

  async schedule(id: number, nextStartAt: number | null): Promise<void> {
    await this.db.updateTable("streams").set({ next_start_at: nextStartAt }).where("id", "=", id).execute();
  }

  /** All of a user's streams: live ones first, then those that were live last. */
  async all(userId: number, limit: number, offset = 0): Promise<ListedStream[]> {
    return this.listed()
      .where("streams.user_id", "=", userId)
      .orderBy("live", "desc")
      .orderBy(({ fn, val }) => fn.coalesce("last_started_at", val(0)), "desc")
      .orderBy("streams.id", "desc")
      .limit(limit)
      .offset(offset)
      .execute();
  }

  async count(userId: number): Promise<number> {
    const { count } = await this.db
      .selectFrom("streams")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .where("user_id", "=", userId)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Public streams that are on, the last started first.
   *
   *  @param enabled  whether those may stream who have not been told */
  async live(scope: StreamScope, enabled: boolean, limit: number, offset = 0): Promise<ListedStream[]> {
    return this.listed()
      .where(shown(scope, enabled))
      .where(isOn)
      .orderBy("last_started_at", "desc")
      .orderBy("streams.id", "desc")
      .limit(limit)
      .offset(offset)
      .execute();
  }

  /** Public streams that are to come, the next first. */
  async upcoming(
    scope: StreamScope,
    enabled: boolean,
    now: number,
    limit: number,
    offset = 0,
  ): Promise<ListedStream[]> {
    return this.listed()
      .where(shown(scope, enabled))
      .where("live", "=", false)
      .where("next_start_at", ">", now - LATE)
      .orderBy("next_start_at")
      .orderBy("streams.id")
      .limit(limit)
      .offset(offset)
      .execute();
  }

  /** How many there are in these lists. */
  async counts(scope: StreamScope, enabled: boolean, now: number): Promise<{ live: number; upcoming: number }> {
    const { live, upcoming } = await this.db
      .selectFrom("streams")
      .innerJoin("users", "users.id", "streams.user_id")
      .select(({ fn, eb }) => [
        fn.countAll<number>().filterWhere(isOn).as("live"),
        fn
          .countAll<number>()
          .filterWhere(eb.and([eb("live", "=", false), eb("next_start_at", ">", now - LATE)]))
          .as("upcoming"),
      ])
      .where(shown(scope, enabled))
      .executeTakeFirstOrThrow();
    return { live: Number(live), upcoming: Number(upcoming) };
  }

  async screen(streamId: number): Promise<StreamScreen | undefined> {
    return this.db.selectFrom("stream_screens").selectAll().where("stream_id", "=", streamId).executeTakeFirst();
  }

  async saveScreen(screen: StreamScreen): Promise<void> {
    await saveScreen(this.db, screen);
  }

  /** The time zone of an account. */
  async timezone(userId: number): Promise<string | null> {
    const user = await this.db.selectFrom("users").select("timezone").where("id", "=", userId).executeTakeFirst();
    return user?.timezone ?? null;
  }

  /** Changes what an account has settled about its streams. */
  async settle(
    userId: number,
    changes: Pick<User, "default_stream_visibility" | "stream_recording_enabled">,
  ): Promise<void> {
    await this.db.updateTable("users").set(changes).where("id", "=", userId).execute();
  }

  private listed() {
    return this.db
      .selectFrom("streams")
      .innerJoin("users", "users.id", "streams.user_id")
      .selectAll("streams")
      .select(({ fn }) => [
        fn.coalesce("users.name", "users.username", "users.temporary_username").as("author"),
        "users.username as author_username",
        "users.streaming_enabled",
        "users.stream_recording_enabled as recording_enabled",
        "users.live_stream_limit as live_limit",
        "users.term_theme_name as owner_theme",
        "users.term_font_family as owner_font",
        sql<number>`(select count(*) from recordings
          where recordings.stream_id = streams.id and recordings.archived_at is null)`.as("recordings"),
      ]);
  }
}

/** Those on which something has begun that is not over: one may be called live before its producer is there. */
function isOn({ and, eb, fn, ref, val }: ExpressionBuilder<Pick<Schema, "streams">, "streams">) {
  return and([eb("live", "=", true), eb("last_started_at", ">=", fn.coalesce(ref("last_ended_at"), val(0)))]);
}

/** Those of a scope that everybody may find. */
function shown(scope: StreamScope, enabled: boolean) {
  return ({ and, eb, fn, val }: ExpressionBuilder<Pick<Schema, "streams" | "users">, "streams" | "users">) =>
    and([
      ...(scope === "public" ? [] : [eb("streams.user_id", "=", scope.userId)]),
      eb("streams.visibility", "=", "public"),
      eb(fn.coalesce("users.streaming_enabled", val(enabled)), "=", true),
    ]);
}

/** Stores a screen in place of the one before it. */
async function saveScreen(db: Database, screen: StreamScreen): Promise<void> {
  const { stream_id, ...rest } = screen;
  await db
    .insertInto("stream_screens")
    .values(screen)
    .onConflict((conflict) => conflict.column("stream_id").doUpdateSet(rest))
    .execute();
}

/** Whether a user may have one more live stream, with the user locked until the transaction ends.
 *
 *  @param except  a stream that does not count */
async function roomFor(trx: Database, userId: number, limit: number | undefined, except?: number): Promise<boolean> {
  // Changing the row without changing it locks it, on every database.
  const owner = await trx
    .updateTable("users")
    .set(({ ref }) => ({ created_at: ref("created_at") }))
    .where("id", "=", userId)
    .returning("live_stream_limit")
    .executeTakeFirst();
  const most = owner?.live_stream_limit ?? limit;
  if (most === undefined) return true;
  const { count } = await trx
    .selectFrom("streams")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("user_id", "=", userId)
    .where("live", "=", true)
    .$if(except !== undefined, (query) => query.where("id", "!=", except!))
    .executeTakeFirstOrThrow();
  return Number(count) < most;
}
