import type { Pen } from "@asciinema-ts/vt";
import { describe, expect, test } from "vitest";
import { BACKGROUND, FOREGROUND, hex, palette, resolveColors, themes } from "./theme.js";

const plain: Pen = {
  fg: undefined,
  bg: undefined,
  bold: false,
  faint: false,
  italic: false,
  blink: false,
  inverse: false,
  conceal: false,
  strike: false,
  overline: false,
  underline: false,
  underlineColor: undefined,
};

describe("themes", () => {
  test("are the player's nine, each complete", () => {
    expect(Object.keys(themes)).toEqual(
      "asciinema dracula monokai nord seti solarized-dark solarized-light tango gruvbox-dark".split(" "),
    );
    for (const theme of Object.values(themes)) {
      expect(theme.palette).toHaveLength(16);
      for (const color of [theme.fg, theme.bg, ...theme.palette]) expect(color).toMatch(/^#[0-9a-f]{6}$/);
    }
  });
});

describe("palette", () => {
  test("has xterm's cube and greys after the theme's sixteen", () => {
    const colors = palette(themes["dracula"]!);
    const at = (i: number) => hex(colors[i]!);
    expect([at(1), at(15), at(FOREGROUND), at(BACKGROUND)]).toEqual(["#ff5555", "#ffffff", "#f8f8f2", "#282a36"]);
    expect([at(16), at(17), at(110), at(231), at(232), at(255)]).toEqual([
      "#000000",
      "#00005f",
      "#87afd7",
      "#ffffff",
      "#080808",
      "#eeeeee",
    ]);
  });

  test("adaptive: the cube's corners are the theme's colours", () => {
    const colors = palette(themes["dracula"]!, { adaptive: true });
    const want: Record<number, string> = {
      16: "#282a36",
      21: "#bd93f9",
      46: "#50fa7b",
      51: "#8be9fd",
      196: "#ff5555",
      201: "#ff79c6",
      226: "#f1fa8c",
      231: "#f8f8f2",
      102: "#ab9c99",
      145: "#d1c1bc",
      232: "#2f313d",
      243: "#84868b",
      255: "#efefea",
    };
    expect(Object.fromEntries(Object.keys(want).map((i) => [i, hex(colors[Number(i)]!)]))).toEqual(want);
  });

  test("adaptive: every theme gives colours that a screen can show", () => {
    for (const theme of Object.values(themes)) {
      const colors = palette(theme, { adaptive: true });
      expect(hex(colors[196]!)).toBe(theme.palette[1]);
      expect(hex(colors[51]!)).toBe(theme.palette[6]);
      expect(Math.max(...colors)).toBeLessThanOrEqual(0xffffff);
    }
  });

  test("completes a theme of eight colours", () => {
    const eight = { ...themes["nord"]!, palette: themes["nord"]!.palette.slice(0, 8) };
    expect([...palette(eight).slice(8, 16)]).toEqual([...palette(eight).slice(0, 8)]);
  });
});

describe("resolveColors", () => {
  const colors = palette(themes["asciinema"]!);
  const show = (pen: Partial<Pen>, options?: { boldIsBright: boolean }) => {
    const { fg, bg, underline } = resolveColors({ ...plain, ...pen }, colors, options);
    return [hex(fg), hex(bg), hex(underline)].join(" ");
  };

  test("default, indexed and direct colours", () => {
    expect(show({})).toBe("#cccccc #121314 #cccccc");
    expect(show({ fg: 1, bg: 232 })).toBe("#dd3c69 #080808 #dd3c69");
    expect(show({ fg: { r: 1, g: 2, b: 3 }, underlineColor: 2 })).toBe("#010203 #121314 #4ebf22");
  });

  test("inverse swaps, also the defaults", () => {
    expect(show({ inverse: true })).toBe("#121314 #cccccc #121314");
    expect(show({ inverse: true, fg: 1, bg: 2 })).toBe("#4ebf22 #dd3c69 #4ebf22");
  });

  test("bold brightens what is text after inverse", () => {
    expect(show({ bold: true, fg: 0 })).toBe("#000000 #121314 #000000");
    expect(show({ bold: true, fg: 0 }, { boldIsBright: true })).toBe("#4d4d4d #121314 #4d4d4d");
    expect(show({ bold: true, inverse: true, fg: 1, bg: 0 }, { boldIsBright: true })).toBe("#4d4d4d #dd3c69 #4d4d4d");
  });

  test("faint is half way to the background, concealed all the way", () => {
    expect(show({ faint: true, fg: { r: 255, g: 1, b: 0 }, bg: { r: 1, g: 1, b: 0 } })).toBe("#800100 #010100 #800100");
    expect(show({ conceal: true, underlineColor: 1 })).toBe("#121314 #121314 #121314");
  });

  test("fills the object it is given", () => {
    const out = { fg: 0, bg: 0, underline: 0 };
    expect(resolveColors(plain, colors, {}, out)).toBe(out);
    expect(hex(out.fg)).toBe("#cccccc");
  });
});
