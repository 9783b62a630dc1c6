// Streams on the server: finding or making the one to send to.
import type { Header } from "@asciinema-ts/asciicast";
import type { Environment } from "../config.js";
import { CliError } from "../error.js";
import { credentials, userAgent } from "../server.js";

/** Milliseconds for one request. */
const PATIENCE = 30_000;

/** A stream as the server describes it. */
export interface ServerStream {
  id: number;
  /** Its page. */
  url: string;
  /** Where its producer connects to. A secret. */
  producerUrl: string;
}

/** Tells the server that a stream begins: a new one, or the only one of the user's whose ID begins so.
 *
 *  @param prefix  empty for a new one
 *  @throws CliError when the server refuses, cannot be reached, or knows no such stream, or several */
export async function startStream(
  server: URL,
  prefix: string,
  header: Header,
  env: Environment,
  signal: AbortSignal,
): Promise<ServerStream> {
  const api = new Api(server, env, signal);
  const fields = {
    live: true,
    ...(header.title !== undefined && { title: header.title }),
    term_type: header.termType ?? null,
    term_version: header.termVersion ?? null,
    shell: env["SHELL"] ?? null,
    env: header.env ?? null,
  };
  if (prefix === "") return streamOf(await api.ask("POST", "/api/v1/streams", fields));
  const found = await api.ask("GET", `/api/v1/user/streams?prefix=${encodeURIComponent(prefix)}&limit=10`);
  if (!Array.isArray(found)) throw new CliError("error decoding response body: no list of streams");
  const streams = found.map(streamOf);
  const [stream] = streams;
  if (!stream) throw new CliError(`no stream matches "${prefix}"`);
  if (streams.length > 1) {
    throw new CliError(`multiple streams match "${prefix}" prefix:\n\n${streams.map(({ url }) => url).join("\n")}`);
  }
  return streamOf(await api.ask("PATCH", `/api/v1/streams/${stream.id}`, fields));
}

function streamOf(value: unknown): ServerStream {
  const { id, url, ws_producer_url: producerUrl } = (value ?? {}) as Record<string, unknown>;
  if (
    typeof id === "number" &&
    typeof url === "string" &&
    typeof producerUrl === "string" &&
    isWebSocket(producerUrl)
  ) {
    return { id, url, producerUrl };
  }
  throw new CliError("error decoding response body: no stream with id, url and ws_producer_url");
}

function isWebSocket(url: string): boolean {
  return URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol);
}

class Api {
  readonly #server: URL;
  readonly #env: Environment;
  readonly #signal: AbortSignal;

  constructor(server: URL, env: Environment, signal: AbortSignal) {
    this.#server = server;
    this.#env = env;
    this.#signal = signal;
  }

  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const url = new URL(path, this.#server);
    const headers = {
      Authorization: credentials(this.#env),
      "User-Agent": userAgent(),
      Accept: "application/json",
      ...(body && { "Content-Type": "application/json" }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(PATIENCE)]);
    let status: number;
    let text: string;
    try {
      const response = await fetch(url, { ...init, signal });
      status = response.status;
      text = await response.text();
    } catch (error) {
      if (this.#signal.aborted) throw new CliError("interrupted");
      // What fetch throws says nothing; its cause does.
      const cause = (error as Error).cause ?? error;
      throw new CliError("cannot obtain stream producer endpoint - is the server down?", { cause });
    }
    if (status >= 200 && status < 300) return parse(text);
    throw new CliError(this.#refusal(status, text, url));
  }

  #refusal(status: number, text: string, url: URL): string {
    const host = this.#server.hostname;
    if (status === 401) return `this CLI hasn't been authenticated with ${host} - run \`asciinema auth\` first`;
    const message = messageIn(text);
    if (message !== undefined) return message;
    if (status === 404 || status === 422) return `${host} doesn't support streaming`;
    return `HTTP status ${status < 500 ? "client" : "server"} error (${status}) for url (${url.href})`;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError("error decoding response body", { cause });
  }
}

function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text);
    return typeof message === "string" && message !== "" ? message : undefined;
  } catch {
    return undefined;
  }
}
