// What recording costs: `cat` of a large coloured text in a terminal, bare and recorded by ours, by script(1) and by
// Debian's asciinema 2; what converting the result costs beside reading it; how late keys are echoed. All take turns;
// medians, and ratios to the first of each table.
//
//   npm run bench rec [-- --json]

import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "../packages/cli/src/pty.js";

const MEGABYTES = Number(process.env["BENCH_MB"] ?? 50);
const ROUNDS = 5;
const KEYS = 100;

const root = fileURLToPath(new URL("..", import.meta.url));
const ours = `${process.execPath} ${join(root, "packages/cli/bin/asciinema.js")}`;
const official = ["/usr/bin/asciinema"].find(existsSync);
const script = ["/usr/bin/script"].find(existsSync);
const directory = mkdtempSync(join(tmpdir(), "bench-rec-"));
const file = (name: string) => join(directory, name);
const env: Record<string, string | undefined> = {
  ...process.env,
  HOME: directory,
  SHELL: "/bin/sh",
  TERM: "dumb",
  STY: "",
  // Node would read these certificates at every start.
  NODE_EXTRA_CA_CERTS: undefined,
};

interface Row {
  name: string;
  values: Record<string, number[]>;
}

/** Runs a command in a terminal that takes everything at once.
 *
 *  @returns seconds of wall clock, seconds of processor time, bytes shown */
async function inTerminal(command: string): Promise<{ wall: number; cpu: number; shown: number }> {
  let shown = 0;
  let tail = "";
  const start = performance.now();
  const pty = spawn({
    command: `${command}; times`,
    cols: 120,
    rows: 40,
    env,
    onOutput: (chunk) => {
      shown += chunk.length;
      tail = (tail + Buffer.from(chunk.subarray(-200)).toString("latin1")).slice(-200);
    },
  });
  await pty.exited;
  const wall = (performance.now() - start) / 1000;
  // The last line is what the shell's children took: user and system.
  const [user, system] = tail.trim().split("\n").at(-1)!.trim().split(" ").map(seconds);
  return { wall, cpu: user! + system!, shown };
}

function seconds(text: string): number {
  const [, minutes, rest] = /(\d+)m([\d.]+)s/.exec(text)!;
  return Number(minutes) * 60 + Number(rest);
}

async function recording(): Promise<Row[]> {
  const text = file("text");
  const line = (n: number) =>
    `\x1b[3${n % 8}m${String(n).padStart(8)}\x1b[0m The quick brown fox jumps over ${n % 97} lazy dogs → żółw\n`;
  const lines: string[] = [];
  for (let n = 0, length = 0; length < MEGABYTES * 1e6; n++) length += lines[lines.push(line(n)) - 1]!.length + 6;
  writeFileSync(text, lines.join(""));
  const commands: [string, string][] = [
    ["bare terminal", `cat ${text}`],
    ["ours", `${ours} rec -q --overwrite -c 'cat ${text}' ${file("ours.cast")}`],
  ];
  if (script) commands.push(["script", `${script} -q -c 'cat ${text}' ${file("typescript")}`]);
  if (official)
    commands.push(["asciinema 2", `${official} rec -q --overwrite -c 'cat ${text}' ${file("theirs.cast")}`]);
  return measured(commands, (name, shown) => {
    if (shown < statSync(text).size) throw new Error(`${name} showed only ${shown} bytes`);
  });
}

/** The recording made before, from asciicast v3 to v2, beside a program that only reads it. */
async function converting(): Promise<Row[]> {
  const reader = file("reader.cjs");
  writeFileSync(
    reader,
    `const text = require("node:fs").readFileSync(process.argv[2], "utf8");
     for (let at = 0, end; (end = text.indexOf("\\n", at)) >= 0; at = end + 1) JSON.parse(text.slice(at, end));`,
  );
  return measured([
    ["JSON.parse per line", `${process.execPath} ${reader} ${file("ours.cast")}`],
    ["ours, convert to v2", `${ours} convert --overwrite -f asciicast-v2 ${file("ours.cast")} ${file("v2.cast")}`],
  ]);
}

async function measured(
  commands: readonly (readonly [name: string, command: string])[],
  check: (name: string, shown: number) => void = () => {},
): Promise<Row[]> {
  const rows = commands.map(([name]): Row => ({ name, values: { wall: [], cpu: [] } }));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, [name, command]] of commands.entries()) {
      const { wall, cpu, shown } = await inTerminal(command);
      check(name, shown);
      if (round === 0) continue; // warms the disk's cache
      rows[index]!.values["wall"]!.push(wall * 1000);
      rows[index]!.values["cpu"]!.push(cpu * 1000);
    }
  }
  return rows;
}

/** How long a key takes to come back from a terminal that echoes it, with a recorder in between. */
async function echoing(): Promise<Row[]> {
  const inner = "stty raw -echo; printf ready; exec cat";
  const commands: [string, string][] = [
    ["bare terminal", inner],
    ["ours", `exec ${ours} rec -q --overwrite -c '${inner}' ${file("keys.cast")}`],
  ];
  if (script) commands.push(["script", `exec ${script} -q -c '${inner}' ${file("keys")}`]);
  if (official)
    commands.push(["asciinema 2", `exec ${official} rec -q --overwrite -c '${inner}' ${file("keys2.cast")}`]);
  const rows = commands.map(([name]): Row => ({ name, values: { wall: [] } }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [, command]] of commands.entries())
      rows[index]!.values["wall"]!.push(...(await echoesOf(command)));
  }
  return rows;
}

/** Milliseconds from each key typed into a command to its echo. */
async function echoesOf(command: string): Promise<number[]> {
  let arrived = () => {};
  let seen = "";
  const onOutput = (chunk: Uint8Array) => {
    seen = (seen + Buffer.from(chunk).toString("latin1")).slice(-100);
    arrived();
  };
  const pty = spawn({ command, cols: 80, rows: 24, env, onOutput });
  while (!seen.includes("ready")) await new Promise<void>((resolve) => (arrived = resolve));
  const wall: number[] = [];
  for (let key = 0; key < KEYS; key++) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    const start = performance.now();
    await new Promise<void>((resolve) => {
      arrived = resolve;
      pty.write(Buffer.from("x"));
    });
    wall.push(performance.now() - start);
  }
  pty.kill("SIGKILL");
  await pty.exited;
  return wall;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const tables: Record<string, Row[]> = {
  [`recording ${MEGABYTES} MB of coloured output, ms`]: await recording(),
  "converting it from asciicast v3 to v2, ms": await converting(),
  "from key to echo, ms": await echoing(),
};
rmSync(directory, { recursive: true });

if (process.argv.includes("--json")) {
  const result = Object.entries(tables).map(([title, rows]) => [
    title,
    rows.map(({ name, values }) => ({
      name,
      ...Object.fromEntries(Object.entries(values).map(([key, list]) => [key, median(list)])),
    })),
  ]);
  console.log(JSON.stringify(Object.fromEntries(result), null, 2));
} else {
  for (const [title, rows] of Object.entries(tables)) {
    console.log(`\n${title}`);
    for (const { name, values } of rows) {
      const cells = Object.entries(values).map(([key, list]) => {
        const ratio = median(list) / median(rows[0]!.values[key]!);
        return `${key} ${median(list).toFixed(2).padStart(9)} (× ${ratio.toFixed(2)})`;
      });
      console.log(`  ${name.padEnd(26)} ${cells.join("   ")}`);
    }
  }
}
