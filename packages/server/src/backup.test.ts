import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeDatabases } from "../test/databases.js";
import { recordingRow } from "../test/rows.js";
import { AccountRepository } from "./accounts/repository.js";
import { type BackupSummary, backup, restore } from "./backup.js";
import { type Database, openDatabase } from "./db/database.js";
import { migrate } from "./db/migrate.js";
import { openDiskStore } from "./files/disk.js";
import type { FileStore } from "./files/files.js";
import { RecordingRepository } from "./recordings/repository.js";

const now = Date.parse("2026-11-21T10:00:00Z");
const clock = () => now;

let folder: string;
let files: FileStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-backup-"));
  files = await openDiskStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = async (store: FileStore, key: string, content: string) => {
  const draft = store.draft();
  await writeFile(draft, content);
  await store.put(key, draft);
};

/** Enters a user and recordings with files. */
const fill = async (db: Database, store: FileStore, count: number) => {
  const user = (await new AccountRepository(db).add({
    username: "mira",
    email: "mira@example.org",
    visibility: "unlisted",
    isAdmin: true,
    now,
  }))!;
  const recordings = new RecordingRepository(db);
  const rows = [];
  for (let i = 0; i < count; i++) {
    const key = `recordings/2026/${i}.cast.gz`;
    await put(store, key, `content ${i}`);
    const row = await recordings.insert(
      recordingRow({ user_id: user.id, file_key: key, title: `Ünïcode "${i}"\n\u2028` }),
    );
    if (typeof row === "string") throw new Error(row);
    rows.push(row);
  }
  await recordings.addView(rows[0]!.id, now);
  return rows;
};

const made = async (db: Database, store = files, dataDir = folder) => {
  let summary: BackupSummary | undefined;
  const parts = { config: { dataDir }, db, files: store, version: "0.1.0", clock };
  const pieces: Uint8Array[] = [];
  for await (const piece of backup(parts, (told) => (summary = told))) pieces.push(piece);
  return { archive: Buffer.concat(pieces), summary: summary! };
};

async function* inPieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Runs something with an empty place to restore to. */
const elsewhere = async <T>(
  work: (place: { config: { dataDir: string }; db: Database; files: FileStore }) => Promise<T>,
  open = openSqlite,
) => {
  const dataDir = mkdtempSync(join(tmpdir(), "asciinema-restored-"));
  const db = await open(dataDir);
  try {
    return await work({ config: { dataDir }, db, files: await openDiskStore(dataDir) });
  } finally {
    await db.destroy();
    rmSync(dataDir, { recursive: true, force: true });
  }
};
const openSqlite = async (dataDir: string) => openDatabase({ dataDir, databaseUrl: undefined, databasePoolSize: 1 });

const everything = async (db: Database) => ({
  users: await db.selectFrom("users").selectAll().orderBy("id").execute(),
  recordings: await db.selectFrom("recordings").selectAll().orderBy("id").execute(),
  stats: await db.selectFrom("recording_stats").selectAll().execute(),
});

describeDatabases("a backup", (open) => {
  test("brings everything back, on SQLite as on this database", async () => {
    const db = await open();
    const rows = await fill(db, files, 3);
    writeFileSync(join(folder, "secret"), "s".repeat(64), { mode: 0o600 });
    const { archive, summary } = await made(db);
    expect(summary).toMatchObject({ files: 3, missing: [], rows: { users: 1, recordings: 3, recording_stats: 1 } });
    const before = await everything(db);
    await elsewhere(async (place) => {
      const restored = await restore(place, inPieces(archive));
      expect(restored).toMatchObject({ files: 3, made: "2026-11-21T10:00:00.000Z" });
      expect(await everything(place.db)).toEqual(before);
      expect((await buffer(await place.files.read(rows[2]!.file_key))).toString()).toBe("content 2");
      expect(readFileSync(join(place.config.dataDir, "secret"), "utf8")).toBe("s".repeat(64));
    });
    const empty = await open({ empty: true });
    await elsewhere(async ({ config, files, db: unused }) => {
      await unused.destroy();
      await restore({ config, db: empty, files }, inPieces(archive, 77));
      expect(await everything(empty)).toEqual(before);
    });
  });

  test("keeps on counting where numbers were, also after those that were deleted", async () => {
    const db = await open();
    const rows = await fill(db, files, 3);
    await new RecordingRepository(db).delete(rows[2]!.id);
    const { archive } = await made(db);
    const empty = await open({ empty: true });
    await elsewhere(async ({ config, files, db: unused }) => {
      await unused.destroy();
      await restore({ config, db: empty, files }, inPieces(archive));
      const next = await new RecordingRepository(empty).insert(
        recordingRow({ user_id: rows[0]!.user_id, file_key: "next" }),
      );
      expect(next).toMatchObject({ id: rows[2]!.id + 1 });
    });
  });

  test("is of one moment: what is deleted while it is made is gone from it, what comes is not in it", async () => {
    const db = await open();
    const rows = await fill(db, files, 3);
    const recordings = new RecordingRepository(db);
    const parts = { config: { dataDir: folder }, db, files, version: "0.1.0", clock };
    const pieces: Uint8Array[] = [];
    let changed = false;
    for await (const piece of backup(parts, () => {})) {
      pieces.push(piece);
      if (changed || !Buffer.from(piece).includes("rows/users.jsonl")) continue;
      changed = true; // the rows are read by now, the files are not
      await recordings.delete(rows[1]!.id);
      await files.delete(rows[1]!.file_key);
      await put(files, "recordings/2026/new.cast.gz", "new");
      await recordings.insert(recordingRow({ user_id: rows[0]!.user_id, file_key: "recordings/2026/new.cast.gz" }));
    }
    expect(changed).toBe(true);
    await elsewhere(async (place) => {
      await restore(place, inPieces(Buffer.concat(pieces)));
      const { recordings: found } = await everything(place.db);
      expect(found.map((row) => row.id)).toEqual([rows[0]!.id, rows[2]!.id]);
      for (const row of found) expect(await place.files.local(row.file_key)).toBeTruthy();
    });
  });
});

describe("restoring", () => {
  let db: Database;
  let archive: Buffer;
  beforeEach(async () => {
    db = await openSqlite(folder);
    await migrate(db);
    await fill(db, files, 2);
    ({ archive } = await made(db));
  });
  afterEach(() => db.destroy());

  test("refuses a folder or a database with something in it, and leaves it as it is", async () => {
    const before = await everything(db);
    await expect(restore({ config: { dataDir: folder }, db, files }, inPieces(archive))).rejects.toThrow(
      /DATA_DIR .* is not empty/,
    );
    await elsewhere(async ({ config, files: none, db: unused }) => {
      await unused.destroy();
      await expect(restore({ config, db, files: none }, inPieces(archive))).rejects.toThrow(
        /the database is not empty/,
      );
      expect(readdirSync(join(config.dataDir, "files"))).toEqual([]);
    });
    expect(await everything(db)).toEqual(before);
  });

  test("takes nothing from what is cut, wherever, changed or something else, and can be done again", async () => {
    const changed = Buffer.from(archive);
    changed[archive.indexOf("content 1")] = 0x43;
    const newer = Buffer.from(archive.toString("latin1").replace('"schema": "0', '"schema": "9'), "latin1");
    const broken: [Uint8Array, RegExp][] = [
      [archive.subarray(0, 0), /ends too early/],
      [archive.subarray(0, 700), /ends too early/],
      [archive.subarray(0, archive.indexOf("content 1") - 100), /ends too early/],
      [Buffer.concat([archive.subarray(0, archive.indexOf("end.json")), Buffer.alloc(2048)]), /it is not whole/],
      [changed, /its checksum does not fit/],
      [newer, /made by asciinema-server 0\.1\.0, which is newer/],
      [Buffer.from("not a backup at all ".repeat(100)), /not a tar archive/],
      [Buffer.alloc(4096), /does not begin as one/],
    ];
    await elsewhere(async (place) => {
      for (const [bytes, message] of broken) {
        await expect(restore(place, inPieces(bytes)), String(message)).rejects.toThrow(message);
        for await (const { key } of place.files.list()) expect.fail(`${key} is left`);
      }
      await restore(place, inPieces(archive));
      expect(await everything(place.db)).toEqual(await everything(db));
    });
  });
});
