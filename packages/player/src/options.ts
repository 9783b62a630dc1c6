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
  cols: number | undefined;
  rows: number | undefined;
  speed: number;
  idleTimeLimit: number | undefined;
  startAt: number;
  preload: boolean;
  loop: boolean | number;
  poster: Poster | undefined;
  audioUrl: string | undefined;
  markers: Marker[] | undefined;
  pauseOnMarkers: boolean;
}

/** Options with their defaults, checked. */
export interface Settings {
  driver: DriverOptions;
  autoPlay: boolean;
  theme: { name: string; embedded: boolean };
  adaptivePalette: boolean;
  boldIsBright: boolean;
  fit: Fit;
  controls: boolean | "auto";
  cursorMode: CursorMode;
  fontSize: string | undefined;
  fontFamily: string | undefined;
  lineHeight: number;
  keystrokes: boolean;
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
  const autoPlay = options.autoPlay ?? options.autoplay ?? false;
  const cursorMode = options.cursorMode ?? "blinking";
  if (!cursorModes.includes(cursorMode)) throw new Error(`unsupported cursor mode: ${cursorMode}`);
  const fit = options.fit ?? "width";
  if (!fits.includes(fit)) throw new Error(`unsupported fit mode: ${fit}`);
  const keystrokes = options.keystrokeOverlay ?? false;
  if (typeof keystrokes !== "boolean") throw new Error(`unsupported keystroke overlay option: ${keystrokes}`);
  const theme = options.theme ?? "auto/asciinema";
  const { cols, rows } = showable({ cols: options.cols ?? 0, rows: options.rows ?? 0 });
  const size = options.terminalFontSize ?? undefined;
  return {
    driver: {
      cols: options.cols ? cols : undefined,
      rows: options.rows ? rows : undefined,
      speed: options.speed ?? 1,
      idleTimeLimit: options.idleTimeLimit ?? undefined,
      startAt: seconds(options.startAt ?? 0),
      preload: options.preload ?? false,
      loop: options.loop ?? false,
      poster: autoPlay ? undefined : poster(options.poster ?? ""),
      audioUrl: options.audioUrl ?? undefined,
      markers: options.markers ?? undefined,
      pauseOnMarkers: options.pauseOnMarkers ?? false,
    },
    autoPlay,
    theme: theme.startsWith("auto/") ? { name: theme.slice(5), embedded: true } : { name: theme, embedded: false },
    adaptivePalette: options.adaptivePalette ?? false,
    boldIsBright: options.boldIsBright ?? false,
    fit: fit === false ? "none" : fit,
    controls: options.controls ?? "auto",
    cursorMode,
    fontSize: size && (fontSizes[size] ?? size),
    fontFamily: options.terminalFontFamily ?? undefined,
    keystrokes,
    lineHeight: options.terminalLineHeight ?? 4 / 3,
    logger: options.logger ?? silence,
  };
}

/** `90`, `"90"`, `"1:30"`, `"0:01:30"` → 90. */
export function seconds(time: number | string): number {
  if (typeof time === "number") return time;
  return time.split(":").reduce((sum, part) => sum * 60 + Number.parseFloat(part), 0);
}

/** The poster that a text asks for; what is neither kind shows nothing. */
function poster(text: string): Poster | undefined {
  if (text.startsWith("npt:")) return { type: "npt", value: seconds(text.slice(4)) };
  if (text.startsWith("data:text/plain,")) return { type: "text", value: text.slice("data:text/plain,".length) };
  return undefined;
}
