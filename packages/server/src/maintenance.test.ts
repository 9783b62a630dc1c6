import { readdirSync, utimesSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cast, startTestServer, type TestServer } from "../test/harness.js";
import { AccountRepository } from "./accounts/repository.js";
import { DerivedFiles } from "./derived.js";
import { SessionRepository } from "./live/sessions.js";
import { createLog } from "./log.js";
import { sweep } from "./maintenance.js";
import { RecordingRepository } from "./recordings/repository.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test("sweeping removes what nobody needs and nothing else", async () => {
  const answer = await server.upload(cast());
  const { url } = (await answer.json()) as { url: string };
  for (const key of ["a/orphan", "a/new"]) {
    const draft = server.files.draft();
    await writeFile(draft, "x");
    await server.files.put(key, draft);
  }
  const draft = server.files.draft();
  await writeFile(draft, "x");
  const old = Date.now() / 1000 - 7200;
  for (const entry of readdirSync(join(server.folder, "files"), { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name !== "new") utimesSync(join(entry.parentPath, entry.name), old, old);
  }
  utimesSync(draft, old, old);

  const lines: string[] = [];
  const parts = {
    files: server.files,
    derived: new DerivedFiles(join(server.folder, "cache"), Date.now),
    recordings: new RecordingRepository(server.db),
    streams: new SessionRepository(server.db),
    accounts: new AccountRepository(server.db),
    clock: Date.now,
    log: createLog((line) => lines.push(line), Date.now),
  };
  await sweep(parts);
  expect(JSON.parse(lines[0]!)).toMatchObject({ event: "swept", orphans: 1, drafts: 1 });
  await expect(server.files.local("a/orphan")).rejects.toThrow();
  expect(await server.files.local("a/new")).toBeTruthy();
  expect((await server.request(`${new URL(url).pathname}.cast`)).status).toBe(200);
  lines.length = 0;
  await sweep(parts);
  expect(lines).toEqual([]);
});
