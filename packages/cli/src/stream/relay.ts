// The way of a stream to a server, and what the user is told about it.
import { type Hub, Producer } from "@asciinema-ts/alis";
import type { Log } from "../log.js";
import { RelaySocket } from "./websocket.js";

/** Milliseconds for the rest of a stream to reach the server when the session has ended. */
const PATIENCE = 5_000;

const REFUSALS = {
  halted: "Stream halted by the server",
  incompatible: "CLI not compatible with the server, forwarding failed",
  outdated: "The server version is too old, forwarding failed",
};

/** Sends what a hub has taken to a server. */
export class Relay {
  readonly #producer: Producer;
  #lost: string | undefined;
  #refused: string | undefined;
  #missed = 0;

  /** @param notify  gets what the user should know at once
   *  @throws {SyntaxError} when the address is none for a WebSocket */
  constructor(url: string, hub: Hub, notify: (text: string) => void, log: Log) {
    let lasted = false;
    const listener = {
      connected: () => {
        if (this.#lost !== undefined) notify(lasted ? "Reconnected to the server" : "Connected to the server");
        lasted = true;
        this.#lost = undefined;
      },
      lost: (why: string, delay: number) => {
        log("WARN", `no connection to the server: ${why}; next attempt in ${Math.round(delay)} ms`);
        if (this.#lost === undefined) {
          notify(
            lasted ? "Disconnected from the server, reconnecting..." : "Cannot connect to the server, retrying...",
          );
        }
        this.#lost = why;
      },
      gap: (events: number) => {
        this.#missed += events;
        log("WARN", `${events} events could not be kept for the server: it gets the screen instead`);
      },
      refused: (why: keyof typeof REFUSALS, detail: string) => {
        this.#refused = `${REFUSALS[why]}: ${detail}`;
        log("ERROR", this.#refused);
        notify(REFUSALS[why]);
      },
    };
    this.#producer = new Producer(url, hub, listener, { WebSocket: RelaySocket });
  }

  publish(...event: Parameters<Producer["publish"]>): void {
    this.#producer.publish(...event);
  }

  /** Sends the rest and closes.
   *
   *  @returns what did not go as it should have */
  async end(): Promise<string[]> {
    if (this.#refused !== undefined) return [this.#refused];
    const complete = await this.#producer.end(PATIENCE);
    if (this.#refused !== undefined) return [this.#refused];
    const problems: string[] = [];
    if (!complete) {
      const why = this.#lost === undefined ? "it took too long" : `no connection: ${this.#lost}`;
      problems.push(`The server did not get the end of the stream: ${why}`);
    }
    if (this.#missed > 0)
      problems.push("The connection was too slow for a part of the stream: viewers saw where it led to");
    return problems;
  }
}
