import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlisDecoder, AlisEncoder, decodeAck, type Init, type Message } from "@asciinema-ts/alis";
import type { Event } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";
import { WebSocket } from "ws";
import { readConfig } from "../src/config.js";
import { type Database, openDatabase } from "../src/db/database.js";
import { migrate } from "../src/db/migrate.js";
import type { LiveTiming } from "../src/live/sockets.js";
import { createLog } from "../src/log.js";
import { type RunningServer, startServer } from "../src/server.js";
import { basic, installId } from "./harness.js";
import { freePort } from "./process.js";
import { userWithMachine } from "./users.js";

/** A stream as the interface tells it. */
export interface ToldStream {
  id: number;
  url: string;
  ws_producer_url: string;
  live: boolean;
  token: string;
}

/** A server with sockets, on a folder of its own, with one account: mira, whose machine is `installId`. */
export interface LiveServer {
  readonly port: number;
  readonly folder: string;
  readonly db: Database;
  readonly logged: string[];
  /** Asks the interface for commands. */
  api(method: string, path: string, body?: unknown, machine?: string): Promise<Response>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Makes a stream, live unless told otherwise. */
  stream(settings?: Record<string, unknown>): Promise<ToldStream>;
  /** The WebSocket address for a path. */
  ws(path: string): string;
  /** Ends the server and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startLiveServer(
  env: Record<string, string> = {},
  timing: LiveTiming = { guessDelay: 0 },
): Promise<LiveServer> {
  const folder = mkdtempSync(join(tmpdir(), "asciinema-live-"));
  const db = openDatabase({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 });
  await migrate(db);
  await userWithMachine(db, "mira", installId);
  const logged: string[] = [];
  const log = createLog((line) => logged.push(line), Date.now);
  const port = await freePort();
  let running: RunningServer;
  const start = async () => {
    const config = readConfig({ DATA_DIR: folder, PORT: String(port), ...env });
    running = await startServer({ config, log, version: "0.0.0", timing });
  };
  await start();
  const server: LiveServer = {
    folder,
    db,
    logged,
    port,
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    api: (method, path, body, machine = installId) =>
      server.fetch(path, {
        method,
        headers: { authorization: basic(machine), accept: "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    async stream(settings = {}) {
      const answer = await server.api("POST", "/api/v1/streams", { live: true, ...settings });
      const stream = (await answer.json()) as ToldStream;
      if (answer.status !== 200) throw new Error(JSON.stringify(stream));
      return { ...stream, token: stream.url.split("/").at(-1)! };
    },
    ws: (path) => `ws://127.0.0.1:${port}${path}`,
    async restart() {
      await running.close();
      await start();
    },
    async close() {
      await running.close();
      await db.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}

export interface Closed {
  code: number;
  reason: string;
}

/** One end of a socket of a stream. */
class TestSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;
  /** The status of an answer that is no upgrade. */
  readonly refused: Promise<number>;
  protected readonly received: (Buffer | string)[] = [];
  private wake = () => {};

  constructor(url: string, protocols: string[], headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, protocols, { headers, perMessageDeflate: false });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.refused = new Promise((resolve) => {
      this.socket.on("unexpected-response", (_, response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
        this.socket.terminate();
      });
    });
    this.socket.on("message", (data, isBinary) => {
      this.take(isBinary ? (data as Buffer) : data.toString());
      this.wake();
    });
  }

  async open(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, "open");
    return this;
  }

  /** Cuts the connection as a broken network does. */
  cut(): void {
    this.socket.terminate();
  }

  close(code?: number): Promise<Closed> {
    this.socket.close(code);
    return this.closed;
  }

  /** Waits until something is so, looking again after each message. */
  async until(isSo: () => boolean, what = "it to be so"): Promise<void> {
    const end = Date.now() + 20_000;
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  protected take(data: Buffer | string): void {
    this.received.push(data);
  }
}

/** A producer that sends what it is told to. */
export class TestProducer extends TestSocket {
  /** The acknowledgements that came, in order. */
  readonly acks: number[] = [];
  private encoder = new AlisEncoder("producer");
  private id = 0;

  constructor(server: LiveServer, stream: ToldStream, protocols = ["v1.alis"], headers: Record<string, string> = {}) {
    super(server.ws(new URL(stream.ws_producer_url).pathname), protocols, headers);
  }

  /** Connects and sends an init. */
  static async begin(server: LiveServer, stream: ToldStream, init: Partial<Init> = {}, protocols = ["v1.alis"]) {
    const producer = await new TestProducer(server, stream, protocols).open();
    producer.begin(init);
    return producer;
  }

  /** Sends the magic and an init. */
  begin(init: Partial<Init> = {}): void {
    this.socket.send(this.encoder.start());
    this.init(init);
  }

  init(init: Partial<Init> = {}): void {
    const whole = { lastId: 0, time: 0, cols: 80, rows: 24, dump: "", ...init };
    this.id = whole.lastId;
    this.send({ type: "init", ...whole });
  }

  /** Sends an event under the next id. */
  event(event: Event): number {
    this.send({ ...event, id: ++this.id });
    return this.id;
  }

  output(text: string, time = this.id * 1000): number {
    return this.event({ time, type: "output", text });
  }

  send(message: Message): void {
    this.socket.send(this.encoder.encode(message)!);
  }

  /** Sends bytes as they are. */
  raw(data: string | Uint8Array): void {
    this.socket.send(data);
  }

  protected override take(data: Buffer | string): void {
    if (typeof data === "string") throw new Error("a server sends frames only");
    this.acks.push(decodeAck(data)!);
  }
}

/** A viewer with a screen. */
export class TestViewer extends TestSocket {
  readonly messages: Message[] = [];
  terminal = new Terminal({ cols: 80, rows: 24 });
  private readonly decoder = new AlisDecoder("viewer");

  constructor(server: LiveServer, token: string, protocols = ["v1.alis"], headers: Record<string, string> = {}) {
    super(server.ws(`/ws/s/${token}`), protocols, headers);
  }

  static open(server: LiveServer, token: string, headers: Record<string, string> = {}): Promise<TestViewer> {
    return new TestViewer(server, token, ["v1.alis"], headers).open();
  }

  /** What the screen shows, without blank lines at its end. */
  get screen(): string {
    return this.terminal.text().join("\n").trimEnd();
  }

  get types(): string[] {
    return this.messages.map(({ type }) => type);
  }

  async shows(text: string): Promise<void> {
    await this.until(
      () => this.screen.includes(text),
      `${JSON.stringify(text)} instead of ${JSON.stringify(this.screen)}`,
    );
  }

  protected override take(data: Buffer | string): void {
    if (typeof data === "string") throw new Error("a server sends frames only");
    const message = this.decoder.decode(data);
    if (!message) return;
    this.messages.push(message);
    if (message.type === "init") {
      this.terminal = new Terminal(message);
      this.terminal.feed(message.dump);
    }
    if (message.type === "output") this.terminal.feed(message.text);
    if (message.type === "resize") this.terminal.resize(message.cols, message.rows);
  }
}
