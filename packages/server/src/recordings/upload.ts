import { open, rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { MiddlewareHandler } from "hono";
import { boundaryOf, MultipartError, readMultipart } from "../multipart.js";
import { Refusal } from "../refusal.js";

/** A form with a file, the file lying on disk as it was sent. */
export interface Upload {
  /** The draft. Whoever gets this has to move or remove it. */
  path: string;
  /** The last part of the name that it was sent with. */
  fileName: string | undefined;
  /** The form's other fields. */
  fields: Record<string, string>;
}

/** What a form may hold beside the file. */
const FIELDS_LIMIT = 64 * 1024;
const FIELDS_COUNT = 50;

/** A request's body as it arrives. It is read once, by whoever comes first; whoever comes next reads what is left. */
export type Body = AsyncIterableIterator<Uint8Array> | undefined;

export interface BodyVariables {
  body: Body;
}

/** Gives handlers the body, and reads on when they refuse it: commands send all of their file before they look at the
 *  answer, and a connection that ends under them hides it. */
export function bodies(): MiddlewareHandler<{ Variables: BodyVariables }> {
  return async (c, next) => {
    const readable = c.req.method === "GET" || c.req.method === "HEAD" ? null : c.req.raw.body;
    // Stopping to read must not cancel the stream: that would end the connection.
    c.set("body", readable ? (readable.values({ preventCancel: true }) as Body) : undefined);
    await next();
    if (c.res.status >= 400) await discard(c.var.body);
  };
}

/** All of a body.
 *
 *  @throws Refusal  content_too_large */
export async function readBody(body: Body, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let step = await body?.next(); step && !step.done; step = await body?.next()) {
    size += step.value.length;
    if (size > limit) throw new Refusal("content_too_large", "The request is too large");
    chunks.push(step.value);
  }
  return Buffer.concat(chunks);
}

/** Reads an upload onto disk as it arrives; memory does not grow with its size.
 *
 *  @param fileField  the name of the form field that carries the file
 *  @param limit      bytes that the file may have
 *  @param draft      where the file goes; nothing is left there when this throws
 *  @throws Refusal   content_too_large, before anything is read when the request says its length; bad_request */
export async function receiveUpload(
  headers: Headers,
  body: Body,
  fileField: string,
  limit: number,
  draft: string,
): Promise<Upload> {
  const length = Number(headers.get("content-length") ?? 0);
  if (length > limit + FIELDS_LIMIT) throw tooLarge(limit);
  const boundary = boundaryOf(headers.get("content-type") ?? undefined);
  if (boundary === undefined || !body) {
    throw new Refusal("bad_request", `A multipart/form-data body with a file in the field "${fileField}" is needed`);
  }
  let file: { fileName: string } | undefined;
  const fields: Record<string, string> = {};
  let fieldBytes = 0;
  try {
    for await (const part of readMultipart(body, boundary)) {
      if (part.name === fileField && part.fileName !== undefined) {
        if (file) throw new Refusal("bad_request", `There is more than one file in the field "${fileField}"`);
        file = { fileName: part.fileName };
        await writeFile(draft, part.content, limit);
        continue;
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of part.content) {
        fieldBytes += chunk.length;
        if (fieldBytes > FIELDS_LIMIT) throw new Refusal("content_too_large", "The form's fields are too large");
        chunks.push(chunk);
      }
      fields[part.name] = Buffer.concat(chunks).toString("utf8");
      if (Object.keys(fields).length > FIELDS_COUNT) throw new Refusal("bad_request", "The form has too many fields");
    }
    if (!file) throw new Refusal("bad_request", `There is no file in the field "${fileField}"`);
    return { path: draft, fileName: baseName(file.fileName), fields };
  } catch (error) {
    await rm(draft, { force: true });
    throw error instanceof MultipartError ? new Refusal("bad_request", `Broken form: ${error.message}`) : error;
  }
}

async function writeFile(path: string, content: AsyncIterable<Uint8Array>, limit: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    let size = 0;
    for await (const chunk of content) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
}

/** Reads what is left of a body and throws it away, within bounds. */
async function discard(body: Body, milliseconds = 10_000, most = 256 * 1024 * 1024): Promise<void> {
  if (!body) return;
  const timeout = new AbortController();
  const late = wait(milliseconds, undefined, { signal: timeout.signal, ref: false }).catch(() => undefined);
  try {
    for (let size = 0; size < most; ) {
      const step = await Promise.race([body.next(), late]);
      if (!step || step.done) return;
      size += step.value.length;
    }
  } catch {
    // The client has gone.
  } finally {
    timeout.abort();
  }
}

function tooLarge(limit: number): Refusal {
  return new Refusal(
    "content_too_large",
    `The recording exceeds the server-configured size limit (${humanSize(limit)})`,
  );
}

/** Bytes as operators write them: `8 MB`, `64 MiB`, else the number. */
export function humanSize(bytes: number): string {
  if (bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2} MiB`;
  if (bytes % 1000 ** 2 === 0) return `${bytes / 1000 ** 2} MB`;
  return String(bytes);
}

function baseName(name: string): string | undefined {
  const last = name
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[\x00-\x1f\x7f]/g, "");
  return last.slice(0, 255) || undefined;
}
