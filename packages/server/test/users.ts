import { AccountRepository } from "../src/accounts/repository.js";
import type { Database } from "../src/db/database.js";
import type { User } from "../src/db/schema.js";
import { hashOf } from "../src/token.js";

/** Enters somebody with an account, and a machine that is connected to it. */
export async function userWithMachine(db: Database, username: string, installId: string): Promise<User> {
  const accounts = new AccountRepository(db);
  const entry = { username, email: `${username}@example.org`, visibility: "unlisted", now: 5 } as const;
  const user = (await accounts.add(entry))!;
  await accounts.connect(user.id, hashOf(installId), 5);
  return user;
}
