import { promisify } from "node:util";
import { deflateSync, gzip as gzipCallback } from "node:zlib";
import type { Theme } from "@asciinema-ts/asciicast";
import { frame, palette, png, svg, themes } from "@asciinema-ts/render";
import { Terminal } from "@asciinema-ts/vt";
import { CARD, type CardFacts, card } from "../recordings/card.js";
import { typesettersOf } from "../recordings/raster.js";

const gzip = promisify(gzipCallback);

/** What a list shows of a screen: so many columns of the last lines with text. */
export const CORNER = { cols: 54, rows: 15 };
const CORNER_WIDTH = 476;

/** A screen, as its own size and control sequences. */
export interface Screen {
  cols: number;
  rows: number;
  dump: string;
}

/** A picture of a screen: in SVG as a whole or its legible corner, in PNG as the card that links show. */
export interface ScreenPicture {
  screen: Screen;
  theme: Theme | string;
  boldIsBright: boolean;
  adaptivePalette: boolean;
  variant: "screen" | "corner" | "card";
  facts: CardFacts;
  fonts: readonly string[];
}

/** Draws a screen; SVG comes compressed with gzip. */
export async function drawScreen(picture: ScreenPicture): Promise<Uint8Array> {
  const { screen, variant, facts, theme } = picture;
  const terminal = new Terminal({ cols: screen.cols, rows: screen.rows });
  terminal.feed(screen.dump);
  const named = typeof theme === "string" ? (themes[theme] ?? themes["asciinema"]!) : theme;
  const colors = palette(named, { adaptive: picture.adaptivePalette });
  const corner = { screen: undefined, corner: CORNER, card: CARD }[variant];
  const shown = frame(terminal, colors, { boldIsBright: picture.boldIsBright, ...(corner && { corner }) });
  if (variant === "card") return png(card(shown, facts, typesettersOf(picture.fonts)), deflateSync);
  return gzip(svg(shown, variant === "corner" ? { width: CORNER_WIDTH } : { radius: 6, title: facts.title }));
}
