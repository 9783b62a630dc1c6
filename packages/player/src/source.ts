import type { DriverFactory } from "./driver.js";
import { recordingDriver } from "./recording/driver.js";

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

/** Reads a recording of a kind that the player does not know. `data` is a `Response`, or an array of them when several
 *  URLs were given, or what `data` gave if that is no text or buffer. */
export type Parser = (data: unknown, options: { encoding: string }) => ParsedRecording | Promise<ParsedRecording>;

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
  /** Output that follows within this many seconds is shown together; 1/60 by default. */
  minFrameTime?: number;
}

/** What `create` plays: an address, a recording, or a driver of the page's own. */
export type Source = string | RecordingSource | DriverFactory;

/** Finds what plays a source.
 *
 *  @throws Error  `unsupported driver`, `unknown parser` */
export function driverFor(source: Source): DriverFactory {
  if (typeof source === "function") return source;
  const recording = typeof source === "string" ? { url: source } : source;
  const foreign = typeof source === "string" && /^(wss?|clock|random|benchmark):/.test(source);
  const { driver = "recording" } = recording as RecordingSource;
  if (foreign || driver !== "recording" || "format" in recording)
    throw new Error(`unsupported driver: ${JSON.stringify(source)}`);
  return recordingDriver(recording);
}
