import type { Visibility } from "./config.js";
import type { Recording, User } from "./db/schema.js";

/** Who asks: a visitor of the pages who is not signed in has no user, a command has the one that its machine belongs to. */
export interface Actor {
  user: User | undefined;
}

/** A visitor that nothing is known about. */
export const visitor: Actor = { user: undefined };

type Role = "guest" | "other" | "owner" | "administrator";
const anybody: readonly Role[] = ["guest", "other", "owner", "administrator"];
const owners: readonly Role[] = ["owner", "administrator"];
const administrators: readonly Role[] = ["administrator"];

/** Who may do what with a recording or a stream. What is not listed, nobody may.
 *
 *  To `see` one is to get it at its address; numbers lead to public ones only, so an unlisted one is seen by those who
 *  have its link. To `list` one is to find it without its address. To `feature` one is to put it
 *  forward on the home page. */
const rules = {
  see: { public: anybody, unlisted: anybody, private: owners },
  list: { public: anybody, unlisted: owners, private: owners },
  change: { public: owners, unlisted: owners, private: owners },
  delete: { public: owners, unlisted: owners, private: owners },
  feature: { public: administrators, unlisted: administrators, private: administrators },
} satisfies Record<string, Record<Visibility, readonly Role[]>>;

/** Whether somebody may do something with a recording or a stream. */
export function may(
  actor: Actor,
  action: keyof typeof rules,
  recording: Pick<Recording, "user_id" | "visibility">,
): boolean {
  const allowed = rules[action][recording.visibility];
  return rolesOf(actor, recording.user_id).some((role) => allowed.includes(role));
}

/** What somebody is to what a user owns. */
function rolesOf({ user }: Actor, ownerId: number): Role[] {
  if (!user) return ["guest"];
  const role = user.id === ownerId ? "owner" : "other";
  return user.is_admin ? [role, "administrator"] : [role];
}
