import { parentPort, workerData } from "node:worker_threads";
import { type Engine, engineModule, type Statement } from "./engine.js";
import type { EngineReply, EngineRequest } from "./sqlite.js";

/** Prepared statements kept, oldest out first: most requests run the same few. */
const KEPT = 200;

interface Prepared {
  statement: Statement;
  /** Names of the columns that hold booleans; `undefined` for statements that return no rows. */
  booleans: string[] | undefined;
}

const engine = open((workerData as { path: string }).path);
const prepared = new Map<string, Prepared>();

parentPort!.on("message", (request: EngineRequest | null) => {
  if (request === null) {
    engine.close();
    parentPort!.close();
    return;
  }
  parentPort!.postMessage(answer(request));
});

function answer({ id, sql, parameters }: EngineRequest): EngineReply {
  try {
    const { statement, booleans } = prepare(sql);
    if (booleans === undefined) {
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { id, rows: [], changes: Number(changes), lastId: lastInsertRowid };
    }
    const rows = statement.all(...parameters).map((row) => ({ ...row }));
    for (const row of rows) {
      for (const name of booleans) if (row[name] !== null) row[name] = row[name] !== 0;
    }
    return { id, rows, changes: rows.length, lastId: 0 };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

function prepare(sql: string): Prepared {
  let found = prepared.get(sql);
  if (found) return found;
  const statement = engine.prepare(sql);
  const columns = statement.columns();
  found = {
    statement,
    booleans:
      columns.length === 0
        ? undefined
        : columns.filter((column) => column.type?.toLowerCase() === "boolean").map((column) => column.name),
  };
  // A schema change can turn what a kept statement says about its columns wrong.
  if (/^\s*(create|alter|drop)\b/i.test(sql)) prepared.clear();
  else {
    if (prepared.size >= KEPT) prepared.delete(prepared.keys().next().value!);
    prepared.set(sql, found);
  }
  return found;
}

function open(path: string): Engine {
  const { DatabaseSync } = engineModule();
  const database = new DatabaseSync(path);
  // FULL: a commit that was acknowledged survives a power cut.
  database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
  database.exec("pragma busy_timeout = 5000");
  return database;
}
