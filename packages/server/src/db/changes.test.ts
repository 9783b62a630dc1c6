import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installId } from "../../test/harness.js";
import { recordingRow, streamRow } from "../../test/rows.js";
import { userWithMachine } from "../../test/users.js";
import { SessionRepository } from "../live/sessions.js";
import { RecordingRepository } from "../recordings/repository.js";
import { StreamRepository } from "../streams/repository.js";
import { Changes } from "./changes.js";
import { type Database, openDatabase } from "./database.js";
import { migrate } from "./migrate.js";

const changes = new Changes();
let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-changes-"));
  db = openDatabase({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 }, changes);
  await migrate(db);
});
afterAll(async () => {
  await db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Whether something counts as a change. */
async function counts(work: () => Promise<unknown>): Promise<boolean> {
  const before = changes.count;
  await work();
  return changes.count > before;
}

test("what is shown counts, what changes all the time and is not shown does not", async () => {
  const { id: user_id } = await userWithMachine(db, "mira", installId);
  const recordings = new RecordingRepository(db);
  const streams = new StreamRepository(db);
  const sessions = new SessionRepository(db);
  let recordingId!: number;
  expect(
    await counts(async () => {
      const recording = await recordings.insert(recordingRow({ user_id }));
      if (typeof recording === "object") recordingId = recording.id;
    }),
  ).toBe(true);
  let streamId!: number;
  expect(
    await counts(async () => {
      const stream = await streams.insert(streamRow({ user_id, live: true }), undefined);
      if (stream !== "full") streamId = stream.id;
    }),
  ).toBe(true);
  const epoch = (await streams.claim(streamId, 1))!;

  const session = { stream_id: streamId, user_id, header: "", settings: "{}", base: 0, started_at: 1, ended_at: null };
  let session_id!: number;
  const piece = { number: 1, epoch, file_key: "a", size: 1, last_id: 1, time: 1 };
  const screen = { stream_id: streamId, last_id: 1, time: 1, cols: 80, rows: 24, theme: null, dump: "", saved_at: 1 };
  for (const work of [
    async () => {
      session_id = await sessions.begin(session);
    },
    () => sessions.addPiece(streamId, { ...piece, session_id }, { ...screen, session_id }, 2),
    () => streams.progress(streamId, epoch, { viewers: 3, cols: 80, rows: 24, now: 3 }),
    () => recordings.addView(recordingId, 4),
    () => sessions.end(session_id, 5),
    () => sessions.delete(session_id),
    () => recordings.byId(recordingId),
  ]) {
    expect([work.toString(), await counts(work)]).toEqual([work.toString(), false]);
  }
  expect(changes.views).toBeGreaterThan(0);
  expect((await streams.byId(streamId))!.current_viewer_count).toBe(3);

  for (const work of [
    () => streams.end(streamId, epoch, 6),
    () => streams.update({ id: streamId, user_id }, { visibility: "private" }),
    () => recordings.update(recordingId, { visibility: "private" }),
    () => db.updateTable("users").set({ name: "Mira" }).execute(),
    () => sql`update recordings set title = 'x'`.execute(db),
    () => streams.delete(streamId),
    () => recordings.delete(recordingId),
  ]) {
    expect([work.toString(), await counts(work)]).toEqual([work.toString(), true]);
  }
});
