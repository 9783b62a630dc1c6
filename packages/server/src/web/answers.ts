import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import type { Context } from "hono";
import type { Kept } from "./kept.js";
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
  /** Where; looked up only when it is not in memory. */
  path: () => Promise<string>;
}

/** What is sent in one piece: streams cost more than that much memory is worth. */
const SMALL = 1024 * 1024;

/** Answers with content, as it lies on disk when the client takes gzip, else unpacked; with 304 when it has it already.
 *
 *  @param kept  small contents that were asked for lately: equal tags mean equal content */
export async function answerCompressed(c: Context, content: Stored, kept: Kept<Buffer>): Promise<Response> {
  const { gzip, headers, known } = negotiated(c, content);
  if (known) return known;
  const key = `${content.type} ${content.tag}`;
  const whole = kept.get(key) ?? (await small(await content.path()));
  if (!("file" in whole)) {
    kept.set(key, whole, whole.length);
    if (gzip) headers["content-length"] = String(whole.length);
    // Unpacked it can be as large as an upload may be: only what is packed is sure to be small.
    if (gzip) return new Response(whole as Uint8Array<ArrayBuffer>, { headers });
    return new Response(Readable.toWeb(Readable.from([whole]).pipe(createGunzip())) as ReadableStream, { headers });
  }
  if (gzip) headers["content-length"] = String(whole.size);
  const stored = createReadStream("", { fd: whole.file });
  // pipeline() passes errors on, and closes the file when the client goes away.
  const body = gzip ? stored : pipeline(stored, createGunzip(), () => {});
  return new Response(Readable.toWeb(body) as ReadableStream, { headers });
}

/** All of a small file; a larger one, opened. */
async function small(path: string): Promise<Buffer | { file: FileHandle; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > SMALL) return { file, size };
    const bytes = await file.readFile();
    await file.close();
    return bytes;
  } catch (error) {
    await file.close();
    throw error;
  }
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
  return new Response(new Uint8Array(await readFile(await content.path())), { headers });
}
