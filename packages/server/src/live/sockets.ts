import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { negotiate } from "@asciinema-ts/alis";
import { type WebSocket, WebSocketServer } from "ws";
import type { Sessions } from "../accounts/sessions.js";
import type { Config } from "../config.js";
import type { Log } from "../log.js";
import { type Actor, visitor } from "../policy.js";
import { clientAddress, RateLimiter } from "../rate-limit.js";
import { producerKey } from "../streams/producer-token.js";
import type { StreamRepository } from "../streams/repository.js";
import type { StreamService } from "../streams/service.js";
import { SESSION_COOKIE } from "../web/visit.js";
import type { Channel } from "./channel.js";
import { Heartbeat } from "./heartbeat.js";
import { ProducerConnection, type ProducerSubprotocol } from "./producers.js";
import type { Studio } from "./studio.js";

interface Parts {
  config: Config;
  studio: Studio;
  streams: StreamService;
  allStreams: StreamRepository;
  sessions: Sessions;
  secret: string;
  clock: () => number;
  log: Log;
}

/** Times that tests need not wait for, in milliseconds. */
export interface LiveTiming {
  /** Between heartbeats, until a silent producer is cut, and until a guess at a token is answered. */
  heartbeat?: number;
  headerTimeout?: number;
  guessDelay?: number;
  /** Between looks at whether the row of a live stream is still right. */
  progress?: number;
}

/** Messages of viewers say nothing, so they are small. */
const VIEWER_MESSAGE_LIMIT = 1024;
const GUESS_DELAY = 1000;
/** How long connections may take to say goodbye, in milliseconds. */
const GOODBYE = 2000;

interface Watching {
  socket: WebSocket;
  actor: Actor;
  leave: () => void;
}

/** The WebSockets of streams: producers at `/ws/S/…`, viewers at `/ws/s/…`. */
export class StreamSockets {
  private readonly producers: WebSocketServer;
  private readonly viewers: WebSocketServer;
  private readonly heartbeat: Heartbeat;
  private readonly limiter: RateLimiter;
  private readonly watching = new Map<number, Set<Watching>>();
  private closing = false;

  constructor(
    private readonly parts: Parts,
    private readonly timing: LiveTiming = {},
  ) {
    const common = { noServer: true, clientTracking: true, perMessageDeflate: false } as const;
    const { messageLimit } = parts.config.streams;
    // Undefined here means no answer in the handshake, which is right when nothing was asked for.
    const first = (names: Set<string>) => chosen(names) ?? false;
    this.producers = new WebSocketServer({ ...common, maxPayload: messageLimit, handleProtocols: first });
    this.viewers = new WebSocketServer({
      ...common,
      maxPayload: VIEWER_MESSAGE_LIMIT,
      handleProtocols: (names) => (names.has("v1.alis") ? "v1.alis" : false),
    });
    this.heartbeat = new Heartbeat(timing.heartbeat);
    this.limiter = new RateLimiter(parts.clock);
    parts.studio.onChanged = (id) => void this.recheck(id);
    parts.studio.onDeleted = (id) => this.dismiss(id, 4040, "stream not found");
  }

  /** Answers the upgrade requests of a server. */
  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Without a listener an error of a connection that just breaks would end the process.
      socket.on("error", () => socket.destroy());
      this.upgrade(request, socket, head).catch((error) => {
        this.parts.log.error("socket failed", { error: String((error as Error).stack ?? error) });
        refuse(socket, "500 Internal Server Error");
      });
    });
  }

  /** Sends everybody away; they come again when the server is back. */
  async close(): Promise<void> {
    this.closing = true;
    const all = [...this.producers.clients, ...this.viewers.clients];
    for (const set of this.watching.values()) for (const { leave } of set) leave();
    for (const socket of this.viewers.clients) socket.close(1012, "server restarts");
    await this.parts.studio.close();
    for (const socket of this.producers.clients) socket.close(1012, "server restarts");
    const gone = all.map((socket) =>
      socket.readyState === socket.CLOSED ? undefined : new Promise((resolve) => socket.once("close", resolve)),
    );
    await Promise.race([Promise.all(gone), wait(GOODBYE, undefined, { ref: false })]);
    for (const socket of all) socket.terminate();
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const [, end, token] = /^\/ws\/([sS])\/([A-Za-z0-9]{1,64})$/.exec(pathname) ?? [];
    if (this.closing) return refuse(socket, "503 Service Unavailable");
    if (!end || !token) return refuse(socket, "404 Not Found");
    const peer = clientAddress(request.socket.remoteAddress, text(request.headers["x-forwarded-for"]));
    if (this.limiter.take("GET", "/ws", peer)?.allowed === false) return refuse(socket, "429 Too Many Requests");
    if (end === "S") await this.produce(request, socket, head, token);
    else await this.watch(request, socket, head, token);
  }

  private async produce(request: IncomingMessage, socket: Duplex, head: Buffer, token: string): Promise<void> {
    const { secret, allStreams, studio, config } = this.parts;
    const offered = protocolsOf(request);
    const agreed = chosen(offered);
    if (offered.size > 0 && !agreed) return refuse(socket, "400 Bad Request");
    const key = producerKey(secret, token);
    const stream = key === undefined ? undefined : await allStreams.byProducerKey(key);
    const enabled = stream && (stream.streaming_enabled ?? config.streams.enabled);
    if (!stream?.live || !enabled) {
      await wait(this.timing.guessDelay ?? GUESS_DELAY, undefined, { ref: false });
      return this.producers.handleUpgrade(request, socket, head, (ws) => {
        ws.on("error", () => {});
        ws.close(4040, "stream not found");
      });
    }
    this.producers.handleUpgrade(request, socket, head, (ws) => {
      this.heartbeat.watch(ws);
      const channel = studio.enter(stream);
      new ProducerConnection(ws, channel, agreed, config.streams, {
        userAgent: request.headers["user-agent"],
        onGone: () => studio.leave(channel),
        onFailure: (error) => {
          this.parts.log.error("producer failed", {
            stream: stream.id,
            error: String((error as Error).stack ?? error),
          });
        },
        ...(this.timing.headerTimeout !== undefined && { headerTimeout: this.timing.headerTimeout }),
      });
    });
  }

  private async watch(request: IncomingMessage, socket: Duplex, head: Buffer, token: string): Promise<void> {
    const { streams, studio, config } = this.parts;
    const speaks = protocolsOf(request).has("v1.alis");
    const actor = await this.actor(request);
    const stream = speaks ? await streams.find(actor, token) : undefined;
    this.viewers.handleUpgrade(request, socket, head, (ws) => {
      ws.on("error", () => {});
      if (!speaks) return ws.close(1002, "protocol negotiation failed");
      if (!stream) return ws.close(4040, "stream not found");
      const { viewerLimit, serverViewerLimit } = config.streams;
      const watching = studio.find(stream.id)?.hub.viewers ?? 0;
      if (watching >= viewerLimit || studio.viewers >= serverViewerLimit) return ws.close(1013, "too many viewers");
      this.heartbeat.watch(ws);
      this.seat(ws, socket, actor, studio.enter(stream));
    });
  }

  private seat(ws: WebSocket, socket: Duplex, actor: Actor, channel: Channel): void {
    const id = channel.stream.id;
    const leave = channel.viewers.add(socket, (code, reason) => ws.close(code, reason));
    const one = { socket: ws, actor, leave };
    const all = this.watching.get(id) ?? new Set();
    this.watching.set(id, all.add(one));
    ws.on("close", () => {
      leave();
      all.delete(one);
      if (all.size === 0) this.watching.delete(id);
      this.parts.studio.leave(channel);
    });
  }

  /** Who asks. What a page of another site has its reader's browser ask is asked by nobody in particular. */
  private async actor(request: IncomingMessage): Promise<Actor> {
    const { origin, host, cookie } = request.headers;
    const own = origin === undefined || origin === this.parts.config.url || hostOf(origin) === host;
    const token = own ? new RegExp(`(?:^|;)\\s*${SESSION_COOKIE}=([A-Za-z0-9]+)`).exec(cookie ?? "")?.[1] : undefined;
    const found = token ? await this.parts.sessions.find(token) : undefined;
    return found ? { user: found.user } : visitor;
  }

  /** Sends away whoever may not watch any more. */
  private async recheck(streamId: number): Promise<void> {
    const token = this.parts.studio.find(streamId)?.stream.public_token;
    for (const one of this.watching.get(streamId) ?? []) {
      const seen = token && (await this.parts.streams.find(one.actor, token).catch(() => undefined));
      if (seen) continue;
      one.leave();
      one.socket.close(4040, "stream not found");
    }
  }

  /** Sends everybody away who watches a stream. */
  private dismiss(streamId: number, code: number, reason: string): void {
    for (const one of this.watching.get(streamId) ?? []) {
      one.leave();
      one.socket.close(code, reason);
    }
  }
}

/** The first subprotocol that is offered and that producers can speak here. */
function chosen(offered: Iterable<string>): ProducerSubprotocol | undefined {
  for (const name of offered) {
    if (name === "v1.alis.ack") return name;
    const known = negotiate([name]);
    if (known) return known;
  }
  return undefined;
}

function protocolsOf(request: IncomingMessage): Set<string> {
  const names = (text(request.headers["sec-websocket-protocol"]) ?? "").split(",").map((name) => name.trim());
  return new Set(names.filter((name) => name !== ""));
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
