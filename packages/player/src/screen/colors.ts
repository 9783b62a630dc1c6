import type { Theme } from "@asciinema-ts/asciicast";
import { html } from "../dom.js";
import type { EmbeddedTheme } from "../driver.js";
import { scratch } from "./masks.js";

/** Reads a theme from CSS, in whatever way the page writes its colours, and follows it when it changes.
 *
 *  Colours are read from hidden elements that have them: so `light-dark()`, `color-mix()` and names of colours work.
 *  A transition of theirs, too short to be seen, tells when the page changes its mind. */
export class ThemeProbe {
  readonly element: HTMLElement;
  #spans: HTMLElement[];
  #context = scratch(1, 1);

  constructor(onChange: () => void) {
    this.#spans = ["foreground", "background", ...Array(16).keys()].map((name) => {
      const span = html("i");
      span.style.color = `var(--term-color-${name})`;
      return span;
    });
    this.element = html("span", { class: "ap-theme", "aria-hidden": "true" }, ...this.#spans);
    this.element.addEventListener("transitionend", onChange);
  }

  /** The theme as CSS has it now. */
  read(): Theme {
    const [fg, bg, ...palette] = this.#spans.map((span) => this.#toHex(getComputedStyle(span).color));
    return { fg: fg!, bg: bg!, palette };
  }

  #toHex(color: string): string {
    const [, r, g, b] = /^rgba?\((\d+), (\d+), (\d+)/.exec(color) ?? this.#painted(color);
    return `#${[r, g, b].map((value) => Number(value).toString(16).padStart(2, "0")).join("")}`;
  }

  /** Colours beyond sRGB's notation, by painting them. */
  #painted(color: string): string[] {
    this.#context.fillStyle = color;
    this.#context.fillRect(0, 0, 1, 1);
    return ["", ...[...this.#context.getImageData(0, 0, 1, 1).data].map(String)];
  }
}

/** Colours that came with a recording, written `#rrggbb` and 16 of them; null when they make no sense. */
export function checkTheme({ foreground, background, palette }: EmbeddedTheme): EmbeddedTheme | null {
  const given = [foreground, background, ...(palette ?? [])].slice(0, 18);
  const [fg, bg, ...colors] = given.map((color) => `${color}`.replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3"));
  if (colors.length < 8 || ![fg, bg, ...colors].every((color) => /^#[0-9a-f]{6}$/i.test(color!))) return null;
  return {
    foreground: fg!,
    background: bg!,
    palette: Array.from({ length: 16 }, (_, i) => colors[i] ?? colors[i - 8]!),
  };
}

/** The text's colour, moved towards black or white until it stands out from the background as 7 to 1: for the controls.
 *
 *  @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function legible(fg: number, bg: number): number {
  const goal = luminance(bg) > 0.18 ? 0 : 255;
  for (let share = 0; share < 1; share += 0.05) {
    const channel = (shift: number) => {
      const value = (fg >> shift) & 255;
      return Math.round(value + (goal - value) * share) << shift;
    };
    const color = channel(16) | channel(8) | channel(0);
    if (contrast(color, bg) >= 7) return color;
  }
  return goal === 0 ? 0 : 0xffffff;
}

/** Relative luminance, 0 to 1. */
export function luminance(rgb: number): number {
  const linear = (value: number) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(rgb >> 16) + 0.7152 * linear((rgb >> 8) & 255) + 0.0722 * linear(rgb & 255);
}

function contrast(a: number, b: number): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
