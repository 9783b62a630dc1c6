/** What a recording is doing.
 *
 *  ```
 *  cold ──load──▶ loading ──arrive──▶ ready ──play──▶ playing ◀──play── paused ◀─┐
 *    └────play──▶ starting ──arrive──────────────────▶ │  │ ──pause────────┘ ▲   │
 *                                                      │  │                  │   seek (when not playing)
 *                             buffering ◀──starve──────┘  └──finish──▶ ended ┘
 *                                 └──arrive──▶ playing
 *  ```
 *  `fail` and `stop` lead out of every state, and nothing leads back. */
export type State =
  | "cold"
  | "loading"
  | "starting"
  | "ready"
  | "playing"
  | "buffering"
  | "paused"
  | "ended"
  | "failed"
  | "stopped";

/** What happens to it: commands, and what the data and the clock bring. */
export type Input =
  | "load"
  | "play"
  | "pause"
  | "arrive"
  | "starve"
  | "seek"
  | "step"
  | "cross"
  | "finish"
  | "fail"
  | "stop";

/** What is to be done about it, in this order. */
export type Effect =
  | "load" // begin to read
  | "rewind" // go to the beginning, or on first play to where it starts
  | "run" // start the clock
  | "halt" // stop the clock
  | "wait" // report later that data is awaited
  | "emit play"
  | "emit playing"
  | "emit pause"
  | "emit seeked"
  | "emit ended"
  | "emit error";

/** A state and what leads to it. */
export interface Step {
  state: State;
  effects: readonly Effect[];
}

type Table = { readonly [S in State]?: { readonly [I in Input]?: readonly [State, ...Effect[]] } };

const table: Table = {
  cold: {
    load: ["loading", "load", "wait"],
    play: ["starting", "emit play", "load", "wait"],
  },
  loading: {
    play: ["starting", "emit play"],
    arrive: ["ready"],
  },
  starting: {
    play: ["starting", "emit play"],
    pause: ["loading"],
    arrive: ["playing", "rewind", "run", "emit playing"],
  },
  ready: {
    play: ["playing", "emit play", "rewind", "run", "emit playing"],
    seek: ["paused", "emit seeked"],
    step: ["paused"],
    finish: ["ended", "emit ended"],
  },
  playing: {
    play: ["playing", "emit play"],
    pause: ["paused", "halt", "emit pause"],
    starve: ["buffering", "halt", "wait"],
    seek: ["playing", "run", "emit seeked"],
    cross: ["playing", "run"],
    finish: ["ended", "halt", "emit ended"],
  },
  buffering: {
    play: ["buffering", "emit play"],
    pause: ["paused", "emit pause"],
    arrive: ["playing", "run", "emit playing"],
    seek: ["playing", "run", "emit seeked"],
    finish: ["ended", "emit ended"],
  },
  paused: {
    play: ["playing", "emit play", "run", "emit playing"],
    seek: ["paused", "emit seeked"],
    step: ["paused"],
    finish: ["ended", "emit ended"],
  },
  ended: {
    play: ["playing", "emit play", "rewind", "run", "emit playing"],
    seek: ["paused", "emit seeked"],
    step: ["paused"],
    finish: ["ended", "emit ended"],
  },
};

/** The machine: pure. An input that means nothing in a state changes nothing. */
export function next(state: State, input: Input): Step {
  if (state === "stopped" || (state === "failed" && input !== "stop")) return { state, effects: [] };
  if (input === "stop") return { state: "stopped", effects: ["halt"] };
  if (input === "fail") return { state: "failed", effects: ["halt", "emit error"] };
  const [to, ...effects] = table[state]?.[input] ?? [state];
  return { state: to, effects };
}
