import { Acknowledger, AlisError, encodeAck, type Message, StreamDecoder, type Subprotocol } from "@asciinema-ts/alis";
import type { RawData, WebSocket } from "ws";
import type { StreamConfig } from "../config.js";
import { MAX_COLS, MAX_ROWS } from "../recordings/limits.js";
import { Bandwidth } from "./bandwidth.js";
import type { Channel, ProducerEnd } from "./channel.js";

/** How long a producer that has agreed on no subprotocol may take until it says something, in milliseconds. */
const HEADER_TIMEOUT = 5000;

/** The subprotocols that a producer can choose from. */
export type ProducerSubprotocol = Subprotocol | "v1.alis.ack";

/** Reads what a producer sends into a channel. It never waits for anything.
 *
 *  Codes from 4000 to 4099 tell producers that it makes no sense to come again. */
export class ProducerConnection implements ProducerEnd {
  private readonly decoder: StreamDecoder;
  private readonly bandwidth: Bandwidth;
  private readonly acknowledger: Acknowledger | undefined;
  private header: NodeJS.Timeout | undefined;
  private exited = false;
  private closing = false;

  /** @param agreed  the subprotocol; `undefined` when the producer has asked for none: its first message tells */
  constructor(
    private readonly socket: WebSocket,
    private readonly channel: Channel,
    agreed: ProducerSubprotocol | undefined,
    config: StreamConfig,
    private readonly options: {
      userAgent: string | undefined;
      onGone: () => void;
      onFailure: (error: unknown) => void;
      headerTimeout?: number;
    },
  ) {
    const subprotocol = agreed === "v1.alis.ack" ? "v1.alis" : agreed;
    this.decoder = new StreamDecoder("producer", { subprotocol });
    this.bandwidth = new Bandwidth(config.burstLimit, config.rateLimit);
    if (agreed === "v1.alis.ack") {
      this.acknowledger = new Acknowledger((frame) => socket.send(frame), channel.greet(this));
    }
    if (!agreed) {
      const late = () => this.close(4101, "header timeout");
      this.header = setTimeout(late, options.headerTimeout ?? HEADER_TIMEOUT);
    }
    socket.on("message", (data, isBinary) => this.receive(data, isBinary));
    socket.on("close", (code) => this.closed(code));
    socket.on("error", () => {}); // "close" follows
  }

  get subprotocol(): string | undefined {
    return this.decoder.subprotocol;
  }

  get userAgent(): string | undefined {
    return this.options.userAgent;
  }

  get leaving(): boolean {
    return this.socket.readyState !== this.socket.OPEN;
  }

  stored(lastId: number): void {
    this.acknowledger?.stored(lastId);
  }

  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    clearTimeout(this.header);
    if (this.acknowledger) {
      this.acknowledger.close();
      // What is safe by now has not to be sent again.
      this.socket.send(encodeAck(this.channel.safeId));
    }
    this.socket.close(code, reason);
    // A producer that does not answer is not waited for.
    const late = setTimeout(() => this.socket.terminate(), 5000);
    this.socket.once("close", () => clearTimeout(late));
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (this.closing) return;
    const bytes = data as Buffer;
    if (!this.bandwidth.take(bytes.length)) {
      this.close(4004, "bandwidth exceeded");
      return;
    }
    let messages: Message[];
    try {
      messages = this.decoder.decode(isBinary ? bytes : bytes.toString("utf8"));
    } catch (error) {
      if (error instanceof AlisError) this.close(4005, "message parsing error");
      else this.fail(error);
      return;
    }
    clearTimeout(this.header);
    try {
      this.pass(messages);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Something is wrong with this server, not with the producer, which may come again. */
  private fail(error: unknown): void {
    this.options.onFailure(error);
    this.close(1011, "server error");
  }

  private pass(messages: Message[]): void {
    for (const message of messages) {
      if ((message.type === "init" || message.type === "resize") && !isSize(message)) {
        this.close(4003, `invalid terminal size (${message.cols}x${message.rows})`);
        return;
      }
      this.channel.take(this, message);
      if (message.type === "exit") this.exited = true;
      if (message.type === "init") this.exited = false;
    }
  }

  private closed(code: number): void {
    clearTimeout(this.header);
    this.acknowledger?.close();
    // Who says goodbye has finished, if it could not have said so otherwise, or has said so.
    const goodbye = code !== 1006 && !this.closing;
    this.channel.left(this, goodbye && (this.decoder.subprotocol !== "v1.alis" || this.exited));
    this.options.onGone();
  }
}

function isSize({ cols, rows }: { cols: number; rows: number }): boolean {
  return cols >= 1 && cols <= MAX_COLS && rows >= 1 && rows <= MAX_ROWS;
}
