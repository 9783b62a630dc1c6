import { stat, statfs } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { sql } from "kysely";
import type { Config } from "./config.js";
import { DataDirError, isWritable, lockDataDir, openDataDir } from "./data-dir.js";
import { type Database, openDatabase } from "./db/database.js";
import { migrationState } from "./db/migrate.js";
import { openDiskStore } from "./files/disk.js";
import { verifySmtp } from "./mail/smtp.js";

/** What was found out about one thing. */
export interface Finding {
  /** `warning`: it works, but probably not as meant. */
  level: "ok" | "warning" | "failure";
  about: string;
  text: string;
}

const SMALL_DISK = 1_000_000_000;
/** Rows whose files are looked for at most: the newest. */
const MOST_FILES = 100_000;
const MINUTE = 60_000;

/** Looks at everything that a server needs, one after the other. Nothing is changed, and a server may be running. */
export async function* doctor(config: Config, clock: () => number): AsyncGenerator<Finding> {
  yield node();
  const there = await stat(config.dataDir).catch(() => undefined);
  yield* await dataDir(config, there?.isDirectory() ?? false);
  yield* await database(config, clock);
  yield* address(config);
  yield* await reached(config, clock);
  yield await mail(config);
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fits = major > 20 || (major === 20 && minor >= 20);
  const text = `Node ${process.versions.node}`;
  return fits ? ok("Node", text) : failure("Node", `${text}: 20.20 or later is needed`);
}

async function* dataDirFindings(config: Config): AsyncGenerator<Finding> {
  const { dataDir } = config;
  try {
    await openDataDir(dataDir);
    yield ok("DATA_DIR", `${dataDir} can be written to`);
  } catch (error) {
    yield failure("DATA_DIR", (error as Error).message);
    return;
  }
  const { mode } = await stat(dataDir);
  if ((mode & 0o007) !== 0) {
    yield warning("DATA_DIR", `others on this machine can look into ${dataDir}; chmod 700 ${dataDir} keeps them out`);
  }
  const secret = await stat(join(dataDir, "secret")).catch(() => undefined);
  if (secret && (secret.mode & 0o077) !== 0) {
    yield failure("secret", `others on this machine can read ${dataDir}/secret; remove it, and a new one is made`);
  }
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  yield free < SMALL_DISK
    ? warning("disk", `${humanBytes(free)} are free for ${dataDir}`)
    : ok("disk", `${humanBytes(free)} are free for ${dataDir}`);
  try {
    lockDataDir(dataDir)();
    yield ok("server", "none is running on this DATA_DIR");
  } catch (error) {
    if (!(error instanceof DataDirError)) throw error;
    yield ok("server", "one is running on this DATA_DIR");
  }
}

async function dataDir(config: Config, there: boolean): Promise<Finding[]> {
  if (there) return collect(dataDirFindings(config));
  if (await stat(config.dataDir).catch(() => undefined)) {
    return [failure("DATA_DIR", `DATA_DIR ${config.dataDir} is a file, not a folder`)];
  }
  return [
    (await isWritable(config.dataDir))
      ? warning("DATA_DIR", `${config.dataDir} is not there; the first start makes it`)
      : failure("DATA_DIR", `${config.dataDir} is not there and cannot be made by this user`),
  ];
}

async function database(config: Config, clock: () => number): Promise<Finding[]> {
  const name = config.databaseUrl ? "PostgreSQL" : "SQLite";
  const file = join(config.dataDir, "asciinema.db");
  if (!config.databaseUrl && !(await stat(file).catch(() => undefined))) {
    return [warning("database", `${file} is not there; the first start makes it`)];
  }
  const db = openDatabase(config);
  try {
    return await collect(databaseFindings(db, config, name, clock));
  } catch (error) {
    return [failure("database", (error as Error).message)];
  } finally {
    await db.destroy().catch(() => {});
  }
}

async function* databaseFindings(
  db: Database,
  config: Config,
  name: string,
  clock: () => number,
): AsyncGenerator<Finding> {
  if (config.databaseUrl) {
    const { rows } = await sql<{ version: string; now: number }>`
      select current_setting('server_version') as version, extract(epoch from now())::double precision * 1000 as now
    `.execute(db);
    const { version, now } = rows[0]!;
    yield ok("database", `${name} ${version} answers`);
    const apart = Math.abs(now - clock());
    if (apart > MINUTE) yield warning("clock", `this machine and the database are ${Math.round(apart / 1000)} s apart`);
  } else {
    const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
    const said = rows[0]?.quick_check;
    yield said === "ok"
      ? ok("database", `${name} is whole`)
      : failure("database", `${name} is damaged: ${said}; restore a backup`);
  }
  const { pending, unknown, done } = await migrationState(db);
  if (unknown.length > 0) {
    yield failure("schema", `written by a newer version, with ${unknown.join(", ")}; run that one`);
    return;
  }
  yield pending.length === 0
    ? ok("schema", "up to date")
    : warning("schema", `${pending.join(", ")} still to be made; migrate or the next start does it`);
  if (done.length === 0 || pending.length > 0) return;
  yield* files(db, config);
  const newest = await db
    .selectFrom("recordings")
    .select(({ fn }) => fn.max("created_at").as("at"))
    .executeTakeFirst();
  if (newest?.at != null && Number(newest.at) > clock() + MINUTE) {
    yield warning("clock", "the newest recording is of a later time than this machine's clock says; set the clock");
  }
  const administrators = await db.selectFrom("users").select("id").where("is_admin", "=", true).limit(1).execute();
  if (administrators.length === 0) {
    yield warning("accounts", "there is no administrator; each start prints a link that makes one");
  }
}

async function* files(db: Database, config: Config): AsyncGenerator<Finding> {
  const store = await openDiskStore(config.dataDir);
  const rows = await db
    .selectFrom("recordings")
    .select(["id", "file_key"])
    .orderBy("id", "desc")
    .limit(MOST_FILES)
    .execute();
  const missing: number[] = [];
  for (const { id, file_key } of rows) {
    if (!(await store.local(file_key).catch(() => undefined))) missing.push(id);
  }
  if (missing.length === 0) {
    yield ok("files", `${rows.length} ${rows.length === 1 ? "recording has its file" : "recordings have their files"}`);
    return;
  }
  const shown = missing.slice(0, 10).join(", ") + (missing.length > 10 ? ", …" : "");
  yield failure("files", `${missing.length} of ${rows.length} recordings have lost their files: number ${shown}`);
}

function* address(config: Config): Generator<Finding> {
  const { protocol, hostname } = new URL(config.url);
  const local = isLocal(hostname);
  yield ok("address", `${config.url}, listening on ${config.host}:${config.port}`);
  if (local && !isLocal(config.host)) {
    yield warning("address", `links lead to ${hostname}, which means another machine to everybody else; set URL_HOST`);
  }
  if (!local && protocol === "http:") {
    yield warning("address", "without https, links and cookies can be read on their way; see Behind a proxy");
  }
}

/** Whether the server answers where links lead, and what time it is there. */
async function reached({ url }: Config, clock: () => number): Promise<Finding[]> {
  try {
    const answer = await fetch(`${url}/healthz`, { redirect: "manual", signal: AbortSignal.timeout(5000) });
    await answer.body?.cancel();
    if (!answer.ok) return [warning("reached", `${url}/healthz answers with ${answer.status}`)];
    const apart = Math.abs(Date.parse(answer.headers.get("date") ?? "") - clock());
    const late =
      apart > MINUTE ? [warning("clock", `this machine and ${url} are ${Math.round(apart / 1000)} s apart`)] : [];
    return [ok("reached", `${url} answers`), ...late];
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error && cause.message ? cause.message : message;
    return [warning("reached", `${url} does not answer from this machine (${why}); is the server running?`)];
  }
}

async function mail(config: Config): Promise<Finding> {
  if (!config.smtp) return warning("mail", "SMTP_HOST is not set: links for signing in go into the log");
  const server = `${config.smtp.host}:${config.smtp.port}`;
  try {
    await verifySmtp(config.smtp);
    return ok("mail", `${server} takes mail; send-test-email ADDRESS sends one`);
  } catch (error) {
    return failure("mail", `${server}: ${(error as Error).message}`);
  }
}

function isLocal(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

function humanBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const ok = (about: string, text: string): Finding => ({ level: "ok", about, text });
const warning = (about: string, text: string): Finding => ({ level: "warning", about, text });
const failure = (about: string, text: string): Finding => ({ level: "failure", about, text });
