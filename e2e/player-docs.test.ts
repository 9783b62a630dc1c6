import { readdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.js";
import { cast, Site } from "./player-page.js";

const source = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const docs = source("docs/player.md");
const examples = [...docs.matchAll(/```(js|html|css)\n(.*?)```/gs)].map(([, language, code]) => [language!, code!]);
const section = (title: string) => docs.split(/^## \d+\. /m).find((text) => text.startsWith(title))!;

let site: Site;
let browser: Browser;
let page: Page & { complaints: string[] };

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.start(), launchChromium()]);
  const demo = cast([
    [0.5, "o", "hello "],
    [1, "m", "a marker"],
    [1.5, "o", "world"],
  ]);
  const events = (from: number) => [[from, "o", `from ${from}`]];
  const snapshot = { cols: 40, rows: 6, init: "" };
  const files: Record<string, string> = {
    "/demo.cast": demo,
    "/notes.txt": "one\ntwo\nthree\n",
    "/segments/index.json": JSON.stringify({
      version: 1,
      duration: 2,
      term: { cols: 40, rows: 6 },
      segments: [
        { url: "0.json", start: 0 },
        { url: "1.json", start: 2 - 1 },
      ],
    }),
    "/segments/0.json": JSON.stringify({ snapshot, events: events(0) }),
    "/segments/1.json": JSON.stringify({ snapshot, events: [...events(1), ...events(2)] }),
  };
  for (const [path, content] of Object.entries(files)) site.files.set(path, content);
  site.files.set("/events", (response) => {
    response.setHeader("content-type", "text/event-stream");
    response.write('data: {"cols":40,"rows":6,"init":"hello world"}\n\n');
  });
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

/** Opens a page with some markup and a script in it. */
async function open(markup: string, script = ""): Promise<void> {
  site.files.set("/script.js", script);
  site.files.set(
    "/page.html",
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Example</title>
     <link rel="stylesheet" href="/player.css"><script src="/player.js"></script>
     ${markup}<script src="/script.js"></script>`,
  );
  page = await site.open(browser);
}

/** Waits until the terminal shows something. */
const shows = () =>
  expect
    .poll(async () => {
      await page.dispatchEvent(".ap-term-text", "pointerenter");
      return (await page.textContent(".ap-term-text"))!.trim();
    })
    .not.toBe("");

describe("the examples run", () => {
  const scripts = examples.filter(([language]) => language === "js").map(([, code]) => code!);

  test.each(scripts)("%s", async (script) => {
    await open('<div id="demo"></div>', script);
    await page.waitForSelector(".ap-player");
    const waits = !/autoPlay|poster|play\(\)/.test(script);
    if (waits) await page.click(".ap-overlay-start");
    await shows();
    if (script.includes('"marker"')) await expect.poll(() => page.textContent("body")).toContain("a marker");
    expect(page.complaints).toEqual([]);
  });

  test("the element in markup", async () => {
    const markup = examples.find(([language, code]) => language === "html" && code!.includes("<asciinema-player"))![1]!;
    await open(markup);
    await shows();
    expect(page.complaints).toEqual([]);
  });
});

describe("nothing is left out", () => {
  test("options", () => {
    const options = source("packages/player/src/options.ts").split("export interface Options {")[1]!.split("\n}")[0]!;
    const names = [...options.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !section("Options").includes(`\`${name}\``))).toEqual([]);
  });

  test("events", () => {
    const names = [...source("packages/player/src/driver.ts").matchAll(/^ {2}"(\w+)",$/gm)].map(([, name]) => name!);
    expect(names).toHaveLength(16);
    expect(names.filter((name) => !section("Events").includes(`| \`${name}\` |`))).toEqual([]);
  });

  test("methods", () => {
    const player = source("packages/player/src/player.ts").split("export interface Player {")[1]!.split("\n}")[0]!;
    const names = [...player.matchAll(/^ {2}(\w+)[(<]/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !section("Methods").includes(`\`${name}(`))).toEqual([]);
  });

  test("fields of sources", () => {
    const text = ["source.ts", "live/stream.ts", "live/websocket.ts", "synthetic/clock.ts", "synthetic/benchmark.ts"]
      .map((file) => source(`packages/player/src/${file}`))
      .flatMap((code) => [...code.matchAll(/^export interface \w+Source.*? \{\n(.*?)^\}/gms)])
      .map(([, body]) => body);
    const names = [...text.join("").matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(12);
    const told = section("Sources") + section("Live");
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(told))).toEqual([]);
  });

  test("classes: those of the style sheet, and no others", () => {
    const used = new Set(source("packages/player/src/style.css").match(/(?<=\.)ap-[a-z-]+/g)!);
    const table = section("Look").replace(/`-(\w+)`/g, "`ap-overlay-$1`");
    const told = new Set([...table.matchAll(/`(ap-[a-z-]+)`/g)].map(([, name]) => name!));
    expect([...used].filter((name) => !told.has(name))).toEqual([]);
    const code = readdirSync("packages/player/src", { recursive: true, encoding: "utf8" })
      .filter((file) => /(?<!test)\.ts$/.test(file))
      .map((file) => source(`packages/player/src/${file}`));
    const made = code.join("").replace(/ap-\$\{line.size}/, "ap-double-width ap-double-top ap-double-bottom");
    const overlays = [...made.matchAll(/overlay\("(\w+)"/g)].map(([, kind]) => `ap-overlay-${kind}`);
    const known = new Set([...made.match(/\bap-[a-z-]+/g)!, ...overlays]);
    expect([...told].filter((name) => !known.has(name))).toEqual([]);
  });

  test("themes, variables, keys", () => {
    const css = source("packages/player/src/style.css");
    const look = section("Look");
    const themes = [...css.matchAll(/\.asciinema-player-theme-([\w-]+) \{/g)].map(([, name]) => name!);
    expect(themes.filter((name) => !look.includes(`\`${name}\``))).toEqual([]);
    const variables = new Set([...css.matchAll(/^ {2}(--ap-[\w-]+):/gm)].map(([, name]) => name!));
    expect([...variables].filter((name) => !look.includes(name) && name !== "--ap-cell")).toEqual([]);
    const keys = [...source("packages/player/src/controls/keyboard.ts").matchAll(/key === "(.)"/g)].map(
      ([, key]) => key!,
    );
    const told = section("Keyboard");
    expect(keys.filter((key) => key !== " " && !told.includes(`\`${key}\``))).toEqual([]);
  });
});
