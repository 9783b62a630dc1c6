// What long recordings cost: seeking back, the first frame over a slow link, memory after playing and after many loops.
// Ours beside asciinema-player 3.17.0 in the same Chromium, taking turns.
//
//   npx tsx bench/seek.ts [--mb=10] [--pairs=N] [--only=seek,long,loops] [--json]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Terminal } from "@asciinema-ts/vt";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../e2e/chromium.js";
import { type Answer, cast, Site } from "../e2e/player-page.js";

const option = (name: string) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1];
const megabytes = Number(option("mb") ?? 10);
const pairs = Number(option("pairs") ?? 3);
const json = process.argv.includes("--json");
const only = option("only")?.split(",") ?? ["seek", "long", "loops"];
const SIZE = { cols: 80, rows: 24 };
const HUGE = 50; // MB
const LINK = 1_250_000; // bytes a second

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

type Kind = "ours" | "theirs";
const kinds: [Kind, string][] = [
  ["ours", "asciinema-ts"],
  ["theirs", "asciinema-player 3.17.0"],
];

interface Result {
  /** Until playing could begin, from the start of loading. */
  load: number;
  /** Until the promise of a seek is settled, each place. */
  seeks: number[];
}

/** A fresh page with a player's script, and a way to ask for its memory. */
async function withPage<T>(
  browser: Browser,
  site: Site,
  kind: Kind,
  use: (page: Page, megabytesOfHeap: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 } });
  try {
    const page = await context.newPage();
    await page.addInitScript("globalThis.__name = (f) => f"); // the compiler of this file wraps functions in it
    await page.goto(`${site.url}/${kind}.html`);
    const cdp = await context.newCDPSession(page);
    return await use(page, async () => {
      await cdp.send("HeapProfiler.collectGarbage");
      await cdp.send("HeapProfiler.collectGarbage");
      const { usedSize, ...more } = await cdp.send("Runtime.getHeapUsage");
      return (usedSize + (more as { backingStorageSize?: number }).backingStorageSize!) / 1e6;
    });
  } finally {
    await context.close();
  }
}

const run = (browser: Browser, site: Site, kind: Kind, screens: string[]): Promise<Result> =>
  withPage(browser, site, kind, (page) => page.evaluate(measure, { places: PLACES, screens }));

/** In the page: plays an address; resolves when so many events of a name have come, with the milliseconds until then and
 *  the frame that shows it, and the first line of the screen a second later. */
async function until({ url, options, name, count }: { url: string; options: object; name: string; count: number }) {
  const page = globalThis as unknown as {
    AsciinemaPlayer: {
      create(
        source: string,
        element: Element,
        options: object,
      ): { addEventListener(name: string, f: () => void): void };
    };
    seen: number;
    waiting?: () => void;
  };
  const begin = performance.now();
  const box = document.querySelector("#box")!;
  if (!box.firstChild) {
    page.seen = 0;
    page.AsciinemaPlayer.create(url, box, options).addEventListener(name, () => {
      page.seen++;
      page.waiting?.();
    });
  }
  await new Promise<void>((resolve) => {
    page.waiting = () => page.seen >= count && resolve();
    page.waiting();
  });
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const ms = performance.now() - begin;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return { ms, line: document.querySelector(".ap-line")?.textContent?.trimEnd() };
}

interface Long {
  /** Until the first frame over the slow link. */
  first: number;
  /** After playing all of it, without the slow link. */
  heap: number;
}

async function long(browser: Browser, site: Site, kind: Kind): Promise<Long> {
  const first = await withPage(browser, site, kind, async (page) => {
    const options = { autoPlay: true };
    const { ms, line } = await page.evaluate(until, { url: "/slow.cast", options, name: "output", count: 1 });
    if (!/^\d+ job finished|^ status/.test(line ?? "")) throw new Error(`${kind} shows ${line}`);
    return ms;
  });
  const heap = await withPage(browser, site, kind, async (page, megabytesOfHeap) => {
    await page.evaluate(until, {
      url: "/huge.cast",
      options: { autoPlay: true, speed: 3000 },
      name: "ended",
      count: 1,
    });
    return megabytesOfHeap();
  });
  return { first, heap };
}

/** Memory after ten loops and after five hundred. */
const loops = (browser: Browser, site: Site, kind: Kind): Promise<{ tenth: number; last: number }> =>
  withPage(browser, site, kind, async (page, megabytesOfHeap) => {
    const options = { autoPlay: true, loop: true, speed: 20 };
    await page.evaluate(until, { url: "/short.cast", options, name: "reset", count: 11 });
    const tenth = await megabytesOfHeap();
    await page.evaluate(until, { url: "/short.cast", options, name: "reset", count: 501 });
    return { tenth, last: await megabytesOfHeap() };
  });

/** Answers with a file at so many bytes a second. */
function slowly(file: string, rate: number): Answer {
  const bytes = Buffer.from(file);
  const piece = Math.round(rate / 20);
  return (response) => {
    let at = 0;
    const timer = setInterval(() => {
      response.write(bytes.subarray(at, (at += piece)));
      if (at >= bytes.length) response.end();
      if (at >= bytes.length || response.destroyed) clearInterval(timer);
    }, 50);
  };
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
const report: Record<string, unknown> = { megabytes, pairs };
const cells = (...values: number[]) => values.map((value) => value.toFixed(1).padStart(10)).join("");
/** Both sides so many times, the first one changing. */
async function both<T>(times: number, measureOne: (kind: Kind) => Promise<T>): Promise<Record<Kind, T[]>> {
  const results: Record<Kind, T[]> = { ours: [], theirs: [] };
  for (let i = 0; i < times; i++) {
    for (const kind of i % 2 === 0 ? (["theirs", "ours"] as const) : (["ours", "theirs"] as const))
      results[kind].push(await measureOne(kind));
  }
  return results;
}
function print(title: string, results: Record<Kind, unknown>, columns: (kind: Kind) => number[]): void {
  if (json) return;
  console.log(`\n${title}`);
  for (const [kind, name] of kinds) if (results[kind]) console.log(`${name.padEnd(24)}${cells(...columns(kind))}`);
}
try {
  if (only.includes("seek")) {
    const results = await both(pairs, (kind) => run(browser, site, kind, screens));
    const seeks = (kind: Kind) => results[kind].flatMap((result) => result.seeks);
    const ratio = median(seeks("ours")) / median(seeks("theirs"));
    report["seek"] = { ratio, ...results };
    print(
      `seeking backwards in ${megabytes} MB, ms: median, slowest; whole recording read, ms (${pairs} pairs)`,
      results,
      (kind) => [median(seeks(kind)), Math.max(...seeks(kind)), median(results[kind].map((result) => result.load))],
    );
    if (!json) console.log(`ratio ${ratio.toFixed(3)}`);
  }
  if (only.includes("long")) {
    const file = cast(recording(HUGE * 1e6), { width: SIZE.cols, height: SIZE.rows });
    site.files.set("/huge.cast", file);
    site.files.set("/slow.cast", slowly(file, LINK));
    const results = await both(1, (kind) => long(browser, site, kind));
    report["long"] = results;
    print(`${HUGE} MB: first frame over 10 Mbit/s, ms; heap after playing it, MB`, results, (kind) => [
      results[kind][0]!.first,
      results[kind][0]!.heap,
    ]);
  }
  if (only.includes("loops")) {
    const short = recording(3000).map(([time, code, text]): [number, string, string] => [time * 2, code, text]);
    site.files.set("/short.cast", cast(short, { width: SIZE.cols, height: SIZE.rows }));
    const results = await both(1, (kind) => loops(browser, site, kind));
    report["loops"] = results;
    print("500 loops at 20x: heap after the tenth and at the end, MB; growth, %", results, (kind) => {
      const { tenth, last } = results[kind][0]!;
      return [tenth, last, (last / tenth - 1) * 100];
    });
  }
  if (json) console.log(JSON.stringify(report));
} finally {
  await browser.close();
  await site.stop();
}
