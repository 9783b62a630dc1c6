// The real command for tests: bundled from the sources, run with or without a terminal whose screen can be read.
import { spawn as spawnChild } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Terminal } from "@asciinema-ts/vt";
import { build } from "esbuild";
import { afterAll } from "vitest";
import { type Pty, spawn } from "../src/pty.js";

const packages = fileURLToPath(new URL("../..", import.meta.url));
const alias = Object.fromEntries(
  ["vt", "asciicast", "alis", "render"].map((name) => [`@asciinema-ts/${name}`, join(packages, name, "src/index.ts")]),
);

// Registered once for each test file that imports this; tests add to it while they run.
const cleanups: (() => void)[] = [];
afterAll(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

/** Bundles the command from the sources, as the build does, for the tests of one file.
 *
 *  @returns the path of the script */
export async function bundle(): Promise<string> {
  const directory = join(packages, "cli/dist/test");
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, `asciinema-${process.pid}-${Math.random().toString(36).slice(2)}.cjs`);
  await build({
    entryPoints: [join(packages, "cli/src/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["@lydell/*"],
    alias,
    define: { "import.meta.url": "importMetaUrl" },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
    logLevel: "error",
  });
  cleanups.push(() => rmSync(outfile, { force: true }));
  return outfile;
}

/** A directory of its own for the tests of one file, home of the user they play. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "asciinema-test-"));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** An environment without anything of the one who runs the tests. */
export function environment(home: string, extra: Record<string, string> = {}): Record<string, string> {
  const { PATH = "/usr/bin:/bin" } = process.env;
  return { PATH, HOME: home, SHELL: "/bin/bash", TERM: "xterm-256color", LANG: "C.UTF-8", USER: "tester", ...extra };
}

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command without a terminal to its end. */
export function run(
  script: string,
  args: readonly string[],
  options: { home: string; cwd?: string; input?: string | Uint8Array; env?: Record<string, string> },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawnChild(process.execPath, [script, ...args], {
      cwd: options.cwd ?? options.home,
      env: environment(options.home, options.env),
      detached: true, // without a controlling terminal
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  });
}

/** A terminal in which something runs: type on it, read its screen. */
export class Screen {
  readonly terminal: Terminal;
  /** Everything that was printed. */
  output = "";
  readonly ended: Promise<number>;
  readonly #pty: Pty;

  /** @param command  run by /bin/sh
   *  @param options.answer  what the terminal answers when `question` is printed for the first time */
  constructor(
    command: string,
    options: {
      home: string;
      cols?: number;
      rows?: number;
      env?: Record<string, string>;
      answer?: { question: string; text: string };
    },
  ) {
    const { cols = 80, rows = 24 } = options;
    let { answer } = options;
    this.terminal = new Terminal({ cols, rows });
    const decoder = new TextDecoder();
    this.#pty = spawn({
      command: `cd '${options.home}' && ${command}`,
      cols,
      rows,
      env: environment(options.home, options.env),
      onOutput: (chunk) => {
        const text = decoder.decode(chunk, { stream: true });
        this.output += text;
        this.terminal.feed(text);
        if (answer && this.output.includes(answer.question)) {
          this.type(answer.text);
          answer = undefined;
        }
        return undefined;
      },
    });
    this.ended = this.#pty.exited;
    cleanups.push(() => this.#pty.kill("SIGKILL"));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The process that its shell has started. */
  async child(): Promise<number> {
    const children = () => readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "utf8").trim();
    await until(
      () => children() !== "",
      () => `a child of process ${this.pid}`,
    );
    return Number(children());
  }

  get text(): string {
    return this.terminal.text().join("\n").trimEnd();
  }

  type(text: string): void {
    this.#pty.write(Buffer.from(text));
  }

  resize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  kill(signal: NodeJS.Signals): void {
    this.#pty.kill(signal);
  }

  /** Stops reading, as a terminal does that is stuck. */
  freeze(): void {
    this.#pty.pause();
  }

  /** Resolves when the screen shows the text. */
  async shows(text: string | RegExp): Promise<void> {
    await until(
      () => (typeof text === "string" ? this.text.includes(text) : text.test(this.text)),
      () => `${text} on the screen:\n${this.text}`,
    );
  }
}

/** Resolves when the condition holds; fails after ten seconds. */
export async function until(condition: () => boolean, what: () => string): Promise<void> {
  for (const start = Date.now(); !condition(); ) {
    if (Date.now() - start > 10_000) throw new Error(`waited in vain for ${what()}`);
    await pause(10);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
