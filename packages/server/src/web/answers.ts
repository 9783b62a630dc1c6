import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import type { Context } from "hono";
import { acceptsGzip, matchesEtag } from "./negotiation.js";

/** How content is sent. */
export interface Sent {
  type: string;
  /** Without quotes; equal ones mean equal content. */
  tag: string;
  /** How long it may be kept. */
  cacheControl: string;
  headers?: Record<string, string>;
}

/** Content that lies on disk. */
export interface Stored extends Sent {
  path: string;
}

/** What is sent in one piece: streams cost more than that much memory is worth. */
const SMALL = 256 * 1024;

/** Answers with content, as it lies on disk when the client takes gzip, else unpacked; with 304 when it has it already. */
export async function answerCompressed(c: Context, content: Stored): Promise<Response> {
  const { gzip, headers, known } = negotiated(c, content);
  if (known) return known;
  const file = await open(content.path);
  const { size } = await file.stat();
  if (gzip) headers["content-length"] = String(size);
  if (gzip && size <= SMALL) {
    const bytes = await file.readFile().finally(() => file.close());
    return new Response(new Uint8Array(bytes), { headers });
  }
  const stored = createReadStream("", { fd: file });
  // pipeline() passes errors on, and closes the file when the client goes away.
  const body = gzip ? stored : pipeline(stored, createGunzip(), () => {});
  return new Response(Readable.toWeb(body) as ReadableStream, { headers });
}

/** The same for a piece of content in memory. */
export function answerPacked(c: Context, packed: Buffer, content: Sent): Response {
  const { gzip, headers, known } = negotiated(c, content);
  return known ?? new Response(new Uint8Array(gzip ? packed : gunzipSync(packed)), { headers });
}

/** What the client takes, and the answer if it needs no content. */
function negotiated(c: Context, content: Sent) {
  const gzip = acceptsGzip(c.req.header("accept-encoding"));
  // Two encodings are two representations: each has a tag of its own.
  const etag = `"${content.tag}${gzip ? "-gz" : ""}"`;
  const headers: Record<string, string> = {
    etag,
    vary: "accept-encoding",
    "cache-control": content.cacheControl,
    ...content.headers,
  };
  let known: Response | undefined;
  if (matchesEtag(c.req.header("if-none-match"), etag)) known = new Response(null, { status: 304, headers });
  else {
    headers["content-type"] = content.type;
    if (gzip) headers["content-encoding"] = "gzip";
    if (c.req.method === "HEAD") known = new Response(null, { headers });
  }
  return { gzip, headers, known };
}

/** Answers with content that is not compressed further, such as a picture; with 304 when the client has it already. */
export async function answerStored(c: Context, content: Stored): Promise<Response> {
  const etag = `"${content.tag}"`;
  const headers: Record<string, string> = { etag, "cache-control": content.cacheControl, ...content.headers };
  if (matchesEtag(c.req.header("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  headers["content-type"] = content.type;
  if (c.req.method === "HEAD") return new Response(null, { headers });
  return new Response(new Uint8Array(await readFile(content.path)), { headers });
}
