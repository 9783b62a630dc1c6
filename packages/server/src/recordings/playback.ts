import { themes } from "@asciinema-ts/render";
import type { Recording } from "../db/schema.js";
import { MAX_COLS, MAX_ROWS } from "./limits.js";
import { lookOf } from "./look.js";
import { type MarkerTime, markerTimes } from "./markers.js";
import type { ListedRecording } from "./repository.js";

/** What a page's address may ask of the player; all of it comes from whoever made the link. */
export interface PageOptions {
  autoplay?: boolean;
  cols?: number;
  rows?: number;
  loop?: boolean | number;
  poster?: string;
  preload?: boolean;
  speed?: number;
  startAt?: number;
  idleTimeLimit?: number;
  theme?: string;
}

type Query = Record<string, string | undefined>;

/** Reads the options of a page's address. What does not fit is left out: a link with a mistake still plays. */
export function pageOptions(query: Query): PageOptions {
  const options: PageOptions = {};
  const set = <K extends keyof PageOptions>(key: K, value: PageOptions[K] | undefined) => {
    if (value !== undefined) options[key] = value;
  };
  set("autoplay", boolean(query["autoplay"]));
  set("preload", boolean(query["preload"]));
  set("loop", boolean(query["loop"]) ?? whole(query["loop"], Number.MAX_SAFE_INTEGER));
  set("cols", whole(query["cols"], MAX_COLS));
  set("rows", whole(query["rows"], MAX_ROWS));
  set("speed", positive(query["speed"]));
  set("startAt", seconds(query["startAt"] ?? query["t"]));
  set("idleTimeLimit", positive(query["idleTimeLimit"] ?? query["i"]));
  set("theme", themeName(query["theme"]));
  set("poster", poster(query["poster"]));
  // A link to a moment is meant to be followed.
  if (options.startAt !== undefined && options.autoplay === undefined) options.autoplay = true;
  if (options.startAt && options.autoplay === false && options.poster === undefined) {
    options.poster = `npt:${options.startAt}`;
  }
  return options;
}

/** The player's options for a recording: its owner's settings, then what the page's address asks for. */
export function playerOptions(recording: ListedRecording, page: PageOptions): Record<string, unknown> {
  const look = lookOf(recording);
  const options: Record<string, unknown> = {
    cols: recording.term_cols_override,
    rows: recording.term_rows_override,
    theme: look.recorded ? `auto/${look.theme}` : look.theme,
    boldIsBright: look.boldIsBright,
    adaptivePalette: look.adaptivePalette,
    terminalLineHeight: recording.term_line_height,
    terminalFontFamily: look.font && `"${look.font}", var(--mono)`,
    cursorMode: recording.term_cursor_mode,
    keystrokeOverlay: recording.keystroke_overlay || undefined,
    idleTimeLimit: recording.idle_time_limit,
    speed: recording.speed,
    audioUrl: recording.audio_url,
    markers: ownMarkers(recording),
    poster: `npt:${snapshotAt(recording)}`,
    preload: true,
    // The page limits the width, so that the height fits the window.
    fit: "width",
    ...page,
  };
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined) delete options[name];
  }
  return options;
}

/** The moment, in seconds, that stands for a recording: its owner's choice or the middle. */
export function snapshotAt(recording: Recording): number {
  return recording.snapshot_at ?? Math.round(recording.duration / 2e3) / 1e3;
}

/** The moments that its owner named, instead of those in the file. */
export function ownMarkers(recording: Recording): MarkerTime[] | undefined {
  const markers = recording.markers ? markerTimes(recording.markers) : undefined;
  return markers === undefined || "line" in markers ? undefined : markers;
}

/** A number of seconds as it stands in an address: `71`, or `71.5`. */
export function inAddress(seconds: number): string {
  return String(Math.round(seconds * 1000) / 1000);
}

function boolean(text: string | undefined): boolean | undefined {
  if (text === "1" || text === "true") return true;
  return text === "0" || text === "false" ? false : undefined;
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,9}(\.\d{1,6})?$/.test(text)) return undefined;
  return Number(text) > 0 ? Number(text) : undefined;
}

function whole(text: string | undefined, most: number): number | undefined {
  const number = positive(text);
  return number !== undefined && Number.isInteger(number) && number <= most ? number : undefined;
}

/** `SS`, `MM:SS` or `HH:MM:SS`, the seconds with decimals if need be. */
function seconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d{1,4}:){0,2}\d{1,9}(\.\d{1,6})?$/.test(text)) return undefined;
  return text.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}

function themeName(text: string | undefined): string | undefined {
  if (text === "original") return "auto/asciinema";
  const name = text?.replace(/^auto\//, "");
  return name !== undefined && Object.hasOwn(themes, name) ? text : undefined;
}

function poster(text: string | undefined): string | undefined {
  if (text?.startsWith("npt:")) {
    const time = seconds(text.slice(4));
    return time === undefined ? undefined : `npt:${time}`;
  }
  return text?.startsWith("data:text/plain,") && text.length <= 4096 ? text : undefined;
}
