import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import type { MiddlewareHandler } from "hono";
import { acceptsGzip } from "./negotiation.js";

export const gzip = promisify(gzipCallback);

/** What is made in memory as a whole, and compresses well. */
const COMPRESSIBLE = /^(text\/(html|xml)|application\/(json|atom\+xml))\b/;
const LEAST = 1024;

/** Compresses pages, feeds and JSON for those who take it. By zlib itself: a stream would cost several times as much. */
export function compression(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { res } = c;
    // Nothing here looks at the body before it is sure to be needed: from then on it is a stream, which costs much more.
    if (c.req.method === "HEAD" || res.headers.has("content-encoding")) return;
    if (!COMPRESSIBLE.test(res.headers.get("content-type") ?? "")) return;
    if (!/\baccept-encoding\b/i.test(res.headers.get("vary") ?? "")) res.headers.append("vary", "accept-encoding");
    if (!acceptsGzip(c.req.header("accept-encoding")) || !res.body) return;
    const headers = new Headers(res.headers);
    const bytes = Buffer.from(await res.arrayBuffer());
    const packed = bytes.length < LEAST ? bytes : await gzip(bytes);
    if (packed !== bytes) headers.set("content-encoding", "gzip");
    headers.delete("content-length");
    c.res = undefined;
    c.res = new Response(new Uint8Array(packed), { status: res.status, headers });
  };
}
