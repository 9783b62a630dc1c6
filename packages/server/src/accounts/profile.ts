import { type Config, type Visibility, visibilities } from "../config.js";
import type { User } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import { changedLetter, changeLetter, takenLetter } from "../mail/letters.js";
import type { Outbox } from "../mail/mailer.js";
import { type FieldError, Refusal } from "../refusal.js";
import { hashOf, randomToken } from "../token.js";
import { email, invalid, personName, username } from "./identity.js";
import { preferences, timezone } from "./preferences.js";
import type { AccountRepository } from "./repository.js";

const HOUR = 3_600_000;
const LINKS_PER_HOUR = 5;

/** What people do with their own account. */
export class Profiles {
  constructor(
    private readonly repository: AccountRepository,
    private readonly files: FileStore,
    private readonly outbox: Outbox,
    private readonly config: Pick<Config, "url">,
    private readonly clock: () => number,
  ) {}

  /** The user with a name, whatever its case. */
  async find(name: string): Promise<User | undefined> {
    return this.repository.byUsername(name);
  }

  /** Saves the fields of a form.
   *
   *  @throws Refusal  validation_failed */
  async save(user: User, form: Record<string, string>): Promise<User> {
    const wrong: FieldError[] = [];
    const fitting = <T>(value: T | FieldError): T | undefined => {
      if (typeof value !== "object" || value === null || !("field" in value)) return value as T;
      wrong.push(value as FieldError);
      return undefined;
    };
    const changes = {
      username: fitting(username(form["username"] ?? "")),
      name: fitting(personName(form["name"] ?? "")),
      default_recording_visibility: fitting(visibility(form["visibility"] ?? "")),
      timezone: fitting(timezone(form["timezone"] ?? "")),
    };
    if (wrong.length > 0) throw invalid(wrong);
    // None of them is undefined: that would be wrong.
    const saved = await this.repository.update(user.id, changes as { [K in keyof typeof changes]: User[K] });
    if (!saved) throw invalid([{ field: "username", message: `Taken. Try ${changes.username?.slice(0, 14)}-2.` }]);
    return saved;
  }

  /** Saves how terminals are to look.
   *
   *  @throws Refusal  validation_failed */
  async prefer(user: User, form: Record<string, string>): Promise<void> {
    await this.repository.update(user.id, preferences(form));
  }

  /** Remembers where somebody is, as their browser says, unless they have said so themselves. */
  async place(user: User, said: string): Promise<void> {
    const found = timezone(said);
    if (user.timezone === null && typeof found === "string") {
      await this.repository.update(user.id, { timezone: found });
    }
  }

  /** Sends a link to the address that an account is to have. What is sent to one that has an account already says so there,
   *  not here.
   *
   *  @returns the address as it will be stored
   *  @throws Refusal  validation_failed */
  changeEmail(user: User, form: Record<string, string>): string {
    const to = email(form["email"] ?? "");
    if (typeof to !== "string") throw invalid([to]);
    if (to === user.email) throw invalid([{ field: "email", message: "That is your address already." }]);
    this.outbox.post(async () => {
      const now = this.clock();
      if (await this.repository.byEmail(to)) return takenLetter(this.sender, to);
      if ((await this.repository.countLinks(to, now - HOUR)) >= LINKS_PER_HOUR) return undefined;
      const token = randomToken(32);
      await this.repository.addLink({
        token_hash: hashOf(token),
        purpose: "change-email",
        email: to,
        user_id: user.id,
        created_at: now,
        expires_at: now + HOUR,
      });
      return changeLetter(this.sender, to, user.username ?? "your account", `${this.config.url}/user/email?t=${token}`);
    });
    return to;
  }

  /** The address that a link would give to a user; `undefined` for one that does not work (any more) or is not theirs. */
  async newEmail(user: User, token: string): Promise<string | undefined> {
    const link = await this.repository.link(hashOf(token), this.clock());
    return link?.purpose === "change-email" && link.user_id === user.id ? link.email! : undefined;
  }

  /** Gives a user the address of a link, and tells the old one.
   *
   *  @throws Refusal  gone for a link that does not work (any more) */
  async confirmEmail(user: User, token: string): Promise<void> {
    const gone = new Refusal("gone", "This link does not work any more");
    if ((await this.newEmail(user, token)) === undefined) throw gone;
    const by = await this.repository.atomically(async (repository) => {
      const link = await repository.takeLink(hashOf(token), this.clock());
      if (!link?.email || !(await repository.update(user.id, { email: link.email }))) throw gone;
      // Links to addresses that came before or after this one would undo it.
      await repository.deleteLinks("change-email", user.id);
      return link.email;
    });
    const { email: old } = user;
    if (old) {
      this.outbox.post(async () => changedLetter(this.sender, old, user.username ?? "your account", by));
    }
  }

  /** Removes an account and everything that is its: machines, sessions, recordings, files.
   *
   *  @param typed  the user name, typed to show that this is meant
   *  @throws Refusal  validation_failed */
  async delete(user: User, typed: string): Promise<void> {
    if (typed.trim().toLowerCase() !== user.username?.toLowerCase()) {
      throw invalid([{ field: "username", message: `Type ${user.username} to delete this account.` }]);
    }
    for (const file of await this.repository.delete(user.id)) await this.files.delete(file);
  }

  private get sender() {
    return { host: new URL(this.config.url).host };
  }
}

function visibility(text: string): Visibility | FieldError {
  return visibilities.find((one) => one === text) ?? { field: "visibility", message: "Choose one." };
}
