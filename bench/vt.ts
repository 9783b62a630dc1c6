// The terminal emulator beside the WebAssembly one of asciinema-player and @xterm/headless: in one process, alternating,
// CPU time, medians. `npx tsx bench/vt.ts [--json] [--all] [--rounds n]
// [--table part-of-a-name] [--only stream]`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { corpus, pieces } from "./vt/corpus.js";
import { createXterm, loadAvt } from "./vt/peers.js";

const LENGTH = 1 << 19;
const SCROLLBACK = 1000;
const WARM_UP = 3;

const args = process.argv.slice(2);
const json = args.includes("--json");
const rounds = Number(option("--rounds") ?? 7);
const only = option("--only");
const avt = loadAvt();
const { Terminal, size } = await core();

// One terminal of each stays in use, as in any program: with none left, a collection between two runs would throw away
// the machine code of the emulators written in JavaScript.
const kept = [
  new Terminal({ cols: 80, rows: 24, scrollback: SCROLLBACK }),
  createXterm(80, 24, SCROLLBACK),
  avt.create(80, 24, SCROLLBACK),
];

function option(name: string): string | undefined {
  const i = args.indexOf(name);
  return i < 0 ? undefined : args[i + 1];
}

/** The core as programs ship it, and as the peers are: one minified file. Its constants are in the code then, instead of
 *  being looked up in other modules. */
async function core(): Promise<
  Pick<typeof import("../packages/vt/src/index.js"), "Terminal"> & { size: { minified: number; gzip: number } }
> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const out = mkdtempSync(join(tmpdir(), "vt-core-"));
  try {
    const file = join(out, "vt.mjs");
    execFileSync(join(root, "node_modules/.bin/esbuild"), [
      join(root, "packages/vt/src/index.ts"),
      "--bundle",
      "--minify",
      "--format=esm",
      "--log-level=error",
      `--outfile=${file}`,
    ]);
    const code = readFileSync(file);
    const { Terminal } = await import(pathToFileURL(file).href);
    return { Terminal, size: { minified: code.length, gzip: gzipSync(code, { level: 9 }).length } };
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Something that takes a stream in pieces, and is done with when it has. */
type Engine = (cols: number, rows: number) => { feed(piece: string): void; free(): void };

const nothing = () => {};

let sink = 0;

const feeding: Record<string, Engine> = {
  ours: (cols, rows) => {
    const terminal = new Terminal({ cols, rows, scrollback: SCROLLBACK });
    return { feed: (piece) => void terminal.feed(piece), free: nothing };
  },
  avt: (cols, rows) => {
    const terminal = avt.create(cols, rows, SCROLLBACK);
    return { feed: (piece) => void terminal.feed(piece), free: () => terminal.free() };
  },
  xterm: (cols, rows) => {
    const { write, terminal } = createXterm(cols, rows, SCROLLBACK);
    return { feed: write, free: () => terminal.dispose() };
  },
};

/** As a player does after every piece: the changed rows as runs of text. */
const reading: Record<string, Engine> = {
  ours: (cols, rows) => {
    const terminal = new Terminal({ cols, rows, scrollback: SCROLLBACK });
    return {
      feed: (piece) => {
        for (const row of terminal.feed(piece).rows)
          for (const run of terminal.line(row).runs()) sink += run.text.length;
      },
      free: nothing,
    };
  },
  avt: (cols, rows) => {
    const terminal = avt.create(cols, rows, SCROLLBACK);
    return {
      feed: (piece) => {
        const changed = terminal.feed(piece);
        for (let i = 0; i < changed.length; i++)
          for (const span of avt.read(terminal, changed[i]!)) sink += span.text.length;
      },
      free: () => terminal.free(),
    };
  },
};

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Milliseconds of CPU that each engine needs for the pieces, alternating. */
function measure(engines: Record<string, Engine>, list: string[], cols: number, rows: number): Record<string, number> {
  const names = Object.keys(engines);
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -WARM_UP; round < rounds; round++)
    for (const name of names) {
      const { feed, free } = engines[name]!(cols, rows);
      const before = process.cpuUsage();
      for (const piece of list) feed(piece);
      const { user, system } = process.cpuUsage(before);
      free();
      if (round >= 0) times[name]!.push((user + system) / 1000);
    }
  return Object.fromEntries(names.map((name) => [name, median(times[name]!)]));
}

function geomean(values: number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

interface Row {
  stream: string;
  /** MB of UTF-8 per second of CPU. */
  speed: Record<string, number>;
  ratio: Record<string, number>;
}

function table(title: string, engines: Record<string, Engine>, cols: number, rows: number, chunk: number): Row[] {
  const result: Row[] = [];
  const peers = Object.keys(engines).filter((name) => name !== "ours");
  say(`\n${title}: MB/s, and times as fast as each peer`);
  say(
    `${"".padEnd(20)}${["ours", ...peers, ...peers.map((peer) => `/${peer}`)].map((name) => name.padStart(9)).join("")}`,
  );
  for (const [stream, text] of corpus(cols, rows, LENGTH)) {
    if (only && only !== stream) continue;
    const size = Buffer.byteLength(text) / 1e6;
    const times = measure(engines, pieces(text, chunk), cols, rows);
    const speed = Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, size / (ms / 1000)]));
    const ratio = Object.fromEntries(peers.map((peer) => [peer, times[peer]! / times["ours"]!]));
    result.push({ stream, speed, ratio });
    say(
      stream.padEnd(20) +
        ["ours", ...peers].map((name) => speed[name]!.toFixed(1).padStart(9)).join("") +
        peers.map((peer) => `${ratio[peer]!.toFixed(2)}x`.padStart(9)).join(""),
    );
  }
  const mean = (values: number[]) => geomean(values);
  say(
    "geometric mean".padEnd(20) +
      ["ours", ...peers]
        .map((name) =>
          mean(result.map((row) => row.speed[name]!))
            .toFixed(1)
            .padStart(9),
        )
        .join("") +
      peers.map((peer) => `${mean(result.map((row) => row.ratio[peer]!)).toFixed(2)}x`.padStart(9)).join(""),
  );
  return result;
}

function say(text: string): void {
  if (!json) console.log(text);
}

/** Microseconds for a snapshot and for bringing it back, on a few screens. */
function snapshots(cols: number, rows: number): Record<string, { snapshot: number; restore: number; bytes: number }> {
  const result: Record<string, { snapshot: number; restore: number; bytes: number }> = {};
  for (const name of ["log-plain", "htop", "dense", "lolcat-tc"]) {
    const terminal = new Terminal({ cols, rows, scrollback: SCROLLBACK });
    terminal.feed(corpus(cols, rows, 1 << 16).get(name)!);
    const count = 4000;
    const times: { snapshot: number[]; restore: number[] } = { snapshot: [], restore: [] };
    let last = terminal.snapshot();
    for (let round = -WARM_UP; round < rounds; round++)
      for (const what of ["snapshot", "restore"] as const) {
        const before = process.cpuUsage();
        for (let i = 0; i < count; i++)
          if (what === "snapshot") last = terminal.snapshot();
          else terminal.restore(last);
        const { user, system } = process.cpuUsage(before);
        if (round >= 0) times[what].push((user + system) / count);
      }
    result[name] = { snapshot: median(times.snapshot), restore: median(times.restore), bytes: last.size };
  }
  return result;
}

say(`Node ${process.version}, asciinema-player ${avt.version}, scrollback ${SCROLLBACK}, ${rounds} rounds`);
const results: Record<string, Row[]> = {};
const TABLES = [
  ["feed 80x24 4096", "Feed, 80x24, pieces of 4096", feeding, 80, 24, 4096, true],
  ["feed 80x24 100", "Feed, 80x24, pieces of 100", feeding, 80, 24, 100, true],
  ["read 80x24 4096", "Feed and read-out, 80x24, pieces of 4096", reading, 80, 24, 4096, true],
  ["feed 120x40 4096", "Feed, 120x40, pieces of 4096", feeding, 120, 40, 4096, false],
  ["read 80x24 100", "Feed and read-out, 80x24, pieces of 100", reading, 80, 24, 100, false],
] as const;
const asked = option("--table");
for (const [name, title, engines, cols, rows, chunk, usual] of TABLES)
  if (asked ? name.includes(asked) : usual || args.includes("--all"))
    results[name] = table(title, engines, cols, rows, chunk);
const snaps = snapshots(80, 24);
say("\nSnapshot and restore, 80x24, in microseconds");
for (const [name, { snapshot, restore, bytes }] of Object.entries(snaps))
  say(
    `${name.padEnd(20)}${snapshot.toFixed(1).padStart(9)}${restore.toFixed(1).padStart(9)}${String(bytes).padStart(9)} bytes`,
  );
say(`\nCore: ${size.minified} bytes minified, ${size.gzip} gzipped`);
if (json) console.log(JSON.stringify({ node: process.version, rounds, results, snapshots: snaps, size }));
if (sink < 0 || kept.length === 0) throw new Error("unreachable");
