import type { Events, SeekLocation } from "./driver.js";

/** A player in a page. */
export interface Player {
  /** `div.ap-wrapper`. Dispatches `CustomEvent("resize", { detail: { el } })` when the size of the player changes. */
  readonly el: HTMLElement;
  /** Removes the player from the page and lets go of everything. Commands reject from then on. */
  dispose(): void;
  /** The position in seconds; of live streams undefined while they are off. */
  getCurrentTime(): number;
  /** The length in seconds; undefined until it is known. */
  getDuration(): number | undefined;
  /** Starts or goes on. Resolves with whether it plays, rejects when the recording cannot be played. */
  play(): Promise<boolean | void>;
  /** Stands still. */
  pause(): Promise<boolean | void>;
  /** Goes somewhere else; resolves with whether that changed anything.
   *
   *  Rejects with `invalid seek target: …`, `invalid marker index: …` */
  seek(where: SeekLocation): Promise<boolean | void>;
  /** The speed of now: seconds of the recording per second. */
  getSpeed(): number;
  /** Changes the speed from here on.
   *
   *  @throws RangeError  unless it is positive and finite */
  setSpeed(speed: number): void;
  /** Calls `handler` with the event's data, with the player as `this`.
   *
   *  @throws TypeError  for names that are none of the events */
  addEventListener<Name extends keyof Events>(name: Name, handler: (this: Player, data: Events[Name]) => void): void;
  removeEventListener<Name extends keyof Events>(name: Name, handler: (this: Player, data: Events[Name]) => void): void;
}
