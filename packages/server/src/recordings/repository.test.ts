import { beforeEach, expect, test } from "vitest";
import { describeDatabases } from "../../test/databases.js";
import { recordingRow } from "../../test/rows.js";
import { AccountRepository } from "../accounts/repository.js";
import type { NewRecording, Recording } from "../db/schema.js";
import { RecordingRepository } from "./repository.js";

describeDatabases("recordings", (open) => {
  let accounts: AccountRepository;
  let recordings: RecordingRepository;
  let userId: number;
  beforeEach(async () => {
    const db = await open();
    accounts = new AccountRepository(db);
    recordings = new RecordingRepository(db);
    userId = (await accounts.add({ username: "mira", email: "mira@example.org", visibility: "public", now: 5 }))!.id;
  });

  const insert = async (values: Partial<NewRecording> = {}) =>
    (await recordings.insert(recordingRow({ user_id: userId, ...values }))) as Recording;

  test("come back as they were entered", async () => {
    const row = recordingRow({
      user_id: userId,
      title: "日本語 'quoted'",
      term_line_height: 1.25,
      speed: 0.5,
      keystroke_overlay: true,
      uncompressed_size: 2 ** 40,
      recorded_at: Date.parse("2026-11-21"),
    });
    const inserted = (await recordings.insert(row)) as Recording;
    expect(inserted).toMatchObject(row);
    expect(await recordings.byId(inserted.id)).toMatchObject(inserted);
    expect(await recordings.byToken(row.secret_token)).toEqual({
      ...inserted,
      author: "mira",
      author_username: "mira",
      author_theme_name: null,
      author_prefers_original: true,
      author_font_family: null,
      views: 0,
    });
  });

  test("are found by number only when they are public", async () => {
    for (const visibility of ["public", "unlisted", "private"] as const) {
      const { id, secret_token } = await insert({ visibility });
      expect((await recordings.byNumber(id))?.id).toBe(visibility === "public" ? id : undefined);
      expect((await recordings.byToken(secret_token))?.id).toBe(id);
    }
  });

  test("are listed newest first, without those that are not public or were archived", async () => {
    const shown = [await insert({ visibility: "public" }), await insert({ visibility: "public" })];
    await insert();
    await insert({ visibility: "private" });
    await insert({ visibility: "public", archived_at: 9 });
    expect((await recordings.list("recent", 0, 10)).map(({ id }) => id)).toEqual([shown[1]!.id, shown[0]!.id]);
    expect((await recordings.list("recent", 0, 1, 1)).map(({ id }) => id)).toEqual([shown[0]!.id]);
    expect(await recordings.countList("recent", 0)).toBe(2);
    expect(await recordings.countOf(userId)).toBe(5);
  });

  test("are listed and counted by owner and visibility", async () => {
    const other = (await accounts.add({ username: "lin", email: null, visibility: "public", now: 5 }))!;
    await insert({ user_id: other.id, visibility: "public" });
    await insert({ visibility: "public", archived_at: 9 });
    const ids: number[] = [];
    for (let i = 0; i < 3; i++) ids.push((await insert({ visibility: "private" })).id);
    expect((await recordings.of(userId, "private", 2)).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect((await recordings.of(userId, "private", 2, 2)).map(({ id }) => id)).toEqual([ids[0]]);
    expect(await recordings.countsOf(userId)).toEqual({ public: 0, unlisted: 0, private: 3 });
    const all: number[] = [];
    for await (const { id } of recordings.allOf(userId)) all.push(id);
    expect(all).toHaveLength(4);
    expect(all).toEqual([...all].sort((a, b) => a - b));
  });

  test("never exceed a limit, even when all come at once", async () => {
    const { user, cli } = await accounts.addPlaceholder({
      tokenHash: "a",
      temporaryUsername: null,
      visibility: "unlisted",
      now: 1,
    });
    const one = () => recordings.insert(recordingRow({ user_id: user.id, cli_id: cli.id }), 3);
    const answers = await Promise.all(Array.from({ length: 8 }, one));
    expect(answers.filter((answer) => answer === "full")).toHaveLength(5);
    expect(await recordings.countOf(user.id)).toBe(3);
  });

  test("are not taken from a machine that was revoked or is gone", async () => {
    await accounts.connect(userId, "a", 1);
    const [cli] = await accounts.machinesOf(userId);
    await accounts.revokeCli(userId, cli!.id, 2);
    expect(await insert({ cli_id: cli!.id })).toBe("unowned");
    expect(await insert({ cli_id: 999 })).toBe("unowned");
  });

  test("that nobody has claimed are hidden, then deleted; those of people stay", async () => {
    const nobody = await accounts.addPlaceholder({
      tokenHash: "a",
      temporaryUsername: null,
      visibility: "unlisted",
      now: 1,
    });
    const server = (await accounts.add({ username: "sample", email: null, visibility: "public", now: 1 }))!;
    const [old, fresh] = [
      await insert({ user_id: nobody.user.id, created_at: 10 }),
      await insert({ user_id: nobody.user.id, created_at: 11 }),
    ];
    const kept = [await insert({ created_at: 1 }), await insert({ user_id: server.id, created_at: 1 })];
    expect(await recordings.hideUnclaimed(10, 99)).toBe(1);
    expect(await recordings.hideUnclaimed(10, 100)).toBe(0);
    expect((await recordings.byId(old.id))?.archived_at).toBe(99);
    expect((await recordings.byId(fresh.id))?.archived_at).toBeNull();
    expect(await recordings.deleteUnclaimed(9, 10)).toEqual([]);
    expect(await recordings.deleteUnclaimed(11, 1)).toEqual([old.file_key]);
    expect(await accounts.connect(userId, "a", 5)).toBe("merged");
    expect(await recordings.deleteUnclaimed(1000, 10)).toEqual([]);
    for (const { id } of [fresh, ...kept]) expect(await recordings.byId(id)).toBeDefined();
  });

  test("count every view, even when many come at once", async () => {
    const { id, secret_token } = await insert();
    await Promise.all(Array.from({ length: 10 }, () => recordings.addView(id, 5)));
    expect((await recordings.byToken(secret_token))?.views).toBe(10);
  });

  test("are popular by their views, featured by hand", async () => {
    const now = Date.parse("2026-11-21");
    const day = 86_400_000;
    const [a, b, c, d] = [
      await insert({ visibility: "public" }),
      await insert({ visibility: "public" }),
      await insert({ visibility: "public" }),
      await insert(),
    ];
    for (const at of [now - 30 * day, now - 29 * day, now - 28 * day]) await recordings.addView(a.id, at);
    await recordings.addView(b.id, now);
    await recordings.addView(c.id, now - 100 * day);
    await recordings.addView(d.id, now);
    const ids = async (kind: "popular" | "featured") => (await recordings.list(kind, now, 10)).map(({ id }) => id);
    expect(await ids("popular")).toEqual([b.id, a.id]);
    expect(await recordings.countList("popular", now)).toBe(2);
    expect(await ids("featured")).toEqual([]);
    for (const { id } of [a, d]) await recordings.update(id, { featured: true });
    expect(await ids("featured")).toEqual([a.id]);
    expect(await recordings.countList("featured", now)).toBe(1);
  });

  test("can be changed and deleted, with their views", async () => {
    expect(await recordings.isEmpty()).toBe(true);
    const { id, file_key, secret_token } = await insert();
    await recordings.addView(id, 5);
    expect(await recordings.update(id, { title: "New", keystroke_overlay: true })).toMatchObject({
      title: "New",
      keystroke_overlay: true,
    });
    expect(await recordings.knownFiles([file_key, "other"])).toEqual(new Set([file_key]));
    await recordings.delete(id);
    expect(await recordings.byToken(secret_token)).toBeUndefined();
    expect(await recordings.update(id, { title: "x" })).toBeUndefined();
    expect(await recordings.isEmpty()).toBe(true);
  });
});
