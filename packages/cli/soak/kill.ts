// Two hundred recorders killed at a random moment, every other one compressing: every file plays to its last whole event,
// and the terminal is sane.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gunzipSync } from "node:zlib";
import { Decoder } from "@asciinema-ts/asciicast";
import { spawn } from "../src/pty.js";

const ROUNDS = Number(process.env["ROUNDS"] ?? 200);
const command = `${process.execPath} ${fileURLToPath(new URL("../bin/asciinema.js", import.meta.url))}`;
const directory = mkdtempSync(join(tmpdir(), "asciinema-soak-"));
const env = { ...process.env, HOME: directory, TERM: "dumb" };

let failures = 0;
for (let round = 0; round < ROUNDS; round++) {
  const path = join(directory, round % 2 === 0 ? `${round}.cast` : `${round}.cast.gz`);
  const inner = 'while :; do i=$((i+1)); echo "line $i ż 漢"; done';
  let shown = "";
  const pty = spawn({
    command: `${command} rec -q -c '${inner}' ${path}; sleep 0.5; stty -a`,
    cols: 200,
    rows: 24,
    env,
    onOutput: (chunk) => {
      shown = (shown + Buffer.from(chunk.subarray(-2000)).toString("latin1")).slice(-2000);
      return undefined;
    },
  });
  const pid = await recorder(pty.pid);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 600));
  process.kill(pid, "SIGKILL");
  await pty.exited;
  const settings = shown.split(/[\s;]+/);
  const sane = settings.includes("icanon") && settings.includes("echo") && settings.includes("opost");
  const events = play(path);
  if (!sane || typeof events === "string") {
    failures++;
    console.log(`round ${round}: ${sane ? "" : "the terminal is not sane "}${events}`);
  }
}
rmSync(directory, { recursive: true });
console.log(`${ROUNDS} kills: ${failures} failures`);
if (failures > 0) process.exitCode = 1;

/** The process that a shell has started, once it is Node: on a busy machine that takes its time. */
async function recorder(shell: number): Promise<number> {
  for (;;) {
    const pid = await new Promise<number>((resolve) =>
      execFile("pgrep", ["-P", String(shell), "node"], (_, stdout) => resolve(Number(stdout))),
    );
    if (pid > 0) return pid;
  }
}

/** The number of events in a recording, or what is wrong with it. A recorder that had not begun has left nothing. */
function play(path: string): number | string {
  try {
    const decoder = new Decoder();
    const bytes = readFileSync(path);
    const plain = path.endsWith(".gz") ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes;
    return decoder.push(plain).length + decoder.end().length;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || message === "empty file" ? 0 : message;
  }
}
