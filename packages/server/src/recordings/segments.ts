import { open as openFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import { type Event, encoder } from "@asciinema-ts/asciicast";
import { Trace } from "@asciinema-ts/render";
import { Terminal } from "@asciinema-ts/vt";
import { Refusal } from "../refusal.js";
import type { MarkerTime } from "./markers.js";
import { openSession, type Reading } from "./session.js";

const gzip = promisify(gzipCallback);

/** Characters of events after which a segment ends. */
const LENGTH = 512 * 1024;
/** Bytes at the end of the file that tell where its table begins. */
const TAIL = 8;

/** Where the parts of a file of segments lie: from each to the next, the index and the cuts last. */
type Table = number[];

/** A part of such a file: the number of a segment; the index; or where pauses were cut, for those who come to a recorded
 *  moment. */
export type SegmentPart = number | "index" | "cuts";

interface Segment {
  start: number;
  snapshot: { cols: number; rows: number; init: string };
  lines: string[];
  length: number;
}

/** Bars of the trace in the index: what the player's line has. */
const BARS = 128;

/** Writes a recording as it is played from a distance: an index, and segments that each begin with the screen as it is then.
 *
 *  All parts lie in one file, each compressed with gzip, so that one reading makes them all.
 *
 *  @param options.markers  the owner's, instead of those in the file
 *  @param options.key      stands in the addresses of segments, so that they can be kept
 *  @param options.length   characters of events after which a segment ends
 *  @throws Refusal  validation_failed for a recording without length */
export async function writeSegments(
  reading: Reading,
  { markers, key, length = LENGTH }: { markers: MarkerTime[] | undefined; key: string; length?: number },
  target: string,
): Promise<void> {
  const session = await openSession(reading);
  const file = await openFile(target, "wx", 0o600);
  try {
    const table: Table = [0];
    const add = async (part: unknown) => {
      const bytes = await gzip(typeof part === "string" ? part : JSON.stringify(part));
      await file.writeFile(bytes);
      table.push(table.at(-1)! + bytes.length);
    };
    const starts: number[] = [];
    const write = async (segment: Segment) => {
      starts.push(segment.start);
      const events = segment.lines.map((line) => line.trimEnd()).join(",");
      await add(`{"snapshot":${JSON.stringify(segment.snapshot)},"events":[${events}]}`);
    };
    const cutter = new Cutter(session, length);
    const named = markers?.map(([seconds, label]) => ({ time: Math.round(seconds * 1e6), label }));
    for await (const events of session.events()) {
      for (const event of events) {
        while (named?.[0] && named[0].time <= event.time) cutter.push({ type: "marker", ...named.shift()! });
        if (event.type !== "marker" || !named) cutter.push(event);
      }
      for (const segment of cutter.take()) await write(segment);
    }
    for (const segment of cutter.end()) await write(segment);
    if (cutter.duration === 0) throw new Refusal("validation_failed", "This recording is too short for segments");
    const { cols, rows, theme } = session;
    await add({
      version: 1,
      duration: cutter.duration / 1e6,
      term: { cols, rows, ...(theme && { theme: { ...theme, palette: theme.palette.join(":") } }) },
      markers: cutter.markers,
      trace: cutter.trace.bars(BARS).map((height) => Math.round(height * 1000) / 1000),
      segments: starts.map((start, i) => ({ url: `${i}.json?v=${key}`, start: start / 1e6 })),
    });
    await add(session.idle.cuts);
    const text = Buffer.from(JSON.stringify(table));
    const tail = Buffer.alloc(TAIL);
    tail.writeUInt32LE(text.length);
    await file.writeFile(Buffer.concat([text, tail]));
  } finally {
    await file.close();
  }
}

/** One part of such a file, compressed with gzip.
 *
 *  @returns `undefined` for one that is not there */
export async function readSegment(path: string, part: SegmentPart): Promise<Buffer | undefined> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const read = async (from: number, to: number) =>
      (await file.read(Buffer.alloc(to - from), 0, to - from, from)).buffer;
    const length = (await read(size - TAIL, size)).readUInt32LE();
    const table = JSON.parse((await read(size - TAIL - length, size - TAIL)).toString()) as Table;
    const segments = table.length - 3;
    if (typeof part === "number" && part >= segments) return undefined;
    const number = typeof part === "number" ? part : segments + (part === "index" ? 0 : 1);
    return read(table[number]!, table[number + 1]!);
  } finally {
    await file.close();
  }
}

/** Cuts a session into segments, between two moments. */
class Cutter {
  /** Of the last event, in microseconds. */
  duration = 0;
  readonly markers: MarkerTime[] = [];
  readonly trace = new Trace();
  private readonly terminal: Terminal;
  private readonly lines;
  private current: Segment;
  /** Waits until what comes after it has a length of its own. */
  private held: Segment | undefined;
  private done: Segment[] = [];

  constructor(
    size: { cols: number; rows: number },
    private readonly length: number,
  ) {
    this.terminal = new Terminal(size);
    this.lines = encoder("asciicast-v2", size);
    this.current = this.begin(0);
  }

  push(event: Event): void {
    const { terminal } = this;
    if (this.held && event.time > this.current.start) {
      this.done.push(this.held);
      this.held = undefined;
    }
    if (event.time > this.duration && this.current.length > this.length) {
      this.held = this.current;
      this.current = this.begin(event.time);
    }
    this.duration = event.time;
    this.trace.push(event);
    if (event.type === "output") terminal.feed(event.text);
    if (event.type === "resize") terminal.resize(event.cols, event.rows);
    if (event.type === "marker") this.markers.push([event.time / 1e6, event.label]);
    const line = this.lines.event(event);
    this.current.lines.push(line);
    this.current.length += line.length;
  }

  /** The segments that are whole by now. */
  take(): Segment[] {
    return this.done.splice(0);
  }

  /** The rest. The last one has a length, too. */
  end(): Segment[] {
    const { held, current } = this;
    if (held && current.start === this.duration)
      return [...this.done, { ...held, lines: [...held.lines, ...current.lines] }];
    return [...this.done, ...(held ? [held] : []), current];
  }

  private begin(start: number): Segment {
    const { cols, rows } = this.terminal;
    const init = start === 0 ? "" : this.terminal.dump();
    return { start, snapshot: { cols, rows, init }, lines: [], length: 0 };
  }
}
