import type { Visibility } from "../config.js";
import type { Database } from "../db/database.js";
import type { Cli, User } from "../db/schema.js";

/** Somebody who uploads: a user, by a machine of theirs unless this server does it itself. */
export interface Uploader {
  user: User;
  cli?: Cli;
}

/** A machine and the user it belongs to. */
export type CliWithUser = Required<Uploader>;

/** Users and their machines. */
export class AccountRepository {
  constructor(private readonly db: Database) {}

  async cliByHash(tokenHash: string): Promise<CliWithUser | undefined> {
    const cli = await this.db.selectFrom("clis").selectAll().where("token_hash", "=", tokenHash).executeTakeFirst();
    if (!cli) return undefined;
    const user = await this.db.selectFrom("users").selectAll().where("id", "=", cli.user_id).executeTakeFirstOrThrow();
    return { cli, user };
  }

  /** Enters an unknown machine together with the placeholder that owns what it uploads.
   *  When two requests bring the same machine at once, both get the same one. */
  async addPlaceholder(entry: {
    tokenHash: string;
    temporaryUsername: string | null;
    visibility: Visibility;
    now: number;
  }): Promise<CliWithUser> {
    return this.db.transaction().execute(async (trx) => {
      const known = await new AccountRepository(trx).cliByHash(entry.tokenHash);
      if (known) return known;
      const user = await trx
        .insertInto("users")
        .values({
          username: null,
          temporary_username: entry.temporaryUsername,
          email: null,
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
    });
  }

  async byUsername(username: string): Promise<User | undefined> {
    return this.db
      .selectFrom("users")
      .selectAll()
      .where((query) => query.fn<string>("lower", ["username"]), "=", username.toLowerCase())
      .executeTakeFirst();
  }

  /** The user that owns what belongs to this server itself, such as its sample. */
  async addNamed(username: string, visibility: Visibility, now: number): Promise<User> {
    return this.db
      .insertInto("users")
      .values({
        username,
        temporary_username: null,
        email: null,
        default_recording_visibility: visibility,
        created_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  }
}
