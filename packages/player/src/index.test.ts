import { readFileSync } from "node:fs";
import { themes } from "@asciinema-ts/render";
import { expect, test } from "vitest";
import { create } from "./index.js";

test("the module can be imported where there is no page", () => {
  expect(typeof document).toBe("undefined");
  expect(create).toBeTypeOf("function");
});

test("what cannot be played is refused before anything is touched", () => {
  const element = {} as HTMLElement;
  expect(() => create({ driver: "vhs" } as never, element)).toThrow('unsupported driver: {"driver":"vhs"}');
  expect(() => create({ url: "x", parser: "morse" as never }, element)).toThrow("unknown parser: morse");
  expect(() => create("x.cast", element, { fit: "cover" as never })).toThrow("unsupported fit mode: cover");
  expect(() => create("x.cast", null as never)).toThrow(TypeError);
});

test("the style sheet has the themes that pictures have", () => {
  const css = readFileSync(new URL("style.css", import.meta.url), "utf8");
  for (const [name, { fg, bg, palette }] of Object.entries(themes)) {
    const [, rules] = new RegExp(`\\.asciinema-player-theme-${name} \\{([^}]*)\\}`).exec(css)!;
    const color = (key: string | number) => new RegExp(`--term-color-${key}: (#\\w{6});`).exec(rules!)?.[1];
    expect([color("foreground"), color("background")]).toEqual([fg, bg]);
    expect(palette.map((_, i) => color(i) ?? color(i - 8))).toEqual(palette);
  }
});
