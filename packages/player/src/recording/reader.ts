import {
  type Source as AsciicastSource,
  type Capture,
  type Event as CastEvent,
  type Header,
  open,
  openTtyrec,
  openTypescript,
} from "@asciinema-ts/asciicast";
import type { Logger } from "../options.js";
import type {
  BuiltInParser,
  ParsedRecording,
  Parser,
  RecordingData,
  RecordingEvent,
  RecordingSource,
} from "../source.js";

const BUDGET = 4; // milliseconds of work before the page gets its turn

/** A recording that is being read. */
export interface Reading {
  header: Pick<Header, "cols" | "rows" | "theme" | "idleTimeLimit">;
  /** Events as they arrive, with a pause for the page every few milliseconds. */
  batches: AsyncIterable<readonly CastEvent[]>;
}

type Bytes = string | ArrayBuffer | Response;
type Read = (data: unknown, encoding: string, logger: Logger) => Promise<Reading>;

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
  const reading = await readerFor(source.parser)(data, source.encoding ?? "utf-8", logger);
  return { header: reading.header, batches: paced(reading.batches) };
}

/** What reads data of a kind.
 *
 *  @throws Error  `unknown parser` */
export function readerFor(parser: BuiltInParser | Parser = "asciicast"): Read {
  if (typeof parser === "function") {
    return async (data, encoding) => {
      const given = typeof data === "string" || data instanceof ArrayBuffer ? new Response(data) : data;
      return parsed(await parser(given, { encoding }));
    };
  }
  if (parser === "asciicast") return (data, encoding, logger) => take(asciicast(data, encoding), logger);
  if (parser === "ttyrec")
    return (data, encoding, logger) => take(openTtyrec(data as Bytes, { encoding, damage: "skip" }), logger);
  if (parser === "typescript") {
    return (data, encoding, logger) => {
      const [timing, output, input] = data as Bytes[];
      if (!timing || !output) throw new Error("a typescript is two files: timing and output");
      return take(openTypescript({ timing, output, ...(input && { input }) }, { encoding, damage: "skip" }), logger);
    };
  }
  throw new Error(`unknown parser: ${parser}`);
}

async function load(source: RecordingSource, signal: AbortSignal, onBytes: (n: number) => void): Promise<unknown> {
  const get = async (url: string) => {
    const response = await fetch(url, { signal, ...source.fetchOpts });
    const { ok, status, statusText } = response;
    if (!ok) throw new Error(`failed fetching recording from URL: ${status} ${statusText}`, { cause: status });
    // A page's own parser may want to know more of the response than its body.
    return typeof source.parser === "function" ? response : counted(response, onBytes);
  };
  if (typeof source.url === "string") return get(source.url);
  if (source.url) return Promise.all(source.url.map(get));
  if (source.data === undefined) throw new Error("url/data missing");
  return typeof source.data === "function" ? source.data() : source.data;
}

function counted(response: Response, onBytes: (n: number) => void): Response {
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onBytes(chunk.length);
      controller.enqueue(chunk);
    },
  });
  return response.body ? new Response(response.body.pipeThrough(counter), response) : response;
}

/** Whether a recording that could not be fetched may be there another time: `fetch` and its streams fail with a
 *  TypeError when the network does, servers with a status from 500. */
export function isNetworkError(error: Error): boolean {
  return error instanceof TypeError || Number(error.cause) >= 500;
}

/** What is read in the end, with what was put up with told to the logger. */
async function take(opening: Promise<Capture>, logger: Logger): Promise<Reading> {
  const capture = await opening;
  async function* batches() {
    yield* capture.events();
    for (const { line, text } of capture.notes) logger.warn(line > 0 ? `line ${line}: ${text}` : text);
  }
  return { header: capture.header, batches: batches() };
}

function asciicast(data: unknown, encoding: string): Promise<Capture> {
  return open(decoded(data as RecordingData, encoding), { damage: "skip" });
}

/** An asciicast file as `open` takes it: objects as text, and bytes in another encoding than UTF-8 decoded. */
function decoded(data: RecordingData, encoding: string): AsciicastSource {
  if (Array.isArray(data)) return data.map((line) => `${JSON.stringify(line)}\n`);
  if (typeof data === "string") return data;
  if (!(data instanceof ArrayBuffer || data instanceof Response)) return JSON.stringify(data);
  if (/^utf-?8$/i.test(encoding)) return data;
  return inEncoding(data instanceof Response ? data : new Response(data), encoding);
}

function inEncoding(response: Response, encoding: string): AsciicastSource {
  const text = response.body!.pipeThrough(new TextDecoderStream(encoding)).getReader();
  return (async function* () {
    for (let part = await text.read(); !part.done; part = await text.read()) yield part.value;
  })();
}

const SECOND = 1_000_000;

/** What a page's own parser gave, in our terms. */
function parsed(recording: ParsedRecording): Reading {
  const { cols, rows, theme, idleTimeLimit, events } = recording;
  async function* batches() {
    let batch: CastEvent[] = [];
    for (const event of Symbol.iterator in events ? events : { [Symbol.iterator]: () => events }) {
      batch.push(toEvent(event));
      if (batch.length === 512) {
        yield batch;
        batch = [];
      }
    }
    yield batch;
  }
  return {
    header: {
      cols,
      rows,
      ...(theme && { theme: { fg: theme.foreground, bg: theme.background, palette: theme.palette } }),
      ...(typeof idleTimeLimit === "number" && { idleTimeLimit: idleTimeLimit * SECOND }),
    },
    batches: batches(),
  };
}

function toEvent([milliseconds, code, data]: RecordingEvent): CastEvent {
  const time = Math.round(milliseconds * 1000);
  switch (code) {
    case "o":
      return { time, type: "output", text: `${data}` };
    case "i":
      return { time, type: "input", text: `${data}` };
    case "m":
      return { time, type: "marker", label: `${data}` };
    case "r": {
      const size = typeof data === "string" ? /^(\d+)x(\d+)$/.exec(data)?.slice(1) : Object.values(data as object);
      const [cols, rows] = (size ?? []).map(Number);
      if (cols && rows) return { time, type: "resize", cols, rows };
    }
  }
  return { time, type: "other", code, data: `${data}` };
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
