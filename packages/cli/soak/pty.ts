// A hundred times a program that prints a megabyte and ends at once, alone and eight at a time: every byte arrives.
import { spawn } from "../src/pty.js";

const LINES = 150_000;
const expected = Array.from({ length: LINES }, (_, n) => `${n + 1}\r\n`).join("");

async function lost(pause: boolean): Promise<number> {
  const chunks: Uint8Array[] = [];
  const onOutput = (chunk: Uint8Array) => void chunks.push(Buffer.from(chunk));
  const pty = spawn({ command: `seq 1 ${LINES}`, cols: 80, rows: 24, env: process.env, onOutput });
  if (pause) {
    pty.pause();
    setTimeout(() => pty.resume(), 300);
  }
  await pty.exited;
  const output = Buffer.concat(chunks).toString();
  return output === expected ? 0 : expected.length - output.length || -1;
}

const rounds: [string, () => Promise<number[]>][] = [
  ["100 runs, one after another", () => repeat(100, async () => [await lost(false)])],
  ["10 runs of a slow reader", () => repeat(10, async () => [await lost(true)])],
  ["10 runs of eight at a time", () => repeat(10, () => Promise.all(Array.from({ length: 8 }, () => lost(false))))],
];
for (const [name, run] of rounds) {
  const wrong = (await run()).filter((bytes) => bytes !== 0);
  console.log(`${name}: ${wrong.length} lost something${wrong.length > 0 ? ` (${wrong.join(", ")} bytes)` : ""}`);
  if (wrong.length > 0) process.exitCode = 1;
}

async function repeat(count: number, run: () => Promise<number[]>): Promise<number[]> {
  const results: number[] = [];
  for (let n = 0; n < count; n++) results.push(...(await run()));
  return results;
}
