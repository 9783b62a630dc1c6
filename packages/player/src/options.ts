import { showable } from "./size.js";

/** A console, or anything with its methods. */
export interface Logger {
  log(...args: unknown[]): void;
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
}

/** A place on the line: seconds, or seconds and what to call it. */
export type Marker = number | [time: number, label: string];

/** What `create` accepts. Every option may be left out or `null`, which means its default. Unknown keys are ignored.
 *
 *  Times are in seconds. */
export interface Options {
  /** Size of the terminal in place of the recording's own, each dimension for itself; resizes within it do nothing then. */
  cols?: number | null;
  rows?: number | null;
  /** Play at once; `autoplay` is the same. */
  autoPlay?: boolean | null;
  autoplay?: boolean | null;
  /** Load the recording before it is played. */
  preload?: boolean | null;
  /** Play again at the end: for ever, or this many times more. */
  loop?: boolean | number | null;
  /** Where to start: seconds, `"mm:ss"` or `"hh:mm:ss"`, before pauses are shortened. */
  startAt?: number | string | null;
  /** Seconds of the recording per second; 1 by default. */
  speed?: number | null;
  /** Shortens pauses to this; by default to what the recording asks for. */
  idleTimeLimit?: number | null;
  /** A theme's name, or `auto/NAME`: the recording's own colours, NAME when it has none. NAME names the class
   *  `asciinema-player-theme-NAME`. */
  theme?: string | null;
  /** Shown before playing: `npt:TIME` or `data:text/plain,TEXT`, where TEXT is what a terminal is fed. */
  poster?: string | null;
  /** Sound that belongs to the recording or stream: an address. */
  audioUrl?: string | null;
  /** Derives colours 16–255 from the theme's 16. */
  adaptivePalette?: boolean | null;
  /** Shows bold text of colours 0–7 in 8–15. */
  boldIsBright?: boolean | null;
  /** What of its container the player fills; `"width"` by default. `"none"` and `false` keep the font size. */
  fit?: "width" | "height" | "both" | "none" | false | null;
  /** The control bar: always, never, or (`"auto"`, the default) while the visitor is active. */
  controls?: boolean | "auto" | null;
  /** `"blinking"` by default. */
  cursorMode?: "blinking" | "steady" | "hidden" | null;
  /** Places on the line, in place of the recording's markers; times after pauses were shortened. */
  markers?: Marker[] | null;
  /** Pauses at every marker. */
  pauseOnMarkers?: boolean | null;
  /** Font size without `fit`: `"small"` 12 px, `"medium"` 18 px, `"big"` 24 px, or any in CSS. */
  terminalFontSize?: string | null;
  /** Font family, as in CSS. */
  terminalFontFamily?: string | null;
  /** Shows the keys of recorded input as they are pressed; the visitor changes it by `k`. */
  keystrokeOverlay?: boolean | null;
  /** Height of a line as a multiple of the font size; 1.3333333333 by default. */
  terminalLineHeight?: number | null;
  /** Hears what the player notices; nobody by default. */
  logger?: Logger | null;
}

/** A screen of the recording, `value` in seconds; or what the terminal is fed. */
export type Poster = { type: "npt"; value: number } | { type: "text"; value: string };
export type Fit = "width" | "height" | "both" | "none";
export type CursorMode = "blinking" | "steady" | "hidden";

/** What a driver is told: playback options, checked. Times are seconds, as everywhere in the public face. */
export interface DriverOptions {
  cols?: number | undefined;
  rows?: number | undefined;
  speed: number;
  idleTimeLimit?: number;
  startAt: number;
  preload: boolean;
  loop: boolean | number;
  poster: Poster | undefined;
  audioUrl?: string;
  markers?: Marker[];
  pauseOnMarkers: boolean;
}

/** Options with their defaults, checked. */
export interface Settings {
  driver: DriverOptions;
  autoPlay: boolean;
  theme: { name: string; embedded: boolean };
  adaptivePalette?: boolean;
  boldIsBright: boolean;
  fit: Fit;
  controls: boolean | "auto";
  cursorMode: CursorMode;
  /** As in CSS. */
  fontSize: string | undefined;
  terminalFontFamily?: string;
  terminalLineHeight: number;
  keystrokeOverlay: boolean;
  logger: Logger;
}

const fits: readonly unknown[] = ["width", "height", "both", "none", false];
const cursorModes: readonly unknown[] = ["blinking", "steady", "hidden"];
const fontSizes: Record<string, string> = { small: "12px", medium: "18px", big: "24px" };
const nothing = () => {};
const silence: Logger = { log: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Checks options and fills in defaults.
 *
 *  @throws Error  `unsupported cursor mode`, `unsupported fit mode`, `unsupported keystroke overlay option` */
export function settle(options: Options): Settings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value != null)) as Given;
  const { autoplay = false, autoPlay = autoplay, theme = "auto/asciinema", terminalFontSize = "" } = given;
  const { cursorMode = "blinking", fit = "width", keystrokeOverlay = false, startAt = 0, poster = "" } = given;
  if (!cursorModes.includes(cursorMode)) throw new Error(`unsupported cursor mode: ${cursorMode}`);
  if (!fits.includes(fit)) throw new Error(`unsupported fit mode: ${fit}`);
  if (typeof keystrokeOverlay !== "boolean")
    throw new Error(`unsupported keystroke overlay option: ${keystrokeOverlay}`);
  const { cols, rows } = showable({ cols: given.cols ?? 0, rows: given.rows ?? 0 });
  const [, auto, name] = /^(auto\/)?(.*)/s.exec(theme)!;
  return {
    boldIsBright: false,
    controls: "auto",
    terminalLineHeight: 4 / 3,
    logger: silence,
    ...given,
    autoPlay,
    cursorMode,
    keystrokeOverlay,
    theme: { name: name!, embedded: !!auto },
    fit: fit || "none",
    fontSize: fontSizes[terminalFontSize] ?? terminalFontSize,
    driver: {
      speed: 1,
      preload: false,
      loop: false,
      pauseOnMarkers: false,
      ...given,
      cols: given.cols && cols,
      rows: given.rows && rows,
      startAt: seconds(startAt),
      poster: autoPlay ? undefined : toPoster(poster),
    },
  };
}

/** Options without those that are null. */
type Given = { [Name in keyof Options]: NonNullable<Options[Name]> };

/** `90`, `"90"`, `"1:30"`, `"0:01:30"` → 90. */
export function seconds(time: number | string): number {
  if (typeof time === "number") return time;
  return time.split(":").reduce((sum, part) => sum * 60 + Number.parseFloat(part), 0);
}

/** The poster that a text asks for; what is neither kind shows nothing. */
function toPoster(text: string): Poster | undefined {
  const [, time, screen] = /^(?:npt:(.*)|data:text\/plain,(.*))/s.exec(text) ?? [];
  if (time !== undefined) return { type: "npt", value: seconds(time) };
  if (screen !== undefined) return { type: "text", value: screen };
  return undefined;
}
