import { closeSync, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Pty, type PtyOptions, spawn } from "./pty.js";

function run(command: string, options: Partial<PtyOptions> = {}) {
  const chunks: Uint8Array[] = [];
  const pty: Pty = spawn({
    command,
    cols: 80,
    rows: 24,
    env: process.env,
    onOutput: (chunk) => void chunks.push(Buffer.from(chunk)),
    ...options,
  });
  const output = () => Buffer.concat(chunks).toString();
  return { pty, output, ended: pty.exited.then((status) => ({ status, output: output() })) };
}

/** Waits until the child has printed `text`. */
async function shows(child: { output: () => string }, text: string) {
  for (const start = Date.now(); !child.output().includes(text); ) {
    if (Date.now() - start > 5_000) throw new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(child.output())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("every byte of a program that prints a megabyte and exits at once arrives", async () => {
  const expected = Array.from({ length: 150_000 }, (_, n) => `${n + 1}\r\n`).join("");
  for (let round = 0; round < 20; round++) expect((await run("seq 1 150000").ended).output === expected).toBe(true);
});

test("a reader that pauses loses nothing either", async () => {
  const child = run("seq 1 20000");
  child.pty.pause();
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.pty.resume();
  const { output } = await child.ended;
  expect(output.endsWith("20000\r\n")).toBe(true);
  expect(output.length).toBe(108_894 + 20_000);
});

test("a reader that is still paused when the child ends gets the rest", async () => {
  const child = run("printf tail; exit 4");
  child.pty.pause();
  expect(await child.ended).toEqual({ status: 4, output: "tail" });
});

test("the status is the child's, or 128 and the signal's number", async () => {
  expect((await run("exit 3").ended).status).toBe(3);
  expect((await run("kill -9 $$").ended).status).toBe(137);
  expect((await run("kill -TERM $$").ended).status).toBe(143);
});

test("background processes that hold the terminal do not delay the end", async () => {
  const start = Date.now();
  const { output } = await run("sleep 3 & (sleep 0.05; yes) & sleep 0.1; echo done").ended;
  expect(output).toContain("done\r\n");
  expect(Date.now() - start).toBeLessThan(2_800);
});

test("a terminal stopped by ^S cannot hang the end", async () => {
  const child = run("stty -echo; echo ready; cat");
  await shows(child, "ready");
  child.pty.write(Buffer.from("\x13some text\r"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  child.pty.kill("SIGKILL");
  expect((await child.ended).status).toBe(137);
});

test("bash has job control: ^Z stops, fg continues, ^C ends", async () => {
  const child = run("bash --norc -i", { env: { ...process.env, PS1: "$ ", HISTFILE: "/dev/null" } });
  await shows(child, "$ ");
  child.pty.write(Buffer.from("sleep 100\r"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.pty.write(Buffer.from("\x1a"));
  await shows(child, "Stopped");
  child.pty.write(Buffer.from("jobs; fg\r"));
  await shows(child, "[1]+  Stopped                 sleep 100");
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.pty.write(Buffer.from("\x03"));
  await shows(child, "^C");
  child.pty.write(Buffer.from("exit 7\r"));
  expect((await child.ended).status).toBe(7);
});

test("the child sees the size, and is told when it changes", async () => {
  const child = run("trap 'stty size; exit' WINCH; stty size; while :; do sleep 0.02; done", { cols: 90, rows: 30 });
  await shows(child, "30 90");
  child.pty.resize(101, 41);
  expect((await child.ended).output).toBe("30 90\r\n41 101\r\n");
});

test("bytes that are not text pass unchanged", async () => {
  const chunks: Uint8Array[] = [];
  const pty = spawn({
    command: "stty raw; printf '\\377\\200\\303'",
    cols: 80,
    rows: 24,
    env: process.env,
    onOutput: (chunk) => void chunks.push(Buffer.from(chunk)),
  });
  await pty.exited;
  expect([...Buffer.concat(chunks)]).toEqual([0xff, 0x80, 0xc3]);
});

test("a paste larger than the terminal's queue is taken as the child reads it", async () => {
  const child = run("stty raw -echo; echo ready; sleep 0.2; head -c 300000 | wc -c");
  await shows(child, "ready");
  child.pty.write(Buffer.alloc(300_000, "x"));
  expect((await child.ended).output.trim().split(/\s+/)).toEqual(["ready", "300000"]);
});

test("a paste that the child answers byte for byte is taken while the answers are read", async () => {
  const child = run("stty raw -echo; echo ready; head -c 300000");
  await shows(child, "ready");
  let taken = false;
  child.pty.write(Buffer.alloc(300_000, "x"), () => (taken = true));
  expect(child.pty.pending).toBeGreaterThan(0);
  expect((await child.ended).output.length).toBe("ready\n".length + 300_000);
  expect([taken, child.pty.pending]).toEqual([true, 0]);
});

test("what is typed after the end goes nowhere, least of all into a file that has got the terminal's number", async () => {
  const child = run("exit 0");
  await child.ended;
  const folder = mkdtempSync(join(tmpdir(), "asciinema-pty-"));
  const files = Array.from({ length: 8 }, (_, index) => openSync(join(folder, `${index}`), "w"));
  let taken = false;
  child.pty.write(Buffer.from("secret\n"), () => (taken = true));
  child.pty.resize(100, 50);
  expect(taken).toBe(true);
  for (const fd of files) closeSync(fd);
  expect(files.map((_, index) => statSync(join(folder, `${index}`)).size)).toEqual(files.map(() => 0));
  rmSync(folder, { recursive: true });
});

test("a paste that the child never reads keeps nobody", async () => {
  const child = run("stty raw -echo; echo ready; sleep 0.3");
  await shows(child, "ready");
  child.pty.write(Buffer.alloc(300_000, "x"));
  const start = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(Date.now() - start).toBeLessThan(200);
  expect((await child.ended).status).toBe(0);
});
