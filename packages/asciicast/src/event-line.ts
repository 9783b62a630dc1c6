// The event lines that v2 and v3 share: [NUMBER, CODE, DATA].
//
//   "o" output   "i" input   "r" resize, COLSxROWS   "m" marker, label   "x" exit, status as a string

import type { Event } from "./event.js";
import { isSize } from "./fields.js";

/** What is wrong with a line, for whoever knows its number. */
export class Malformed extends Error {}

/** Decodes what stands after the time.
 *
 *  @throws {Malformed} when data does not suit code */
export function decodeData(time: number, code: unknown, data: unknown): Event {
  if (typeof code !== "string" || typeof data !== "string") {
    throw new Malformed("not an event: [time, code, data] with strings for code and data");
  }
  switch (code) {
    case "o":
      return { time, type: "output", text: data };
    case "i":
      return { time, type: "input", text: data };
    case "r": {
      const [, cols, rows] = /^(\d{1,5})x(\d{1,5})$/.exec(data) ?? [];
      if (!isSize(Number(cols)) || !isSize(Number(rows))) {
        throw new Malformed(`a resize to ${JSON.stringify(data.slice(0, 20))}: COLSxROWS expected, each 1 to 65535`);
      }
      return { time, type: "resize", cols: Number(cols), rows: Number(rows) };
    }
    case "m":
      return { time, type: "marker", label: data };
    case "x":
      if (!/^-?\d{1,10}$/.test(data)) {
        throw new Malformed(`an exit with ${JSON.stringify(data.slice(0, 20))}: a whole number expected`);
      }
      // Adding 0 makes -0 into 0.
      return { time, type: "exit", status: Number(data) + 0 };
    case "":
      throw new Malformed("an event without a code");
    default:
      return { time, type: "other", code, data };
  }
}

/** An event line, with its line end.
 *
 *  @param time  the number as it is to be written */
export function encodeEvent(time: string, event: Event): string {
  switch (event.type) {
    case "output":
      return `[${time}, "o", ${JSON.stringify(event.text)}]\n`;
    case "input":
      return `[${time}, "i", ${JSON.stringify(event.text)}]\n`;
    case "resize":
      return `[${time}, "r", "${event.cols}x${event.rows}"]\n`;
    case "marker":
      return `[${time}, "m", ${JSON.stringify(event.label)}]\n`;
    case "exit":
      return `[${time}, "x", "${event.status}"]\n`;
    case "other":
      return `[${time}, ${JSON.stringify(event.code)}, ${JSON.stringify(event.data)}]\n`;
    default:
      return event satisfies never;
  }
}
