// A stream served by this machine: a page, and the stream itself at "ws" beside it.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, isIP, isIPv6, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { FanOut, type Hub } from "@asciinema-ts/alis";
import { type WebSocket, WebSocketServer } from "ws";
import { CliError, reason } from "../error.js";
import type { Log } from "../log.js";
import { Page } from "./page.js";

/** Milliseconds between heartbeats. A viewer that has not answered the one before is gone. */
const HEARTBEAT = 15_000;
/** Milliseconds for viewers to take leave. */
const PATIENCE = 3_000;

/** Serves a hub to viewers.
 *
 *  On a loopback address only pages of this server, under a name of this machine, and programs get the stream, so that no
 *  web page that the user visits can. On any other address the path is a secret instead. */
export class LocalServer {
  readonly #hub: Hub;
  readonly #log: Log;
  readonly #page: Page;
  readonly #server: Server;
  readonly #websockets: WebSocketServer;
  readonly #viewers = new Map<WebSocket, () => void>();
  readonly #heartbeat: NodeJS.Timeout;
  /** What every path begins with. */
  readonly #base: string;
  readonly #fanOut: FanOut;

  private constructor(hub: Hub, host: string, title: string | undefined, log: Log) {
    this.#hub = hub;
    this.#log = log;
    this.#fanOut = new FanOut(hub);
    this.#page = new Page(title ?? "asciinema live stream");
    this.#base = isLoopback(host) ? "/" : `/${randomBytes(16).toString("base64url")}/`;
    this.#websockets = new WebSocketServer({
      noServer: true,
      maxPayload: 4096,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has("v1.alis") ? "v1.alis" : false),
    });
    this.#server = createServer((request, response) => {
      const refusal = this.#refusal(request);
      const name = this.#nameIn(request);
      if (refusal !== undefined) response.writeHead(403, { "Content-Type": "text/plain" }).end(`${refusal}\n`);
      else if (name === undefined) response.writeHead(404, { "Content-Type": "text/plain" }).end("404");
      else if (name === "ws") response.writeHead(400, { "Content-Type": "text/plain" }).end("not a WebSocket\n");
      else {
        this.#page.answer(name, request, response).catch((error) => {
          log("ERROR", `cannot answer: ${reason(error)}`);
          response.destroy();
        });
      }
    });
    this.#server.on("upgrade", (request, socket: Socket, head) => {
      socket.on("error", () => {});
      if (this.#refusal(request) !== undefined) socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      else if (this.#nameIn(request) !== "ws") socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      else this.#websockets.handleUpgrade(request, socket, head, (websocket) => this.#welcome(websocket, socket));
    });
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT);
  }

  /** Begins to serve.
   *
   *  @throws CliError when it is not possible at this address */
  static async listen(
    hub: Hub,
    { host, port }: { host: string; port: number },
    title: string | undefined,
    log: Log,
  ): Promise<LocalServer> {
    const local = new LocalServer(hub, host, title, log);
    local.#server.listen(port, host);
    try {
      await once(local.#server, "listening");
    } catch (cause) {
      clearInterval(local.#heartbeat);
      throw new CliError("cannot start listener", { cause });
    }
    log("INFO", `listening on ${host}:${local.#port}`);
    return local;
  }

  /** Where the page is. */
  get url(): string {
    const { address } = this.#server.address() as AddressInfo;
    const host = /^(0\.0\.0\.0|::)$/.test(address) ? ownAddress() : address;
    return `http://${isIPv6(host) ? `[${host}]` : host}:${this.#port}${this.#base.replace(/^\/$/, "")}`;
  }

  /** Tells viewers that the stream has ended, and stops serving. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#hub.end();
    const gone = [...this.#viewers].map(([websocket, leave]) => {
      leave();
      websocket.close(1000, "Stream ended");
      return once(websocket, "close");
    });
    this.#server.close();
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([Promise.all(gone), new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE)))]);
    clearTimeout(timer);
    for (const websocket of this.#viewers.keys()) websocket.terminate();
    this.#server.closeAllConnections();
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The file that is asked for; undefined when the path is not ours. */
  #nameIn({ url = "/" }: IncomingMessage): string | undefined {
    const path = url.replace(/[?#].*/s, "");
    return path.startsWith(this.#base) ? path.slice(this.#base.length) : undefined;
  }

  /** Why a request is refused. */
  #refusal({ headers: { host = "", origin } }: IncomingMessage): string | undefined {
    const name = host.replace(/:\d+$/, "").toLowerCase();
    if (this.#base === "/" && !isLoopback(name.replace(/^\[|\]$/g, "")) && !/^(.+\.)?localhost$/.test(name)) {
      return `this stream can only be watched at ${this.url}; listen on another address to let others watch`;
    }
    if (origin === undefined || origin.replace(/^https?:\/\//, "").toLowerCase() === host.toLowerCase())
      return undefined;
    return "this stream can only be watched on its own page";
  }

  #welcome(websocket: WebSocket, socket: Socket): void {
    websocket.on("error", (error) => this.#log("WARN", `a viewer's connection: ${error.message}`));
    if (websocket.protocol !== "v1.alis") {
      websocket.close(1002, "Subprotocol negotiation failed");
      return;
    }
    socket.setNoDelay(true);
    const leave = this.#fanOut.add(socket, (code, why) => websocket.close(code, why));
    this.#viewers.set(websocket, leave);
    this.#log("INFO", `a viewer came: ${this.#viewers.size} watching`);
    websocket.on("pong", () => this.#silent.delete(websocket));
    websocket.on("close", () => {
      leave();
      this.#viewers.delete(websocket);
      this.#silent.delete(websocket);
      this.#log("INFO", `a viewer left: ${this.#viewers.size} watching`);
    });
  }

  readonly #silent = new Set<WebSocket>();

  #beat(): void {
    for (const websocket of this.#viewers.keys()) {
      if (this.#silent.has(websocket)) {
        websocket.terminate();
        continue;
      }
      this.#silent.add(websocket);
      websocket.ping();
    }
  }
}

function isLoopback(host: string): boolean {
  return isIP(host) !== 0 && /^(127\.|::1$|::ffff:127\.)/.test(host);
}

/** An address of this machine that others may reach. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({ internal, scopeid }) => !internal && !scopeid);
  return (outer.find(({ family }) => family === "IPv4") ?? outer[0])?.address ?? "127.0.0.1";
}
