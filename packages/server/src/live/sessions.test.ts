import { beforeEach, expect, test } from "vitest";
import { describeDatabases } from "../../test/databases.js";
import { streamRow } from "../../test/rows.js";
import { AccountRepository } from "../accounts/repository.js";
import type { Database } from "../db/database.js";
import type { Stream, StreamPiece } from "../db/schema.js";
import { StreamRepository } from "../streams/repository.js";
import { SessionRepository } from "./sessions.js";

describeDatabases("sessions of streams", (open) => {
  let db: Database;
  let sessions: SessionRepository;
  let streams: StreamRepository;
  let stream: Stream;
  beforeEach(async () => {
    db = await open();
    sessions = new SessionRepository(db);
    streams = new StreamRepository(db);
    const user = await new AccountRepository(db).add({ username: "mira", email: null, visibility: "unlisted", now: 5 });
    stream = (await streams.insert(streamRow({ user_id: user!.id, live: true, epoch: 4 }), undefined)) as Stream;
  });

  const begin = (values = {}) =>
    sessions.begin({
      stream_id: stream.id,
      user_id: stream.user_id,
      header: "{}",
      settings: "{}",
      base: 0,
      started_at: 5,
      ended_at: null,
      ...values,
    });
  const piece = (session_id: number, number: number, values: Partial<StreamPiece> = {}): StreamPiece => ({
    session_id,
    number,
    epoch: 4,
    file_key: `streams/${session_id}-${number}`,
    size: 10,
    last_id: number,
    time: number,
    ...values,
  });
  const screen = {
    session_id: null,
    last_id: 1,
    time: 5,
    cols: 80,
    rows: 24,
    theme: null,
    dump: "a",
    saved_at: 5,
  };

  test("consist of pieces in order, stored with the screen at their end", async () => {
    const id = await begin();
    expect(await sessions.addPiece(stream.id, piece(id, 1), { ...screen, stream_id: stream.id }, 7)).toBe(true);
    expect(await sessions.addPiece(stream.id, piece(id, 2), undefined, 8)).toBe(true);
    expect(await sessions.pieces(id)).toEqual([piece(id, 1), piece(id, 2)]);
    expect(await streams.screen(stream.id)).toMatchObject({ dump: "a" });
    expect((await streams.byId(stream.id))!.last_activity_at).toBe(8);
    expect(await sessions.knownFiles(["streams/1-1", "streams/9-9"])).toEqual(new Set(["streams/1-1"]));
    await expect(sessions.addPiece(stream.id, piece(id, 2), undefined, 9)).rejects.toThrow();
  });

  test("take nothing from one who has lost the stream", async () => {
    const id = await begin();
    await streams.claim(stream.id, 5);
    expect(await sessions.addPiece(stream.id, piece(id, 1), { ...screen, stream_id: stream.id }, 7)).toBe(false);
    expect(await sessions.pieces(id)).toEqual([]);
    expect(await streams.screen(stream.id)).toBeUndefined();
    expect(await sessions.addPiece(stream.id, piece(id, 1, { epoch: 5 }), undefined, 7)).toBe(true);
    await streams.delete(stream.id);
    expect(await sessions.addPiece(stream.id, piece(id, 2, { epoch: 5 }), undefined, 7)).toBe(false);
    // What is stored stays until it is a recording.
    expect(await sessions.pieces(id)).toHaveLength(1);
    expect(await sessions.byId(id)).toMatchObject({ stream_id: null });
  });

  test("are over when they or their streams have ended", async () => {
    const id = await begin();
    expect(await sessions.open(stream.id)).toMatchObject({ id });
    expect(await sessions.over()).toEqual([]);
    await streams.end(stream.id, 4, 6);
    expect(await sessions.over()).toMatchObject([{ id }]);
    const gone = await begin({ stream_id: null });
    await sessions.end(id, 9);
    await sessions.end(id, 10);
    expect(await sessions.over()).toMatchObject([{ id, ended_at: 9 }, { id: gone }]);
    expect(await sessions.open(stream.id)).toBeUndefined();
    await sessions.addPiece(stream.id, piece(id, 1), undefined, 7);
    await sessions.delete(id);
    expect(await sessions.byId(id)).toBeUndefined();
    expect(await sessions.pieces(id)).toEqual([]);
  });

  test("go with their owner", async () => {
    const id = await begin();
    await sessions.addPiece(stream.id, piece(id, 1), undefined, 7);
    const files = await new AccountRepository(db).delete(stream.user_id);
    expect(files).toEqual([`streams/${id}-1`]);
    expect(await streams.byId(stream.id)).toBeUndefined();
    expect(await sessions.byId(id)).toBeUndefined();
  });
});
