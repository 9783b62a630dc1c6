import { themes } from "@asciinema-ts/render";
import type { Stream } from "../db/schema.js";
import { type PageOptions, pageOptions } from "../recordings/playback.js";
import type { ListedStream } from "./repository.js";

/** What a stream's page takes from its address. */
export type StreamPageOptions = Pick<PageOptions, "autoplay" | "cols" | "poster" | "rows" | "theme">;

/** Reads the options of a stream's address. What does not fit is left out. */
export function streamPageOptions(query: Record<string, string | undefined>): StreamPageOptions {
  const { autoplay, cols, poster, rows, theme } = pageOptions(query);
  const given = Object.entries({ autoplay, cols, poster, rows, theme }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** The theme that a stream is shown in, unless its producer's own is: a name that there is. */
export function themeOf(stream: Pick<ListedStream, "term_theme_name" | "owner_theme">): string {
  const named = [stream.term_theme_name, stream.owner_theme].find((name) => name && Object.hasOwn(themes, name));
  return named ?? "asciinema";
}

/** Whether the producer's colours are shown when it sends them. */
export function prefersOriginal(stream: Pick<Stream, "term_theme_name" | "term_theme_prefer_original">): boolean {
  return stream.term_theme_prefer_original || stream.term_theme_name === "original";
}

/** The player's options for a stream: its owner's settings, then what the page's address asks for. */
export function streamPlayerOptions(stream: ListedStream, page: StreamPageOptions): Record<string, unknown> {
  const font = stream.term_font_family ?? stream.owner_font;
  const options: Record<string, unknown> = {
    // Sound must not start unasked; a terminal may.
    autoplay: stream.audio_url === null,
    theme: prefersOriginal(stream) ? `auto/${themeOf(stream)}` : themeOf(stream),
    boldIsBright: stream.term_bold_is_bright,
    adaptivePalette: stream.term_adaptive_palette,
    terminalLineHeight: stream.term_line_height,
    terminalFontFamily: font === null || font === "default" ? undefined : `"${font}", var(--mono)`,
    cursorMode: stream.term_cursor_mode,
    keystrokeOverlay: stream.keystroke_overlay || undefined,
    audioUrl: stream.audio_url,
    fit: "width",
    ...page,
  };
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined) delete options[name];
  }
  return options;
}
