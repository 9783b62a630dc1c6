/** One thing that happened in a session.
 *
 *  `time` is in whole microseconds since the start of the session. `other` carries event codes that this version
 *  does not know, unchanged, so that rewriting a file loses nothing.
 *
 *  In code that also uses the DOM import it as `type Event as CastEvent`.
 *
 *  @see docs/asciicast.md */
export type Event = { time: number } & (
  | { type: "output" | "input"; text: string }
  | { type: "resize"; cols: number; rows: number }
  | { type: "marker"; label: string }
  | { type: "exit"; status: number }
  | { type: "other"; code: string; data: string }
);
