import type { Event, Theme } from "@asciinema-ts/asciicast";
import { decodeAck } from "./ack.js";
import { Backlog } from "./backlog.js";
import { AlisEncoder } from "./codec.js";
import type { Hub } from "./hub.js";
import type { Init } from "./message.js";
import type { Socket } from "./viewer.js";

const LIMIT = 8 * 1024 * 1024; // bytes kept for servers to have them again
const WINDOW = 1024 * 1024; // bytes handed to the socket at most
const PACE = 5; // milliseconds after which a full socket is looked at again
const STABLE = 3_000; // milliseconds after which a connection counts as one that works
const STALLED = 10_000; // milliseconds without any progress after which a connection is given up
const DELAY = { least: 500, most: 10_000 };

/** A WebSocket as far as it is used here. It may tell more than a standard one about a handshake that fails: as the code of
 *  the close event the HTTP status with which the server refused, or 101 when it picked none of the subprotocols. */
export interface ProducerSocket extends Socket {
  readonly bufferedAmount: number;
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** Ends a connection that may be dead at once, where there is such a thing. */
  terminate?(): void;
}

/** Who hears how a producer fares. */
export interface ProducerListener {
  /** A connection has lasted three seconds. */
  connected?(): void;
  /** A connection was lost, or could not be made. Another is tried after so many milliseconds. */
  lost?(reason: string, delay: number): void;
  /** So many events could not be kept for a server that wanted them: it has the screen, but not how it came about. */
  gap?(events: number): void;
  /** The server does not want the stream (any more), or cannot take it: nothing more is sent.
   *
   *  - `halted`: it closed the connection with 1000, 4000 to 4099 or no code
   *  - `incompatible`: it refused the handshake with 400
   *  - `outdated`: it picked none of the subprotocols */
  refused?(why: "halted" | "incompatible" | "outdated", reason: string): void;
}

export interface ProducerOptions {
  /** What to connect with; the global WebSocket unless given, which Node has from version 22 on. */
  WebSocket?: (new (url: string, protocols: string[]) => ProducerSocket) | undefined;
  /** Bytes, or nearly so, that are kept of what the server has not acknowledged; 8 MB unless given. */
  limit?: number | undefined;
  /** Milliseconds to wait before connecting again. Unless given, a random part of 500, 1000, 2000 … 10 000.
   *
   *  @param attempt  connections in a row that did not last three seconds: 0, 1 … */
  reconnectDelay?: ((attempt: number) => number) | undefined;
}

/** The sending end of a stream. It connects at once, and again whenever the connection breaks, until the server refuses or
 *  `end()` is called.
 *
 *  With a server that acknowledges (docs/alis.md, section 6) the stream then goes on where it was cut off; others get a new
 *  init. Nothing waits for the network: what cannot be sent is kept up to a limit, and beyond it made up for by an init. */
export class Producer {
  readonly #url: string;
  readonly #hub: Pick<Hub, "init">;
  readonly #listener: ProducerListener;
  readonly #options: ProducerOptions;
  readonly #limit: number;
  readonly #theme: Theme | undefined;
  readonly #backlog: Backlog;
  #socket: ProducerSocket | undefined;
  #encoder = new AlisEncoder("producer");
  /** `waiting` for the server to say how much it has. */
  #state: "closed" | "waiting" | "sending" = "closed";
  #acknowledges = false;
  /** The first acknowledgement of this connection has come: what the server had before. */
  #greeted = false;
  /** Something was let go that was not sent: only an init of the present helps. */
  #stale: boolean;
  #connections = 0;
  #attempt = 0;
  /** The ids of the last event published, sent on any connection, and acknowledged. */
  #lastId: number;
  #sentId = 0;
  #ackedId = 0;
  /** Bytes given to the socket, and how many of them it had passed on when that was last looked at. */
  #given = 0;
  #passed = 0;
  #refused = false;
  #onSettled: (() => void) | undefined;
  #timers: { [name in "answer" | "stable" | "stalled" | "pace" | "again"]?: ReturnType<typeof setTimeout> } = {};

  /** @param hub  has the stream up to the last event published here
   *  @throws {TypeError|SyntaxError} when there is no WebSocket here, or the address is none for it */
  constructor(url: string, hub: Pick<Hub, "init">, listener: ProducerListener = {}, options: ProducerOptions = {}) {
    this.#url = url;
    this.#hub = hub;
    this.#listener = listener;
    this.#options = options;
    this.#limit = options.limit ?? LIMIT;
    const init = hub.init();
    this.#theme = init.theme;
    this.#backlog = new Backlog(init);
    this.#lastId = init.lastId;
    this.#stale = init.lastId > 0;
    this.#connect();
  }

  /** Sends an event, or keeps it for later.
   *
   *  @param id  the hub's of the event, which it has taken already */
  publish(event: Event, id: number): void {
    if (this.#refused || event.type === "other") return;
    this.#lastId = id;
    if (!this.#stale) {
      this.#backlog.push(event, id);
      if (this.#backlog.size > this.#limit && !this.#backlog.shrink(this.#limit)) this.#forget();
    }
    this.#pump();
  }

  /** Ends the stream: sends what is left, also over another connection, and closes.
   *
   *  @param patience  milliseconds after which what is left is given up
   *  @returns whether the server has everything */
  async end(patience: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience)));
    const settled = new Promise<void>((resolve) => (this.#onSettled = resolve));
    this.#settle();
    await Promise.race([settled, timeout]);
    let delivered = this.#settled;
    const socket = this.#leave();
    clearTimeout(this.#timers.again);
    if (socket && delivered) {
      const closed = new Promise<void>((resolve) => (socket.onclose = () => resolve()));
      socket.close(1000, "ended");
      // A server that does not acknowledge says by its answer that it has read everything.
      const answered = await Promise.race([closed.then(() => true), timeout.then(() => false)]);
      delivered = answered || this.#acknowledges;
      if (!answered) socket.terminate?.();
    } else socket?.terminate?.();
    clearTimeout(timer);
    this.#refused = true;
    return delivered;
  }

  #connect(): void {
    const WebSocket = this.#options.WebSocket ?? (globalThis.WebSocket as ProducerOptions["WebSocket"]);
    if (!WebSocket) throw new TypeError("there is no WebSocket here: pass one in the options");
    const socket = new WebSocket(this.#url, ["v1.alis.ack", "v1.alis"]);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    this.#expect("no answer");
    socket.onopen = () => this.#open(socket.protocol);
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string" && this.#acknowledges) this.#hear(new Uint8Array(data));
    };
    socket.onclose = ({ code, reason }) => {
      if (code === 400) this.#refuse("incompatible", reason);
      else if (code === 101) this.#refuse("outdated", reason);
      else if (code === 1000 || code === 1005 || (code >= 4000 && code <= 4099)) {
        this.#refuse("halted", reason ? `${reason} (${code})` : `code ${code}`);
      } else this.#again(reason || (this.#state === "closed" ? "cannot connect" : "connection lost"));
    };
    socket.onerror = () => {}; // a close follows
  }

  #open(protocol: string): void {
    clearTimeout(this.#timers.answer);
    if (protocol !== "v1.alis" && protocol !== "v1.alis.ack") {
      this.#refuse("outdated", `it speaks ${protocol || "no version of the protocol"}`);
      return;
    }
    this.#timers.stable = setTimeout(() => {
      this.#attempt = 0;
      this.#listener.connected?.();
    }, STABLE);
    this.#acknowledges = protocol === "v1.alis.ack";
    this.#greeted = false;
    this.#encoder = new AlisEncoder("producer");
    this.#given = this.#passed = 0;
    this.#send(this.#encoder.start());
    const first = this.#connections++ === 0;
    if (this.#acknowledges && !first) {
      this.#state = "waiting";
      this.#expect("no acknowledgement");
    } else this.#begin(this.#backlog.start.lastId === 0);
  }

  #hear(frame: Uint8Array): void {
    let id: number | undefined;
    try {
      id = decodeAck(frame);
    } catch (error) {
      this.#again((error as Error).message);
      return;
    }
    if (id === undefined) return;
    const greeting = !this.#greeted;
    this.#greeted = true;
    if (this.#state === "waiting") {
      clearTimeout(this.#timers.answer);
      // Ids that cannot be ours are those of another producer's stream.
      const known = id === 0 || (id >= this.#ackedId && id <= this.#sentId);
      if (known) this.#acknowledge(id);
      this.#begin(known && id === this.#backlog.start.lastId);
    } else if (!greeting && id <= this.#sentId) {
      this.#acknowledge(id);
      this.#settle();
    }
  }

  #acknowledge(id: number): void {
    this.#ackedId = Math.max(this.#ackedId, id);
    this.#backlog.release(id);
  }

  /** @param gapless  the server has everything up to where the backlog starts */
  #begin(gapless: boolean): void {
    this.#state = "sending";
    if (gapless && !this.#stale) {
      this.#backlog.rewind();
      this.#init({ ...this.#backlog.start, dump: "" });
    } else this.#stale = true;
    this.#pump();
  }

  /** Brings the server to the present. */
  #resync(): void {
    const init = this.#hub.init();
    const missed = init.lastId - this.#ackedId;
    if (this.#acknowledges && missed > 0) this.#listener.gap?.(missed);
    this.#stale = false;
    this.#backlog.clear(init);
    // An empty dump would say that the stream goes on from there.
    this.#init({ ...init, dump: init.dump === "" && init.lastId > 0 ? "\x1b[m" : init.dump });
  }

  #init(init: Init): void {
    this.#sentId = Math.max(this.#sentId, init.lastId);
    this.#send(this.#encoder.encode({ type: "init", ...init, ...(this.#theme && { theme: this.#theme }) })!);
  }

  /** Nothing of what was kept is of use any more. */
  #forget(): void {
    this.#backlog.clear(this.#backlog.start);
    this.#stale = true;
    // In the protocol without acknowledgement an init is not expected in between.
    if (this.#state === "sending" && !this.#acknowledges) this.#again("the network is slower than the session");
  }

  #pump(): void {
    if (this.#timers.pace) return;
    while (this.#writable) {
      if (this.#stale) {
        this.#resync();
        continue;
      }
      const entry = this.#backlog.take();
      if (!entry) {
        this.#settle();
        return;
      }
      this.#sentId = Math.max(this.#sentId, entry.id);
      this.#send(this.#encoder.encode({ ...entry.event, id: entry.id })!);
      if (!this.#acknowledges) this.#backlog.release(entry.id);
    }
    if (this.#state === "sending") this.#later();
  }

  get #writable(): boolean {
    return this.#state === "sending" && this.#socket!.bufferedAmount < WINDOW;
  }

  #later(): void {
    this.#timers.pace ??= setTimeout(() => {
      delete this.#timers.pace;
      this.#pump();
    }, PACE);
  }

  #send(frame: Uint8Array<ArrayBuffer>): void {
    this.#given += frame.length;
    try {
      this.#socket!.send(frame);
    } catch (error) {
      this.#again((error as Error).message);
      return;
    }
    this.#timers.stalled ??= setTimeout(() => this.#watch(), STALLED);
  }

  /** Gives up a connection that takes nothing any more. */
  #watch(): void {
    delete this.#timers.stalled;
    const { bufferedAmount } = this.#socket!;
    if (bufferedAmount === 0) return;
    const passed = this.#given - bufferedAmount;
    if (passed <= this.#passed) this.#again("send timeout");
    else this.#timers.stalled = setTimeout(() => this.#watch(), STALLED);
    this.#passed = passed;
  }

  /** Whether there is nothing left to be sent, or to be acknowledged. */
  get #settled(): boolean {
    if (this.#refused || this.#state !== "sending" || this.#stale || !this.#backlog.sent) return false;
    return this.#acknowledges ? this.#ackedId >= this.#lastId : this.#socket!.bufferedAmount === 0;
  }

  #settle(): void {
    if (!this.#onSettled) return;
    if (this.#settled || this.#refused) this.#onSettled();
    else if (this.#state === "sending" && !this.#acknowledges) this.#later();
  }

  #expect(otherwise: string): void {
    this.#timers.answer = setTimeout(() => this.#again(otherwise), STALLED);
  }

  #refuse(why: "halted" | "incompatible" | "outdated", reason: string): void {
    this.#leave()?.terminate?.();
    this.#refused = true;
    this.#backlog.clear(this.#backlog.start);
    this.#listener.refused?.(why, reason);
    this.#settle();
  }

  #again(reason: string): void {
    const socket = this.#leave();
    if (socket?.terminate) socket.terminate();
    else socket?.close();
    const delay = (this.#options.reconnectDelay ?? usualDelay)(this.#attempt++);
    this.#timers.again = setTimeout(() => this.#connect(), delay);
    this.#listener.lost?.(reason, delay);
  }

  #leave(): ProducerSocket | undefined {
    for (const name of ["answer", "stable", "stalled", "pace"] as const) {
      clearTimeout(this.#timers[name]);
      delete this.#timers[name];
    }
    const socket = this.#socket;
    this.#socket = undefined;
    this.#state = "closed";
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }
}

function usualDelay(attempt: number): number {
  return Math.random() * Math.min(DELAY.least * 2 ** attempt, DELAY.most);
}
