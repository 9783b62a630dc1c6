import { describe, expect, test } from "vitest";
import type { User } from "./db/schema.js";
import { type Actor, may } from "./policy.js";

const user = (id: number, isAdmin = false): Actor => ({ user: { id, is_admin: isAdmin } as User });
const actors = {
  guest: { user: undefined },
  other: user(2),
  owner: user(1),
  administrator: user(3, true),
} satisfies Record<string, Actor>;

describe("who may do what with a recording", () => {
  const everybody = "guest other owner administrator";
  const its = "owner administrator";
  test.each([
    ["see", "public", everybody],
    ["see", "unlisted", everybody],
    ["see", "private", its],
    ["list", "public", everybody],
    ["list", "unlisted", its],
    ["list", "private", its],
    ["change", "public", its],
    ["change", "unlisted", its],
    ["change", "private", its],
    ["delete", "public", its],
    ["delete", "unlisted", its],
    ["delete", "private", its],
    ["feature", "public", "administrator"],
    ["feature", "unlisted", "administrator"],
    ["feature", "private", "administrator"],
  ] as const)("%s %s: %s", (action, visibility, allowed) => {
    for (const [role, actor] of Object.entries(actors)) {
      expect([role, may(actor, action, { user_id: 1, visibility })]).toEqual([role, allowed.split(" ").includes(role)]);
    }
  });

  test("an administrator's own recordings are their own, and an administrator's", () => {
    expect(may(user(1, true), "see", { user_id: 1, visibility: "private" })).toBe(true);
    expect(may(user(1, true), "feature", { user_id: 1, visibility: "public" })).toBe(true);
  });
});
