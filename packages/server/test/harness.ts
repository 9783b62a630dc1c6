import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { AccountRepository } from "../src/accounts/repository.js";
import { createApp } from "../src/app.js";
import { type Config, readConfig } from "../src/config.js";
import { Changes } from "../src/db/changes.js";
import { type Database, openDatabase } from "../src/db/database.js";
import { migrate } from "../src/db/migrate.js";
import { DerivedFiles } from "../src/derived.js";
import { openDiskStore } from "../src/files/disk.js";
import type { FileStore } from "../src/files/files.js";
import { Studio } from "../src/live/studio.js";
import { createLog } from "../src/log.js";
import { type Mail, Outbox } from "../src/mail/mailer.js";
import { Metrics } from "../src/metrics.js";
import { RecordingRepository } from "../src/recordings/repository.js";
import { RecordingService } from "../src/recordings/service.js";
import type { Task } from "../src/recordings/worker.js";
import { recordingWorkers } from "../src/recordings/workers.js";
import type { WorkerPool } from "../src/worker-pool.js";
import { checkAnswer } from "./api-description.js";

/** A server without a socket, on a folder and a clock of its own. */
export interface TestServer {
  /** Answers a request. What commands get is checked against the description of their interface. */
  request(path: string, init?: RequestInit & { from?: string }): Promise<Response>;
  /** Every address that is served, as patterns. */
  routes: { method: string; path: string }[];
  /** Uploads a file and returns the answer. */
  upload(content: string | Uint8Array, options?: UploadOptions): Promise<Response>;
  db: Database;
  files: FileStore;
  workers: WorkerPool<Task>;
  folder: string;
  /** Milliseconds since 1970; tests move it. */
  now: number;
  /** What was logged so far. */
  logged: string[];
  /** What was mailed so far. */
  mails: Mail[];
  /** Waits until everything is mailed. */
  settled(): Promise<void>;
  /** Makes it as if it was new; much faster than starting another one. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface UploadOptions {
  installId?: string;
  username?: string;
  fields?: Record<string, string>;
  path?: string;
  field?: string;
  fileName?: string;
  headers?: Record<string, string>;
}

export const installId = "01234567-89ab-cdef-0123-456789abcdef";
export const otherInstallId = "fedcba98-7654-3210-fedc-ba9876543210";

/** What a command sends to say who it is. */
export function basic(id: string, username = "mira"): string {
  return `Basic ${Buffer.from(`${username}:${id}`).toString("base64")}`;
}

/** A form with a file, as commands send it. */
export function form(content: string | Uint8Array, options: UploadOptions = {}): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(options.fields ?? {})) data.append(name, value);
  const bytes = typeof content === "string" ? content : (content as Uint8Array<ArrayBuffer>);
  data.append(options.field ?? "file", new Blob([bytes]), options.fileName ?? "demo.cast");
  return data;
}

/** A short asciicast v3 file. */
export function cast(header: Record<string, unknown> = {}, events?: string[]): string {
  const lines = events ?? ['[0.5, "o", "hello\\r\\n"]', '[1.0, "m", "middle"]', '[0.5, "o", "bye\\r\\n"]'];
  return [JSON.stringify({ version: 3, term: { cols: 80, rows: 24 }, ...header }), ...lines, ""].join("\n");
}

const start = Date.parse("2026-11-21T10:00:00Z");

/** Starts a server.
 *
 *  @param settings.databaseUrl  of an empty PostgreSQL database; SQLite unless given */
export async function startTestServer(settings: Partial<Config> = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "asciinema-server-"));
  const { databaseUrl } = settings;
  const changes = new Changes();
  const db = openDatabase({ dataDir: folder, databaseUrl, databasePoolSize: databaseUrl ? 4 : 1 }, changes);
  await migrate(db);
  const files = await openDiskStore(folder);
  const workers: WorkerPool<Task> = recordingWorkers();
  const config: Config = { ...readConfig({ DATA_DIR: folder, URL_HOST: "casts.example.org" }), ...settings };
  const logged: string[] = [];
  const clock = () => server.now;
  const log = createLog((line) => logged.push(line), clock);
  const mails: Mail[] = [];
  const outbox = new Outbox({ logs: false, send: async (mail) => void mails.push(mail) }, log);
  const server: TestServer = {
    db,
    files,
    workers,
    folder,
    now: start,
    logged,
    mails,
    settled: () => outbox.settled(),
    get routes() {
      return app.routes.map(({ method, path }) => ({ method, path }));
    },
    async request(path, { from = "127.0.0.1", ...init } = {}) {
      const answer = await app.request(path, init, { incoming: { socket: { remoteAddress: from } } });
      if (path.startsWith("/api/")) {
        const checked = await checkAnswer(init.method ?? "GET", path.split("?")[0]!, answer.clone());
        if (checked?.wrong.length) throw new Error(`${checked.operation}: ${checked.wrong.join("; ")}`);
      }
      return answer;
    },
    upload(content, options = {}) {
      return server.request(options.path ?? "/api/v1/recordings", {
        method: "POST",
        headers: {
          authorization: basic(options.installId ?? installId, options.username),
          accept: "application/json",
          ...options.headers,
        },
        body: form(content, options),
      });
    },
    async reset() {
      for (const table of ["recordings", "stream_sessions", "streams", "clis", "sessions", "links", "users"] as const) {
        await db.deleteFrom(table).execute();
      }
      if (databaseUrl) for (const table of ["users", "recordings"]) await restart(table);
      else await sql`delete from sqlite_sequence`.execute(db);
      for await (const { key } of files.list()) await files.delete(key);
      mails.length = 0;
      logged.length = 0;
      server.now = start;
    },
    async close() {
      await workers.close();
      await db.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const restart = (table: string) => sql`alter sequence ${sql.ref(`${table}_id_seq`)} restart`.execute(db);
  const accounts = new AccountRepository(db);
  const allRecordings = new RecordingRepository(db);
  const recordings = new RecordingService(allRecordings, files, workers, config, clock);
  const studio = new Studio({ config, db, files, accounts, recordings, allRecordings, clock, log });
  const app = createApp({
    studio,
    config,
    db,
    changes,
    files,
    derived: new DerivedFiles(config.cacheDir, clock),
    workers,
    outbox,
    clock,
    log,
    metrics: new Metrics(),
    secret: "a secret that only tests know, long enough",
    version: "0.0.0",
  });
  return server;
}
