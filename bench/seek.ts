// What a seek in a long recording costs: ours beside asciinema-player 3.17.0 in the same Chromium, taking turns.
//
//   npx tsx bench/seek.ts [--mb=10] [--pairs=N] [--json]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Terminal } from "@asciinema-ts/vt";
import type { Browser } from "playwright-core";
import { launchChromium } from "../e2e/chromium.js";
import { cast, Site } from "../e2e/player-page.js";

const option = (name: string) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1];
const megabytes = Number(option("mb") ?? 10);
const pairs = Number(option("pairs") ?? 3);
const json = process.argv.includes("--json");
const SIZE = { cols: 80, rows: 24 };

/** Where to go, in parts of the whole: from the end backwards. */
const PLACES = [0.95, 0.8, 0.62, 0.5, 0.33, 0.2, 0.07];

/** Coloured log lines with full-screen repaints in between, so many characters of output. */
function recording(units: number): [number, string, string][] {
  const events: [number, string, string][] = [];
  for (let length = 0, i = 0; length < units; i++) {
    const text =
      i % 50 === 49
        ? `\x1b[2J\x1b[H${"\x1b[7m status \x1b[0m line of a screen\r\n".repeat(20)}`
        : `\x1b[3${i % 8}m${i}\x1b[0m \x1b[1mjob\x1b[0m finished after ${(i * 7919) % 1000} ms ${"·-".repeat(i % 20)}\r\n`;
    events.push([i / 100, "o", text]);
    length += text.length;
  }
  return events;
}

interface Result {
  /** Until playing could begin, from the start of loading. */
  load: number;
  /** Until the promise of a seek is settled, each place. */
  seeks: number[];
}

async function run(browser: Browser, site: Site, kind: "ours" | "theirs", screens: string[]): Promise<Result> {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 } });
  try {
    const page = await context.newPage();
    await page.addInitScript("globalThis.__name = (f) => f"); // the compiler of this file wraps functions in it
    await page.goto(`${site.url}/${kind}.html`);
    return await page.evaluate(measure, { places: PLACES, screens });
  } finally {
    await context.close();
  }
}

/** In the page. */
async function measure({ places, screens }: { places: number[]; screens: string[] }): Promise<Result> {
  const { AsciinemaPlayer } = globalThis as unknown as {
    AsciinemaPlayer: {
      create(
        source: string,
        element: Element,
        options: object,
      ): {
        seek(where: unknown): Promise<unknown>;
        getDuration(): number;
        addEventListener(name: string, handler: () => void): void;
      };
    };
  };
  const begin = performance.now();
  const player = AsciinemaPlayer.create("/long.cast", document.querySelector("#box")!, { preload: true });
  await new Promise<void>((resolve) => player.addEventListener("metadata", resolve));
  const load = performance.now() - begin;
  await player.seek("100%");
  const seeks: number[] = [];
  for (const [i, place] of places.entries()) {
    await new Promise((resolve) => setTimeout(resolve, 600)); // text layers are current
    const time = player.getDuration() * place;
    const from = performance.now();
    await player.seek(time);
    seeks.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const shown = [...document.querySelectorAll(".ap-line")].map((line) => line.textContent!.trimEnd()).join("\n");
    if (shown.trimEnd() !== screens[i]) throw new Error(`seeking to ${place} shows something else:\n${shown}`);
  }
  return { load, seeks };
}

const median = (values: number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

const events = recording(megabytes * 1e6);
const screens = PLACES.map((place) => {
  const terminal = new Terminal(SIZE);
  const until = events.at(-1)![0] * place;
  for (const [time, , text] of events) if (time <= until) terminal.feed(text);
  return terminal.text().join("\n").trimEnd();
});
const site = await Site.start();
const peer = dirname(createRequire(import.meta.url).resolve("asciinema-player/dist/bundle/asciinema-player.min.js"));
site.policy = undefined; // theirs needs WebAssembly
site.files.set("/theirs.js", readFileSync(join(peer, "asciinema-player.min.js")));
site.files.set("/theirs.css", readFileSync(join(peer, "asciinema-player.css")));
const shell = (name: string) =>
  `<!doctype html><meta charset="utf-8"><title>seek</title><link rel="stylesheet" href="/${name}.css">` +
  `<link rel="stylesheet" href="/page.css"><main id="box"></main><script src="/${name}.js"></script>`;
site.files.set("/ours.html", shell("player"));
site.files.set("/theirs.html", shell("theirs"));
site.files.set("/long.cast", cast(events, { width: SIZE.cols, height: SIZE.rows }));
const browser = await launchChromium();
try {
  const ours: Result[] = [];
  const theirs: Result[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    for (const kind of pair % 2 === 0 ? (["theirs", "ours"] as const) : (["ours", "theirs"] as const))
      (kind === "ours" ? ours : theirs).push(await run(browser, site, kind, screens));
  }
  const seek = (results: Result[]) => median(results.flatMap((result) => result.seeks));
  const slowest = (results: Result[]) => Math.max(...results.flatMap((result) => result.seeks));
  const load = (results: Result[]) => median(results.map((result) => result.load));
  const ratio = seek(ours) / seek(theirs);
  if (json) console.log(JSON.stringify({ megabytes, pairs, ratio, ours, theirs }));
  else {
    console.log(`seeking backwards in ${megabytes} MB, ms: median, slowest; whole recording read, ms (${pairs} pairs)`);
    for (const [name, results] of [
      ["asciinema-ts", ours],
      ["asciinema-player 3.17.0", theirs],
    ] as const)
      console.log(
        `${name.padEnd(24)}${[seek(results), slowest(results), load(results)].map((ms) => ms.toFixed(1).padStart(9)).join("")}`,
      );
    console.log(`ratio ${ratio.toFixed(3)}`);
  }
} finally {
  await browser.close();
  await site.stop();
}
