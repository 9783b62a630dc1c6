import type { Message } from "./message.js";
import { StreamDecoder } from "./stream-decoder.js";
import { type Subprotocol, type SubprotocolDecoder, subprotocols } from "./subprotocol.js";

const FIRST = 5000; // milliseconds for the first message
const SECOND = 1000; // milliseconds from what says nothing, as the magic, to the next message
const STABLE = 1000; // milliseconds after which a connection counts as one that works
const DELAY = { least: 500, most: 10_000 };

/** A WebSocket as far as it is used here: a browser's, Node 22's, that of `ws`. */
export interface Socket {
  binaryType: string;
  readonly protocol: string;
  // biome-ignore-start lint/suspicious/noExplicitAny: each kind of socket has its own type of events
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  // biome-ignore-end lint/suspicious/noExplicitAny: as above
  close(code?: number, reason?: string): void;
}

/** Who hears what a viewer gets. Nothing is called after `close()`. */
export interface ViewerListener {
  /** An init, which begins anew; an event; or the end of transmission, after which another init may come. */
  message(message: Message): void;
  /** A connection is open, but nothing is on: not yet, or not any more. */
  offline?(reason: string): void;
  /** A connection was lost, refused or said what cannot be understood. Another is made after so many milliseconds. */
  lost?(reason: string, delay: number): void;
  /** The stream is over, or cannot be watched: there will be no more. */
  ended?(reason: string): void;
}

export interface ViewerOptions {
  /** What to connect with; the global WebSocket unless given, which Node has from version 22 on. */
  WebSocket?: (new (url: string, protocols: string[]) => Socket) | undefined;
  /** Milliseconds to wait before connecting again. {@link reconnectDelay} unless given.
   *
   *  @param attempt  connections in a row that did not last a second: 0, 1 … */
  reconnectDelay?: ((attempt: number) => number) | undefined;
}

/** Makes what decodes a connection, in the subprotocol that was agreed on if one was. */
type NewDecoder = (agreed: Subprotocol | undefined) => Pick<SubprotocolDecoder, "subprotocol" | "decode">;

/** The receiving end of a stream, with what decodes it passed in, for who has a decoder. All others want `Viewer`.
 *
 *  It connects at once, and again whenever the
 *  connection breaks, until the stream ends or `close()` is called.
 *
 *  The server ends it by closing: with 4000 to 4100, or in any way after an end of transmission (`v1.alis`); with 1000 or
 *  without a code, or in any way after an exit event (the other subprotocols); with 1002, which says that it does not speak
 *  any of them. */
export class Receiver {
  readonly #url: string;
  readonly #listener: ViewerListener;
  readonly #decoder: NewDecoder;
  readonly #options: ViewerOptions;
  #socket: Socket | undefined;
  #attempt = 0;
  /** The connection stays good, the next message is due, it is time to connect again. */
  #timers: { [name in "stable" | "silent" | "again"]?: ReturnType<typeof setTimeout> } = {};

  /** @throws {TypeError|SyntaxError} when there is no WebSocket here, or the address is none for it */
  constructor(url: string, listener: ViewerListener, decoder: NewDecoder, options: ViewerOptions = {}) {
    this.#url = url;
    this.#listener = listener;
    this.#decoder = decoder;
    this.#options = options;
    this.#connect();
  }

  /** Lets go of everything, for good. */
  close(): void {
    this.#leave();
    clearTimeout(this.#timers.again);
  }

  #connect(): void {
    const WebSocket = this.#options.WebSocket ?? globalThis.WebSocket;
    if (!WebSocket) throw new TypeError("there is no WebSocket here: pass one in the options");
    const socket: Socket = new WebSocket(this.#url, subprotocols());
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    let decoder: ReturnType<NewDecoder> | undefined;
    let state: "waiting" | "live" | "over" = "waiting";
    socket.onopen = () => {
      // An empty name means that none was agreed on.
      decoder = this.#decoder((socket.protocol || undefined) as Subprotocol | undefined);
      this.#expect(FIRST);
      this.#timers.stable = setTimeout(() => {
        this.#attempt = 0;
      }, STABLE);
    };
    socket.onmessage = ({ data }) => {
      clearTimeout(this.#timers.silent);
      let messages: Message[];
      try {
        messages = decoder!.decode(typeof data === "string" ? data : new Uint8Array(data));
      } catch (error) {
        this.#again((error as Error).message);
        return;
      }
      if (!messages.length && state === "waiting") this.#expect(SECOND);
      for (const message of messages) {
        const { type } = message;
        if (type === "init") state = "live";
        if (type === "eot" || (type === "exit" && decoder!.subprotocol !== "v1.alis")) state = "over";
        this.#listener.message(message);
        if (this.#socket !== socket) return;
        if (type === "eot") this.#listener.offline?.("Stream ended");
      }
    };
    socket.onclose = ({ code, reason }) => {
      const alis = decoder?.subprotocol === "v1.alis";
      if (state === "over" || (alis ? code >= 4000 && code <= 4100 : decoder && (code === 1000 || code === 1005)))
        this.#end((alis && reason) || "Stream ended");
      else if (code === 1002) this.#end("Err: Player not compatible with the server");
      else this.#again(reason || "connection lost");
    };
    socket.onerror = () => {}; // a close follows
  }

  #expect(within: number): void {
    this.#timers.silent = setTimeout(() => this.#listener.offline?.("Stream offline"), within);
  }

  #end(reason: string): void {
    this.close();
    this.#listener.ended?.(reason);
  }

  #again(reason: string): void {
    this.#leave();
    const delay = (this.#options.reconnectDelay ?? reconnectDelay)(this.#attempt++);
    this.#timers.again = setTimeout(() => this.#connect(), delay);
    this.#listener.lost?.(reason, delay);
  }

  #leave(): void {
    clearTimeout(this.#timers.stable);
    clearTimeout(this.#timers.silent);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/** The receiving end of a stream, in whichever subprotocol the server picks; see {@link Receiver}. */
export class Viewer extends Receiver {
  /** @throws {TypeError|SyntaxError} when there is no WebSocket here, or the address is none for it */
  constructor(url: string, listener: ViewerListener, options?: ViewerOptions) {
    super(url, listener, (subprotocol) => new StreamDecoder("viewer", { subprotocol }), options);
  }
}

/** Milliseconds to wait before connecting again: a random part of 500, 1000, 2000 … 10 000, so that not all come at once.
 *
 *  @param attempt  connections in a row that did not last: 0, 1 … */
export function reconnectDelay(attempt: number): number {
  return Math.random() * Math.min(DELAY.least * 2 ** attempt, DELAY.most);
}
