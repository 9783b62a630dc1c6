import type { Event as CastEvent } from "@asciinema-ts/asciicast";
import { more } from "../loader.js";
import type { Logger } from "../options.js";
import type { BuiltInParser, ParsedRecording, Parser, RecordingEvent, RecordingSource } from "../source.js";
import { AsciicastReader, type Head, toEvent } from "./asciicast.js";

const BUDGET = 4; // milliseconds of work before the page gets its turn
const PIECE = 65_536; // bytes read at a time: little enough that a batch of events does not hold up the page
const BATCH = 512; // events

type Warn = (text: string) => void;
type Bytes = Uint8Array<ArrayBuffer>;
type Read = (data: unknown, encoding: string, warn: Warn) => Promise<Reading>;

/** A recording that is being read. */
export interface Reading {
  head: Head;
  /** Events as they arrive, with a pause for the page every few milliseconds. */
  batches: AsyncIterable<readonly CastEvent[]>;
}

/** Starts to read a source. Damage that can be skipped is, and told to the logger.
 *
 *  @param onBytes  hears how many bytes have arrived, each time some do
 *  @throws Error  what could not be fetched, or is not a recording */
export async function read(
  source: RecordingSource,
  logger: Logger,
  signal: AbortSignal,
  onBytes: (n: number) => void,
): Promise<Reading> {
  const data = await load(source, signal, onBytes);
  const { head, batches } = await readerFor(source.parser)(data, source.encoding ?? "utf-8", (text) =>
    logger.warn(text),
  );
  return { head, batches: paced(batches) };
}

const readers: Record<BuiltInParser, Read> = {
  async asciicast(data, encoding, warn) {
    const reader = new AsciicastReader(warn);
    const lines = (part: unknown) => `${JSON.stringify(part)}\n`;
    const given = Array.isArray(data) ? data.map(lines).join("") : isBody(data) ? data : lines(data);
    const text = new TextDecoder(typeof given === "string" ? "utf-8" : encoding);
    const batches = (async function* () {
      for await (const piece of pieces(given, warn)) yield reader.push(text.decode(piece, { stream: true }));
      yield [...reader.push(text.decode()), ...reader.end()];
    })();
    let first: CastEvent[] = [];
    while (!reader.head) first = (await batches.next()).value!; // throws if there is none to the end
    return {
      head: reader.head,
      batches: (async function* () {
        yield first;
        yield* batches;
      })(),
    };
  },
  ttyrec: foreign("ttyrec"),
  typescript: foreign("typescript"),
};

function foreign(kind: "ttyrec" | "typescript"): Read {
  return async (data, encoding, warn) => {
    const files = [data].flat().filter((file) => file);
    const { head, events } = (await more())[kind](await Promise.all(files.map((file) => whole(file, warn))), encoding);
    return { head, batches: batched(events) };
  };
}

/** What reads data of a kind.
 *
 *  @throws Error  `unknown parser` */
export function readerFor(parser: BuiltInParser | Parser = "asciicast"): Read {
  if (typeof parser === "function") {
    return async (data, encoding) =>
      parsed(await parser(isBody(data) && !(data instanceof Response) ? new Response(data) : data, { encoding }));
  }
  if (!Object.hasOwn(readers, parser)) throw new Error(`unknown parser: ${parser}`);
  return readers[parser];
}

async function load(source: RecordingSource, signal: AbortSignal, onBytes: (n: number) => void): Promise<unknown> {
  const get = async (url: string) => {
    const response = await fetched(url, source, signal);
    const { body } = response;
    // A page's own parser may want to know more of the response than its body.
    if (typeof source.parser === "function" || !body) return response;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes(chunk.length);
        controller.enqueue(chunk);
      },
    });
    return new Response(body.pipeThrough(counter));
  };
  const { url, data } = source;
  if (url) return typeof url === "string" ? get(url) : Promise.all(url.map(get));
  if (data === undefined) throw new Error("failed fetching recording file: url/data missing in src");
  return typeof data === "function" ? data() : data;
}

/** What is at an address.
 *
 *  @throws Error  the status, unless it is one of success */
export async function fetched(url: string, source: RecordingSource, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal, ...source.fetchOpts });
  const { ok, status, statusText } = response;
  if (!ok) throw new Error(`failed fetching recording from ${url}: ${status} ${statusText}`, { cause: status });
  return response;
}

/** Whether a recording that could not be fetched may be there another time: `fetch` and its streams fail with a
 *  TypeError when the network does, servers with a status from 500. */
export function isNetworkError(error: Error): boolean {
  return error instanceof TypeError || Number(error.cause) >= 500;
}

function isBody(data: unknown): data is string | ArrayBuffer | Response {
  return typeof data === "string" || data instanceof ArrayBuffer || data instanceof Response;
}

/** The bytes of a file, in pieces; gzip is inflated, as far as it goes. */
async function* pieces(data: unknown, warn: Warn): AsyncGenerator<Bytes> {
  const reader = (data instanceof Response ? data : new Response(data as BodyInit)).body?.getReader();
  const raw = (async function* () {
    try {
      for (let part = await reader?.read(); part && !part.done; part = await reader!.read())
        for (let at = 0; at < part.value.length; at += PIECE) yield part.value.subarray(at, at + PIECE) as Bytes;
    } finally {
      reader?.cancel().catch(() => {});
    }
  })();
  const begin: number[] = [];
  const head: Bytes[] = [];
  while (begin.length < 2) {
    const { value } = await raw.next();
    if (!value) break;
    head.push(value);
    begin.push(...value.subarray(0, 2));
  }
  const all = (async function* () {
    yield* head;
    yield* raw;
  })();
  yield* begin[0] === 0x1f && begin[1] === 0x8b ? (await more()).gunzip(all, warn) : all;
}

async function whole(data: unknown, warn: Warn): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const part of pieces(data, warn)) parts.push(part);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** What a page's own parser gave, in our terms. */
function parsed({ cols, rows, theme, idleTimeLimit, events }: ParsedRecording): Reading {
  const placed = (function* () {
    const given: Iterable<RecordingEvent> = Symbol.iterator in events ? events : { [Symbol.iterator]: () => events };
    for (const [time, code, data] of given) {
      const event = toEvent(Math.round(time * 1000), code, data);
      if (event) yield event;
    }
  })();
  return {
    head: {
      cols,
      rows,
      theme: theme ? { fg: theme.foreground, bg: theme.background, palette: theme.palette } : undefined,
      idleTimeLimit: typeof idleTimeLimit === "number" ? idleTimeLimit * 1e6 : undefined,
    },
    batches: batched(placed),
  };
}

async function* batched(events: Iterable<CastEvent>): AsyncGenerator<CastEvent[]> {
  let batch: CastEvent[] = [];
  for (const event of events) {
    if (batch.push(event) < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** The same batches, with a turn for the page whenever handling them has taken long enough. */
async function* paced<Batch>(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  let since = performance.now();
  for await (const batch of batches) {
    yield batch;
    if (performance.now() - since > BUDGET) {
      await turn();
      since = performance.now();
    }
  }
}

/** Lets everything else that waits run first. */
export function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
