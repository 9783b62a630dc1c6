import type { FC } from "hono/jsx";
import { fonts } from "../accounts/preferences.js";
import { Check, Select } from "./components.js";

interface ChoiceProps {
  value: string | undefined;
  /** What nothing chosen means. */
  unset: string;
}

/** In which font a terminal is shown. */
export const FontSelect: FC<ChoiceProps> = ({ value = "", unset }) => (
  <Select
    name="term_font_family"
    label="Font"
    value={value}
    options={[["", unset], ...fonts.map((font): [string, string] => [font, `${font}, if installed`])]}
  />
);

/** How a terminal's cursor is shown. */
export const CursorSelect: FC<ChoiceProps> = ({ value = "", unset }) => (
  <Select
    name="term_cursor_mode"
    label="Cursor"
    value={value}
    options={[
      ["", unset],
      ["blinking", "Blinking"],
      ["steady", "Steady"],
      ["hidden", "Hidden"],
    ]}
  />
);

/** What a terminal's colours are made of.
 *
 *  @param props.hint  what that holds for */
export const ColorChecks: FC<{ bright: boolean; adaptive: boolean; hint?: string }> = ({ bright, adaptive, hint }) => (
  <div>
    <Check name="term_bold_is_bright" label="Bold text is bright" checked={bright} {...(hint && { hint })} />
    <Check
      name="term_adaptive_palette"
      label="The 256 colours follow the theme"
      checked={adaptive}
      {...(hint && { hint })}
    />
  </div>
);
