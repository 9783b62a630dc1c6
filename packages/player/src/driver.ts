import type { Snapshot } from "@asciinema-ts/vt";
import type { DriverOptions, Logger } from "./options.js";

/** Colours of a terminal that come with a recording: hex colours, the palette of 8 or 16. */
export interface EmbeddedTheme {
  foreground: string;
  background: string;
  palette: string[];
}

/** Everything that a driver reports and a page can listen to. Times are seconds. */
export interface Events {
  /** Playback was asked for; the recording may have to load first. */
  play: object;
  /** The clock runs: playback began, or goes on after a wait. */
  playing: object;
  pause: object;
  /** The end was reached. Live sources say why. */
  ended: { message?: string };
  /** Recorded keyboard input. */
  input: { data: string };
  /** A marker was passed while playing. */
  marker: { index: number; time: number; label: string };
  /** Playing is not possible; every later command rejects with this. With `canRetry` the network failed, and the player
   *  offers to try again. */
  error: { name: string; message: string; canRetry?: boolean };
  seeked: object;
  ready: { isPausable: boolean; isSeekable: boolean };
  metadata: { duration?: number; markers?: [time: number, label: string][]; hasAudio: boolean };
  /** The terminal was replaced. `init` rebuilds its contents; `theme` null means the page's, undefined as it was. */
  reset: { size: { cols: number; rows: number }; init?: string; theme?: EmbeddedTheme | null };
  resize: { cols: number; rows: number };
  /** Text that the terminal was fed. */
  output: string | string[];
  /** Data has been awaited for a while. */
  loading: object;
  offline: { message: string };
  /** Sound was switched off (true) or on. */
  muted: boolean;
}

/** What `input` says. */
export type InputEvent = Events["input"];
/** What `marker` says. */
export type MarkerEvent = Events["marker"];

/** The names of all events. */
export const eventNames: readonly (keyof Events)[] = [
  "play",
  "playing",
  "pause",
  "ended",
  "input",
  "marker",
  "error",
  "seeked",
  "ready",
  "metadata",
  "reset",
  "resize",
  "output",
  "loading",
  "offline",
  "muted",
];

/** Reports an event.
 *
 *  @param instead  what the player does in place of it, while those who listen are told: it takes a snapshot, which is
 *                  cheaper; or nothing, because it knows already */
export type Dispatch = <Name extends keyof Events>(
  name: Name,
  payload: Events[Name],
  instead?: Snapshot | "nothing",
) => void;

/** A source of terminal output: a recording, a stream. Methods that are missing are things it cannot do.
 *
 *  Times are seconds. Commands come one at a time. */
export interface Driver {
  /** It has no end that is known and plays what happens now. */
  live?: boolean;
  init?(): Promise<void> | void;
  play?(): Promise<boolean | void> | boolean | void;
  pause?(): Promise<boolean | void> | boolean | void;
  seek?(where: SeekLocation): Promise<boolean | void> | boolean | void;
  /** Goes on by this many outputs, or back. */
  step?(n: number): Promise<void> | void;
  /** Lets go of everything, at any moment and for good. */
  stop?(): void;
  setSpeed?(speed: number): void;
  /** Switches sound off and on; both report it. */
  mute?(): void;
  unmute?(): void;
  getDuration?(): number | undefined;
  getCurrentTime?(): number | undefined;
  /** Bytes that have been loaded, for the notice that it loads. */
  getLoaded?(): number;
  /** Where output is, for the line of the control bar: this many buckets over the duration, each 0 to 1. */
  getTrace?(buckets: number): number[];
}

/** Makes a driver. A function of this kind is accepted in place of a source. */
export type DriverFactory = (callbacks: { dispatch: Dispatch; logger: Logger }, options: DriverOptions) => Driver;

/** Where to go: seconds, `"50%"`, `"<<"` and `">>"` (5 s), `"<<<"` and `">>>"` (a tenth), or a marker. */
export type SeekLocation = number | `${number}%` | "<<" | ">>" | "<<<" | ">>>" | { marker: number | "prev" | "next" };
