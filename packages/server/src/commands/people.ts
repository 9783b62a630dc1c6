import { AccountRepository } from "../accounts/repository.js";
import { SignIn } from "../accounts/sign-in.js";
import type { Call } from "../commands.js";
import type { Config } from "../config.js";
import { openDataDir } from "../data-dir.js";
import { migrate } from "../db/migrate.js";
import { createLog } from "../log.js";
import { LogMailer, Outbox } from "../mail/mailer.js";
import { existing, withDatabase } from "./place.js";

/** Makes somebody an administrator. */
export async function addAdministrator({ config, args, terminal }: Call): Promise<number> {
  await openDataDir(config.dataDir);
  const user = await withSignIn(config, (signIn) => signIn.addAdministrator(args[0]!));
  terminal.out(`${user.username ?? user.email} is an administrator now; to sign in: ${config.url}/login/new\n`);
  return 0;
}

/** Prints a link that signs somebody in. */
export async function printLoginLink({ config, args, terminal }: Call): Promise<number> {
  await existing(config);
  terminal.out(`${await withSignIn(config, (signIn) => signIn.linkFor(args[0]!))}\n`);
  return 0;
}

function withSignIn<T>(config: Config, work: (signIn: SignIn) => Promise<T>): Promise<T> {
  return withDatabase(config, async (db) => {
    await migrate(db);
    const log = createLog(() => {}, Date.now);
    return work(new SignIn(new AccountRepository(db), new Outbox(new LogMailer(log), log), config, Date.now));
  });
}
