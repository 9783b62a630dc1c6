// The WebSocket to a server: that of the package ws, which besides keeps the connection under watch and tells more about
// one that fails.
import { WebSocket } from "ws";
import { reason } from "../error.js";
import { userAgent } from "../server.js";

/** Milliseconds between heartbeats, and after which one that is not answered is the end of the connection. */
const HEARTBEAT = 15_000;
const ANSWER = 10_000;

/** As `ProducerSocket` of the alis package wants it. */
export class RelaySocket extends WebSocket {
  #beat: NodeJS.Timeout | undefined;
  #answer: NodeJS.Timeout | undefined;

  constructor(url: string, protocols: string[]) {
    super(url, protocols, {
      headers: { "User-Agent": userAgent() },
      perMessageDeflate: false,
      maxPayload: 1024 * 1024,
    });
    this.on("upgrade", ({ socket }) => socket.setNoDelay(true));
    this.on("unexpected-response", (_, { statusCode = 0, statusMessage }) => {
      this.#fail(statusCode, `HTTP ${statusCode} ${statusMessage}`);
      this.terminate();
    });
    this.on("error", (error) => {
      this.#fail(/no subprotocol|invalid subprotocol/i.test(error.message) ? 101 : 1006, reason(error));
    });
    this.on("open", () => {
      this.#beat = setInterval(() => this.#ping(), HEARTBEAT);
    });
    this.on("pong", () => clearTimeout(this.#answer));
    this.on("close", () => {
      clearInterval(this.#beat);
      clearTimeout(this.#answer);
    });
  }

  /** Tells why before the connection closes without saying. */
  #fail(code: number, why: string): void {
    this.emit("close", code, Buffer.from(why));
  }

  #ping(): void {
    const waiting = this.bufferedAmount;
    this.ping();
    clearTimeout(this.#answer);
    this.#answer = setTimeout(() => {
      // Behind much that is still to be sent, an answer takes its time.
      if (waiting > 0 && this.bufferedAmount !== waiting) return;
      this.#fail(1006, "no answer to a ping");
      this.terminate();
    }, ANSWER);
  }
}
