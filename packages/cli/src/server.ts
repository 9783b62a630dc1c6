// The server that recordings are uploaded to.
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { arch, platform } from "node:process";
import { createInterface } from "node:readline";
import type { Values } from "./arguments.js";
import { type Environment, loadConfig, saveDefaultServer } from "./config.js";
import { CliError, reason } from "./error.js";
import { installId } from "./install-id.js";
import { warn } from "./messages.js";
import { VERSION } from "./version.js";

/** Milliseconds without any progress after which a transfer is given up. */
const PATIENCE = 60_000;
/** Milliseconds before each further try. */
const PAUSES = [1_000, 2_000];
/** The most that a server can ask us to wait, in milliseconds. */
const LONGEST_PAUSE = 30_000;

/** The server to talk to. */
export interface Server {
  url: URL;
  /** Makes it the default when the user has just named it; to be called once it has proved right. */
  keep(): void;
}

/** The server to talk to: from the option, the settings, or the user.
 *
 *  @throws CliError when there is none, or it is no http(s) address */
export async function chooseServer(values: Values, env: Environment): Promise<Server> {
  const { server } = await loadConfig(env);
  const configured = values.get("server-url") ?? server.url;
  if (configured !== undefined) {
    const origin = values.has("server-url") ? "--server-url" : server.origin;
    return { url: parseUrl(configured, origin), keep() {} };
  }
  process.stdout.write("No asciinema server configured for this CLI.\n");
  const answer = await prompt("Enter the server URL to use by default: ", "https://asciinema.org");
  process.stdout.write("\n");
  const url = parseUrl(answer);
  return { url, keep: () => saveDefaultServer(env, url.href) };
}

/** @param origin  where the address was named */
function parseUrl(text: string, origin?: string): URL {
  const invalid = (why: string) =>
    new CliError(`invalid server URL '${text}': ${why}${origin === undefined ? "" : ` (from ${origin})`}`);
  if (!URL.canParse(text.trim())) throw invalid("relative URL without a base");
  const url = new URL(text.trim());
  const web = /^https?:$/.test(url.protocol);
  if (url.host === "")
    throw invalid(`server URL is missing a host${web ? "" : "; it begins with http:// or https://"}`);
  if (!web) throw invalid("only http and https are supported");
  return url;
}

function prompt(question: string, proposal: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const line = createInterface({ input: process.stdin, output: process.stdout });
    let answered = false;
    line.on("close", () => {
      if (answered) return;
      process.stdout.write("\n");
      reject(new CliError("EOF"));
    });
    line.question(question, (answer) => {
      answered = true;
      line.close();
      resolve(answer);
    });
    if (process.stdin.isTTY) line.write(proposal);
  });
}

export interface Reply {
  status: number;
  /** What the server said in JSON; empty when it said something else. */
  body: { url?: unknown; message?: unknown; details?: unknown };
  /** Milliseconds after which a server that is busy wants to be asked again. */
  retryAfter?: number;
}

/** What is sent: its parts in order, as often as they are asked for, and their length together. */
export interface Body {
  type: string;
  length: number;
  parts: () => AsyncIterable<Uint8Array>;
}

/** Sends a request with this machine's identity. Where the network fails or the server is busy, it tries again.
 *
 *  @throws CliError when no reply comes */
export async function post(url: URL, env: Environment, body: Body, onProgress: (sent: number) => void): Promise<Reply> {
  for (const pause of PAUSES) {
    let wait = pause;
    let why: string;
    try {
      const reply = await postOnce(url, env, body, onProgress);
      if (reply.retryAfter === undefined) return reply;
      wait = Math.min(Math.max(wait, reply.retryAfter), LONGEST_PAUSE);
      why = `${url.host} is busy`;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      why = error.message;
    }
    onProgress(0);
    warn(`${why}: trying again in ${Math.round(wait / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return postOnce(url, env, body, onProgress);
}

/** No reply came, for a reason that may pass. */
class NetworkError extends CliError {}

function postOnce(url: URL, env: Environment, body: Body, onProgress: (sent: number) => void): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(new NetworkError(`can't reach ${url.host}: ${reason(error)}`));
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
      method: "POST",
      headers: {
        Authorization: credentials(env),
        "User-Agent": userAgent(),
        Accept: "application/json",
        "Content-Type": body.type,
        "Content-Length": body.length,
      },
      timeout: PATIENCE,
    });
    let answered = false;
    let proceed = () => {};
    for (const event of ["drain", "close", "response"]) request.on(event, () => proceed());
    request.on("timeout", () => request.destroy(new Error(`no progress in ${PATIENCE / 1000} s`)));
    request.on("error", (error) => {
      if (!answered) fail(error);
    });
    request.on("response", (response) => {
      answered = true;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        if (text.length < 1e6) text += chunk;
      });
      response.on("error", fail);
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        const seconds = status === 503 ? Number(response.headers["retry-after"]) : Number.NaN;
        resolve({ status, body: parseObject(text), ...(seconds >= 0 && { retryAfter: seconds * 1000 }) });
      });
    });
    void (async () => {
      let sent = 0;
      for await (const part of body.parts()) {
        // A server that refuses answers before it has everything.
        if (answered || request.destroyed) return;
        if (!request.write(part)) await new Promise<void>((resolve) => (proceed = resolve));
        onProgress((sent += part.length));
      }
      request.end();
    })().catch((error) => {
      // Our own file, not the network.
      reject(error);
      request.destroy();
    });
  });
}

function parseObject(text: string): Reply["body"] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** This machine's identity, as the header `Authorization` has it.
 *
 *  @throws CliError when it can neither be read nor kept */
export function credentials(env: Environment): string {
  return `Basic ${Buffer.from(`${env["USER"] ?? ""}:${installId(env)}`).toString("base64")}`;
}

/** This program, as the header `User-Agent` has it. */
export function userAgent(): string {
  return `asciinema/${VERSION} target/${target()}`;
}

/** This platform as the official command names it. */
function target(): string {
  const machine = { x64: "x86_64", arm64: "aarch64" }[arch as string] ?? arch;
  const system = { linux: "unknown-linux-gnu", darwin: "apple-darwin", win32: "pc-windows-msvc" }[platform as string];
  return `${machine}-${system ?? platform}`;
}
