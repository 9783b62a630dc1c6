import { themes } from "@asciinema-ts/render";
import * as v from "valibot";
import { visibilities } from "../config.js";
import type { Recording } from "../db/schema.js";
import { type FieldError, Refusal } from "../refusal.js";
import { MAX_COLS, MAX_ROWS } from "./limits.js";
import { markerTimes } from "./markers.js";

/** The themes that owners can choose. */
export const themeNames = ["original", ...Object.keys(themes)];

/** What a request can say about one field, with the texts that commands know. */
export const text = (most: number) =>
  v.pipe(
    v.string("is invalid"),
    v.check((value) => [...value].length <= most, `should be at most ${most} character(s)`),
  );

// A form sends everything as text, JSON its own types.
export const number = v.pipe(
  v.union(
    [
      v.number(),
      v.pipe(
        v.string(),
        v.regex(/^-?\d+(\.\d+)?$/),
        v.transform((digits) => Number(digits)),
      ),
    ],
    "is invalid",
  ),
  v.finite("is invalid"),
);
const positive = v.pipe(number, v.gtValue(0, "must be greater than 0"));
const size = (most: number) =>
  v.pipe(positive, v.integer("is invalid"), v.maxValue(most, `must be less than or equal to ${most}`));
export const flag = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false", "1", "0", "on", "off"])], "is invalid"),
  v.transform((value) => value === true || value === "true" || value === "1" || value === "on"),
);

/** How a terminal is to look; recordings and streams have these in common. */
export const appearance = {
  term_theme_name: v.picklist(themeNames, "is invalid"),
  term_bold_is_bright: flag,
  term_adaptive_palette: flag,
  term_line_height: v.pipe(
    number,
    v.minValue(1, "must be greater than or equal to 1.0"),
    v.maxValue(2, "must be less than or equal to 2.0"),
  ),
  term_font_family: v.picklist(["default", "Fira Code", "JetBrains Mono"], "is invalid"),
  term_cursor_mode: v.picklist(["blinking", "steady", "hidden"], "is invalid"),
  keystroke_overlay: flag,
};

/** An address that players fetch sound from. */
export const audioUrl = v.pipe(text(255), v.regex(/^https?:\/\/[^\s]+$/, "has invalid format"));

/** What an owner may set, and what fits. An empty text or `null` means not set. */
const fields = {
  visibility: v.picklist(visibilities, "is invalid"),
  title: text(128),
  description: text(4096),
  term_cols_override: size(MAX_COLS),
  term_rows_override: size(MAX_ROWS),
  ...appearance,
  idle_time_limit: positive,
  speed: positive,
  snapshot_at: positive,
  markers: v.pipe(
    text(4096),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const parsed = markerTimes(dataset.value);
      if ("line" in parsed) addIssue({ message: `invalid syntax in line ${parsed.line}` });
    }),
  ),
  audio_url: audioUrl,
} satisfies { [K in keyof Recording]?: v.GenericSchema<unknown, unknown> };

/** The names of what an owner may set. */
export const settingNames: readonly string[] = Object.keys(fields);

/** What an owner sets; what is left out stays as it is. */
export type Settings = { [K in keyof typeof fields]?: Recording[K] };

/** Fields that always have a value. */
const required: ReadonlySet<string> = new Set([
  "visibility",
  "term_bold_is_bright",
  "term_adaptive_palette",
  "keystroke_overlay",
]);

/** Checks what a request wants to set. Names that are not an owner's to set are ignored.
 *
 *  @param input  a form's fields or a JSON object
 *  @throws Refusal  validation_failed, with every field that does not fit */
export function recordingSettings(input: Record<string, unknown>): Settings {
  return checked(fields, required, input) as Settings;
}

/** The fields of a request that fit. An empty text or `null` becomes `null`, where a field may be without value.
 *
 *  @throws Refusal  validation_failed, with every field that does not fit */
export function checked(
  fields: Record<string, unknown>,
  required: ReadonlySet<string>,
  input: Record<string, unknown>,
): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  const details: FieldError[] = [];
  for (const [field, schema] of Object.entries(fields)) {
    const value = Object.hasOwn(input, field) ? input[field] : undefined;
    if (value === undefined) continue;
    if (value === null || value === "") {
      if (required.has(field)) details.push({ field, message: "can't be blank" });
      else changes[field] = null;
      continue;
    }
    const result = v.safeParse(schema as v.GenericSchema<unknown, unknown>, value);
    if (result.success) changes[field] = result.output;
    else details.push({ field, message: result.issues[0].message });
  }
  if (details.length > 0) throw new Refusal("validation_failed", "Validation failed", { details });
  return changes;
}
