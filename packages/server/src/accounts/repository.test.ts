import { beforeEach, expect, test } from "vitest";
import { describeDatabases } from "../../test/databases.js";
import { recordingRow } from "../../test/rows.js";
import type { Database } from "../db/database.js";
import type { User } from "../db/schema.js";
import { RecordingRepository } from "../recordings/repository.js";
import { AccountRepository } from "./repository.js";

describeDatabases("accounts", (open) => {
  let db: Database;
  let accounts: AccountRepository;
  let recordings: RecordingRepository;
  beforeEach(async () => {
    db = await open();
    accounts = new AccountRepository(db);
    recordings = new RecordingRepository(db);
  });

  const add = async (username: string | null, email: string | null = null): Promise<User> =>
    (await accounts.add({ username, email, visibility: "unlisted", now: 5 }))!;
  const placeholder = (tokenHash: string) =>
    accounts.addPlaceholder({ tokenHash, temporaryUsername: "mira", visibility: "unlisted", now: 5 });

  test("are found by name whatever its case, and by address", async () => {
    const user = await add("Mira", "mira@example.org");
    expect(user).toMatchObject({ is_admin: false, name: null, created_at: 5 });
    expect(await accounts.byUsername("mIRA")).toEqual(user);
    expect(await accounts.byEmail("mira@example.org")).toEqual(user);
    expect(await accounts.byUsername("mir")).toBeUndefined();
  });

  test("have a name and an address of their own", async () => {
    const { id } = await add("mira", "mira@example.org");
    const other = await add("lin", "lin@example.org");
    expect(await accounts.add({ username: "MIRA", email: null, visibility: "public", now: 5 })).toBeUndefined();
    expect(await accounts.update(other.id, { username: "Mira" })).toBeUndefined();
    expect(await accounts.update(other.id, { email: "mira@example.org" })).toBeUndefined();
    expect(await accounts.update(id, { username: "MIRA", name: "Mira H." })).toMatchObject({ username: "MIRA" });
    // Without name or address there can be any number.
    await add(null);
    await add(null);
  });

  test("one of them can be an administrator", async () => {
    const { id } = await add("mira");
    expect(await accounts.hasAdministrator()).toBe(false);
    await accounts.update(id, { is_admin: true });
    expect(await accounts.hasAdministrator()).toBe(true);
  });

  test("an unknown machine is entered once, however many requests bring it", async () => {
    const found = await Promise.all([placeholder("a"), placeholder("a"), placeholder("a"), placeholder("b")]);
    expect(new Set(found.slice(0, 3).map(({ cli }) => cli.id)).size).toBe(1);
    expect(found[3]!.user.id).not.toBe(found[0]!.user.id);
    expect(await db.selectFrom("users").selectAll().execute()).toHaveLength(2);
  });

  test("a new machine is connected, an own one is known, a foreign or revoked one refused", async () => {
    const mira = await add("mira", "mira@example.org");
    const lin = await add("lin", "lin@example.org");
    expect(await accounts.connect(mira.id, "a", 7)).toBe("connected");
    expect(await accounts.connect(mira.id, "a", 8)).toBe("known");
    expect(await accounts.connect(lin.id, "a", 8)).toBe("taken");
    const [cli] = await accounts.machinesOf(mira.id);
    await accounts.revokeCli(lin.id, cli!.id, 9);
    expect((await accounts.machinesOf(mira.id))[0]!.revoked_at).toBeNull();
    await accounts.revokeCli(mira.id, cli!.id, 9);
    await accounts.revokeCli(mira.id, cli!.id, 10);
    expect((await accounts.machinesOf(mira.id))[0]!.revoked_at).toBe(9);
    expect(await accounts.connect(mira.id, "a", 11)).toBe("revoked");
  });

  test("a placeholder is merged into whoever claims its machine first, with all that it has", async () => {
    const { user, cli } = await placeholder("a");
    const row = (await recordings.insert(recordingRow({ user_id: user.id, cli_id: cli.id }))) as { id: number };
    const people = [await add("mira", "mira@example.org"), await add("lin", "lin@example.org")];
    const answers = await Promise.all(people.map(({ id }) => accounts.connect(id, "a", 7)));
    expect([...answers].sort()).toEqual(["merged", "taken"]);
    const winner = people[answers.indexOf("merged")]!;
    expect(await accounts.byId(user.id)).toBeUndefined();
    expect(await recordings.byId(row.id)).toMatchObject({ user_id: winner.id });
    expect((await accounts.cliByHash("a"))?.user.id).toBe(winner.id);
  });

  test("uploads that come while their machine is claimed end with its new owner", async () => {
    const { user, cli } = await placeholder("a");
    const mira = await add("mira", "mira@example.org");
    const uploads = Array.from({ length: 8 }, () =>
      recordings.insert(recordingRow({ user_id: user.id, cli_id: cli.id })),
    );
    expect(await accounts.connect(mira.id, "a", 7)).toBe("merged");
    for (const row of await Promise.all(uploads)) expect(row).toMatchObject({ file_key: expect.any(String) });
    expect(await recordings.countOf(mira.id)).toBe(8);
  });

  test("a deleted account leaves nothing, whatever is going on", async () => {
    const mira = await add("mira", "mira@example.org");
    await accounts.connect(mira.id, "a", 7);
    const [cli] = await accounts.machinesOf(mira.id);
    const kept = (await recordings.insert(recordingRow({ user_id: mira.id, cli_id: cli!.id }))) as { file_key: string };
    await accounts.addSession({ user_id: mira.id, token_hash: "s", user_agent: null, created_at: 1, used_at: 1 });
    const uploads = Array.from({ length: 6 }, () =>
      recordings.insert(recordingRow({ user_id: mira.id, cli_id: cli!.id })),
    );
    const files = await accounts.delete(mira.id);
    const rows = await Promise.all(uploads);
    const stored = rows.flatMap((row) => (typeof row === "string" ? [] : [row.file_key]));
    expect(rows.filter((row) => typeof row === "string").every((row) => row === "unowned")).toBe(true);
    expect(files.sort()).toEqual([kept.file_key, ...stored].sort());
    for (const table of ["users", "clis", "sessions", "recordings"] as const) {
      expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
    }
  });

  test("a link is used once, by whoever comes first, and not after its end", async () => {
    const link = { purpose: "sign-in" as const, email: "a@example.org", user_id: null, created_at: 10 };
    await accounts.addLink({ ...link, token_hash: "t", expires_at: 100 });
    await accounts.addLink({ ...link, token_hash: "forever", expires_at: null });
    expect(await accounts.link("t", 99)).toMatchObject({ email: "a@example.org" });
    expect(await accounts.link("t", 100)).toBeUndefined();
    expect(await accounts.takeLink("t", 100)).toBeUndefined();
    const taken = await Promise.all([1, 2, 3].map(() => accounts.takeLink("t", 99)));
    expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await accounts.link("forever", 1e12)).toBeDefined();
    expect(await accounts.countLinks("a@example.org", 10)).toBe(1);
    expect(await accounts.countLinks("a@example.org", 11)).toBe(0);
    await accounts.sweep(1e12, 0);
    expect(await accounts.link("forever", 1e12)).toBeDefined();
    await accounts.deleteLinks("sign-in");
    expect(await accounts.link("forever", 1e12)).toBeUndefined();
  });

  test("sessions end one by one, all but one, or by not being used", async () => {
    const mira = await add("mira", "mira@example.org");
    const lin = await add("lin", "lin@example.org");
    const start = (user: User, hash: string, at: number) =>
      accounts.addSession({ user_id: user.id, token_hash: hash, user_agent: "x", created_at: at, used_at: at });
    const [a, b, c] = [await start(mira, "a", 1), await start(mira, "b", 2), await start(mira, "c", 3)];
    const other = await start(lin, "d", 1);
    expect(await accounts.session("a", 0)).toEqual({ session: a, user: mira });
    expect(await accounts.session("a", 1)).toBeUndefined();
    await accounts.touchSession(a.id, 9);
    expect((await accounts.sessionsOf(mira.id, 0)).map(({ id }) => id)).toEqual([a.id, c.id, b.id]);
    await accounts.endSessions(mira.id, { only: other.id });
    expect(await accounts.session("d", 0)).toBeDefined();
    await accounts.endSessions(mira.id, { only: b.id });
    await accounts.endSessions(mira.id, { allBut: c.id });
    expect((await accounts.sessionsOf(mira.id, 0)).map(({ id }) => id)).toEqual([c.id]);
    await accounts.sweep(0, 2);
    expect(await accounts.session("d", 0)).toBeUndefined();
    expect(await accounts.session("c", 0)).toBeDefined();
  });
});
