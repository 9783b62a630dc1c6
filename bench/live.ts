// What live streams cost, on this machine alone: Hub and FanOut in a process (as `asciinema stream -l` uses them) and
// asciinema-server itself, beside a server that calls `send` of the package ws for every viewer and frame. Load comes in
// bursts of which each has arrived everywhere before the next. Servers take turns; medians.
//
//   npm run bench live [-- fanout | viewers | latency | stalled | producers] [--json]

import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { AlisDecoder, AlisEncoder, type Message, Viewer } from "../packages/alis/src/index.js";
import { openDatabase } from "../packages/server/src/db/database.js";
import { migrate } from "../packages/server/src/db/migrate.js";
import { basic, installId } from "../packages/server/test/harness.js";
import { startServer } from "../packages/server/test/process.js";
import { userWithMachine } from "../packages/server/test/users.js";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 3);
const root = fileURLToPath(new URL("..", import.meta.url));
const tsx = ["--import", "tsx"];

type Kind = "bare ws" | "hub" | "asciinema-server";

/** A server in a process of its own. */
interface Server {
  pid: number;
  port: number;
  /** Paths of producer and viewers of a new stream. */
  stream(): Promise<{ produce: string; watch: string }>;
  stop(): Promise<void>;
}

async function start(kind: Kind, env: Record<string, string> = {}): Promise<Server> {
  if (kind === "asciinema-server") return startOurs(env);
  const child = spawn(process.execPath, [...tsx, join(root, "bench/live/server.ts"), kind === "hub" ? "hub" : "ws"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  let streams = 0;
  return {
    pid: child.pid!,
    port: Number(line),
    stream: async () => ({ produce: `/S/${++streams}`, watch: `/s/${streams}` }),
    stop: () => stop(child),
  };
}

async function startOurs(env: Record<string, string>): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "bench-live-"));
  const db = openDatabase({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 });
  await migrate(db);
  await userWithMachine(db, "mira", installId);
  await db.destroy();
  const server = await startServer(folder, [], { STREAM_RECORDING: "disabled", STREAM_RATE_LIMIT: "0", ...env });
  return {
    pid: server.child.pid!,
    port: server.port,
    stream: async () => {
      const headers = { authorization: basic(installId), accept: "application/json" };
      const body = JSON.stringify({ live: true });
      const answer = await fetch(`${server.url}/api/v1/streams`, { method: "POST", headers, body });
      const { url, ws_producer_url } = (await answer.json()) as { url: string; ws_producer_url: string };
      return { produce: new URL(ws_producer_url).pathname, watch: `/ws/s/${url.split("/").at(-1)}` };
    },
    stop: async () => {
      await stop(server.child);
      rmSync(folder, { recursive: true });
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** Viewers in a process of their own. */
class Audience {
  readonly #child = fork(join(root, "bench/live/viewers.ts"), { execArgv: tsx, cwd: root });

  async open(count: number, port: number, path: string, each = count): Promise<void> {
    await this.#ask({ open: count, port, path, each });
  }

  /** Resolves when so many output frames have come, since the beginning and in all.
   *
   *  @returns false when they have not after a minute */
  async hasGot(frames: number): Promise<boolean> {
    const timeout = new AbortController();
    const got = this.#ask({ expect: frames }).then(() => true);
    const never = wait(60_000, false, { signal: timeout.signal }).catch(() => false);
    return Promise.race([got, never]).finally(() => timeout.abort());
  }

  async #ask(what: object): Promise<unknown> {
    this.#child.send(what);
    const [answer] = (await once(this.#child, "message")) as [{ error?: string }];
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  stop(): Promise<void> {
    return stop(this.#child);
  }
}

/** A producer whose frames are made as they are sent. */
class Source {
  readonly socket: WebSocket;
  readonly #encoder = new AlisEncoder("producer");
  readonly #start = performance.now();
  #id = 0;

  constructor(port: number, path: string) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, "v1.alis", { perMessageDeflate: false });
  }

  async open(): Promise<this> {
    await once(this.socket, "open");
    this.socket.send(this.#encoder.start());
    this.#send({ type: "init", lastId: 0, time: 0, cols: 80, rows: 24, dump: "" });
    return this;
  }

  print(text: string): void {
    const time = Math.round((performance.now() - this.#start) * 1000);
    this.#send({ type: "output", id: ++this.#id, time, text });
  }

  #send(message: Message): void {
    this.socket.send(this.#encoder.encode(message)!);
  }
}

/** Seconds of processor time that a process has taken. */
function cpu(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Bytes of memory that a process has, or has had at most. */
function memory(pid: number, field: "VmRSS" | "VmHWM" = "VmRSS"): number {
  const [, kilobytes] = new RegExp(`${field}:\\s*(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
  return Number(kilobytes) * 1024;
}

function median(values: number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;
}

type Row = { name: string } & Record<string, number | string>;

/** Frames of 200 bytes. */
const frame = (n: number) =>
  `${`${String(n).padStart(8)} ${"the quick brown fox jumps over the lazy dog ".repeat(5)}`.slice(0, 198)}\r\n`;

/** One producer, 500 viewers: 20 frames a second, and as many as go. */
async function fanout(): Promise<Row[]> {
  const VIEWERS = 500;
  const BURST = 100;
  const kinds: Kind[] = ["bare ws", "hub", "asciinema-server"];
  const values = kinds.map(() => ({ rate: [] as number[], work: [] as number[], paced: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, kind] of kinds.entries()) {
      const server = await start(kind);
      const audience = new Audience();
      const { produce, watch } = await server.stream();
      const source = await new Source(server.port, produce).open();
      await audience.open(VIEWERS, server.port, watch);
      let sent = 0;
      const burst = async (size: number) => {
        for (let n = 0; n < size; n++) source.print(frame(++sent));
        if (!(await audience.hasGot(sent * VIEWERS))) throw new Error(`${kind}: frames are missing`);
      };
      for (let n = 0; n < 3; n++) await burst(BURST); // warms up
      let [time, work, before] = [performance.now(), cpu(server.pid), sent];
      while (performance.now() - time < 2000) await burst(BURST);
      const frames = (sent - before) * VIEWERS;
      values[index]!.rate.push(frames / ((performance.now() - time) / 1000));
      values[index]!.work.push(((cpu(server.pid) - work) / frames) * 1e6);
      [time, work, before] = [performance.now(), cpu(server.pid), sent];
      for (let n = 0; n < 40; n++) {
        await Promise.all([burst(1), wait(50)]);
      }
      values[index]!.paced.push(((cpu(server.pid) - work) / ((performance.now() - time) / 1000)) * 100);
      await audience.stop();
      await server.stop();
      if (process.stderr.isTTY) console.error(`${kind}: ${Math.round(values[index]!.rate.at(-1)!)}`);
    }
  }
  return kinds.map((name, index) => {
    const { rate, work, paced } = values[index]!;
    const times = median(rate) / median(values[0]!.rate);
    return {
      name,
      "frames/s at the viewers": Math.round(median(rate)),
      "× bare ws": Number(times.toFixed(2)),
      "CPU µs a frame": Number(median(work).toFixed(2)),
      "% of a core at 20 frames/s": Number(median(paced).toFixed(1)),
    };
  });
}

/** Many viewers, one frame a second, ten times. */
async function viewers(): Promise<Row[]> {
  const rows: Row[] = [];
  const limit = Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" })) || Number.POSITIVE_INFINITY;
  for (const count of [2_000, 10_000]) {
    if (count + 200 > limit) {
      console.log(`skipped: ${count} viewers need more than the ${limit} file descriptors that ulimit -n allows`);
      continue;
    }
    for (const kind of ["bare ws", "hub", "asciinema-server"] as const) {
      const server = await start(kind);
      const audience = new Audience();
      const { produce, watch } = await server.stream();
      const source = await new Source(server.port, produce).open();
      for (let n = 0; n < 20; n++) source.print(frame(n));
      await audience.open(200, server.port, watch); // what is needed once
      await wait(1500);
      const before = memory(server.pid);
      await audience.open(count - 200, server.port, watch);
      await wait(2000);
      const each = (memory(server.pid) - before) / (count - 200);
      // What came before is in the init; the bare server's viewers never see it.
      const slowest: number[] = [];
      let delivered = true;
      for (let n = 1; n <= 10 && delivered; n++) {
        const time = performance.now();
        source.print(frame(n));
        delivered = await audience.hasGot(n * count);
        slowest.push(performance.now() - time);
        await wait(Math.max(0, 1000 - (performance.now() - time)));
      }
      rows.push({
        name: `${count} viewers, ${kind}`,
        "all delivered": String(delivered),
        "ms to the last viewer, median": Math.round(median(slowest)),
        "KB a viewer": Number((each / 1024).toFixed(1)),
      });
      await audience.stop();
      await server.stop();
    }
  }
  return rows;
}

/** From what a program prints to a viewer, beside a program that writes the same into a socket. */
async function latency(): Promise<Row[]> {
  const SAMPLES = 400;
  const home = mkdtempSync(join(tmpdir(), "bench-latency-"));
  const program = join(home, "clock.mjs");
  writeFileSync(
    program,
    `import { connect } from "node:net";
const out = process.argv[2] ? connect(Number(process.argv[2]), "127.0.0.1") : process.stdout;
out.setNoDelay?.(true);
setTimeout(() => {
  let n = 0;
  const timer = setInterval(() => {
    out.write("<" + process.hrtime.bigint() + ">");
    if (++n === ${SAMPLES}) { clearInterval(timer); setTimeout(() => process.exit(), 2000); }
  }, 20);
}, 3000);`,
  );
  const env = { PATH: process.env["PATH"], HOME: home, SHELL: "/bin/sh", LANG: "C.UTF-8" };
  const reader = (samples: number[]) => {
    let text = "";
    return (more: string) => {
      const now = process.hrtime.bigint();
      text += more;
      text = text.replace(/<(\d+)>/g, (_, time) => {
        samples.push(Number(now - BigInt(time)) / 1e6);
        return "";
      });
    };
  };
  const ways: Record<string, () => Promise<number[]>> = {
    "bare socket": async () => {
      const samples: number[] = [];
      const server = createServer((socket) => socket.setEncoding("utf8").on("data", reader(samples)));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const child = spawn(process.execPath, [program, String((server.address() as AddressInfo).port)], { env });
      await once(child, "exit");
      server.close();
      return samples;
    },
    "stream -l": () => watched(["-l"], (said) => `${/http:\S+/.exec(said)![0].replace("http", "ws")}/ws`),
    "stream -r, asciinema-server": async () => {
      const server = await start("asciinema-server", { STREAM_RECORDING: "forced" });
      const { produce, watch } = await server.stream();
      const address = `ws://127.0.0.1:${server.port}`;
      const samples = await watched(["-r", address + produce], () => address + watch);
      await server.stop();
      return samples;
    },
  };
  const watched = async (args: string[], address: (said: string) => string) => {
    const command = join(root, "packages/cli/bin/asciinema.js");
    const running = [command, "stream", ...args, "--headless", "-c", `exec ${process.execPath} ${program}`];
    const child = spawn(process.execPath, running, { env, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
    while (!said.includes("started") || (args[0] === "-l" && !said.includes("http"))) await wait(20);
    const samples: number[] = [];
    const read = reader(samples);
    const viewer = new Viewer(
      address(said),
      { message: (message) => message.type === "output" && read(message.text) },
      { WebSocket },
    );
    await once(child, "exit");
    viewer.close();
    return samples;
  };
  const all = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, measure] of Object.entries(ways)) all.get(name)!.push(...(await measure()));
  }
  rmSync(home, { recursive: true });
  const bare = all.get("bare socket")!;
  return [...all].map(([name, samples]) => {
    const [middle, late] = [0.5, 0.99].map((part) => quantile(samples, part));
    return {
      name,
      samples: samples.length,
      "median ms": Number(middle!.toFixed(2)),
      "p99 ms": Number(late!.toFixed(2)),
      "median beyond": Number((middle! - quantile(bare, 0.5)).toFixed(2)),
      "p99 beyond": Number((late! - quantile(bare, 0.99)).toFixed(2)),
    };
  });
}

/** A producer that sends 50 MB/s, with and without a viewer that reads nothing. */
async function stalled(): Promise<Row[]> {
  const SECONDS = 4;
  const rows: Row[] = [];
  for (const kind of ["hub", "asciinema-server"] as const) {
    for (const stuck of [0, 1]) {
      const server = await start(kind, { STREAM_BURST_LIMIT: "100000000000" });
      const { produce, watch } = await server.stream();
      const source = await new Source(server.port, produce).open();
      const seen = [watchOver(server.port, watch), watchOver(server.port, watch)];
      const still = Array.from({ length: stuck }, () => {
        const socket = connect(server.port, "127.0.0.1");
        socket.write(
          `GET ${watch} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: v1.alis\r\n\r\n",
        );
        return socket.pause();
      });
      await wait(1000);
      const before = memory(server.pid);
      const text = frame(0).repeat(50);
      const time = performance.now();
      let sent = 0;
      while (performance.now() - time < SECONDS * 1000) {
        const due = ((performance.now() - time) / 1000) * 50e6;
        // Not more than the connection takes: what waits here is not the server's.
        while (sent < due && source.socket.bufferedAmount < 1e6) {
          source.print(text);
          sent += text.length;
        }
        await wait(2);
      }
      source.print("\x1b[2J\x1b[Hthe end");
      const done = await Promise.race([
        Promise.all(seen.map(({ end }) => end)).then(() => true),
        wait(60_000, false, { ref: false }),
      ]);
      const took = (performance.now() - time) / 1000;
      rows.push({
        name: `${kind}, ${stuck === 0 ? "nobody stalled" : "one stalled"}`,
        "MB/s taken": Number((sent / 1e6 / SECONDS).toFixed(1)),
        "both others at the end": String(done),
        "s until then": Number(took.toFixed(2)),
        "new inits": seen.reduce((sum, one) => sum + one.inits - 1, 0),
        "most memory more, MB": Math.round((memory(server.pid, "VmHWM") - before) / 1e6),
      });
      for (const { socket } of seen) socket.terminate();
      for (const socket of still) socket.destroy();
      await server.stop();
    }
  }
  return rows;
}

/** A viewer that waits for the last words. */
function watchOver(port: number, path: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, "v1.alis", { perMessageDeflate: false });
  const decoder = new AlisDecoder("viewer");
  const one = { socket, inits: 0, end: Promise.resolve() };
  one.end = new Promise((resolve) => {
    socket.on("message", (data: Buffer) => {
      const message = decoder.decode(data);
      if (message?.type === "init") one.inits++;
      const text = message?.type === "init" ? message.dump : message?.type === "output" ? message.text : "";
      if (text.includes("the end")) resolve();
    });
  });
  return one;
}

/** 500 producers with 4 viewers each, a frame a second, five times. */
async function producers(): Promise<Row[]> {
  const [PRODUCERS, EACH] = [500, 4];
  const rows: Row[] = [];
  for (const kind of ["hub", "asciinema-server"] as const) {
    const server = await start(kind, { STREAM_RECORDING: "forced" });
    const audience = new Audience();
    const sources: Source[] = [];
    for (let n = 0; n < PRODUCERS; n++) {
      const { produce, watch } = await server.stream();
      sources.push(await new Source(server.port, produce).open());
      await audience.open(EACH, server.port, watch);
    }
    const slowest: number[] = [];
    let delivered = true;
    const work = cpu(server.pid);
    const began = performance.now();
    for (let n = 1; n <= 5 && delivered; n++) {
      const time = performance.now();
      for (const source of sources) source.print(frame(n));
      delivered = await audience.hasGot(n * PRODUCERS * EACH);
      slowest.push(performance.now() - time);
      await wait(Math.max(0, 1000 - (performance.now() - time)));
    }
    rows.push({
      name: kind === "hub" ? kind : `${kind}, recording all`,
      "all delivered": String(delivered),
      "ms to the last viewer, median": Math.round(median(slowest)),
      "% of a core": Math.round(((cpu(server.pid) - work) / ((performance.now() - began) / 1000)) * 100),
      "memory MB": Math.round(memory(server.pid) / 1e6),
    });
    for (const { socket } of sources) socket.terminate();
    await audience.stop();
    await server.stop();
  }
  return rows;
}

const parts: Record<string, [title: string, measure: () => Promise<Row[]>]> = {
  fanout: ["one producer, 500 viewers, frames of 200 bytes, flat out", fanout],
  viewers: ["one producer, a frame a second", viewers],
  latency: ["from a program to a viewer", latency],
  stalled: ["a producer of 50 MB/s, two viewers that read", stalled],
  producers: ["500 producers, 4 viewers each, a frame a second", producers],
};
const named = process.argv.slice(2).filter((word) => word in parts);
const results: Record<string, Row[]> = {};
for (const name of named.length > 0 ? named : Object.keys(parts)) {
  const [title, measure] = parts[name]!;
  results[title] = await measure();
  if (process.argv.includes("--json")) continue;
  console.log(`\n${title}`);
  console.table(Object.fromEntries(results[title]!.map(({ name, ...values }) => [name, values])));
}
if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
process.exit();
