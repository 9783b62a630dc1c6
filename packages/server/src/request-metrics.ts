import { timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import type { Config } from "./config.js";
import type { Counter, Histogram, Labels, Metrics } from "./metrics.js";
import { isLoopback } from "./rate-limit.js";
import { hashOf } from "./token.js";

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Counts what is asked of the server, and how long it takes. */
export class RequestMetrics {
  private readonly requests: Counter;
  private readonly durations: Histogram;
  /** The same objects again and again: what is written of them is worked out once. There are as many as kinds of answers. */
  private readonly labels = new Map<string, { counted: Labels; timed: Labels }>();

  constructor(metrics: Metrics) {
    this.requests = metrics.counter("http_requests_total", "Requests answered.");
    this.durations = metrics.histogram("http_request_duration_seconds", "Time until an answer began.", SECONDS);
  }

  /** Counts one that was answered. It is told apart by the pattern of its address, never by the address itself. */
  count(method: string, route: string, status: number, milliseconds: number): void {
    const known = METHODS.has(method) ? method : "other";
    const key = `${known} ${status} ${route}`;
    let labels = this.labels.get(key);
    if (!labels) {
      labels = { counted: { method: known, route, status: String(status) }, timed: { route } };
      this.labels.set(key, labels);
    }
    this.requests.add(labels.counted);
    this.durations.observe(labels.timed, milliseconds / 1000);
  }
}

/** The pattern of the address that a request was handled by. */
export function routeOf(c: Context): string {
  return matchedRoutes(c).findLast((one) => !one.path.endsWith("*"))?.path ?? "none";
}

/** Whether somebody may read the metrics: whoever has the token; without one, this machine itself, as long as the server is
 *  not reached by a name of its own, because a proxy on this machine brings strangers then.
 *
 *  @param peer  the address of the connection */
export function mayMeasure(
  config: Pick<Config, "metricsToken" | "url">,
  peer: string | undefined,
  headers: Headers,
): boolean {
  if (config.metricsToken !== undefined) {
    const given = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
    // Of hashes: they are of one length, and how far they agree tells nothing.
    return timingSafeEqual(Buffer.from(hashOf(given)), Buffer.from(hashOf(config.metricsToken)));
  }
  const { hostname } = new URL(config.url);
  const forwarded = ["x-forwarded-for", "forwarded", "x-real-ip", "via"].some((name) => headers.has(name));
  return hostname === "localhost" && !forwarded && peer !== undefined && isLoopback(peer);
}
