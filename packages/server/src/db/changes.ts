import type {
  ColumnNode,
  KyselyPlugin,
  OperationNode,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  TableNode,
  UnknownRow,
} from "kysely";
import type { Schema } from "./schema.js";

/** How a change counts: as a view of a recording, or not at all. */
type Kind = "view" | "quiet";

/** What changes all the time: whole tables, or some of their columns. No answer that many get is made of what is quiet. */
const KINDS: { readonly [Table in keyof Schema]?: Kind | readonly (keyof Schema[Table])[] } = {
  links: "quiet",
  sessions: "quiet",
  recording_stats: "view",
  stream_sessions: "quiet",
  stream_pieces: "quiet",
  stream_screens: "quiet",
  streams: ["last_activity_at", "current_viewer_count", "peak_viewer_count", "term_cols", "term_rows"],
};

/** Counts what this process changes in the database: as long as the numbers are the same, what was read before still holds,
 *  but for what is quiet.
 *
 *  On SQLite nobody else writes while a server runs, and what a transaction does cannot be read before it ends. On PostgreSQL
 *  others may write, and a transaction ends after its last statement: there the numbers only hurry on what time would do.
 *  @see https://kysely.dev/docs/plugins */
export class Changes implements KyselyPlugin {
  /** How often, beside views. */
  count = 0;
  /** How often it was noted that a recording was watched. */
  views = 0;
  private readonly kinds = new WeakMap<object, Kind>();

  transformQuery({ node, queryId }: PluginTransformQueryArgs): PluginTransformQueryArgs["node"] {
    const kind = kindOf(node);
    if (kind) this.kinds.set(queryId, kind);
    return node;
  }

  /** Not before: whoever reads until now may have read what was there before. */
  async transformResult({ queryId, result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    const kind = this.kinds.get(queryId);
    if (kind === "view") this.views++;
    else if (kind === undefined) this.count++;
    return result;
  }
}

/** What kind of change a statement makes; `undefined` for one that counts, as every one does that is not understood. */
function kindOf(node: RootOperationNode): Kind | undefined {
  if (node.kind === "SelectQueryNode") return "quiet";
  const table = tableOf(node);
  const kind = table !== undefined && Object.hasOwn(KINDS, table) ? KINDS[table as keyof Schema] : undefined;
  if (typeof kind !== "object") return kind;
  const columns: readonly string[] = kind;
  const isQuiet =
    node.kind === "UpdateQueryNode" && node.updates?.every(({ column }) => columns.includes(nameOf(column)!));
  return isQuiet ? "quiet" : undefined;
}

/** The only table that a statement changes. */
function tableOf(node: RootOperationNode): string | undefined {
  if (node.kind === "InsertQueryNode" && !node.with) return nameOf(node.into);
  if (node.kind === "UpdateQueryNode" && !node.with) return nameOf(node.table);
  if (node.kind === "DeleteQueryNode" && !node.with && !node.using) return nameOf(node.from.froms[0]);
  return undefined;
}

/** The name of a table or a column. */
function nameOf(node: OperationNode | undefined): string | undefined {
  if (node?.kind === "TableNode") return (node as TableNode).table.identifier.name;
  if (node?.kind === "ColumnNode") return (node as ColumnNode).column.name;
  return undefined;
}
