import { readFileSync } from "node:fs";
import { themes } from "@asciinema-ts/render";
import { expect, test } from "vitest";
import {
  create,
  type DataSource,
  type InputEvent,
  type MarkerEvent,
  type Parser,
  type ParserOptions,
  type Player,
  type Recording,
  type RecordingEvent,
  type RecordingEventCode,
  type UrlSource,
} from "./index.js";

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

test("what was written for the declarations of asciinema-player compiles", async () => {
  const code: RecordingEventCode = "o";
  const parser: Parser = async (_: unknown, { encoding }: ParserOptions): Promise<Recording> => {
    const events: RecordingEvent[] = [[0, code, encoding]];
    return { cols: 1, rows: 1, events };
  };
  const sources: [UrlSource, DataSource] = [
    { url: ["a", "b"], parser },
    { data: () => "x", parser },
  ];
  const listen = (player: Player): number => {
    player.addEventListener("input", ({ data }: InputEvent) => void data.length);
    player.addEventListener("marker", ({ label }: MarkerEvent) => void label.length);
    return player.getCurrentTime();
  };
  expect(await parser(sources, { encoding: "utf-8" })).toEqual({ cols: 1, rows: 1, events: [[0, "o", "utf-8"]] });
  expect(listen).toBeTypeOf("function");
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
