import type { Database } from "../db/database.js";
import type { StreamPiece, StreamScreen, StreamSession, StreamSessionsTable } from "../db/schema.js";

/** Sessions that are being recorded, and what is stored of them so far. */
export class SessionRepository {
  constructor(private readonly db: Database) {}

  async begin(session: Omit<StreamSessionsTable, "id">): Promise<number> {
    const { id } = await this.db
      .insertInto("stream_sessions")
      .values(session)
      .returning("id")
      .executeTakeFirstOrThrow();
    return id;
  }

  /** Enters a piece whose file is stored, and the screen at its end if there is one.
   *
   *  @returns false when the stream was taken over by somebody else, or is gone: the piece does not count then */
  async addPiece(
    streamId: number,
    piece: StreamPiece,
    screen: StreamScreen | undefined,
    now: number,
  ): Promise<boolean> {
    return this.db.transaction().execute(async (trx) => {
      // Locks the stream, so that nobody takes it over meanwhile.
      const owned = await trx
        .updateTable("streams")
        .set({ last_activity_at: now })
        .where("id", "=", streamId)
        .where("epoch", "=", piece.epoch)
        .returning("id")
        .executeTakeFirst();
      if (!owned) return false;
      await trx.insertInto("stream_pieces").values(piece).execute();
      if (screen) {
        const { stream_id, ...rest } = screen;
        await trx
          .insertInto("stream_screens")
          .values(screen)
          .onConflict((conflict) => conflict.column("stream_id").doUpdateSet(rest))
          .execute();
      }
      return true;
    });
  }

  /** Says that nothing more comes: the session can be made a recording of. */
  async end(id: number, now: number): Promise<void> {
    await this.db
      .updateTable("stream_sessions")
      .set({ ended_at: now })
      .where("id", "=", id)
      .where("ended_at", "is", null)
      .execute();
  }

  async byId(id: number): Promise<StreamSession | undefined> {
    return this.db.selectFrom("stream_sessions").selectAll().where("id", "=", id).executeTakeFirst();
  }

  async pieces(id: number): Promise<StreamPiece[]> {
    return this.db.selectFrom("stream_pieces").selectAll().where("session_id", "=", id).orderBy("number").execute();
  }

  /** The session of a stream that has not ended. */
  async open(streamId: number): Promise<StreamSession | undefined> {
    return this.db
      .selectFrom("stream_sessions")
      .selectAll()
      .where("stream_id", "=", streamId)
      .where("ended_at", "is", null)
      .orderBy("id", "desc")
      .executeTakeFirst();
  }

  /** Sessions that are over but no recordings yet, and those that nobody has ended although their stream is. */
  async over(): Promise<StreamSession[]> {
    return this.db
      .selectFrom("stream_sessions")
      .leftJoin("streams", "streams.id", "stream_sessions.stream_id")
      .selectAll("stream_sessions")
      .where(({ eb, or }) =>
        or([eb("ended_at", "is not", null), eb("streams.id", "is", null), eb("streams.live", "=", false)]),
      )
      .orderBy("stream_sessions.id")
      .execute();
  }

  async delete(id: number): Promise<void> {
    await this.db.deleteFrom("stream_sessions").where("id", "=", id).execute();
  }

  /** Those of the given file keys that belong to a piece. */
  async knownFiles(keys: string[]): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    const rows = await this.db.selectFrom("stream_pieces").select("file_key").where("file_key", "in", keys).execute();
    return new Set(rows.map((row) => row.file_key));
  }
}
