import { define } from "./element.js";
import type { Options } from "./options.js";
import { settle } from "./options.js";
import type { Player } from "./player.js";
import { PlayerView } from "./player-view.js";
import { driverFor, type Source } from "./source.js";

/** Puts a player into an element of the page, after what is there already, and returns at once.
 *
 *  The page includes the style sheet. Loading begins when playback does, or before it with `preload`; whatever goes
 *  wrong then is told by the `error` event and by commands that reject.
 *
 *  @param source  a recording's address or data, or a driver of the page's own
 *  @throws Error      `unsupported driver`, `unknown parser`, `unsupported cursor mode`, `unsupported fit mode`,
 *                    `unsupported keystroke overlay option`
 *  @throws TypeError  when there is no element */
export function create(source: Source, container: HTMLElement, options: Options = {}): Player {
  const driver = driverFor(source);
  const settings = settle(options);
  if (!container) throw new TypeError("the element to put the player in is missing");
  return new PlayerView(driver, container, settings).player;
}

/** Makes `<asciinema-player>` known to the page, as the script bundle does by itself. Does nothing the second time, nor
 *  where there is no page. */
export function defineElement(): void {
  if (globalThis.customElements) define(create);
}

export type {
  Dispatch,
  Driver,
  DriverFactory,
  EmbeddedTheme,
  Events,
  InputEvent,
  MarkerEvent,
  SeekLocation,
} from "./driver.js";
export type { AsciinemaPlayerElement } from "./element.js";
export type { DriverOptions, Logger, Marker, Options, Poster } from "./options.js";
export type { Player } from "./player.js";
export type {
  BuiltInParser,
  DataSource,
  ParsedRecording,
  ParsedRecording as Recording,
  Parser,
  ParserOptions,
  RecordingData,
  RecordingEvent,
  RecordingEventCode,
  RecordingSource,
  Source,
  UrlSource,
} from "./source.js";
