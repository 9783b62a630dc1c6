import type { WebSocket } from "ws";

/** How often connections are asked for a sign of life, in milliseconds. Proxies cut what is silent for a minute. */
const EVERY = 15_000;

/** Finds out which connections are dead: one that has not answered by the next time is cut. */
export class Heartbeat {
  private readonly alive = new Map<WebSocket, boolean>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly every = EVERY) {}

  /** Watches a connection until it is closed. */
  watch(socket: WebSocket): void {
    this.alive.set(socket, true);
    socket.on("pong", () => this.alive.set(socket, true));
    socket.on("close", () => {
      this.alive.delete(socket);
      if (this.alive.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
    this.timer ??= setInterval(() => this.beat(), this.every).unref();
  }

  private beat(): void {
    for (const [socket, alive] of this.alive) {
      if (!alive) {
        socket.terminate();
        continue;
      }
      this.alive.set(socket, false);
      socket.ping();
    }
  }
}
