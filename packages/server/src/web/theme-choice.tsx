import type { FC } from "hono/jsx";

/** What the themes are called. */
export const themeLabels: Record<string, string> = {
  asciinema: "asciinema",
  dracula: "Dracula",
  monokai: "Monokai",
  nord: "Nord",
  "solarized-dark": "Solarized Dark",
  "solarized-light": "Solarized Light",
  tango: "Tango",
  "gruvbox-dark": "Gruvbox Dark",
};

/** A theme to choose, with some of its colours. */
export const ThemeChoice: FC<{
  name: string;
  label: string;
  colors: { bg: string; palette: readonly string[] };
  checked: boolean;
}> = ({ name, label, colors, checked }) => (
  <label>
    <input type="radio" name="term_theme_name" value={name} checked={checked} />
    <svg class="sw" viewBox="0 0 6 1" preserveAspectRatio="none" aria-hidden="true" width="96" height="18">
      {[colors.bg, ...[1, 2, 3, 4, 7].map((index) => colors.palette[index]!)].map((color, index) => (
        <rect x={index} width="1.02" height="1" fill={color} />
      ))}
    </svg>
    {label}
  </label>
);
