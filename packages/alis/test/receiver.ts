// The server's side of a stream, and a wire to it that can be cut: what the tests and the fuzzer of producers send to.

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Event } from "@asciinema-ts/asciicast";
import { WebSocket, WebSocketServer } from "ws";
import { encodeAck, Hub, type Init, negotiate, StreamDecoder, type Subprotocol } from "../src/index.js";

/** A server for one stream that keeps every event, and counts one as stored a moment after it came. */
export class Receiver {
  readonly inits: Init[] = [];
  /** The events since the last init that did not resume, in order. */
  events: (Event & { id: number })[] = [];
  hub = new Hub({ cols: 80, rows: 24 });
  /** Milliseconds until an event counts as stored. */
  delay = 2;
  /** Why connections were closed, as their server sees it. */
  readonly closed: number[] = [];
  readonly #server: WebSocketServer;
  #deaf = false;
  #start: Init | undefined;
  #stored = 0;
  #life = 0;

  constructor(subprotocols: Subprotocol[]) {
    this.#server = new WebSocketServer({
      host: "127.0.0.1",
      port: 0,
      handleProtocols: (offered) =>
        negotiate([...offered].filter((name) => subprotocols.includes(name as never))) ?? false,
    });
    this.#server.on("connection", (socket) => this.#serve(socket));
  }

  async listening(): Promise<this> {
    if (!this.#server.address()) await once(this.#server, "listening");
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  get clients(): Set<WebSocket> {
    return this.#server.clients;
  }

  async close(): Promise<void> {
    this.#life++;
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Accepts connections, but reads nothing from now on. */
  goDeaf(): void {
    this.#deaf = true;
    for (const client of this.clients) client.pause();
  }

  /** Loses everything that was not stored, as a server does that is killed. */
  crash(): void {
    this.#life++;
    for (const socket of this.#server.clients) socket.terminate();
    this.events = this.events.filter(({ id }) => id <= this.#stored);
    this.hub = new Hub({ cols: 80, rows: 24 });
    if (this.#start) this.hub.reset(this.#start);
    for (const event of this.events) this.hub.publish(event, event.id);
  }

  #serve(socket: WebSocket): void {
    const decoder = new StreamDecoder("producer", { subprotocol: socket.protocol as Subprotocol });
    const acknowledges = socket.protocol === "v1.alis.ack";
    const store = (id: number) => {
      const life = this.#life;
      setTimeout(() => {
        if (life !== this.#life) return;
        this.#stored = id;
        if (acknowledges && socket.readyState === WebSocket.OPEN) socket.send(encodeAck(id));
      }, this.delay);
    };
    if (acknowledges) socket.send(encodeAck(this.#stored));
    if (this.#deaf) socket.pause();
    socket.on("close", (code) => this.closed.push(code));
    socket.on("error", () => {});
    socket.on("message", (data: Buffer) => {
      for (const message of decoder.decode(data)) {
        if (message.type === "eot") throw new Error("nobody sends that");
        if (message.type === "init") {
          const { type: _, ...init } = message;
          this.inits.push(init);
          if (acknowledges && this.hub.resume(init)) continue;
          this.hub.reset(init);
          this.#start = init;
          this.events = [];
          this.#stored = 0;
          this.#life++;
          store(init.lastId);
        } else if (this.hub.publish(message, message.id)) {
          this.events.push(message);
          store(message.id);
        }
      }
    });
  }
}

/** A wire between a producer and a server. */
export class Wire {
  /** After how many bytes to the server each connection is cut; those beyond the list are not. */
  readonly cuts: number[];
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  /** Called at each cut. */
  onCut = () => {};
  /** While it is set, connections are accepted and broken at once. */
  down = false;
  connections = 0;

  constructor(port: number, cuts: number[] = []) {
    this.cuts = [...cuts];
    this.#server = createServer({ noDelay: true }, (near) => {
      this.connections++;
      near.on("error", () => {});
      if (this.down) {
        near.destroy();
        return;
      }
      const far = new (near.constructor as typeof Socket)();
      far.on("error", () => {});
      far.connect(port, "127.0.0.1");
      const pair: [Socket, Socket] = [near, far];
      this.#pairs.add(pair);
      let left = this.cuts.shift() ?? Number.POSITIVE_INFINITY;
      near.on("data", (bytes) => {
        far.write(bytes.subarray(0, Math.min(left, bytes.length)));
        left -= bytes.length;
        if (left > 0) return;
        near.destroy();
        // What was let through arrives.
        far.end();
        this.onCut();
      });
      far.on("data", (bytes) => near.write(bytes));
      near.on("close", () => far.end());
      far.on("close", () => {
        near.destroy();
        this.#pairs.delete(pair);
      });
    });
    this.#server.listen(0, "127.0.0.1");
  }

  async listening(): Promise<this> {
    if (!this.#server.listening) await once(this.#server, "listening");
    return this;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Cuts every connection now. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}
