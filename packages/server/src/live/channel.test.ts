import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installId } from "../../test/harness.js";
import { heldDisk } from "../../test/held-disk.js";
import { streamRow } from "../../test/rows.js";
import { userWithMachine } from "../../test/users.js";
import { readConfig } from "../config.js";
import { type Database, openDatabase } from "../db/database.js";
import { migrate } from "../db/migrate.js";
import type { StreamSession } from "../db/schema.js";
import { createLog } from "../log.js";
import { StreamRepository } from "../streams/repository.js";
import { Channel, type ChannelParts, type ProducerEnd } from "./channel.js";
import { Joining } from "./joining.js";
import { SessionRepository } from "./sessions.js";

let folder: string;
let db: Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-channel-"));
  db = openDatabase({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 });
  await migrate(db);
});
afterEach(async () => {
  await db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Keeps what would become recordings. */
class Collected extends Joining {
  readonly recordings: Promise<string>[] = [];
  override async join(session: StreamSession): Promise<void> {
    this.recordings.push(text(this.content(session)));
  }
}

test("a recording ends with its own screen, however late the disk takes it and whatever has begun meanwhile", async () => {
  const { id: userId } = await userWithMachine(db, "mira", installId);
  const streams = new StreamRepository(db);
  const sessions = new SessionRepository(db);
  const { id } = (await streams.insert(streamRow({ user_id: userId, live: true }), undefined)) as { id: number };
  const { files, open } = await heldDisk(folder);
  const joining = new Collected({ files, sessions } as ConstructorParameters<typeof Joining>[0]);
  const log = createLog(() => {}, Date.now);
  const parts: ChannelParts = {
    streams,
    sessions,
    joining,
    files,
    config: readConfig({}).streams,
    clock: Date.now,
    log,
  };
  const channel = new Channel((await streams.byId(id))!, parts);
  const producer: ProducerEnd = {
    subprotocol: "v1.alis",
    userAgent: undefined,
    leaving: false,
    stored: () => {},
    close: () => {},
  };

  channel.take(producer, { type: "init", lastId: 0, time: 0, cols: 80, rows: 24, dump: "" });
  // Each of these characters is six in the file: more than may wait.
  for (let i = 1; i <= 22; i++) {
    channel.take(producer, { id: i, time: i * 1000, type: "output", text: "\x01".repeat(150_000) });
  }
  channel.take(producer, { id: 23, time: 50_000, type: "output", text: "FIRST SESSION" });
  channel.take(producer, { type: "eot", time: 50_000 });
  channel.take(producer, { type: "init", lastId: 0, time: 0, cols: 100, rows: 30, dump: "SECOND SESSION" });
  open();
  await channel.end();

  const [first, second] = (await Promise.all(joining.recordings)) as [string, string];
  expect(first).toMatch(
    /\n# \d+ events are missing here.*\n\[.*"r", "80x24"\]\n\[.*"o", "\\u001bc.*FIRST SESSION.*\n$/,
  );
  expect(first).not.toContain("SECOND SESSION");
  expect(second).toContain("SECOND SESSION");
});
