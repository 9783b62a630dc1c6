import type { Recording } from "../db/schema.js";
import type { FieldError } from "../refusal.js";
import { markerTimes } from "./markers.js";

/** Fields that a form leaves out when they are off. */
const flags = ["term_bold_is_bright", "term_adaptive_palette", "keystroke_overlay"];

/** What a settings form says, as the settings that `recordingSettings` checks: times become seconds, boxes that are not
 *  ticked become false. What cannot be understood stays as it is, to be refused there. */
export function settingsOfForm(form: Record<string, string>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  // Browsers send every line end as two characters.
  for (const [name, value] of Object.entries(form)) settings[name] = value.replace(/\r\n?/g, "\n");
  for (const flag of flags) settings[flag] = form[flag] !== undefined;
  if (form["snapshot_at"] !== undefined) settings["snapshot_at"] = inSeconds(form["snapshot_at"]);
  if (typeof settings["markers"] === "string") {
    settings["markers"] = settings["markers"].replace(
      /^[ \t]*(\d[\d:.]*)[ \t]*(?:-[ \t]+)?(.*?)[ \t]*$/gm,
      (_, time: string, label: string) => (label ? `${inSeconds(time)} - ${label}` : inSeconds(time)),
    );
  }
  return settings;
}

/** A recording's settings as a form shows them. */
export function formOfSettings(recording: Recording): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [name, value] of Object.entries(recording)) {
    if (typeof value === "boolean" ? value : value !== null) form[name] = String(value);
  }
  if (recording.snapshot_at !== null) form["snapshot_at"] = asClock(recording.snapshot_at);
  const markers = recording.markers === null ? [] : markerTimes(recording.markers);
  if (!("line" in markers)) {
    form["markers"] = markers
      .map(([time, label]) => (label ? `${asClock(time)} - ${label}` : asClock(time)))
      .join("\n");
  }
  return form;
}

/** What to type instead, for each field that did not fit. */
export function forPeople({ field, message }: FieldError): FieldError {
  const line = /\d+$/.exec(message)?.[0];
  const texts: Record<string, string> = {
    title: "128 characters at most.",
    description: "4,096 characters at most.",
    snapshot_at: "A time, such as 1:46.",
    idle_time_limit: "Seconds, more than 0.",
    speed: "A number, more than 0.",
    term_cols_override: "1 to 720.",
    term_rows_override: "1 to 200.",
    term_line_height: "1 to 2.",
    audio_url: "An address that starts with https:// or http://.",
    markers: line
      ? `Line ${line} does not fit. A time, then a name of at most 99 characters: 1:46 - create the role`
      : "4,096 characters at most.",
  };
  return { field, message: texts[field] ?? "Choose one of those." };
}

/** `106` as `1:46`, `106.5` as `1:46.5`, `3706` as `1:01:46`. */
function asClock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = Math.round((seconds - minutes * 60) * 1e6) / 1e6;
  const two = (number: number) => `${number < 10 ? "0" : ""}${number}`;
  return hours > 0 ? `${hours}:${two(minutes % 60)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `1:46`, `1:01:46` or `106` as a number's text; anything else as it is. */
function inSeconds(text: string): string {
  const time = text.trim();
  if (!/^(\d{1,4}:){0,2}\d{1,9}(\.\d{1,6})?$/.test(time)) return time;
  const seconds = time.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  return String(Math.round(seconds * 1e6) / 1e6);
}
