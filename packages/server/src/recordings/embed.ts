import type { Context } from "hono";
import type { Assets } from "../web/assets.js";
import { acceptsGzip } from "../web/negotiation.js";

/** The script that puts a recording or a stream into somebody's page. */
export function embedScript(c: Context, assets: Assets): Response {
  const { content, gzip, type, etag } = assets.content("embed.js");
  const compressed = acceptsGzip(c.req.header("accept-encoding"));
  const headers: Record<string, string> = {
    "content-type": type,
    "cache-control": "public, max-age=60",
    vary: "accept-encoding",
    etag,
  };
  if (compressed) headers["content-encoding"] = "gzip";
  return new Response(new Uint8Array(compressed ? gzip : content), { headers });
}
