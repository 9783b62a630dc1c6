import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Event, type Header, open, type Theme } from "@asciinema-ts/asciicast";
import { IdleTime } from "./idle-time.js";

/** How a stored recording is to be read. */
export interface Reading {
  /** Path of the content, compressed with gzip. */
  content: string;
  /** The owner's size, instead of the recorded ones. */
  cols: number | null;
  rows: number | null;
  /** Pauses are shortened to this, in microseconds. */
  idleTimeLimit: number | null;
}

/** A recording as it plays. */
export interface Session {
  cols: number;
  rows: number;
  theme: Theme | undefined;
  idle: IdleTime;
  events(): AsyncIterable<Event[]>;
}

/** A stored recording as it plays: pauses shortened, the owner's size instead of the recorded ones. What cannot be read
 *  is left out. */
export async function openSession({ content, cols, rows, idleTimeLimit }: Reading): Promise<Session> {
  // Unlike pipe(), pipeline() passes errors on; the callback is not needed, they reach whoever reads.
  const stored = pipeline(createReadStream(content), createGunzip(), () => {});
  const recording = await open(stored, { damage: "skip" });
  const header: Header = recording.header;
  const idle = new IdleTime(idleTimeLimit ?? header.idleTimeLimit);
  return {
    cols: cols ?? header.cols,
    rows: rows ?? header.rows,
    theme: header.theme,
    idle,
    async *events() {
      for await (const events of recording.events()) {
        yield events.map((event) => {
          const time = idle.next(event.time);
          if (event.type !== "resize") return { ...event, time };
          return { ...event, time, cols: cols ?? event.cols, rows: rows ?? event.rows };
        });
      }
    },
  };
}
