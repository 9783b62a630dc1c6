import type { Server } from "node:http";
import { Hub, negotiate, type Subprotocol } from "@asciinema-ts/alis";
import { type WebSocket, WebSocketServer } from "ws";

/** A stream at `/live` of a server: a hub behind real sockets, or whatever `serve` says. */
export class LiveStream {
  readonly hub = new Hub({ cols: 40, rows: 6 });
  /** What becomes of a viewer's connection. */
  serve: (socket: WebSocket) => void = (socket) => this.join(socket);
  /** Subprotocols that are spoken. */
  spoken: Subprotocol[] = ["v1.alis"];
  #sockets: WebSocketServer;
  #start = performance.now();

  constructor(server: Server) {
    this.#sockets = new WebSocketServer({
      server,
      path: "/live",
      handleProtocols: (offered) =>
        negotiate([...offered].filter((name) => this.spoken.includes(name as Subprotocol))) ?? false,
    });
    this.#sockets.on("connection", (socket) => this.serve(socket));
  }

  /** Watching at this moment. */
  get viewers(): number {
    return this.#sockets.clients.size;
  }

  /** Sends the hub's frames. */
  join(socket: WebSocket): void {
    const { close } = this.hub.subscribe({
      send: (frame) => {
        socket.send(frame);
        return true;
      },
      close: (code, reason) => socket.close(code, reason),
    });
    socket.on("close", close);
  }

  /** Prints something now. */
  print(text: string): void {
    this.hub.publish({ time: Math.round((performance.now() - this.#start) * 1000), type: "output", text });
  }

  /** Breaks all connections, without a word. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Closes all connections properly. */
  close(code: number, reason = ""): void {
    for (const socket of this.#sockets.clients) socket.close(code, reason);
  }

  stop(): void {
    this.cut();
    this.#sockets.close();
  }
}
