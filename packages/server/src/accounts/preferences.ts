import { themes } from "@asciinema-ts/render";
import type { User } from "../db/schema.js";
import type { FieldError } from "../refusal.js";
import { invalid } from "./identity.js";

/** How somebody wants terminals to look, where a recording or stream does not say. */
export type Preferences = Pick<
  User,
  | "term_theme_name"
  | "term_theme_prefer_original"
  | "term_font_family"
  | "term_bold_is_bright"
  | "term_adaptive_palette"
>;

/** Fonts that can be asked for; they are used where they are installed. */
export const fonts: readonly string[] = ["Fira Code", "JetBrains Mono"];

/** Time zones that this machine knows, by their IANA names. */
export const timezones: readonly string[] = [
  "UTC",
  ...Intl.supportedValuesOf("timeZone").filter((one) => one !== "UTC"),
];

/** Reads a form.
 *
 *  @throws Refusal  validation_failed */
export function preferences(form: Record<string, string>): Preferences {
  const wrong: FieldError[] = [];
  const oneOf = (field: string, values: readonly string[]) => {
    const value = form[field] ?? "";
    if (value !== "" && !values.includes(value)) wrong.push({ field, message: "Choose one of those." });
    return value || null;
  };
  const found = {
    term_theme_name: oneOf("term_theme_name", Object.keys(themes)),
    term_theme_prefer_original: form["term_theme_prefer_original"] !== undefined,
    term_font_family: oneOf("term_font_family", fonts),
    term_bold_is_bright: form["term_bold_is_bright"] !== undefined,
    term_adaptive_palette: form["term_adaptive_palette"] !== undefined,
  };
  if (wrong.length > 0) throw invalid(wrong);
  return found;
}

/** A time zone as a form names it, `null` for none, or what is wrong with it. */
export function timezone(text: string): string | null | FieldError {
  const value = text.trim();
  if (value === "") return null;
  return timezones.includes(value) ? value : { field: "timezone", message: "Choose one of those." };
}
