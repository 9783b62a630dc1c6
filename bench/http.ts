// What the server takes to answer: the recording's page, its .cast and its preview, beside the bare framework (hono on
// @hono/node-server) that answers with as many bytes from memory. The two take turns; 64 connections. Then the memory that
// uploads take, and a start on an empty folder.
//
//   npm run bench http [-- --json]

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Load, load } from "../packages/server/test/load.js";
import { authorization, runServer, startServer } from "../packages/server/test/process.js";

const ROUNDS = 7;
const CONNECTIONS = 64;
/** Of one turn; by number, because on a busy machine a time says nothing about how many there will be. */
const REQUESTS = 1000;
const COLD = 30;

const folder = mkdtempSync(join(tmpdir(), "bench-http-"));
const children: ChildProcess[] = [];
try {
  const answers = await measureAnswers();
  const uploads = await measureUploads();
  const start = await measureStart();
  if (process.argv.includes("--json")) console.log(JSON.stringify({ answers, uploads, start }, null, 2));
  else print(answers, uploads, start);
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

interface Answer {
  name: string;
  bytes: number;
  /** Requests per second, of ours and of the bare framework. */
  rate: number;
  bareRate: number;
  /** Medians of the rounds' ratios: by the clock, and by processor time of the whole process. */
  ratio: number;
  processorRatio: number;
  p99: number;
  bareP99: number;
}

async function measureAnswers(): Promise<Answer[]> {
  const server = await startServer(folder, [], { DATA_DIR: join(folder, "data") }, ({ child }) => children.push(child));
  const bare = await startBare();
  const path = await upload(server.port, 200_000);
  const gzip = "accept-encoding: gzip\r\n";
  const asked: { name: string; path: string; headers: string }[] = [
    { name: "recording page", path, headers: `accept: text/html\r\n${gzip}` },
    { name: "recording page, not compressed", path, headers: "accept: text/html\r\n" },
    { name: ".cast of 200 KB", path: `${path}.cast`, headers: gzip },
    { name: ".cast of 2.5 MB", path: `${await upload(server.port, 2_500_000)}.cast`, headers: gzip },
    { name: ".svg, kept", path: `${path}.svg`, headers: gzip },
    { name: ".png, kept", path: `${path}.png`, headers: "" },
  ];
  const answers: Answer[] = [];
  for (const { name, path, headers } of asked) {
    const options = { connections: CONNECTIONS, headers };
    const { bytes } = await load(server.port, times(REQUESTS, path), options); // warms up
    await load(bare.port, times(REQUESTS, `/${bytes}`), options);
    const rounds: { ours: Turn; bare: Turn }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ours = await turn(server.child.pid!, () => load(server.port, times(REQUESTS, path), options));
      rounds.push({ ours, bare: await turn(bare.pid, () => load(bare.port, times(REQUESTS, `/${bytes}`), options)) });
    }
    answers.push({
      name,
      bytes,
      rate: median(rounds.map(({ ours }) => ours.rate)),
      bareRate: median(rounds.map(({ bare }) => bare.rate)),
      ratio: median(rounds.map(({ ours, bare }) => ours.rate / bare.rate)),
      processorRatio: median(rounds.map(({ ours, bare }) => bare.processor / ours.processor)),
      p99: median(rounds.map(({ ours }) => ours.p99)),
      bareP99: median(rounds.map(({ bare }) => bare.p99)),
    });
  }
  answers.push(await measureCold(server.port, bare.port));
  server.child.kill("SIGTERM");
  await server.ended;
  return answers;
}

/** Previews that have to be drawn: each of another recording. */
async function measureCold(port: number, barePort: number): Promise<Answer> {
  const paths: string[] = [];
  for (let i = 0; i < COLD; i++) paths.push(`${await upload(port, 200_000)}.svg`);
  const options = { connections: CONNECTIONS, headers: "accept-encoding: gzip\r\n" };
  const ours = await load(port, () => paths.pop(), options);
  const bare = await load(barePort, times(REQUESTS, `/${ours.bytes}`), options);
  const [rate, bareRate] = [ours.requests / ours.seconds, bare.requests / bare.seconds];
  const ratios = { ratio: rate / bareRate, processorRatio: Number.NaN };
  return {
    name: ".svg, to be drawn",
    bytes: ours.bytes,
    rate,
    bareRate,
    ...ratios,
    p99: p99(ours),
    bareP99: p99(bare),
  };
}

/** The same path so many times. */
function times(count: number, path: string): () => string | undefined {
  let left = count;
  return () => (left-- > 0 ? path : undefined);
}

interface Turn {
  rate: number;
  p99: number;
  /** Seconds of processor time per request. */
  processor: number;
}

async function turn(pid: number, run: () => Promise<Load>): Promise<Turn> {
  const before = processorTime(pid);
  const done = await run();
  return {
    rate: done.requests / done.seconds,
    p99: p99(done),
    processor: (processorTime(pid) - before) / done.requests,
  };
}

async function measureUploads(): Promise<{ megabytes: number; peak: number; seconds: number }[]> {
  const measured = [];
  for (const megabytes of [20, 200]) {
    const runs: { peak: number; seconds: number }[] = [];
    for (let i = 0; i < 3; i++) {
      const data = join(folder, `upload-${megabytes}-${i}`);
      const env = { UPLOAD_SIZE_LIMIT: "300000000", DATA_DIR: data };
      const server = await startServer(folder, [], env, ({ child }) => children.push(child));
      const started = performance.now();
      await upload(server.port, megabytes * 1e6);
      runs.push({ peak: peakMemory(server.child.pid!), seconds: (performance.now() - started) / 1000 });
      server.child.kill("SIGTERM");
      await server.ended;
      rmSync(data, { recursive: true });
    }
    const middle = (key: "peak" | "seconds") => median(runs.map((run) => run[key]));
    measured.push({ megabytes, peak: middle("peak"), seconds: middle("seconds") });
  }
  return measured;
}

/** Milliseconds from running the command on an empty folder to its first answer. */
async function measureStart(): Promise<{ milliseconds: number; processor: number }> {
  const times: number[] = [];
  const processor: number[] = [];
  for (let i = 0; i < 7; i++) {
    const data = join(folder, `start-${i}`);
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const started = performance.now();
    const server = runServer(folder, [], { DATA_DIR: data, PORT: String(port) });
    children.push(server.child);
    while (!(await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok) {
      if (server.child.exitCode !== null) throw new Error(server.err());
      await wait(5);
    }
    times.push(performance.now() - started);
    processor.push(processorTime(server.child.pid!) * 1000);
    server.child.kill("SIGTERM");
    await server.ended;
  }
  return { milliseconds: median(times), processor: median(processor) };
}

async function startBare(): Promise<{ port: number; pid: number }> {
  const tsx = fileURLToPath(import.meta.resolve("tsx"));
  const script = fileURLToPath(new URL("../packages/server/test/bare.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", tsx, script], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(line.toString()), pid: child.pid! };
}

/** Uploads a session of about so many bytes, and returns the path of its page. */
async function upload(port: number, size: number): Promise<string> {
  function* form() {
    yield '--b\r\ncontent-disposition: form-data; name="visibility"\r\n\r\npublic\r\n';
    yield '--b\r\ncontent-disposition: form-data; name="file"; filename="demo.cast"\r\n\r\n';
    yield `${JSON.stringify({ version: 3, term: { cols: 80, rows: 24 }, title: "A benchmark" })}\n`;
    for (let sent = 0, i = 0; sent < size; ) {
      let text = "";
      for (let k = 0; k < 500 && sent + text.length < size; k++, i++) {
        const words = Math.random().toString(36).slice(2);
        text += `[0.05, "o", "line ${i} \\u001b[3${i % 8}m${words}\\u001b[0m and what else a program prints\\r\\n"]\n`;
      }
      sent += text.length;
      yield text;
    }
    yield "\r\n--b--\r\n";
  }
  const sending = request({
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/api/v1/recordings",
    headers: { authorization, "content-type": "multipart/form-data; boundary=b" },
  });
  Readable.from(form()).pipe(sending);
  const [answer] = await once(sending, "response");
  let text = "";
  for await (const chunk of answer) text += chunk;
  if (answer.statusCode !== 201) throw new Error(`the upload is answered with ${answer.statusCode}: ${text}`);
  return new URL((JSON.parse(text) as { url: string }).url).pathname;
}

/** Processor time that a process has used, in seconds. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The most memory that a process had in use, in MB. */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}

function p99({ times }: Load): number {
  return times[Math.floor(times.length * 0.99)]!;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function print(
  answers: Answer[],
  uploads: Awaited<ReturnType<typeof measureUploads>>,
  start: Awaited<ReturnType<typeof measureStart>>,
): void {
  console.log(`${CONNECTIONS} connections            bytes  requests/s   bare  ratio  (processor)  p99 ms   bare`);
  for (const a of answers) {
    const numbers = [
      String(a.bytes).padStart(8),
      a.rate.toFixed(0).padStart(11),
      a.bareRate.toFixed(0).padStart(6),
      a.ratio.toFixed(2).padStart(6),
      (Number.isNaN(a.processorRatio) ? "" : a.processorRatio.toFixed(2)).padStart(12),
      a.p99.toFixed(1).padStart(7),
      a.bareP99.toFixed(1).padStart(6),
    ];
    console.log(`${a.name.padEnd(30)}${numbers.join(" ")}`);
  }
  for (const { megabytes, peak, seconds } of uploads) {
    console.log(`upload of ${megabytes} MB: ${peak.toFixed(0)} MB of memory at most, ${seconds.toFixed(1)} s`);
  }
  console.log(
    `start on an empty folder: ${start.milliseconds.toFixed(0)} ms (${start.processor.toFixed(0)} ms of processor time)`,
  );
}
