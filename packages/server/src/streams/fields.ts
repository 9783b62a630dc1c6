import * as v from "valibot";
import { visibilities } from "../config.js";
import type { Stream } from "../db/schema.js";
import { appearance, audioUrl, checked, flag, number, text } from "../recordings/fields.js";
import { parseSchedule } from "./schedule.js";

const MOST_ENV = 100;
const MOST_ENV_LENGTH = 16 * 1024;

/** What a producer says about its surroundings; only texts under the names of variables are kept. */
const env = v.pipe(
  v.custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "is invalid",
  ),
  v.transform((value) => {
    const entries = Object.entries(value)
      .filter(([name, one]) => /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name) && typeof one === "string")
      .slice(0, MOST_ENV);
    return JSON.stringify(Object.fromEntries(entries));
  }),
  v.maxLength(MOST_ENV_LENGTH, "is too long"),
);

/** A text that a producer's surroundings choose, not the owner: cut instead of refused, and on one line. */
const told = (most: number) =>
  v.pipe(
    v.string("is invalid"),
    v.transform((value) => value.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").slice(0, most)),
  );

/** What an owner or their producer may set, and what fits. An empty text or `null` means not set. */
const fields = {
  live: flag,
  visibility: v.picklist(visibilities, "is invalid"),
  title: text(128),
  description: text(4096),
  audio_url: audioUrl,
  buffer_time: v.pipe(
    number,
    v.minValue(0, "must be greater than or equal to 0"),
    v.maxValue(30, "must be less than or equal to 30"),
  ),
  schedule: v.pipe(
    v.string("is invalid"),
    v.rawCheck(({ dataset, addIssue }) => {
      const parsed = dataset.typed ? parseSchedule(dataset.value) : undefined;
      if (parsed && "problem" in parsed) addIssue({ message: parsed.problem });
    }),
  ),
  shell: told(255),
  env,
  term_type: told(64),
  term_version: told(255),
  term_theme_prefer_original: flag,
  ...appearance,
} satisfies { [K in keyof Stream]?: v.GenericSchema<unknown, unknown> };

/** What an owner sets; what is left out stays as it is. */
export type StreamSettings = { [K in keyof typeof fields]?: Stream[K] };

const required: ReadonlySet<string> = new Set([
  "live",
  "visibility",
  "term_theme_prefer_original",
  "term_bold_is_bright",
  "term_adaptive_palette",
  "keystroke_overlay",
]);

/** Checks what a request wants to set. Names that are not an owner's to set are ignored.
 *
 *  @param input  a form's fields or a JSON object
 *  @throws Refusal  validation_failed, with every field that does not fit */
export function streamSettings(input: Record<string, unknown>): StreamSettings {
  return checked(fields, required, input) as StreamSettings;
}
