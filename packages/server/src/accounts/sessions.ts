import type { Session, User } from "../db/schema.js";
import { hashOf, randomToken } from "../token.js";
import type { AccountRepository } from "./repository.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long a session lasts after it was last used, in milliseconds. */
export const SESSION_LIFETIME = 90 * DAY;

/** The browsers in which people have signed in. Only hashes of their cookies are stored. */
export class Sessions {
  constructor(
    private readonly repository: AccountRepository,
    private readonly clock: () => number,
  ) {}

  /** Starts a session and returns the token that its browser has to keep. */
  async start(userId: number, userAgent: string | undefined): Promise<string> {
    const token = randomToken(32);
    const now = this.clock();
    await this.repository.addSession({
      user_id: userId,
      token_hash: hashOf(token),
      user_agent: userAgent?.slice(0, 255) ?? null,
      created_at: now,
      used_at: now,
    });
    return token;
  }

  /** The session that a browser brings the token of, if it still lasts. */
  async find(token: string): Promise<{ session: Session; user: User } | undefined> {
    if (!/^[A-Za-z0-9]{32}$/.test(token)) return undefined;
    const now = this.clock();
    const found = await this.repository.session(hashOf(token), now - SESSION_LIFETIME);
    if (found && found.session.used_at < now - HOUR) await this.repository.touchSession(found.session.id, now);
    return found;
  }

  /** A user's sessions, the one used last first. */
  async of(userId: number): Promise<Session[]> {
    return this.repository.sessionsOf(userId, this.clock() - SESSION_LIFETIME);
  }

  /** Ends one session of a user, or all but one. */
  async end(userId: number, which: { only: number } | { allBut: number }): Promise<void> {
    await this.repository.endSessions(userId, which);
  }
}
