import type { Worker } from "node:worker_threads";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { startWorker } from "../worker.js";
import { DatabaseError, storable } from "./value.js";

/** What the engine's thread is asked to do. */
export interface EngineRequest {
  id: number;
  sql: string;
  parameters: SqliteValue[];
}

/** What it answers. */
export type EngineReply =
  | { id: number; rows: Record<string, unknown>[]; changes: number; lastId: number | bigint }
  | { id: number; failure: string };

/** What SQLite can store. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** A Kysely dialect for SQLite whose engine runs in one worker thread, so that an fsync never delays the event loop.
 *
 *  Differences to plain SQLite: columns declared `boolean` take and give booleans, what cannot be stored is refused instead
 *  of stored as NULL, and schema changes are transactional. The engine refuses integers beyond 2⁵³ when reading.
 *
 *  @param path  the database's file, or `:memory:` */
export class SqliteDialect implements Dialect {
  constructor(private readonly path: string) {}

  createDriver(): Driver {
    return new SqliteDriver(this.path);
  }
  createQueryCompiler() {
    return new SqliteQueryCompiler();
  }
  createAdapter() {
    return new TransactionalAdapter();
  }
  createIntrospector(db: Kysely<unknown>) {
    return new SqliteIntrospector(db);
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true;
  }
}

/** One engine, one connection, one user at a time: a transaction keeps the others waiting. */
class SqliteDriver implements Driver {
  private engine: EngineThread | undefined;
  private last: Promise<void> = Promise.resolve();
  private release: (() => void) | undefined;

  constructor(private readonly path: string) {}

  async init(): Promise<void> {
    this.engine = new EngineThread(this.path);
    await this.engine.run("select 1", []);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.last;
    let release = () => {};
    this.last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    this.release = release;
    return this.engine!;
  }

  async releaseConnection(): Promise<void> {
    this.release?.();
  }

  async beginTransaction(): Promise<void> {
    await this.engine!.run("begin immediate", []);
  }
  async commitTransaction(): Promise<void> {
    await this.engine!.run("commit", []);
  }
  async rollbackTransaction(): Promise<void> {
    await this.engine!.run("rollback", []);
  }

  async destroy(): Promise<void> {
    await this.last;
    await this.engine?.stop();
  }
}

/** This thread's end of the engine: numbers the statements and hands out the answers. */
class EngineThread implements DatabaseConnection {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve(r: EngineReply): void; reject(e: Error): void }>();
  private nextId = 1;
  private failure: Error | undefined;

  constructor(path: string) {
    this.worker = startWorker("sqlite-worker", import.meta.url, { path });
    this.worker.on("message", (reply: EngineReply) => {
      const waiting = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if (!waiting) return;
      if ("failure" in reply) {
        // Not by the result code: of a statement that returns rows, the package gives only its last eight bits.
        const isConflict = reply.failure.startsWith("UNIQUE constraint failed");
        waiting.reject(new DatabaseError(reply.failure, { isConflict }));
      } else waiting.resolve(reply);
    });
    this.worker.on("error", (error) => this.fail(error));
    this.worker.on("exit", () => this.fail(new Error("the database is closed")));
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const reply = await this.run(query.sql, query.parameters.map(bound));
    return {
      rows: reply.rows as R[],
      numAffectedRows: BigInt(reply.changes),
      insertId: BigInt(reply.lastId),
    };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("streaming is not supported: page through the rows");
  }

  async run(sql: string, parameters: SqliteValue[]) {
    if (this.failure) throw this.failure;
    const id = this.nextId++;
    const reply = await new Promise<EngineReply>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, sql, parameters } satisfies EngineRequest);
    });
    return reply as Extract<EngineReply, { rows: unknown }>;
  }

  async stop(): Promise<void> {
    if (this.failure) return;
    const exited = new Promise((resolve) => this.worker.once("exit", resolve));
    this.worker.postMessage(null);
    await exited;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}

function bound(value: unknown): SqliteValue {
  const stored = storable(value);
  return typeof stored === "boolean" ? Number(stored) : stored;
}
