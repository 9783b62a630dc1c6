// Ten gigabytes of output recorded in a terminal, or as many as told: memory after that is what it was after the first one.
//
//   npm run soak cli-memory        GIGABYTES=3 npm run soak cli-memory
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { spawn } from "../src/pty.js";

const GIGABYTES = Number(process.env["GIGABYTES"] ?? 10);
/** More than that is a leak, or close to one. */
const GROWTH = 1.05;

const asciinema = `${process.execPath} ${fileURLToPath(new URL("../bin/asciinema.js", import.meta.url))}`;
const line = "\\033[32m%s\\033[0m The quick brown fox jumps over the lazy dog, again and again and again.\\n";
const inner = `i=0; b=$(for n in $(seq 1 1000); do printf "${line}" $n; done); while :; do printf "%s\\n" "$b"; done`;
const env = { ...process.env, TERM: "dumb" };

let shown = 0;
const onOutput = (chunk: Uint8Array) => {
  shown += chunk.length;
  return undefined;
};
const pty = spawn({
  command: `exec ${asciinema} rec -q -c '${inner}' /dev/null`,
  cols: 120,
  rows: 40,
  env,
  onOutput,
});

/** Megabytes that the recorder has in memory: the median of several looks, because it goes up and down with collections. */
async function memory(): Promise<number> {
  const looks: number[] = [];
  for (let n = 0; n < 41; n++) {
    const status = readFileSync(`/proc/${pty.pid}/status`, "utf8");
    looks.push(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return looks.sort((a, b) => a - b)[20]!;
}

const after: number[] = [];
for (let gigabyte = 1; gigabyte <= GIGABYTES; gigabyte++) {
  while (shown < gigabyte * 1e9) await new Promise((resolve) => setTimeout(resolve, 100));
  after.push(await memory());
  console.log(`after ${gigabyte} GB: ${after.at(-1)!.toFixed(1)} MB`);
}
pty.kill("SIGKILL");
await pty.exited;
const ratio = after.at(-1)! / after[0]!;
console.log(`after the last against after the first: ${ratio.toFixed(3)}`);
if (!(ratio <= GROWTH)) process.exitCode = 1;
