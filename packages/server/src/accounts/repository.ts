import type { Visibility } from "../config.js";
import type { Database } from "../db/database.js";
import type { Cli, Link, LinksTable, Session, User } from "../db/schema.js";
import { DatabaseError } from "../db/value.js";
import type { Preferences } from "./preferences.js";

/** Somebody who uploads: a user, by a machine of theirs unless this server does it itself. */
export interface Uploader {
  user: User;
  cli?: Cli;
}

/** A machine and the user it belongs to. */
export type CliWithUser = Required<Uploader>;

/** A machine as its owner sees it. */
export interface Machine extends Pick<Cli, "id" | "created_at" | "revoked_at"> {
  /** How many recordings it has uploaded that are still there, and when the last of them. */
  recordings: number;
  uploaded_at: number | null;
}

/** What became of a machine that somebody wants to connect to their account. */
export type Connection = "connected" | "known" | "merged" | "taken" | "revoked";

/** Users, their machines, their browsers, and the links that let them in. */
export class AccountRepository {
  constructor(private readonly db: Database) {}

  // Users

  async byId(id: number): Promise<User | undefined> {
    return this.db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
  }

  async byUsername(username: string): Promise<User | undefined> {
    return this.db
      .selectFrom("users")
      .selectAll()
      .where((query) => query.fn<string>("lower", ["username"]), "=", username.toLowerCase())
      .executeTakeFirst();
  }

  /** @param email  in lower case */
  async byEmail(email: string): Promise<User | undefined> {
    return this.db.selectFrom("users").selectAll().where("email", "=", email).executeTakeFirst();
  }

  /** Enters a user, or returns `undefined` when the name or the address is taken. */
  async add(entry: {
    username: string | null;
    email: string | null;
    visibility: Visibility;
    isAdmin?: boolean;
    now: number;
  }): Promise<User | undefined> {
    return unlessTaken(
      this.db
        .insertInto("users")
        .values({
          username: entry.username,
          temporary_username: null,
          email: entry.email,
          name: null,
          is_admin: entry.isAdmin ?? false,
          default_recording_visibility: entry.visibility,
          created_at: entry.now,
        })
        .returningAll()
        .executeTakeFirstOrThrow(),
    );
  }

  /** Changes a user, or returns `undefined` when the new name or address is taken. */
  async update(
    id: number,
    changes: Partial<
      Preferences & Pick<User, "username" | "email" | "name" | "is_admin" | "default_recording_visibility" | "timezone">
    >,
  ): Promise<User | undefined> {
    return unlessTaken(
      this.db.updateTable("users").set(changes).where("id", "=", id).returningAll().executeTakeFirstOrThrow(),
    );
  }

  async hasAdministrator(): Promise<boolean> {
    return (
      (await this.db.selectFrom("users").select("id").where("is_admin", "=", true).limit(1).executeTakeFirst()) !==
      undefined
    );
  }

  /** Removes a user with everything that is theirs, and returns the files that belonged to it. */
  async delete(id: number): Promise<string[]> {
    return this.db.transaction().execute(async (trx) => {
      // Machines first: an upload under way ends before this, or finds no machine any more.
      await lockClis(trx, id);
      const pieces = await trx
        .selectFrom("stream_pieces")
        .innerJoin("stream_sessions", "stream_sessions.id", "stream_pieces.session_id")
        .select("file_key")
        .where("user_id", "=", id)
        .execute();
      await trx.deleteFrom("stream_sessions").where("user_id", "=", id).execute();
      await trx.deleteFrom("streams").where("user_id", "=", id).execute();
      const files = await trx.deleteFrom("recordings").where("user_id", "=", id).returning("file_key").execute();
      await trx.deleteFrom("clis").where("user_id", "=", id).execute();
      await trx.deleteFrom("users").where("id", "=", id).execute();
      return [...files, ...pieces].map((file) => file.file_key);
    });
  }

  // Machines

  async cliByHash(tokenHash: string): Promise<CliWithUser | undefined> {
    const cli = await this.db.selectFrom("clis").selectAll().where("token_hash", "=", tokenHash).executeTakeFirst();
    if (!cli) return undefined;
    const user = await this.byId(cli.user_id);
    return user && { cli, user };
  }

  /** A user's machines, newest first. */
  async machinesOf(userId: number): Promise<Machine[]> {
    return this.db
      .selectFrom("clis")
      .leftJoin("recordings", "recordings.cli_id", "clis.id")
      .select(["clis.id", "clis.created_at", "clis.revoked_at"])
      .select(({ fn }) => [
        fn.count<number>("recordings.id").as("recordings"),
        fn.max("recordings.created_at").as("uploaded_at"),
      ])
      .where("clis.user_id", "=", userId)
      .groupBy(["clis.id", "clis.created_at", "clis.revoked_at"])
      .orderBy("clis.id", "desc")
      .execute();
  }

  /** Enters an unknown machine together with the placeholder that owns what it uploads.
   *  When two requests bring the same machine at once, both get the same one. */
  async addPlaceholder(entry: {
    tokenHash: string;
    temporaryUsername: string | null;
    visibility: Visibility;
    now: number;
  }): Promise<CliWithUser> {
    const added = await unlessTaken(
      this.db.transaction().execute(async (trx) => {
        const user = await trx
          .insertInto("users")
          .values({
            username: null,
            temporary_username: entry.temporaryUsername,
            email: null,
            name: null,
            default_recording_visibility: entry.visibility,
            created_at: entry.now,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        const cli = await trx
          .insertInto("clis")
          .values({ user_id: user.id, token_hash: entry.tokenHash, revoked_at: null, created_at: entry.now })
          .returningAll()
          .executeTakeFirstOrThrow();
        return { cli, user };
      }),
    );
    const found = added ?? (await this.cliByHash(entry.tokenHash));
    if (!found) throw new Error("a machine was entered and removed at the same moment");
    return found;
  }

  /** Makes a machine somebody's. What it uploaded before it was anybody's becomes theirs with it, and the placeholder goes. */
  async connect(userId: number, tokenHash: string, now: number): Promise<Connection> {
    const added = await unlessTaken(
      this.db
        .insertInto("clis")
        .values({ user_id: userId, token_hash: tokenHash, revoked_at: null, created_at: now })
        .returning("id")
        .executeTakeFirst(),
    );
    if (added) return "connected";
    return this.db.transaction().execute(async (trx) => {
      const inside = new AccountRepository(trx);
      // Locked before it is looked at, so that of two people who claim it at once one comes second.
      await trx
        .updateTable("clis")
        .set(({ ref }) => ({ user_id: ref("user_id") }))
        .where("token_hash", "=", tokenHash)
        .execute();
      const found = await inside.cliByHash(tokenHash);
      if (!found || found.cli.revoked_at !== null) return "revoked";
      if (found.user.id === userId) return "known";
      if (found.user.email !== null || found.user.username !== null) return "taken";
      const placeholder = found.user.id;
      await trx.updateTable("clis").set({ user_id: userId }).where("user_id", "=", placeholder).execute();
      // What was hidden because nobody had claimed it comes back.
      await trx
        .updateTable("recordings")
        .set({ user_id: userId, archived_at: null })
        .where("user_id", "=", placeholder)
        .execute();
      await trx.deleteFrom("users").where("id", "=", placeholder).execute();
      return "merged";
    });
  }

  /** Refuses a machine for ever; only its owner can have it refused. */
  async revokeCli(userId: number, id: number, now: number): Promise<void> {
    await this.db
      .updateTable("clis")
      .set({ revoked_at: now })
      .where("id", "=", id)
      .where("user_id", "=", userId)
      .where("revoked_at", "is", null)
      .execute();
  }

  /** Does several things, or none of them when one throws. */
  async atomically<T>(work: (repository: AccountRepository) => Promise<T>): Promise<T> {
    return this.db.transaction().execute((trx) => work(new AccountRepository(trx)));
  }

  // Links

  async addLink(link: Omit<LinksTable, "id">): Promise<void> {
    await this.db.insertInto("links").values(link).execute();
  }

  /** A link that still works. */
  async link(tokenHash: string, now: number): Promise<Link | undefined> {
    return this.db
      .selectFrom("links")
      .selectAll()
      .where("token_hash", "=", tokenHash)
      .where(({ eb, or }) => or([eb("expires_at", "is", null), eb("expires_at", ">", now)]))
      .executeTakeFirst();
  }

  /** Uses a link up. Of several who try, one succeeds. */
  async takeLink(tokenHash: string, now: number): Promise<Link | undefined> {
    return this.db
      .deleteFrom("links")
      .where("token_hash", "=", tokenHash)
      .where(({ eb, or }) => or([eb("expires_at", "is", null), eb("expires_at", ">", now)]))
      .returningAll()
      .executeTakeFirst();
  }

  /** How many links were made for an address since a time. Used ones do not count. */
  async countLinks(email: string, since: number): Promise<number> {
    const { count } = await this.db
      .selectFrom("links")
      .select((query) => query.fn.countAll<number>().as("count"))
      .where("email", "=", email)
      .where("created_at", ">=", since)
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Removes all links of a purpose, or those of one user. */
  async deleteLinks(purpose: Link["purpose"], userId?: number): Promise<void> {
    await this.db
      .deleteFrom("links")
      .where("purpose", "=", purpose)
      .$if(userId !== undefined, (query) => query.where("user_id", "=", userId!))
      .execute();
  }

  // Sessions

  async addSession(session: Omit<Session, "id">): Promise<Session> {
    return this.db.insertInto("sessions").values(session).returningAll().executeTakeFirstOrThrow();
  }

  /** A session and whose it is, unless it was last used before a time. */
  async session(tokenHash: string, usedAfter: number): Promise<{ session: Session; user: User } | undefined> {
    const session = await this.db
      .selectFrom("sessions")
      .selectAll()
      .where("token_hash", "=", tokenHash)
      .where("used_at", ">", usedAfter)
      .executeTakeFirst();
    const user = session && (await this.byId(session.user_id));
    return user && { session, user };
  }

  async touchSession(id: number, now: number): Promise<void> {
    await this.db.updateTable("sessions").set({ used_at: now }).where("id", "=", id).execute();
  }

  /** A user's sessions, the one used last first. */
  async sessionsOf(userId: number, usedAfter: number): Promise<Session[]> {
    return this.db
      .selectFrom("sessions")
      .selectAll()
      .where("user_id", "=", userId)
      .where("used_at", ">", usedAfter)
      .orderBy("used_at", "desc")
      .orderBy("id", "desc")
      .execute();
  }

  /** Ends a session of a user, or all but one. */
  async endSessions(userId: number, which: { only: number } | { allBut: number }): Promise<void> {
    const [operator, id] = "only" in which ? (["=", which.only] as const) : (["!=", which.allBut] as const);
    await this.db.deleteFrom("sessions").where("user_id", "=", userId).where("id", operator, id).execute();
  }

  /** Removes links that have expired and sessions that nobody used since a time. */
  async sweep(now: number, sessionsUsedBefore: number): Promise<void> {
    await this.db.deleteFrom("links").where("expires_at", "<=", now).execute();
    await this.db.deleteFrom("sessions").where("used_at", "<=", sessionsUsedBefore).execute();
  }
}

/** Keeps everybody else from a user's machines until the transaction ends: changing a row locks it, on every database. */
async function lockClis(trx: Database, userId: number): Promise<void> {
  await trx
    .updateTable("clis")
    .set(({ ref }) => ({ user_id: ref("user_id") }))
    .where("user_id", "=", userId)
    .execute();
}

async function unlessTaken<T>(statement: Promise<T>): Promise<T | undefined> {
  try {
    return await statement;
  } catch (error) {
    if (error instanceof DatabaseError && error.isConflict) return undefined;
    throw error;
  }
}
