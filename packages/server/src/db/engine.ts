import { createRequire } from "node:module";
import type { SqliteValue } from "./sqlite.js";

// The part of Node's own SQLite that is used here; the package for older Node versions has the same.
export interface Statement {
  all(...parameters: SqliteValue[]): Record<string, unknown>[];
  run(...parameters: SqliteValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  columns(): { name: string; type: string | null }[];
}
export interface Engine {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
}
interface EngineModule {
  DatabaseSync: new (path: string) => Engine;
  StatementSync: { prototype: object };
}

/** Node's own engine where it can tell the types of columns (22.16 and later), else the package. */
export function engineModule(): EngineModule {
  const require = createRequire(import.meta.url);
  const { emitWarning } = process;
  // It would warn at each start that its interface may still change: what is used here is tested on it.
  process.emitWarning = () => {};
  try {
    const own = require("node:sqlite") as EngineModule;
    if ("columns" in own.StatementSync.prototype) return own;
  } catch {
    // This Node has none.
  } finally {
    process.emitWarning = emitWarning;
  }
  return require("@photostructure/sqlite") as EngineModule;
}
