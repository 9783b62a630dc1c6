import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../bin/asciinema-server.js", import.meta.url));

/** What a machine sends to say who it is. */
export const authorization = `Basic ${btoa("mira:01234567-89ab-cdef-0123-456789abcdef")}`;

/** The built command as a process. */
export interface Run {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
}

/** Runs the built command on a data directory. */
export function runServer(
  folder: string,
  args: string[],
  env: Record<string, string> = {},
  node = process.execPath,
): Run {
  const child = spawn(node, [command, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], DATA_DIR: folder, ...env },
  });
  let out = "";
  let err = "";
  child.stdout!.on("data", (chunk) => (out += chunk));
  child.stderr!.on("data", (chunk) => (err += chunk));
  const ended = once(child, "close").then(() => child.exitCode);
  return { child, out: () => out, err: () => err, ended };
}

/** Starts a server on a free port and waits until it answers.
 *
 *  @param begun  gets the process before anything can go wrong */
export async function startServer(
  folder: string,
  args: string[] = [],
  env: Record<string, string> = {},
  begun: (server: Run) => void = () => {},
  node?: string,
) {
  const port = await freePort();
  const server = runServer(folder, args, { PORT: String(port), ...env }, node);
  begun(server);
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 400; i++) {
    if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.err()}`);
    if ((await fetch(`${url}/healthz`).catch(() => undefined))?.ok) return { ...server, url, port };
    await wait(25);
  }
  throw new Error(`the server does not answer: ${server.err()}`);
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

/** An asciicast v3 file of so many events. */
export function cast(title: string, lines = 3): string {
  const events = Array.from({ length: lines }, (_, i) => `[0.1, "o", "${title} ${i}\\r\\n"]`);
  return `${[JSON.stringify({ version: 3, term: { cols: 80, rows: 24 }, title }), ...events].join("\n")}\n`;
}

/** Uploads as a command does. */
export async function upload(url: string, content: string): Promise<{ status: number; path: string }> {
  const body = new FormData();
  body.append("file", new Blob([content]), "demo.cast");
  const answer = await fetch(`${url}/api/v1/recordings`, { method: "POST", headers: { authorization }, body });
  const { url: page } = (await answer.json()) as { url?: string };
  return { status: answer.status, path: page ? new URL(page).pathname : "" };
}
