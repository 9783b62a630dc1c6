import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Config } from "./config.js";
import type { Database } from "./db/database.js";
import {
  atOneMoment,
  insertRows,
  isEmpty,
  lastNumbers,
  type Row,
  rowsOf,
  setLastNumbers,
  tables,
  tablesWithFiles,
} from "./db/dump.js";
import { migrate, migrationState } from "./db/migrate.js";
import { FileMissing, type FileStore, isKey } from "./files/files.js";
import { OperatorError } from "./operator-error.js";
import { type ReadEntry, type TarEntry, TarError, tar, untar } from "./tar.js";

/** The first file of a backup: what the rest is. */
interface Head {
  format: 1;
  /** Of the server that made it. */
  version: string;
  /** ISO 8601. */
  made: string;
  /** The last change of the schema that its rows are of. */
  schema: string;
}

/** The last: that it is whole. */
interface Tail {
  /** SHA-256 of the names and contents of all files before this one, in hex. */
  sha256: string;
  rows: Record<string, number>;
  files: number;
  lastNumbers: Record<string, number>;
  /** Keys of files that were deleted, and their rows, while the backup was made. */
  deleted: string[];
}

/** What a backup holds. */
export interface BackupSummary {
  rows: Record<string, number>;
  files: number;
  /** Keys of files that rows name, and that were missing already. */
  missing: string[];
}

/** A backup that cannot be restored, or a place where it cannot be restored to. */
export class BackupError extends OperatorError {
  override readonly name = "BackupError";
}

interface Parts {
  config: Pick<Config, "dataDir">;
  db: Database;
  files: FileStore;
  version: string;
  clock: () => number;
}

/** Everything that a server keeps, as a tar archive: rows of all tables as JSON lines, files, the secret. It fits both
 *  databases, whichever it was made on. The server may go on running: rows are those of one moment, and no row is restored
 *  without its file.
 *
 *  @param done  gets told what was written, at the end */
export function backup(parts: Parts, done: (summary: BackupSummary) => void): AsyncGenerator<Uint8Array> {
  return tar(entries(parts, done));
}

async function* entries(parts: Parts, done: (summary: BackupSummary) => void): AsyncGenerator<TarEntry> {
  const { config, db, files, version, clock } = parts;
  const now = clock();
  const sum = createHash("sha256");
  const summed = (entry: TarEntry): TarEntry => {
    sum.update(`${entry.name}\0`);
    return { ...entry, content: hashed(entry.content, sum) };
  };
  const { done: schema } = await migrationState(db);
  if (schema.length === 0) throw new BackupError("there is nothing to back up: no server has run here");
  const head: Head = { format: 1, version, made: new Date(now).toISOString(), schema: schema.at(-1)! };
  yield summed(json("backup.json", head, now));

  const wanted = new Set<string>();
  const drafts: string[] = [];
  const rows: Record<string, number> = {};
  try {
    // All rows are written aside first: the moment is over before the files, which can take long.
    const numbers = await atOneMoment(db, async (frozen) => {
      for (const table of tables) {
        const draft = files.draft();
        drafts.push(draft);
        rows[table] = await writeRows(frozen, table, draft, wanted);
      }
      return lastNumbers(frozen);
    });
    for (const [i, table] of tables.entries()) yield summed(await file(`rows/${table}.jsonl`, drafts[i]!, now));
    const secret = await readFile(join(config.dataDir, "secret")).catch(() => undefined);
    if (secret) yield summed({ name: "secret", size: secret.length, modified: now, content: [secret] });

    let count = 0;
    for await (const { key, modified } of files.list()) {
      const entry = await file(`files/${key}`, await files.local(key).catch(gone), modified).catch(gone);
      if (!entry) continue; // deleted meanwhile
      yield summed(entry);
      wanted.delete(key);
      count++;
    }
    const missing = await stillNamed(db, [...wanted]);
    const tail: Tail = {
      sha256: sum.digest("hex"),
      rows,
      files: count,
      lastNumbers: numbers,
      deleted: [...wanted].filter((key) => !missing.includes(key)),
    };
    yield json("end.json", tail, now);
    done({ rows, files: count, missing });
  } finally {
    for (const draft of drafts) await rm(draft, { force: true });
  }
}

async function writeRows(db: Database, table: string, draft: string, wanted: Set<string>): Promise<number> {
  let count = 0;
  await pipeline(
    async function* () {
      for await (const rows of rowsOf(db, table)) {
        count += rows.length;
        for (const { file_key } of rows) if (file_key !== undefined) wanted.add(String(file_key));
        yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
      }
    },
    createWriteStream(draft, { flags: "wx", mode: 0o600 }),
  );
  return count;
}

/** Those of the keys that rows have still. */
async function stillNamed(db: Database, keys: string[]): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < keys.length; at += 500) {
    const batch = keys.slice(at, at + 500);
    for (const table of tablesWithFiles) {
      const rows = await db.selectFrom(table).select("file_key").where("file_key", "in", batch).execute();
      found.push(...rows.map((row) => row.file_key));
    }
  }
  return found;
}

function gone(error: unknown): undefined {
  if (error instanceof FileMissing || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  throw error;
}

async function file(name: string, path: string, modified: number): Promise<TarEntry>;
async function file(name: string, path: string | undefined, modified: number): Promise<TarEntry | undefined>;
async function file(name: string, path: string | undefined, modified: number): Promise<TarEntry | undefined> {
  if (path === undefined) return undefined;
  const { size } = await stat(path);
  return { name, size, modified, content: size === 0 ? [] : createReadStream(path, { end: size - 1 }) };
}

function json(name: string, value: unknown, modified: number): TarEntry {
  const content = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  return { name, size: content.length, modified, content: [content] };
}

async function* hashed(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sum: { update(data: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    sum.update(piece);
    yield piece;
  }
}

/** Puts a backup into an empty data directory and an empty database. When this throws, no rows are stored.
 *
 *  @throws BackupError  for what is no backup, is damaged or is of a newer version, and for a place that is not empty */
export async function restore(
  { config, db, files }: Omit<Parts, "version" | "clock">,
  archive: AsyncIterable<Uint8Array>,
): Promise<Head & Omit<BackupSummary, "missing">> {
  await refuseUnlessEmpty(config, db, files);
  const stored: string[] = [];
  const secret = join(config.dataDir, "secret");
  try {
    const entries = untar(archive);
    const sum = createHash("sha256");
    const head = await readHead(entries, sum);
    const { done, pending } = await migrationState(db);
    if (![...done, ...pending].includes(head.schema)) {
      throw new BackupError(
        `this backup was made by asciinema-server ${head.version}, which is newer; use that version`,
      );
    }
    await migrate(db, { upTo: head.schema });
    const tail = await db.transaction().execute(async (trx) => {
      const rows: Record<string, number> = {};
      for await (const { name, content } of entries) {
        if (name === "end.json") {
          const tail = parse<Tail>(await all(content), name);
          if (tail.sha256 !== sum.digest("hex")) throw damaged("its checksum does not fit");
          for (const [table, count] of Object.entries(tail.rows)) {
            if (rows[table] !== count) throw damaged(`${rows[table] ?? 0} rows of ${table} instead of ${count}`);
          }
          await setLastNumbers(trx, tail.lastNumbers);
          for (const key of tail.deleted) {
            for (const table of tablesWithFiles) await trx.deleteFrom(table).where("file_key", "=", key).execute();
          }
          return tail;
        }
        sum.update(`${name}\0`);
        const bytes = hashed(content, sum);
        const table = /^rows\/([a-z_]+)\.jsonl$/.exec(name)?.[1];
        const key = /^files\/(.+)$/.exec(name)?.[1];
        if (table !== undefined) {
          if (!tables.includes(table)) throw damaged(`this version has no table ${table}`);
          rows[table] = await insertAll(trx, table, bytes);
        } else if (key !== undefined && isKey(key)) {
          stored.push(key);
          const draft = files.draft();
          await pipeline(bytes, createWriteStream(draft, { flags: "wx", mode: 0o600 }));
          await files.put(key, draft);
        } else if (name === "secret") {
          await writeFile(secret, await all(bytes), { mode: 0o600, flag: "wx", flush: true });
        } else throw damaged(`${name} is not part of one`);
      }
      throw damaged("it is not whole");
    });
    await migrate(db);
    return { ...head, rows: tail.rows, files: tail.files };
  } catch (error) {
    for (const key of stored) await files.delete(key);
    await rm(secret, { force: true });
    throw error instanceof TarError ? damaged(error.message) : error;
  }
}

async function refuseUnlessEmpty(config: Parts["config"], db: Database, files: FileStore): Promise<void> {
  const advice = "restore into an empty DATA_DIR, and an empty database where DATABASE_URL is set";
  const secret = await stat(join(config.dataDir, "secret")).catch(() => undefined);
  const keys = files.list()[Symbol.asyncIterator]();
  const hasFiles = !(await keys.next()).done;
  await keys.return?.();
  if (secret || hasFiles) throw new BackupError(`DATA_DIR ${config.dataDir} is not empty; ${advice}`);
  if (!(await isEmpty(db))) throw new BackupError(`the database is not empty; ${advice}`);
}

async function readHead(entries: AsyncIterator<ReadEntry>, sum: { update(data: string | Uint8Array): unknown }) {
  const first = await entries.next();
  if (first.done || first.value.name !== "backup.json") throw damaged("it does not begin as one");
  sum.update("backup.json\0");
  const head = parse<Head>(await all(hashed(first.value.content, sum)), "backup.json");
  if (head.format !== 1) throw damaged(`its format is ${head.format}; this version reads format 1`);
  return head;
}

async function insertAll(db: Database, table: string, content: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  let rest = "";
  const decoder = new TextDecoder();
  const insert = async (lines: string[]) => {
    const rows = lines.map((line) => parse<Row>(Buffer.from(line), `rows/${table}.jsonl`));
    count += rows.length;
    await insertRows(db, table, rows);
  };
  for await (const piece of content) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (lines.length > 0) await insert(lines);
  }
  if (rest !== "") throw damaged(`rows/${table}.jsonl is cut`);
  return count;
}

async function all(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

function parse<T>(content: Buffer, name: string): T {
  try {
    return JSON.parse(content.toString("utf8")) as T;
  } catch {
    throw damaged(`${name} cannot be read`);
  }
}

function damaged(why: string): BackupError {
  return new BackupError(`this is no whole backup: ${why}`);
}
