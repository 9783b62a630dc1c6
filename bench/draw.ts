// What a frame with new output costs the browser: ours beside asciinema-player 3.17.0, in the same Chromium, fed the same
// way, taking turns. Thread time of the renderer's main thread, and CPU of all of Chromium's processes.
//
//   npx tsx bench/draw.ts [--only=scenario,…] [--ratio=1|2] [--pairs=N] [--json]
//
// At both device pixel ratios unless told; then frames that are shown within ten seconds while the CPU is throttled
// (scenario `frames`).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Terminal } from "@asciinema-ts/vt";
import type { Browser, CDPSession, Page } from "playwright-core";
import { launchChromium } from "../e2e/chromium.js";
import { Site } from "../e2e/player-page.js";

const WARM_UP = 30;
const FRAMES = 90;
const LEAST = 10; // frames, of which fewer are no figure
const LIMIT = 20_000; // milliseconds after which no more frames are fed: a second a frame happens, to theirs
const SETTLE = 500; // milliseconds until a text layer that lags is current: its cost belongs to the frames

interface Scenario {
  cols: number;
  rows: number;
  /** Units of output per frame; 0: one picture per frame. */
  units: number;
  /** Endless output. */
  output(random: () => number): Generator<string>;
}

const scenarios: Record<string, Scenario> = {
  plain4k: { cols: 80, rows: 24, units: 4096, output: plain },
  plain256: { cols: 80, rows: 24, units: 256, output: plain },
  lolcat4k: { cols: 80, rows: 24, units: 4096, output: lolcat },
  mixed4k: { cols: 80, rows: 24, units: 4096, output: mixed },
  htop1k: { cols: 120, rows: 40, units: 1024, output: htop },
  vim1k: { cols: 120, rows: 40, units: 1024, output: vim },
  tctext: { cols: 120, rows: 40, units: 0, output: (random) => truecolor(random, false) },
  tcblock: { cols: 120, rows: 40, units: 0, output: (random) => truecolor(random, true) },
  type64: { cols: 80, rows: 24, units: 64, output: plain },
};

const words = (
  "the of and to in is that for it as was with be by on not he his but at are this have from or one had an which you " +
  "permission notice software copyright distribute modify license warranty express implied purpose terms conditions"
).split(" ");

function* plain(random: () => number): Generator<string> {
  for (;;) {
    let line = "";
    while (line.length < 30 + random() * 48) line += `${words[Math.floor(random() * words.length)]} `;
    yield `${line.slice(0, 78)}\r\n`;
  }
}

function* lolcat(random: () => number): Generator<string> {
  let at = 0;
  for (const line of plain(random)) {
    for (const char of line) {
      const wave = (shift: number) => Math.round(128 + 127 * Math.sin(at * 0.1 + shift));
      yield char === " " ? char : `\x1b[38;2;${wave(0)};${wave(2)};${wave(4)}m${char}`;
      at += 0.3;
    }
    yield "\x1b[0m";
  }
}

function* mixed(random: () => number): Generator<string> {
  for (const line of plain(random)) {
    const kind = random();
    if (kind < 0.5) yield line;
    else if (kind < 0.8) yield line.replace(/\w+/g, (word) => `\x1b[${31 + Math.floor(random() * 6)}m${word}\x1b[0m`);
    else if (kind < 0.9) yield `\x1b[1;4m${line.trimEnd()}\x1b[0m\r\n`;
    else
      yield `\x1b[38;5;${Math.floor(random() * 256)};48;5;${Math.floor(random() * 256)}m${line.trimEnd()}\x1b[0m\r\n`;
  }
}

function* htop(random: () => number): Generator<string> {
  const percent = () => (random() * 100).toFixed(1).padStart(5);
  yield "\x1b[?1049h\x1b[?25l\x1b[H";
  for (;;) {
    for (let cpu = 0; cpu < 4; cpu++) {
      const used = Math.floor(random() * 40);
      yield `\x1b[${cpu + 1};1H\x1b[36m${cpu}\x1b[1;37m[\x1b[32m${"|".repeat(used)}\x1b[31m${"|".repeat(4)}\x1b[30m${" ".repeat(40 - used)}${percent()}%\x1b[37m]\x1b[0m`;
    }
    yield "\x1b[6;1H\x1b[30;42m  PID USER      PRI  NI  VIRT   RES   SHR S CPU% MEM%   TIME+  Command\x1b[K\x1b[0m";
    for (let row = 7; row < 40; row++) {
      if (random() < 0.5) continue;
      const word = words[Math.floor(random() * words.length)];
      yield `\x1b[${row};1H${`${Math.floor(random() * 99999)}`.padStart(5)} \x1b[1;30mroot\x1b[0m      20   0 \x1b[36m${percent()}\x1b[0mM ${percent()}M  \x1b[36m${percent()}\x1b[0mM ${random() < 0.2 ? "\x1b[32mR\x1b[0m" : "S"} ${percent()} ${percent()}  0:${percent()} /usr/bin/\x1b[32m${word}\x1b[0m --${word}\x1b[K`;
    }
  }
}

function* vim(random: () => number): Generator<string> {
  yield "\x1b[?1049h\x1b[H";
  let line = 1;
  for (const text of plain(random)) {
    const colored = text.trimEnd().replace(/^(\w+) (\w+)/, "\x1b[33m$1\x1b[0m \x1b[32m$2\x1b[0m");
    if (random() < 0.3) {
      yield `\x1b[1;38r\x1b[38;1H\n\x1b[r\x1b[38;1H\x1b[33m${`${line + 37}`.padStart(4)} \x1b[0m${colored}\x1b[K`;
      line++;
    } else {
      const row = 1 + Math.floor(random() * 38);
      yield `\x1b[${row};6H${colored}\x1b[K`;
    }
    yield `\x1b[39;1H\x1b[7m main.c [+]${" ".repeat(80)}${line},1 ${line}%\x1b[0m\x1b[40;1H-- INSERT --\x1b[${1 + Math.floor(random() * 38)};${6 + Math.floor(random() * 60)}H`;
  }
}

function* truecolor(random: () => number, blocks: boolean): Generator<string> {
  for (let frame = 0; ; frame++) {
    let picture = "\x1b[H\x1b[?25l";
    for (let row = 0; row < 40; row++) {
      for (let col = 0; col < 120; col++) {
        const [r, g, b] = [(col * 2 + frame * 3) & 255, (row * 6 + frame * 5) & 255, (col + row * 3 + frame * 7) & 255];
        const char = blocks ? "▀" : String.fromCharCode(33 + Math.floor(random() * 94));
        picture += `\x1b[38;2;${r};${g};${b};48;2;${255 - g};${255 - b};${255 - r}m${char}`;
      }
      if (row < 39) picture += "\r\n";
    }
    yield picture;
  }
}

/** A generator of numbers 0 … 1 that gives the same ones each time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function framesOf({ units, output }: Scenario): string[] {
  const frames: string[] = [];
  let rest = "";
  for (const piece of output(mulberry(7))) {
    rest += piece;
    if (units === 0) {
      frames.push(rest);
      rest = "";
    } else {
      while (rest.length >= units) {
        frames.push(rest.slice(0, units));
        rest = rest.slice(units);
      }
    }
    if (frames.length >= WARM_UP + FRAMES) return frames.slice(0, WARM_UP + FRAMES);
  }
  return frames;
}

interface Cost {
  /** Milliseconds per frame: main thread of the renderer, its parts, and CPU of all processes. */
  task: number;
  script: number;
  style: number;
  layout: number;
  cpu: number;
  /** Wall time per frame. */
  wall: number;
}

type Kind = "ours" | "theirs" | "empty";

async function run(browser: Browser, site: Site, kind: Kind, scenario: Scenario, ratio: number): Promise<Cost> {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 }, deviceScaleFactor: ratio });
  try {
    const page = await context.newPage();
    await page.addInitScript("globalThis.__name = (f) => f"); // the compiler of this file wraps functions in it
    await page.goto(`${site.url}/${kind === "theirs" ? "theirs" : "ours"}.html`);
    const frames = framesOf(scenario);
    await page.evaluate(start, { cols: scenario.cols, rows: scenario.rows });
    await page.waitForTimeout(300);
    const feed = (from: number, to: number) => {
      const part = frames.slice(from, to);
      const given = kind === "empty" ? part.map(() => "") : part;
      return page.evaluate(play, { frames: given, least: LEAST, limit: LIMIT });
    };
    const warm = await feed(0, WARM_UP);
    await page.waitForTimeout(SETTLE);
    const renderer = await context.newCDPSession(page);
    await renderer.send("Performance.setTimeDomain", { timeDomain: "threadTicks" });
    await renderer.send("Performance.enable");
    const whole = await browser.newBrowserCDPSession();
    const before = await readings(renderer, whole);
    const { wall, count } = await feed(warm.count, warm.count + FRAMES);
    await page.waitForTimeout(SETTLE);
    const after = await readings(renderer, whole);
    await whole.detach();
    if (kind !== "empty") await prove(page, scenario, frames.slice(0, warm.count + count), kind);
    const per = (name: keyof typeof before) => ((after[name] - before[name]) * 1000) / count;
    return {
      task: per("TaskDuration"),
      script: per("ScriptDuration"),
      style: per("RecalcStyleDuration"),
      layout: per("LayoutDuration"),
      cpu: per("cpu"),
      wall: wall / count,
    };
  } finally {
    await context.close();
  }
}

const parts = ["TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration"] as const;

async function readings(renderer: CDPSession, whole: CDPSession) {
  const { metrics } = await renderer.send("Performance.getMetrics");
  const { processInfo } = await whole.send("SystemInfo.getProcessInfo");
  const value = (name: string) => metrics.find((metric) => metric.name === name)!.value;
  return {
    ...(Object.fromEntries(parts.map((name) => [name, value(name)])) as Record<(typeof parts)[number], number>),
    cpu: processInfo.reduce((sum, info) => sum + info.cpuTime, 0),
  };
}

/** In the page: makes a player whose driver is fed from here. */
function start(size: { cols: number; rows: number }): void {
  const page = globalThis as unknown as {
    AsciinemaPlayer: { create(source: unknown, element: Element, options: object): { play(): void } };
    feed: (text: string) => void;
  };
  const driver = ({ dispatch }: { dispatch: (name: string, payload: unknown) => void }) => ({
    play() {
      dispatch("reset", { size });
      dispatch("playing", {});
      page.feed = (text) => dispatch("output", text);
    },
  });
  const options = { ...size, controls: false, autoPlay: true, cursorMode: "steady", theme: "asciinema" };
  page.AsciinemaPlayer.create(driver, document.querySelector("#box")!, options);
}

/** In the page: feeds one chunk per animation frame, as many as fit into the limit; resolves with the wall time in
 *  milliseconds. */
function play({
  frames,
  least,
  limit,
}: {
  frames: string[];
  least: number;
  limit: number;
}): Promise<{ wall: number; count: number }> {
  const { feed } = globalThis as unknown as { feed: (text: string) => void };
  return new Promise((resolve) => {
    const begin = performance.now();
    let i = 0;
    const next = () => {
      const wall = performance.now() - begin;
      if (i === frames.length || (i >= least && wall > limit)) return resolve({ wall, count: i });
      if (frames[i] !== "") feed(frames[i]!);
      i++;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

/** The last frame is really there: its text, and more than one colour. */
async function prove(page: Page, { cols, rows }: Scenario, frames: string[], kind: Kind): Promise<void> {
  const terminal = new Terminal({ cols, rows });
  for (const frame of frames) terminal.feed(frame);
  const shown = await page.evaluate(() =>
    [...document.querySelectorAll(".ap-line")].map((line) => line.textContent!.trimEnd()),
  );
  const expected = terminal.text().map((line) => (kind === "theirs" ? line.replaceAll("▀", " ").trimEnd() : line));
  const wrong = expected.findIndex((line, row) => line !== shown[row]);
  if (wrong >= 0)
    throw new Error(
      `${kind}: row ${wrong} shows ${JSON.stringify(shown[wrong])}, not ${JSON.stringify(expected[wrong])}`,
    );
  const colors = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".ap-term canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  if (kind === "ours" && colors < 8) throw new Error(`only ${colors} colours are painted`);
}

const median = (values: number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

const option = (name: string) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1];
const ratios = option("ratio") ? [Number(option("ratio"))] : [1, 2];
const pairs = Number(option("pairs") ?? 2);
const names = option("only")?.split(",") ?? [...Object.keys(scenarios), "frames"];
const json = process.argv.includes("--json");

const site = await Site.start();
const peer = dirname(createRequire(import.meta.url).resolve("asciinema-player/dist/bundle/asciinema-player.min.js"));
site.policy = undefined; // theirs needs WebAssembly
site.files.set("/theirs.js", readFileSync(join(peer, "asciinema-player.min.js")));
site.files.set("/theirs.css", readFileSync(join(peer, "asciinema-player.css")));
const shell = (name: string) =>
  `<!doctype html><meta charset="utf-8"><title>draw</title><link rel="stylesheet" href="/${name}.css">` +
  `<link rel="stylesheet" href="/page.css"><main id="box"></main><script src="/${name}.js"></script>`;
site.files.set("/ours.html", shell("player"));
site.files.set("/theirs.html", shell("theirs"));
const browser = await launchChromium();
/** One row of the table: a scenario at a device pixel ratio. */
async function compare(name: string, scenario: Scenario, ratio: number): Promise<object> {
  const costs: Record<"ours" | "theirs", Cost[]> = { ours: [], theirs: [] };
  for (let pair = 0; pair < pairs; pair++) {
    for (const kind of pair % 2 === 0 ? (["theirs", "ours"] as const) : (["ours", "theirs"] as const))
      costs[kind].push(await run(browser, site, kind, scenario, ratio));
  }
  const { ours, theirs } = costs;
  const empty = await run(browser, site, "empty", scenario, ratio);
  const of = (costs: Cost[], part: keyof Cost) => median(costs.map((cost) => cost[part]));
  const ratioOf = (part: keyof Cost) => median(ours.map((cost, i) => cost[part] / theirs[i]![part]));
  const task = ratioOf("task");
  const cpu = ratioOf("cpu");
  if (!json) {
    const ms = (value: number, width = 7) => value.toFixed(2).padStart(width);
    const wall = of(ours, "wall") > 20 ? `  (slow frames: ${of(ours, "wall").toFixed(1)} ms)` : "";
    console.log(
      `${name.padEnd(10)}${ms(of(ours, "task"))}${ms(of(theirs, "task"), 8)}${ms(task)} |` +
        `${ms(of(ours, "script"))}${ms(of(ours, "style"), 6)}${ms(of(ours, "layout"), 7)} |` +
        `${ms(of(ours, "cpu"), 9)}${ms(of(theirs, "cpu"))}${ms(cpu, 6)} |${ms(empty.task)}${wall}`,
    );
  }
  return { ratio: task, cpuRatio: cpu, ours, theirs, empty };
}

/** Frames of the truecolor animation that are shown in ten seconds with the CPU slowed down four times. */
async function framesShown(kind: Kind): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 } });
  try {
    const page = await context.newPage();
    await page.addInitScript("globalThis.__name = (f) => f");
    await page.goto(`${site.url}/${kind}.html`);
    const scenario = scenarios["tctext"]!;
    await page.evaluate(start, { cols: scenario.cols, rows: scenario.rows });
    await page.evaluate(play, { frames: framesOf(scenario).slice(0, 5), least: LEAST, limit: LIMIT });
    const cdp = await context.newCDPSession(page);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    return await page.evaluate(playFor, { pictures: framesOf(scenario).slice(0, 30), milliseconds: 10_000 });
  } finally {
    await context.close();
  }
}

/** In the page: feeds a picture per animation frame for so long; resolves with how many there were. */
function playFor({ pictures, milliseconds }: { pictures: string[]; milliseconds: number }): Promise<number> {
  const { feed } = globalThis as unknown as { feed: (text: string) => void };
  return new Promise((resolve) => {
    const begin = performance.now();
    let shown = 0;
    const next = () => {
      if (performance.now() - begin > milliseconds) return resolve(shown);
      feed(pictures[shown++ % pictures.length]!);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

try {
  const results: Record<string, object> = {};
  for (const ratio of ratios) {
    const chosen = Object.entries(scenarios).filter(([name]) => names.includes(name));
    if (chosen.length === 0) continue;
    if (!json) {
      console.log(`\nmain thread, ms per frame (thread time), ratio ${ratio}, ${pairs} pairs; CPU is all of Chromium`);
      console.log("scenario      ours  theirs  ratio | script style layout | CPU ours theirs ratio | empty");
    }
    for (const [name, scenario] of chosen) results[`${name} ${ratio}`] = await compare(name, scenario, ratio);
  }
  if (names.includes("frames")) {
    const shown: Record<"ours" | "theirs", number[]> = { ours: [], theirs: [] };
    for (let i = 0; i < (option("pairs") ? pairs : 5); i++) {
      for (const kind of i % 2 === 0 ? (["theirs", "ours"] as const) : (["ours", "theirs"] as const))
        shown[kind].push(await framesShown(kind));
    }
    const ratio = median(shown.ours) / median(shown.theirs);
    results["frames"] = { ratio, ...shown };
    if (!json)
      console.log(
        `\nframes of 120x40 truecolor in 10 s at a quarter of the CPU, median of ${shown.ours.length}: ` +
          `ours ${median(shown.ours)}, theirs ${median(shown.theirs)}, ratio ${ratio.toFixed(1)}`,
      );
  }
  if (json) console.log(JSON.stringify({ pairs, results }));
} finally {
  await browser.close();
  await site.stop();
}
