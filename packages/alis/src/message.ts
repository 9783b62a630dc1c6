import type { Event, Theme } from "@asciinema-ts/asciicast";

/** What a viewer needs to join a stream that is under way. */
export interface Init {
  /** The id of the last event that the dump has in it, 0 when there was none. */
  lastId: number;
  /** Microseconds since the start of the stream. */
  time: number;
  cols: number;
  rows: number;
  theme?: Theme | undefined;
  /** Control sequences that bring a fresh terminal of this size to the stream's state. */
  dump: string;
}

/** One message of a stream. Times are microseconds since its start. */
export type Message =
  | ({ type: "init" } & Init)
  | (Event & { id: number })
  /** End of transmission: nothing comes until the next init. Only producers give it an id. */
  | { type: "eot"; time: number; id?: number };

/** Who sends: a producer to a server, or a server to a viewer. They differ in the end of transmission only. */
export type Dialect = "producer" | "viewer";

/** The message that comes before all others: "ALiS" and the version of the protocol. */
export const MAGIC: Uint8Array<ArrayBuffer> = /* @__PURE__ */ Uint8Array.of(0x41, 0x4c, 0x69, 0x53, 0x01);
