import type { Config } from "../config.js";
import type { Link, User } from "../db/schema.js";
import { signInLetter, signUpLetter } from "../mail/letters.js";
import type { Outbox } from "../mail/mailer.js";
import { type FieldError, Refusal } from "../refusal.js";
import { hashOf, randomToken } from "../token.js";
import { email, identity, invalid, username } from "./identity.js";
import type { AccountRepository } from "./repository.js";

const HOUR = 3_600_000;
/** How many unused links an address can be sent in an hour. */
const LINKS_PER_HOUR = 5;

/** What a link would do for whoever opens it. */
export interface Invitation {
  purpose: "sign-in" | "administrator";
  /** Whom it signs in; `undefined` when it makes an account. */
  user: User | undefined;
  /** What has to be chosen first. */
  needs: { username: boolean; email: boolean };
}

/** Lets people in. There are no passwords: whoever can read an address's mail is its owner. */
export class SignIn {
  constructor(
    private readonly repository: AccountRepository,
    private readonly outbox: Outbox,
    private readonly config: Pick<Config, "url" | "signUpDisabled" | "defaultRecordingVisibility">,
    private readonly clock: () => number,
  ) {}

  /** Sends a link to the owner of an address or a user name. Whether there is one, and whether anything is sent, cannot
   *  be told from outside, not even by how long it takes.
   *
   *  @throws Refusal  validation_failed for what can be neither */
  request(text: string): void {
    const asked = identity(text);
    this.outbox.post(async () => {
      const known =
        "email" in asked
          ? await this.repository.byEmail(asked.email)
          : await this.repository.byUsername(asked.username);
      const to = known ? known.email : "email" in asked && !this.config.signUpDisabled ? asked.email : null;
      if (to === null) return undefined;
      const now = this.clock();
      if ((await this.repository.countLinks(to, now - HOUR)) >= LINKS_PER_HOUR) return undefined;
      const link = await this.link({ purpose: "sign-in", email: to, expires_at: now + HOUR });
      return (known ? signInLetter : signUpLetter)(this.sender, to, link);
    });
  }

  /** A new link that makes whoever opens it first the administrator, until somebody is one. Earlier ones stop working.
   *
   *  @returns undefined when there is an administrator */
  async administratorLink(): Promise<string | undefined> {
    await this.repository.deleteLinks("administrator");
    if (await this.repository.hasAdministrator()) return undefined;
    return this.link({ purpose: "administrator", email: null, expires_at: null });
  }

  /** Makes somebody an administrator: the owner of a user name, or of an address, which gets an account if it has none.
   *
   *  @throws Refusal  validation_failed for what is neither, not_found for a name that nobody has */
  async addAdministrator(text: string): Promise<User> {
    const asked = identity(text);
    const found =
      "email" in asked ? await this.repository.byEmail(asked.email) : await this.repository.byUsername(asked.username);
    const user = found
      ? await this.repository.update(found.id, { is_admin: true })
      : "email" in asked && (await this.repository.add({ ...this.blank, email: asked.email, isAdmin: true }));
    if (!user) throw new Refusal("not_found", `nobody is called ${text}; an e-mail address makes an account`);
    await this.repository.deleteLinks("administrator");
    return user;
  }

  /** A link that signs the owner of a user name or an address in, for an operator to pass on.
   *
   *  @throws Refusal  validation_failed for what is neither, not_found for what has no account, or none that can sign in */
  async linkFor(text: string): Promise<string> {
    const asked = identity(text);
    const user =
      "email" in asked ? await this.repository.byEmail(asked.email) : await this.repository.byUsername(asked.username);
    if (!user?.email)
      throw new Refusal("not_found", `${text} has no account that can be signed in to; admin add makes one`);
    return this.link({ purpose: "sign-in", email: user.email, expires_at: this.clock() + HOUR });
  }

  /** What a link would do. Looking at it does not use it up: mail scanners follow links.
   *
   *  @param current  who is signed in already
   *  @returns undefined for a link that does not work (any more) */
  async look(token: string, current: User | undefined): Promise<Invitation | undefined> {
    const link = await this.repository.link(hashOf(token), this.clock());
    return link && this.invitation(link, current);
  }

  /** Uses a link up, and returns who it lets in.
   *
   *  @param chosen  what the form brought
   *  @throws Refusal  gone for a link that does not work (any more), validation_failed with the fields that do not fit;
   *                   it works on then */
  async confirm(token: string, chosen: Record<string, string>, current: User | undefined): Promise<User> {
    return this.repository.atomically(async (repository) => {
      const link = await repository.takeLink(hashOf(token), this.clock());
      const invitation = link && (await this.invitation(link, current, repository));
      if (!link || !invitation) throw new Refusal("gone", "This link does not work any more");
      const { user, needs, purpose } = invitation;
      const fields = checked(chosen, needs);
      if (!user && purpose === "sign-in" && this.config.signUpDisabled) {
        throw new Refusal("access_denied", "This server makes no new accounts");
      }
      if (fields.username && (await repository.byUsername(fields.username))) {
        throw invalid([{ field: "username", message: `Taken. Try ${fields.username.slice(0, 14)}-2.` }]);
      }
      if (fields.email && (await repository.byEmail(fields.email))) {
        throw invalid([
          { field: "email", message: "This address has an account. Sign in first, then open the link again." },
        ]);
      }
      const isAdmin = purpose === "administrator";
      if (isAdmin) await repository.deleteLinks("administrator");
      const changes = { ...fields, ...(isAdmin && { is_admin: true }) };
      if (user && Object.keys(changes).length === 0) return user;
      const entered = user
        ? await repository.update(user.id, changes)
        : await repository.add({ ...this.blank, email: link.email, ...fields, isAdmin });
      if (!entered) throw invalid([{ field: "username", message: "Taken." }]);
      return entered;
    });
  }

  private async invitation(
    link: Link,
    current: User | undefined,
    repository = this.repository,
  ): Promise<Invitation | undefined> {
    switch (link.purpose) {
      case "sign-in": {
        const user = await repository.byEmail(link.email!);
        return { purpose: "sign-in", user, needs: { username: !user?.username, email: false } };
      }
      case "administrator":
        return {
          purpose: "administrator",
          user: current,
          needs: { username: !current?.username, email: !current?.email },
        };
      case "change-email":
        return undefined;
      default:
        return link.purpose satisfies never;
    }
  }

  private async link(link: Pick<Link, "purpose" | "email" | "expires_at">): Promise<string> {
    const token = randomToken(32);
    await this.repository.addLink({ ...link, token_hash: hashOf(token), user_id: null, created_at: this.clock() });
    return `${this.config.url}/session/new?t=${token}`;
  }

  private get sender() {
    return { host: new URL(this.config.url).host };
  }

  private get blank() {
    return {
      username: null,
      email: null,
      visibility: this.config.defaultRecordingVisibility,
      now: this.clock(),
    };
  }
}

/** The fields that are needed, as they are stored. */
function checked(chosen: Record<string, string>, needs: Invitation["needs"]): { username?: string; email?: string } {
  const fields: { username?: string; email?: string } = {};
  const wrong: FieldError[] = [];
  for (const [field, parse] of [
    ["username", username],
    ["email", email],
  ] as const) {
    if (!needs[field]) continue;
    const value = parse(chosen[field] ?? "");
    if (typeof value === "string") fields[field] = value;
    else wrong.push(value);
  }
  if (wrong.length > 0) throw invalid(wrong);
  return fields;
}
