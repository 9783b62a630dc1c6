import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gunzip as gunzipCallback } from "node:zlib";
import type { Context } from "hono";
import { acceptsGzip, matchesEtag } from "./negotiation.js";
import type { Sharing } from "./ready-answers.js";

const gunzip = promisify(gunzipCallback);

/** How content is sent. */
export interface Sent {
  type: string;
  /** Without quotes; equal ones mean equal content. */
  tag: string;
  /** How long it may be kept. Unless it says `private`, everybody gets the same. */
  cacheControl: string;
  headers?: Record<string, string>;
}

/** Content that lies on disk. */
export interface Stored extends Sent {
  /** Where; looked up only when it is needed. */
  path: () => Promise<string>;
}

type SharingContext = Context<{ Variables: { sharing?: Sharing } }>;

/** What is sent in one piece: streams cost more than that much memory is worth. */
const SMALL = 1024 * 1024;

/** Answers with content that lies on disk compressed with gzip, as it lies there when the client takes that, else unpacked;
 *  with 304 when it has it already. */
export async function answerCompressed(c: Context, content: Stored): Promise<Response> {
  const gzip = acceptsGzip(c.req.header("accept-encoding"));
  const { headers, known } = negotiated(c, content, gzip);
  if (known) return known;
  const found = await small(await content.path());
  if ("file" in found) {
    if (gzip) headers["content-length"] = String(found.size);
    const stored = createReadStream("", { fd: found.file });
    // pipeline() passes errors on, and closes the file when the client goes away.
    const body = gzip ? stored : pipeline(stored, createGunzip(), () => {});
    return new Response(Readable.toWeb(body) as ReadableStream, { headers });
  }
  if (gzip) return whole(c, content, found, headers);
  // Unpacked it can be as large as an upload may be. How large it is, is written at its end.
  if (found.readUInt32LE(found.length - 4) <= SMALL) return whole(c, content, await gunzip(found), headers);
  return new Response(Readable.toWeb(Readable.from([found]).pipe(createGunzip())) as ReadableStream, { headers });
}

/** The same for a piece of content in memory. */
export async function answerPacked(c: Context, packed: Buffer, content: Sent): Promise<Response> {
  const gzip = acceptsGzip(c.req.header("accept-encoding"));
  const { headers, known } = negotiated(c, content, gzip);
  return known ?? whole(c, content, gzip ? packed : await gunzip(packed), headers);
}

/** Answers with content that is not compressed further, such as a picture; with 304 when the client has it already. */
export async function answerStored(c: Context, content: Stored): Promise<Response> {
  const { headers, known } = negotiated(c, content);
  if (known) return known;
  const found = await small(await content.path());
  if (!("file" in found)) return whole(c, content, found, headers);
  headers["content-length"] = String(found.size);
  return new Response(Readable.toWeb(createReadStream("", { fd: found.file })) as ReadableStream, { headers });
}

function whole(c: SharingContext, content: Sent, body: Buffer, headers: Record<string, string>): Response {
  if (!content.cacheControl.startsWith("private")) c.set("sharing", { body });
  return new Response(body as Uint8Array<ArrayBuffer>, { headers: { ...headers, "content-length": `${body.length}` } });
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

/** The headers of content, and the answer if it needs none.
 *
 *  @param gzip  whether it is sent with gzip, for what can be sent in both ways */
function negotiated(c: Context, content: Sent, gzip?: boolean) {
  // Two encodings are two representations: each has a tag of its own.
  const etag = `"${content.tag}${gzip ? "-gz" : ""}"`;
  const headers: Record<string, string> = {
    etag,
    ...(gzip !== undefined && { vary: "accept-encoding" }),
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
  return { headers, known };
}
