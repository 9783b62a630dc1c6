import type { Recording, User } from "./db/schema.js";

/** Who asks: a visitor of the pages has no user, a command has the one that its install id belongs to. */
export interface Actor {
  user: User | undefined;
}

/** A visitor that nothing is known about. */
export const visitor: Actor = { user: undefined };

type Rule = (actor: Actor, recording: Recording) => boolean;

const anyone: Rule = () => true;
const owner: Rule = (actor, recording) => actor.user?.id === recording.user_id;

const see: Record<Recording["visibility"], Rule> = {
  public: anyone,
  unlisted: anyone, // who has its address; numbers lead to public recordings only
  private: owner,
};

/** Who may do what with a recording. What is not listed, nobody may. */
const recording = {
  see: (actor, recording) => see[recording.visibility](actor, recording),
  change: owner,
  delete: owner,
} satisfies Record<string, Rule>;

/** Whether somebody may do something with a recording. */
export function may(actor: Actor, action: keyof typeof recording, subject: Recording): boolean {
  return recording[action](actor, subject);
}
