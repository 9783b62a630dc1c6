import { beforeEach, expect, test } from "vitest";
import { describeDatabases } from "../../test/databases.js";
import { recordingRow, streamRow } from "../../test/rows.js";
import { AccountRepository } from "../accounts/repository.js";
import type { Database } from "../db/database.js";
import type { NewStream, Stream, User } from "../db/schema.js";
import { RecordingRepository } from "../recordings/repository.js";
import { StreamRepository } from "./repository.js";

const MINUTE = 60_000;
const now = Date.parse("2026-11-21T10:00:00Z");

describeDatabases("streams", (open) => {
  let db: Database;
  let streams: StreamRepository;
  let mira: User;
  beforeEach(async () => {
    db = await open();
    streams = new StreamRepository(db);
    mira = await add("mira");
  });

  const add = async (username: string) =>
    (await new AccountRepository(db).add({ username, email: null, visibility: "unlisted", now: 5 }))!;
  const enter = async (values: Partial<NewStream> = {}) =>
    (await streams.insert(streamRow({ user_id: mira.id, ...values }), undefined)) as Stream;
  const titles = (list: Stream[]) => list.map(({ title }) => title);

  test("are found by number, by token and by the producer's key", async () => {
    const stream = await enter({ title: "One" });
    for (const found of [
      await streams.byId(stream.id),
      await streams.byToken(stream.public_token),
      await streams.byProducerKey(stream.producer_key),
    ]) {
      expect(found).toMatchObject({ ...stream, author: "mira", author_username: "mira", recordings: 0 });
    }
    expect(await streams.byToken("nothing")).toBeUndefined();
  });

  test("know how many recordings there are of them, which stay when they go", async () => {
    const { id } = await enter();
    const recordings = new RecordingRepository(db);
    const first = await recordings.insert(recordingRow({ user_id: mira.id, stream_id: id }));
    await recordings.insert(recordingRow({ user_id: mira.id, stream_id: id, archived_at: 5 }));
    await recordings.insert(recordingRow({ user_id: mira.id }));
    expect((await streams.byId(id))!.recordings).toBe(1);
    await streams.delete(id);
    expect(await recordings.byId((first as { id: number }).id)).toMatchObject({ stream_id: null });
  });

  test("cannot be live more than the limit, however many try at once", async () => {
    const rows = await Promise.all(Array.from({ length: 6 }, () => enter()));
    const made = await Promise.all([
      ...rows.map((row) => streams.update(row, { live: true }, 3)),
      ...rows.map(() => streams.insert(streamRow({ user_id: mira.id, live: true }), 3)),
    ]);
    expect(made.filter((one) => one === "full")).toHaveLength(9);
    const live = await db.selectFrom("streams").select("id").where("live", "=", true).execute();
    expect(live).toHaveLength(3);
    // The account's own limit goes before the server's; somebody else's streams do not count.
    await db.updateTable("users").set({ live_stream_limit: 4 }).where("id", "=", mira.id).execute();
    expect(await streams.insert(streamRow({ user_id: mira.id, live: true }), 3)).not.toBe("full");
    const lin = await add("lin");
    expect(await streams.insert(streamRow({ user_id: lin.id, live: true }), 3)).not.toBe("full");
  });

  test("are taken over by whoever comes last; what an earlier one says no longer counts", async () => {
    const stream = await enter({ live: true });
    expect(await streams.claim(stream.id, now)).toBe(1);
    expect(await streams.claim(stream.id, now)).toBe(2);
    await streams.end(stream.id, 1, now);
    await streams.progress(stream.id, 1, { viewers: 9, cols: 9, rows: 9, now });
    expect(await streams.byId(stream.id)).toMatchObject({ live: true, peak_viewer_count: 0 });
    await streams.progress(stream.id, 2, { viewers: 7, cols: 100, rows: 30, now });
    await streams.progress(stream.id, 2, { viewers: 3, cols: 100, rows: 30, now: now + 1 });
    expect(await streams.byId(stream.id)).toMatchObject({
      current_viewer_count: 3,
      peak_viewer_count: 7,
      term_cols: 100,
      last_activity_at: now + 1,
    });
    await streams.end(stream.id, 2, now + 2);
    expect(await streams.byId(stream.id)).toMatchObject({
      live: false,
      current_viewer_count: 0,
      last_ended_at: now + 2,
    });
    expect(await streams.claim(stream.id, now)).toBeUndefined();
  });

  test("that begin again are on, even if the clock was set back meanwhile", async () => {
    const stream = await enter({ live: true, visibility: "public", last_started_at: now, last_ended_at: now });
    const epoch = (await streams.claim(stream.id, now - MINUTE))!;
    const facts = { protocol: null, user_agent: null, term_cols: 80, term_rows: 24, term_theme: null };
    await streams.begin(stream.id, epoch, { ...facts, last_started_at: now - MINUTE });
    expect((await streams.live("public", true, 10)).map(({ id }) => id)).toEqual([stream.id]);
  });

  test("that are called live end when nobody was there for longer than they may be alone", async () => {
    await enter({ title: "new", live: true, created_at: now - MINUTE, grace_period: 300 });
    await enter({ title: "busy", live: true, created_at: 1, last_activity_at: now - MINUTE, grace_period: 300 });
    const left = await enter({ title: "left", live: true, created_at: 1, last_activity_at: 7, grace_period: 300 });
    expect(await streams.endAbandoned(now)).toBe(1);
    expect(await streams.byId(left.id)).toMatchObject({ live: false, last_ended_at: 7 });
  });

  test("are listed while they are on and before they are, public ones only", async () => {
    const on = { live: true, visibility: "public", last_started_at: 5 } as const;
    const soon = { visibility: "public", schedule: "0 18", next_start_at: now + MINUTE } as const;
    await enter({ ...on, title: "first" });
    await enter({ ...on, title: "second", last_started_at: 6 });
    await enter({ ...on, title: "hidden", visibility: "unlisted" });
    await enter({ ...on, title: "not begun", last_started_at: null });
    await enter({ ...on, title: "not begun again", last_started_at: 1, last_ended_at: 2 });
    await enter({ ...soon, title: "soon" });
    await enter({ ...soon, title: "sooner", next_start_at: now - MINUTE });
    await enter({ ...soon, title: "over", next_start_at: now - 11 * MINUTE });
    await enter({ ...soon, title: "on", ...on });
    const lin = await add("lin");
    await enter({ ...on, title: "lin's", user_id: lin.id, last_started_at: 9 });
    expect(titles(await streams.live("public", true, 10))).toEqual(["lin's", "second", "on", "first"]);
    expect(titles(await streams.live({ userId: mira.id }, true, 2, 1))).toEqual(["on", "first"]);
    expect(titles(await streams.upcoming("public", true, now, 10))).toEqual(["sooner", "soon"]);
    expect(await streams.counts("public", true, now)).toEqual({ live: 4, upcoming: 2 });
    // Those of an account that must not stream are not there.
    await db.updateTable("users").set({ streaming_enabled: false }).where("id", "=", lin.id).execute();
    expect(await streams.counts("public", true, now)).toEqual({ live: 3, upcoming: 2 });
    expect(await streams.counts("public", false, now)).toEqual({ live: 0, upcoming: 0 });
    expect(titles(await streams.all(mira.id, 3))).toEqual(["second", "on", "hidden"]);
    expect(await streams.count(mira.id)).toBe(9);
  });

  test("are due for a new date some time after the last one", async () => {
    const due = await enter({ schedule: "0 18", next_start_at: now - 11 * MINUTE });
    await enter({ schedule: "0 18", next_start_at: now - MINUTE });
    expect(await streams.due(now, 10)).toEqual([{ id: due.id, schedule: "0 18", timezone: null }]);
    await streams.schedule(due.id, null);
    expect(await streams.due(now, 10)).toEqual([]);
  });

  test("keep their last screen", async () => {
    const { id } = await enter();
    const screen = {
      stream_id: id,
      session_id: null,
      last_id: 7,
      time: 5,
      cols: 80,
      rows: 24,
      theme: null,
      dump: "a",
      saved_at: now,
    };
    await streams.saveScreen(screen);
    await streams.saveScreen({ ...screen, dump: "b", last_id: 8 });
    expect(await streams.screen(id)).toEqual({ ...screen, dump: "b", last_id: 8 });
    await streams.delete(id);
    expect(await streams.screen(id)).toBeUndefined();
  });
});
