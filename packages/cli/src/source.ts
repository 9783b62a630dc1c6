// Where a recording is read from: a file, an http(s) address, or standard input.
import { createReadStream, statSync } from "node:fs";
import { pipeline, Readable } from "node:stream";
import {
  type Capture,
  type Event,
  type OpenOptions,
  open,
  openTtyrec,
  openTypescript,
  type Recording,
} from "@asciinema-ts/asciicast";
import { openCarried } from "./carried.js";
import { CliError, reason } from "./error.js";
import { warn } from "./messages.js";
import type { Progress } from "./progress.js";
import type { Compression } from "./sink.js";

/** Milliseconds in which a server has to answer. */
const PATIENCE = 30_000;
const TYPES = ["application/x-asciicast", "application/asciicast+json"];

/** The bytes behind a name as they come.
 *
 *  @param options.stdin  whether `-` means standard input
 *  @param options.progress  tells how far a download is
 *  @throws CliError when there is no such thing */
export async function openSource(
  name: string,
  options: { stdin?: boolean; progress?: Progress } = {},
): Promise<AsyncIterable<Uint8Array>> {
  if (/^https?:\/\//.test(name)) return download(name, options.progress);
  if (name === "-" && options.stdin) return process.stdin;
  try {
    if (statSync(name).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR", errno: -21 });
    const stream = createReadStream(name, { highWaterMark: 256 * 1024 });
    await new Promise((resolve, reject) => stream.once("open", resolve).once("error", reject));
    return stream;
  } catch (error) {
    throw new CliError(`can't open ${name}: ${reason(error)}`);
  }
}

/** Opens the recording of that name, decompressing it where needed.
 *
 *  @throws CliError naming it and what is wrong with it */
export async function openRecording(name: string, options: OpenOptions = {}): Promise<Recording> {
  return opening(name, open(await openSource(name), { ...options, decompress: unzstd }));
}

/** The same for bytes that are there already, in any format that can be read: a ttyrec is known by its name.
 *
 *  @param options.timing  the bytes of the timing file, when the source is a typescript of script
 *  @param options.carry  whether output may come as `CarriedOutput`, for writing it into another asciicast; broken lines
 *    are then thrown
 *  @throws CliError */
export async function openCapture(
  name: string,
  source: AsyncIterable<Uint8Array>,
  options: OpenOptions & { timing?: AsyncIterable<Uint8Array> | undefined; carry?: boolean } = {},
): Promise<Capture> {
  const { timing, carry, ...rest } = { ...options, decompress: unzstd };
  if (timing) return opening(name, openTypescript({ timing, output: source }, rest));
  if (/\.ttyrec(\.\w+)?$/.test(name)) return opening(name, openTtyrec(source, rest));
  if (!carry) return opening(name, open(source, rest));
  const { compressed, chunks } = await glance(source);
  return opening(name, compressed ? open(chunks, rest) : openCarried(chunks));
}

async function opening<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`can't open ${name}: ${reason(error)}`);
  }
}

/** The events of a recording; errors then name it and the line. */
export async function* eventsOf(capture: Capture, name: string): AsyncGenerator<Event[]> {
  try {
    yield* capture.events();
  } catch (error) {
    throw error instanceof CliError ? error : damaged(name, error);
  }
}

/** Says what the reader put up with. */
export function warnOf(capture: Pick<Capture, "notes">, name: string): void {
  for (const { line, text } of capture.notes) warn(`${name}: ${line > 0 ? `line ${line}: ` : ""}${text}`);
}

/** What is wrong with a recording, and where. */
export function damaged(name: string, error: unknown): CliError {
  return new CliError(`${name}: ${reason(error)}`);
}

/** Bytes as they come, decompressed where they are compressed. A gzip file that ends early gives what it holds.
 *
 *  Reading the chunks throws when what is compressed is broken. */
export async function inflated(
  source: AsyncIterable<Uint8Array>,
): Promise<{ compressed: Compression | undefined; chunks: AsyncIterable<Uint8Array> }> {
  const { compressed, chunks } = await glance(source);
  switch (compressed) {
    case "gzip": {
      const { constants, createGunzip } = await import("node:zlib");
      const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
      return { compressed, chunks: pipeline(Readable.from(chunks), gunzip, () => {}) };
    }
    case "zstd":
      return { compressed, chunks: unzstd(chunks) };
    default:
      return { compressed, chunks };
  }
}

/** How bytes are compressed, and the same bytes. */
async function glance(
  source: AsyncIterable<Uint8Array>,
): Promise<{ compressed: Compression | undefined; chunks: AsyncGenerator<Uint8Array> }> {
  const rest = source[Symbol.asyncIterator]();
  const first = await rest.next();
  const all = async function* () {
    try {
      if (first.done) return;
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => rest };
    } finally {
      await rest.return?.();
    }
  };
  const compressed = first.done ? undefined : isGzip(first.value) ? "gzip" : isZstd(first.value) ? "zstd" : undefined;
  return { compressed, chunks: all() };
}

/** The first bytes of a source.
 *
 *  @throws CliError when there are fewer */
export async function* upTo(length: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const chunk of chunks) {
    if (left <= 0) return;
    yield chunk.subarray(0, left);
    left -= chunk.length;
  }
  if (left > 0) throw new CliError("the file has become shorter while it was read");
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
}

/** Inflates zstd by the platform's own means where it has them. */
async function* unzstd(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zlib = (await import("node:zlib")) as unknown as {
    createZstdDecompress?: () => NodeJS.ReadWriteStream & AsyncIterable<Uint8Array>;
  };
  if (zlib.createZstdDecompress) {
    yield* Readable.from(compressed).pipe(zlib.createZstdDecompress());
    return;
  }
  const { Decompress } = await import("fzstd");
  let ready: Uint8Array[] = [];
  const stream = new Decompress((chunk) => ready.push(chunk));
  try {
    for await (const chunk of compressed) {
      stream.push(chunk);
      yield* ready;
      ready = [];
    }
    stream.push(new Uint8Array(0), true);
  } catch {
    warn("the zstd data is broken or ends early: what comes before is used");
  }
  yield* ready;
}

/** Fetches an address. A page is looked through for the address of its recording. */
async function download(address: string, progress: Progress | undefined): Promise<AsyncIterable<Uint8Array>> {
  const response = await get(address);
  const type = response.headers.get("content-type");
  if (type === null) throw new CliError("download failed: no content-type header in the response");
  if (!/^text\/html/i.test(type)) return bodyOf(response, progress);
  const link = findLink(await response.text(), response.url);
  if (link === undefined) {
    throw new CliError(
      `download failed: <link rel="alternate" type="${TYPES[0]}" href="..."> not found in the HTML page`,
    );
  }
  return bodyOf(await get(link), progress);
}

async function get(address: string): Promise<Response> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error(`no answer in ${PATIENCE / 1000} s`)), PATIENCE);
  try {
    const response = await fetch(address, { signal: control.signal });
    if (!response.ok) {
      const kind = response.status < 500 ? "client" : "server";
      throw new CliError(
        `download failed: HTTP status ${kind} error (${response.status} ${response.statusText}) for url (${address})`,
      );
    }
    return response;
  } catch (error) {
    if (error instanceof CliError) throw error;
    const cause = (error as Error).cause ?? error;
    throw new CliError(`download failed: ${reason(cause)}`);
  } finally {
    clearTimeout(timer);
  }
}

async function* bodyOf(response: Response, progress: Progress | undefined): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  // What is compressed on its way is longer when it has arrived.
  const total = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length"));
  let received = 0;
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      progress?.show((received += chunk.length), total);
      yield chunk;
    }
  } catch (error) {
    throw new CliError(`download failed: ${reason((error as Error).cause ?? error)}`);
  }
}

/** The address of the recording that a page names in its head, resolved against the page's own. */
export function findLink(html: string, base: string): string | undefined {
  const head = /<head\b[^>]*>([\s\S]*?)<\/head/i.exec(html)?.[1] ?? "";
  for (const [tag] of head.matchAll(/<link\b(?:"[^"]*"|'[^']*'|[^>"'])*>/gi)) {
    const attributes = new Map<string, string>();
    for (const [, name, double, single, bare] of tag.matchAll(
      /([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi,
    )) {
      attributes.set(name!.toLowerCase(), decodeEntities(double ?? single ?? bare ?? ""));
    }
    const rel = attributes.get("rel")?.toLowerCase().split(/\s+/) ?? [];
    const href = attributes.get("href");
    if (rel.includes("alternate") && TYPES.includes(attributes.get("type")?.toLowerCase() ?? "") && href) {
      const url = URL.canParse(href, base) ? new URL(href, base) : undefined;
      if (url && /^https?:$/.test(url.protocol)) return url.href;
    }
  }
  return undefined;
}

function decodeEntities(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
