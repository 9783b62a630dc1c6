// What a session's viewers get: one hub, from which this machine serves it, a server gets it, or both.
import { Hub } from "@asciinema-ts/alis";
import type { Event, Header } from "@asciinema-ts/asciicast";
import type { Environment } from "../config.js";
import { CliError } from "../error.js";
import { fnv1a } from "../fnv.js";
import type { Log } from "../log.js";
import { parseAddress } from "../option-values.js";
import type { Output } from "../output.js";
import { startStream } from "./api.js";
import { LocalServer } from "./local-server.js";
import { Relay } from "./relay.js";

export interface LiveOptions {
  header: Header;
  /** Where to listen for viewers. */
  local: string | undefined;
  /** A stream of the server, see `startStream`, or where there is no server the WebSocket URL to send to. */
  remote: string | undefined;
  server: URL | undefined;
  /** Whether viewers get what is typed. */
  input: boolean;
  env: Environment;
  notify: (text: string) => void;
  log: Log;
  /** Stops the preparations. */
  signal: AbortSignal;
}

/** A session's live output. It keeps nobody waiting: what viewers or a server cannot take is made up for. */
export class LiveOutput implements Output {
  readonly pending = 0;
  /** Where it can be watched. */
  readonly urls: string[] = [];
  /** What the session's environment gets. */
  readonly environment: Record<string, string> = {};
  /** What did not go as it should have; complete after `close()`. */
  readonly problems: string[] = [];
  readonly #hub: Hub;
  readonly #input: boolean;
  /** Milliseconds that the session was paused, and the clock since when it is: its viewers' time stands still, too. */
  #paused = 0;
  #frozen: number | undefined;
  #local: LocalServer | undefined;
  #relay: Relay | undefined;

  private constructor({ header: { cols, rows, theme }, input }: LiveOptions) {
    this.#input = input;
    const now = () => (this.#frozen ?? performance.now()) - this.#paused;
    this.#hub = new Hub({ cols, rows, ...(theme && { theme }), forward: { input, exit: true }, now });
  }

  /** Begins to listen, and to send.
   *
   *  @throws CliError when there is nowhere to listen, the server refuses, or this session's stream would be in itself */
  static async open(options: LiveOptions): Promise<LiveOutput> {
    const output = new LiveOutput(options);
    const { local, remote, log, env } = options;
    try {
      if (local !== undefined) {
        output.#local = await LocalServer.listen(output.#hub, parseAddress(local)!, options.header.title, log);
        output.urls.push(output.#local.url);
      }
      if (remote !== undefined) {
        const { producerUrl, url } = await targetOf(remote, options);
        const id = fnv1a(producerUrl);
        if (env["ASCIINEMA_RELAY_ID"] === id) {
          throw new CliError(`This shell is already being streamed${url === undefined ? "" : ` at ${url}`}`);
        }
        output.environment["ASCIINEMA_RELAY_ID"] = id;
        if (url !== undefined) output.urls.push(url);
        output.#relay = new Relay(producerUrl, output.#hub, options.notify, log);
      }
    } catch (error) {
      await output.#local?.close();
      throw error;
    }
    return output;
  }

  write(event: Exclude<Event, { type: "output" }>): void {
    if (event.type !== "input" || this.#input) this.#publish(event);
  }

  print(time: number, output: Uint8Array): void {
    const text = Buffer.from(output.buffer, output.byteOffset, output.length).toString();
    this.#publish({ time, type: "output", text });
  }

  pause(paused: boolean): void {
    if (paused) this.#frozen = performance.now();
    else {
      this.#paused += performance.now() - (this.#frozen ?? performance.now());
      this.#frozen = undefined;
    }
  }

  async drained(): Promise<void> {}

  /** Leaves the stream open: what is not sent yet is for `close()`. */
  async end(): Promise<void> {}

  /** Sends the rest and tells viewers that it was all. */
  async close(): Promise<void> {
    const [problems = []] = await Promise.all([this.#relay?.end(), this.#local?.close()]);
    this.problems.push(...problems);
  }

  #publish(event: Event): void {
    this.#hub.publish(event);
    this.#relay?.publish(event, this.#hub.lastId);
  }
}

async function targetOf(remote: string, { server, header, env, signal }: LiveOptions) {
  const target = remote.trim();
  if (server) return startStream(server, target, header, env, signal);
  return { producerUrl: target, url: undefined };
}
