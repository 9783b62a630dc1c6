import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Event } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installId } from "../../test/harness.js";
import { heldDisk } from "../../test/held-disk.js";
import { streamRow } from "../../test/rows.js";
import { userWithMachine } from "../../test/users.js";
import { type Database, openDatabase } from "../db/database.js";
import { migrate } from "../db/migrate.js";
import { createLog } from "../log.js";
import { StreamRepository } from "../streams/repository.js";
import { Recorder } from "./recorder.js";
import { SessionRepository } from "./sessions.js";

let folder: string;
let db: Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-recorder-"));
  db = openDatabase({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 });
  await migrate(db);
});
afterEach(async () => {
  await db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

test("what comes faster than the disk takes it is passed over, with a note, and the screen is right again", async () => {
  const { id: userId } = await userWithMachine(db, "mira", installId);
  const streams = new StreamRepository(db);
  const sessions = new SessionRepository(db);
  const stream = await streams.insert(streamRow({ user_id: userId, live: true }), undefined);
  if (stream === "full") throw new Error();
  const epoch = (await streams.claim(stream.id, 1))!;
  const session = { stream_id: stream.id, user_id: userId, header: "", settings: "{}", base: 0, started_at: 1 };
  const sessionId = await sessions.begin({ ...session, ended_at: null });

  const { files, open } = await heldDisk(folder);
  const terminal = new Terminal({ cols: 40, rows: 5 });
  const logged: string[] = [];
  const stored: number[] = [];
  const recorder = new Recorder(
    { sessionId, streamId: stream.id, pieces: 0, lastId: 0, time: 0, size: 0 },
    {
      files,
      sessions,
      clock: Date.now,
      log: createLog((line) => logged.push(line), Date.now),
      limit: 1e9,
      epoch: async () => epoch,
      screen: () => ({
        stream_id: stream.id,
        last_id: id,
        time: id * 1000,
        cols: 40,
        rows: 5,
        theme: null,
        dump: terminal.dump(),
        saved_at: 1,
      }),
      onStored: (lastId) => stored.push(lastId),
    },
  );
  let id = 0;
  const take = (event: Event) => {
    id++;
    if (event.type === "output") terminal.feed(event.text);
    recorder.write(event, id);
  };
  for (let i = 1; i <= 22; i++) take({ time: i * 1000, type: "output", text: `${"x".repeat(1_000_000)}\r\n${i}\r\n` });
  take({ time: 50_000, type: "exit", status: 0 });
  expect(stored).toEqual([]);
  open();
  await recorder.flush();

  expect(stored.at(-1)).toBe(23);
  const pieces = await sessions.pieces(sessionId);
  let text = "";
  for (const { file_key } of pieces) text += await readFile(await files.local(file_key), "utf8");
  const lines = text.trimEnd().split("\n");
  const note = lines.findIndex((line) => line.startsWith("#"));
  const [, missing] = /^# (\d+) events are missing here/.exec(lines[note]!)!;
  expect(Number(missing)).toBe(23 - note);
  expect(note).toBeGreaterThan(10);
  // Whoever plays it sees the same in the end, and that the session is over.
  const played = new Terminal({ cols: 40, rows: 5 });
  const events = lines
    .filter((line) => !line.startsWith("#"))
    .map((line) => JSON.parse(line) as [number, string, string]);
  for (const [, code, data] of events) if (code === "o") played.feed(data);
  expect(played.dump()).toBe(terminal.dump());
  expect(events.at(-1)!.slice(1)).toEqual(["x", "0"]);
  expect(events.reduce((sum, [interval]) => sum + interval, 0)).toBeCloseTo(0.05, 3);
  expect(logged.join("")).toContain("stream recording fell behind");
});
