import type { Driver, DriverFactory } from "./driver.js";
import type { EventSourceSource } from "./live/event-source.js";
import type { WebSocketSource } from "./live/websocket.js";
import { more } from "./loader.js";
import { recordingDriver } from "./recording/driver.js";
import type { BenchmarkSource } from "./synthetic/benchmark.js";
import type { ClockSource } from "./synthetic/clock.js";

/** Codes of events: output, input, resize, marker. Others count for the duration only. */
export type RecordingEventCode = "o" | "i" | "r" | "m";

/** An event as parsers of a page's own give it: **milliseconds**, code, data. */
export type RecordingEvent = [time: number, code: string, data: unknown];

/** What a parser of a page's own returns. */
export interface ParsedRecording {
  cols: number;
  rows: number;
  events: Iterable<RecordingEvent> | Iterator<RecordingEvent>;
  theme?: { foreground: string; background: string; palette: string[] } | null;
  /** Seconds. */
  idleTimeLimit?: number | null;
}

/** What a parser is told besides. */
export interface ParserOptions {
  encoding: string;
}

/** Reads a recording of a kind that the player does not know. `data` is a `Response`, or an array of them when several
 *  URLs were given, or what `data` gave if that is no text or buffer. */
export type Parser = (data: unknown, options: ParserOptions) => ParsedRecording | Promise<ParsedRecording>;

/** Names of the parsers that are built in. */
export type BuiltInParser = "asciicast" | "typescript" | "ttyrec";

/** What a recording can be given as. */
export type RecordingData = string | ArrayBuffer | Response | unknown[] | Record<string, unknown>;

/** A recording, by address or as data. */
export interface RecordingSource {
  driver?: "recording";
  url?: string | string[];
  /** Second argument of `fetch`. */
  fetchOpts?: RequestInit;
  data?: RecordingData | Promise<RecordingData> | (() => RecordingData | Promise<RecordingData>);
  parser?: BuiltInParser | Parser;
  /** `"utf-8"` by default. */
  encoding?: string;
  /** Seconds by which recorded input is moved. */
  inputOffset?: number;
  /** `"segmented"`: the address is that of an index of segments, which are loaded as they are needed. */
  format?: "segmented";
  /** Output that follows within this many seconds is shown together; 1/60 by default. */
  minFrameTime?: number;
}

/** A recording by address. */
export type UrlSource = RecordingSource & { url: string | string[] };
/** A recording as data. */
export type DataSource = RecordingSource & { data: unknown };

/** What `create` plays: an address, an object that names a driver (`recording` by default), or a driver of the page's own.
 *
 *  Of addresses, `ws:` and `wss:` are streams, `clock:` and `random:` what they say, `benchmark:URL` measures with the
 *  recording at URL; all others are recordings. */
export type Source = string | RecordingSource | OtherSource | DriverFactory;

/** What is no recording. */
export type OtherSource = WebSocketSource | EventSourceSource | ClockSource | { driver: "random" } | BenchmarkSource;

const others = ["websocket", "eventsource", "clock", "random", "benchmark"];

/** Makes a driver, of which the code may have to be loaded first. */
export type AnyDriverFactory = (...args: Parameters<DriverFactory>) => Driver | Promise<Driver>;

/** Finds what plays a source.
 *
 *  @throws Error  `unsupported driver`, `unknown parser` */
export function driverFor(source: Source): AnyDriverFactory {
  if (typeof source === "function") return source;
  const wanted = typeof source === "string" ? fromAddress(source) : source;
  const { driver = "recording" } = wanted;
  if (driver === "recording") return recordingDriver(wanted as RecordingSource);
  if (!others.includes(driver)) throw new Error(`unsupported driver: ${JSON.stringify(source)}`);
  return async (...args) => (await more()).driverFor(wanted as OtherSource)(...args);
}

function fromAddress(url: string): Exclude<Source, string | DriverFactory> {
  const [, driver, rest] = /^(wss?|clock|random|benchmark):(.*)/s.exec(url) ?? [];
  if (!driver) return { url };
  if (driver === "benchmark") return { driver, url: rest! };
  return driver === "clock" || driver === "random" ? { driver } : { driver: "websocket", url };
}
