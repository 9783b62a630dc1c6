import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  UnknownRow,
} from "kysely";

/** Counts what this process changes in the database: as long as the number is the same, what was read before still holds.
 *
 *  On SQLite nobody else writes while a server runs, and what a transaction does cannot be read before it ends. On PostgreSQL
 *  others may write, and a transaction ends after its last statement: there the number only hurries on what time would do.
 *  @see https://kysely.dev/docs/plugins */
export class Changes implements KyselyPlugin {
  /** How often. */
  count = 0;
  private readonly reading = new WeakSet<object>();

  transformQuery({ node, queryId }: PluginTransformQueryArgs): PluginTransformQueryArgs["node"] {
    if (node.kind === "SelectQueryNode") this.reading.add(queryId);
    return node;
  }

  /** Not before: whoever reads until now may have read what was there before. */
  async transformResult({ queryId, result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    if (!this.reading.has(queryId)) this.count++;
    return result;
  }
}
