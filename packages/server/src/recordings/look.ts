import type { ListedRecording } from "./repository.js";

/** The colours and letters of a recording: its owner's choice for it, else their choice for everything, else ours. */
export interface Look {
  /** The name of a theme: of the one that is used, or, with `recorded`, of the one for those who do not see it. */
  theme: string;
  /** Whether the colours are those of the terminal that it was recorded in. */
  recorded: boolean;
  boldIsBright: boolean;
  adaptivePalette: boolean;
  /** A font's name; `undefined` for whatever the reader has. */
  font: string | undefined;
}

export function lookOf(recording: ListedRecording): Look {
  const own = recording.term_theme_name;
  const named = own !== null && own !== "original";
  const font = recording.term_font_family ?? recording.author_font_family;
  return {
    theme: named ? own : (recording.author_theme_name ?? "asciinema"),
    recorded: !named && recording.term_theme !== null && (own === "original" || recording.author_prefers_original),
    boldIsBright: recording.term_bold_is_bright,
    adaptivePalette: recording.term_adaptive_palette,
    font: font === null || font === "default" ? undefined : font,
  };
}
