import type { Config } from "../config.js";
import { notFound, Refusal } from "../refusal.js";
import { hashOf } from "../token.js";
import type { AccountRepository, CliWithUser, Connection, Machine } from "./repository.js";

const INSTALL_ID = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/;
const TEMPORARY_USERNAME_LENGTH = 16;

/** What connecting a machine would do. */
export type Prospect =
  | { kind: "new" | "known" | "taken" | "revoked" }
  /** It has uploaded already, and what it uploaded is nobody's yet. */
  | { kind: "unclaimed"; recordings: number };

/** Knows the machines that upload by their install ids, and whose they are. */
export class Machines {
  constructor(
    private readonly repository: AccountRepository,
    private readonly config: Pick<Config, "uploadAuthRequired" | "defaultRecordingVisibility">,
    private readonly clock: () => number,
  ) {}

  /** The machine that wants to upload. One that is not known yet is entered with a placeholder for its user.
   *
   *  @param authorization  the request's header: `Basic base64(user name:install id)`
   *  @throws Refusal  unauthenticated, or account_required when uploads need an account */
  async uploader(authorization: string | undefined): Promise<CliWithUser & { installId: string }> {
    const { username, installId } = credentials(authorization);
    const known = await this.known(installId);
    if (this.config.uploadAuthRequired && !known?.user.email) throw accountRequired();
    const machine =
      known ??
      (await this.repository.addPlaceholder({
        tokenHash: hashOf(installId),
        temporaryUsername: username.slice(0, TEMPORARY_USERNAME_LENGTH) || null,
        visibility: this.config.defaultRecordingVisibility,
        now: this.clock(),
      }));
    return { ...machine, installId };
  }

  /** The machine that wants to change something of its own. Unknown ones are refused, not entered.
   *
   *  @throws Refusal  unauthenticated or account_required */
  async owner(authorization: string | undefined): Promise<CliWithUser> {
    const known = await this.known(credentials(authorization).installId);
    if (!known) throw accountRequired();
    return known;
  }

  /** What connecting a machine to a user's account would do.
   *
   *  @throws Refusal  not_found for what is no install id */
  async prospect(userId: number, installId: string): Promise<Prospect> {
    const found = await this.repository.cliByHash(hashed(installId));
    if (!found) return { kind: "new" };
    if (found.cli.revoked_at !== null) return { kind: "revoked" };
    if (found.user.id === userId) return { kind: "known" };
    if (found.user.email !== null || found.user.username !== null) return { kind: "taken" };
    const { recordings } = (await this.repository.machinesOf(found.user.id))[0] ?? { recordings: 0 };
    return { kind: "unclaimed", recordings };
  }

  /** Connects a machine to a user's account, together with what it has uploaded so far.
   *
   *  @throws Refusal  not_found for what is no install id */
  async connect(userId: number, installId: string): Promise<Connection> {
    return this.repository.connect(userId, hashed(installId), this.clock());
  }

  /** A user's machines, newest first. */
  async of(userId: number): Promise<Machine[]> {
    return this.repository.machinesOf(userId);
  }

  /** Refuses a machine of a user's for ever. */
  async revoke(userId: number, id: number): Promise<void> {
    await this.repository.revokeCli(userId, id, this.clock());
  }

  private async known(installId: string): Promise<CliWithUser | undefined> {
    const found = await this.repository.cliByHash(hashOf(installId));
    if (found?.cli.revoked_at != null) throw unauthenticated("This installation ID has been revoked");
    return found;
  }
}

function hashed(installId: string): string {
  if (!INSTALL_ID.test(installId)) throw notFound("Machine");
  return hashOf(installId);
}

function credentials(authorization: string | undefined): { username: string; installId: string } {
  const encoded = /^Basic\s+([A-Za-z0-9+/]+={0,2})\s*$/i.exec(authorization ?? "")?.[1];
  const [username, installId, ...more] = Buffer.from(encoded ?? "", "base64")
    .toString("utf8")
    .split(":");
  if (username === undefined || installId === undefined || more.length > 0) {
    throw unauthenticated("Missing installation ID");
  }
  if (!INSTALL_ID.test(installId)) throw unauthenticated("Invalid installation ID");
  return { username, installId };
}

function unauthenticated(message: string): Refusal {
  return new Refusal("unauthenticated", message, { headers: { "www-authenticate": 'Basic realm="asciinema"' } });
}

/** The refusal of a machine that has no account. */
export function accountRequired(): Refusal {
  return new Refusal("account_required", "This action requires an account", {
    headers: { "www-authenticate": 'Basic realm="asciinema"' },
  });
}
