import type { Event } from "./event.js";
import { encodeEvent } from "./event-line.js";
import { encodeSeconds, type Header } from "./header.js";
import * as v2 from "./v2.js";
import * as v3 from "./v3.js";

/** The formats that can be written. */
export type Format = "asciicast-v2" | "asciicast-v3" | "raw";

/** Turns a session into the text of a file: `start()` once, `event()` for each event in order, `end()` once.
 *
 *  What is written is whole after every call: a file that ends anywhere between two of them can be played. */
export interface Encoder {
  start(): string;
  event(event: Event): string;
  end(): string;
}

/** An encoder for one file.
 *
 *  - `asciicast-v2`: times in seconds with as many of six decimals as they need, so nothing is lost
 *  - `asciicast-v3`: intervals in whole milliseconds, rounded so that an event is never more than 0.5 ms off
 *  - `raw`: the size as a control sequence, then the output and nothing else
 *
 *  Unknown header keys and event codes are written as they were read. v2 has no place for `termType` and `termVersion`.
 *
 *  @param options.append  continue a file instead of beginning one: the time of its last event in microseconds, which is
 *    where the new events' time 0 falls. Instead of the header a resize to its size is written. */
export function encoder(format: Format, header: Header, options: { append?: number } = {}): Encoder {
  const { cols, rows } = header;
  const joint: Event = { time: 0, type: "resize", cols, rows };
  const { append } = options;
  switch (format) {
    case "asciicast-v2": {
      const base = append ?? 0;
      const event = (e: Event) => encodeEvent(encodeSeconds(base + e.time), e);
      return { start: () => (append === undefined ? `${v2.encodeHeader(header)}\n` : event(joint)), event, end: none };
    }
    case "asciicast-v3": {
      // Intervals are differences of rounded times, not rounded differences: their sum never drifts.
      let previous = 0;
      const event = (e: Event) => {
        const interval = Math.max(0, milliseconds(e.time) - previous);
        previous += interval;
        return encodeEvent(`${Math.floor(interval / 1000)}.${String(interval % 1000).padStart(3, "0")}`, e);
      };
      return { start: () => (append === undefined ? `${v3.encodeHeader(header)}\n` : event(joint)), event, end: none };
    }
    case "raw":
      return {
        start: () => `\x1b[8;${rows};${cols}t`,
        event: (e) => (e.type === "output" ? e.text : ""),
        end: none,
      };
    default:
      throw new RangeError(`unknown format ${format satisfies never}`);
  }
}

/** Microseconds as the nearest whole number of milliseconds, halves up. */
export function milliseconds(time: number): number {
  return Math.floor((time + 500) / 1000);
}

function none(): string {
  return "";
}
