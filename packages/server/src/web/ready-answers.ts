import type { Context } from "hono";
import type { Changes } from "../db/changes.js";
import { Kept } from "./kept.js";

/** What a handler says of an answer that others may get, too. */
export interface Sharing {
  /** All of it, as it is sent. */
  body: Uint8Array;
  /** Whether only those get it who bring no cookie along. */
  guestsOnly?: boolean;
  /** Whether it tells how often recordings were watched. */
  tellsViews?: boolean;
  /** When it ceases to be right by itself, in milliseconds since 1970. */
  until?: number;
}

/** An answer as it was given before. */
export interface ReadyAnswer {
  body: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
  /** The path of the request, and the pattern that it was handled by. */
  path: string;
  route: string;
}

interface Entry extends ReadyAnswer {
  guestsOnly: boolean;
  tellsViews: boolean;
  /** What had changed when the answer was begun. */
  begun: Counts;
  /** Until when it is given at most, in milliseconds since 1970. */
  until: number;
}

type Counts = Pick<Changes, "count" | "views">;

const BYTES = 32 * 1024 * 1024;

/** Answers kept in memory as they were sent, for what many ask for. One is given again, without any question to the
 *  database, as long as nothing was changed in there: what is no longer to be seen is not seen once more. Handlers say which
 *  answers are fit for it. */
export class ReadyAnswers {
  private readonly kept = new Kept<Entry>(BYTES);

  /** @param changes  what this process has changed in the database so far
   *  @param age      milliseconds that an answer is given for */
  constructor(
    private readonly changes: Readonly<Counts>,
    private readonly clock: () => number,
    private readonly age: number,
  ) {}

  /** The answer to a request, if it is ready. */
  find(request: Request): ReadyAnswer | undefined {
    const key = keyOf(request);
    const found = key && this.kept.get(key);
    if (!found || found.begun.count !== this.changes.count || found.until <= this.clock()) return undefined;
    if (found.tellsViews && found.begun.views !== this.changes.views) return undefined;
    return found.guestsOnly && request.headers.has("cookie") ? undefined : found;
  }

  /** What to pass to {@link keep} for a request that is begun now. */
  begin(): Counts {
    const { count, views } = this.changes;
    return { count, views };
  }

  /** Keeps an answer, if it may be given again.
   *
   *  @param begun  what {@link begin} said before anything was looked up */
  keep(c: Context, begun: Counts, sharing: Sharing, route: string): void {
    const { body, guestsOnly = false, tellsViews = false, until = Number.POSITIVE_INFINITY } = sharing;
    const { headers: given, status } = c.res;
    const key = keyOf(c.req.raw);
    if (!key || status !== 200 || given.has("set-cookie")) return;
    if (guestsOnly && c.req.header("cookie") !== undefined) return;
    const headers = Object.fromEntries([...given].filter(([name]) => !name.startsWith("x-ratelimit-")));
    headers["content-length"] = String(body.length);
    const entry: Entry = {
      body: body as Uint8Array<ArrayBuffer>,
      headers,
      path: c.req.path,
      route,
      guestsOnly,
      tellsViews,
      begun,
      until: Math.min(until, this.clock() + this.age),
    };
    this.kept.set(key, entry, body.length + 2 * key.length + 2000);
  }
}

/** Everything in a request that an answer may depend on, but for cookies; `undefined` when it asks for more than that. */
function keyOf({ method, url, headers }: Request): string | undefined {
  if (method !== "GET" || headers.has("if-none-match")) return undefined;
  const path = url.slice(url.indexOf("/", url.indexOf("://") + 3));
  return `${path}\n${headers.get("accept") ?? ""}\n${headers.get("accept-encoding") ?? ""}`;
}
