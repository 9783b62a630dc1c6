import type { Theme } from "@asciinema-ts/asciicast";
import type { Color, Pen, Rgb, Terminal } from "@asciinema-ts/vt";
import { adapt, BACKGROUND, FOREGROUND } from "./adaptive.js";

/** The built-in colour schemes, by the names that the player's `theme` option and `asciicast` theme classes use. */
export const themes: Readonly<Record<string, Theme>> = {
  asciinema: {
    fg: "#cccccc",
    bg: "#121314",
    // biome-ignore format: eight colours to a line
    palette: [
      "#000000", "#dd3c69", "#4ebf22", "#ddaf3c", "#26b0d7", "#b954e1", "#54e1b9", "#d9d9d9",
      "#4d4d4d", "#dd3c69", "#4ebf22", "#ddaf3c", "#26b0d7", "#b954e1", "#54e1b9", "#ffffff",
    ],
  },
  dracula: {
    fg: "#f8f8f2",
    bg: "#282a36",
    // biome-ignore format: eight colours to a line
    palette: [
      "#21222c", "#ff5555", "#50fa7b", "#f1fa8c", "#bd93f9", "#ff79c6", "#8be9fd", "#f8f8f2",
      "#6272a4", "#ff6e6e", "#69ff94", "#ffffa5", "#d6acff", "#ff92df", "#a4ffff", "#ffffff",
    ],
  },
  monokai: {
    fg: "#f8f8f2",
    bg: "#272822",
    // biome-ignore format: eight colours to a line
    palette: [
      "#272822", "#f92672", "#a6e22e", "#f4bf75", "#66d9ef", "#ae81ff", "#a1efe4", "#f8f8f2",
      "#75715e", "#f92672", "#a6e22e", "#f4bf75", "#66d9ef", "#ae81ff", "#a1efe4", "#f9f8f5",
    ],
  },
  nord: {
    fg: "#eceff4",
    bg: "#2e3440",
    // biome-ignore format: eight colours to a line
    palette: [
      "#3b4252", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#88c0d0", "#eceff4",
      "#3b4252", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#88c0d0", "#eceff4",
    ],
  },
  seti: {
    fg: "#cacecd",
    bg: "#111213",
    // biome-ignore format: eight colours to a line
    palette: [
      "#323232", "#c22832", "#8ec43d", "#e0c64f", "#43a5d5", "#8b57b5", "#8ec43d", "#eeeeee",
      "#323232", "#c22832", "#8ec43d", "#e0c64f", "#43a5d5", "#8b57b5", "#8ec43d", "#ffffff",
    ],
  },
  "solarized-dark": {
    fg: "#839496",
    bg: "#002b36",
    // biome-ignore format: eight colours to a line
    palette: [
      "#073642", "#dc322f", "#859900", "#b58900", "#268bd2", "#d33682", "#2aa198", "#eee8d5",
      "#002b36", "#cb4b16", "#586e75", "#657b83", "#839496", "#6c71c4", "#93a1a1", "#fdf6e3",
    ],
  },
  "solarized-light": {
    fg: "#657b83",
    bg: "#fdf6e3",
    // biome-ignore format: eight colours to a line
    palette: [
      "#073642", "#dc322f", "#859900", "#b58900", "#268bd2", "#d33682", "#2aa198", "#eee8d5",
      "#002b36", "#cb4b16", "#586e75", "#657c83", "#839496", "#6c71c4", "#93a1a1", "#fdf6e3",
    ],
  },
  tango: {
    fg: "#cccccc",
    bg: "#121314",
    // biome-ignore format: eight colours to a line
    palette: [
      "#000000", "#cc0000", "#4e9a06", "#c4a000", "#3465a4", "#75507b", "#06989a", "#d3d7cf",
      "#555753", "#ef2929", "#8ae234", "#fce94f", "#729fcf", "#ad7fa8", "#34e2e2", "#eeeeec",
    ],
  },
  "gruvbox-dark": {
    fg: "#fbf1c7",
    bg: "#282828",
    // biome-ignore format: eight colours to a line
    palette: [
      "#282828", "#cc241d", "#98971a", "#d79921", "#458588", "#b16286", "#689d6a", "#a89984",
      "#7c6f65", "#fb4934", "#b8bb26", "#fabd2f", "#83a598", "#d3869b", "#8ec07c", "#fbf1c7",
    ],
  },
};

export { BACKGROUND, FOREGROUND };

/** Colours of a run of cells as they are to be painted: 0xRRGGBB, with inverse, faint, conceal and brightness applied. */
export interface Colors {
  fg: number;
  bg: number;
  underline: number;
}

/** The colours that a terminal of this theme has.
 *
 *  Entries 0–255 are those that SGR 38;5 and 48;5 name, {@link FOREGROUND} and {@link BACKGROUND} follow: 258 in all, each
 *  0xRRGGBB.
 *
 *  @param options.adaptive  derive 16–255 from the theme: the cube is interpolated in OKLab between the background, colours
 *                           1–6 and the text colour, the greys between background and text. Otherwise they are xterm's. */
export function palette(theme: Theme, options: { adaptive?: boolean } = {}): Uint32Array {
  const colors = plainPalette(theme);
  if (options.adaptive) adapt(colors);
  return colors;
}

/** The palette with xterm's colours 16–255. */
export function plainPalette(theme: Theme): Uint32Array {
  const colors = new Uint32Array(258);
  for (let i = 0; i < 16; i++) colors[i] = parse(theme.palette[i] ?? theme.palette[i - 8] ?? "#000000");
  colors[FOREGROUND] = parse(theme.fg);
  colors[BACKGROUND] = parse(theme.bg);
  const level = (n: number) => (n === 0 ? 0 : 55 + 40 * n);
  for (let i = 0; i < 216; i++) {
    colors[16 + i] = (level(Math.floor(i / 36)) << 16) | (level(Math.floor(i / 6) % 6) << 8) | level(i % 6);
  }
  for (let i = 0; i < 24; i++) colors[232 + i] = (8 + 10 * i) * 0x010101;
  return colors;
}

/** The palette with what the program changed: single colours (OSC 4), the defaults (OSC 10, 11), the whole screen reversed
 *  (DECSCNM). The same array when that is nothing, else a new one. */
export function screenPalette(palette: Uint32Array, terminal: Pick<Terminal, "colors" | "reverse">): Uint32Array {
  const { colors, reverse } = terminal;
  if (!reverse && !colors.foreground && !colors.background && colors.palette.size === 0) return palette;
  const own = palette.slice();
  for (const [i, color] of colors.palette) own[i] = rgb(color, palette);
  const fg = colors.foreground ? rgb(colors.foreground, palette) : palette[FOREGROUND]!;
  const bg = colors.background ? rgb(colors.background, palette) : palette[BACKGROUND]!;
  own[FOREGROUND] = reverse ? bg : fg;
  own[BACKGROUND] = reverse ? fg : bg;
  return own;
}

/** What colours a pen paints with.
 *
 *  Order: the pen's colours or the palette's defaults; inverse swaps them; then bold makes a text colour of 0–7 bright (if
 *  asked to); faint text is half way to its background; concealed text has the colour of its background.
 *
 *  @param palette  as {@link palette} returns it
 *  @param out      is filled and returned, so that drawing many runs allocates nothing */
export function resolveColors(
  pen: Pen,
  palette: Uint32Array,
  options: { boldIsBright?: boolean } = {},
  out: Colors = { fg: 0, bg: 0, underline: 0 },
): Colors {
  let fg: Color = pen.fg ?? FOREGROUND;
  let bg: Color = pen.bg ?? BACKGROUND;
  if (pen.inverse) [fg, bg] = [bg, fg];
  if (options.boldIsBright && pen.bold && typeof fg === "number" && fg < 8) fg += 8;

  out.bg = rgb(bg, palette);
  out.fg = rgb(fg, palette);
  if (pen.faint) out.fg = mix(out.fg, out.bg);
  if (pen.conceal) out.fg = out.bg;
  out.underline = pen.underlineColor === undefined || pen.conceal ? out.fg : rgb(pen.underlineColor, palette);
  return out;
}

/** `#rrggbb` for 0xRRGGBB. */
export function hex(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, "0")}`;
}

function parse(color: string): number {
  return Number.parseInt(color.slice(1), 16) || 0;
}

/** 0xRRGGBB for a direct colour. */
export function pack({ r, g, b }: Rgb): number {
  return (r << 16) | (g << 8) | b;
}

/** The direct colour for 0xRRGGBB. */
export function unpack(rgb: number): Rgb {
  return { r: rgb >>> 16, g: (rgb >>> 8) & 255, b: rgb & 255 };
}

function rgb(color: NonNullable<Color>, palette: Uint32Array): number {
  return typeof color === "number" ? palette[color]! : pack(color);
}

/** The colour half way between two. */
function mix(a: number, b: number): number {
  return ((a & 0xfefefe) >>> 1) + ((b & 0xfefefe) >>> 1) + (a & b & 0x010101);
}
