// Records fixtures/vt: programs run on a pseudo-terminal, what they print is kept, and a real xterm is asked what it
// shows at several moments. `npx tsx e2e/terminal-record.ts [name…]`; needs xterm, Xvfb and the programs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "../packages/cli/src/pty.js";
import { Terminal } from "../packages/vt/src/index.js";
import { type Session, trimmed, unescaped } from "../packages/vt/test/session.js";
import { Xterm } from "../packages/vt/test/xterm.js";

const folder = fileURLToPath(new URL("../fixtures/vt", import.meta.url));

/** Keys to press, each when the screen has come to rest; `wait` names a text that it must show before. */
interface Script {
  command: string;
  cols?: number;
  rows?: number;
  keys: (string | { wait: string; key: string })[];
  /** Texts written into files of the folder that it is run in. */
  files?: Record<string, string>;
  env?: Record<string, string>;
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Runs a script; returns what was printed up to each key and up to the end of the last rest. */
async function run(script: Script): Promise<string[]> {
  const { cols = 80, rows = 24, keys } = script;
  const home = mkdtempSync(join(tmpdir(), "vt-record-"));
  for (const [name, text] of Object.entries(script.files ?? {})) writeFileSync(join(home, name), text);
  const terminal = new Terminal({ cols, rows });
  const decoder = new TextDecoder();
  let output = "";
  let last = Date.now();
  const pty = spawn({
    command: `cd '${home}' && ${script.command}`,
    cols,
    rows,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
      USER: "tester",
      SHELL: "/bin/sh",
      PS1: "$ ",
      ...script.env,
    },
    onOutput: (chunk) => {
      const text = decoder.decode(chunk, { stream: true });
      output += text;
      terminal.feed(text);
      last = Date.now();
      // What programs wait for at their start.
      if (/\x1b\[0?c$/.test(text)) pty.write(Buffer.from("\x1b[?64;1;2;6;9;15;18;21;22c"));
      if (text.includes("\x1b[6n"))
        pty.write(Buffer.from(`\x1b[${terminal.cursor.row + 1};${terminal.cursor.col + 1}R`));
    },
  });
  const parts: string[] = [];
  const rest = async (wait: string) => {
    const late = Date.now() + 15_000;
    const shows = () => terminal.text().join("\n").includes(wait);
    while (Date.now() < late && (Date.now() - last < 500 || output === "" || !shows())) await pause(50);
    if (!shows()) throw new Error(`no ${JSON.stringify(wait)} on\n${terminal.text().join("\n")}`);
    parts.push(output);
    output = "";
  };
  try {
    for (const step of keys) {
      const { wait, key } = typeof step === "string" ? { wait: "", key: step } : step;
      await rest(wait);
      pty.write(Buffer.from(key));
      last = Date.now();
    }
    await rest("");
  } finally {
    pty.kill("SIGKILL");
    await pty.exited;
    rmSync(home, { recursive: true, force: true });
  }
  return parts;
}

async function session(name: string, script: Script): Promise<Session> {
  const { cols = 80, rows = 24 } = script;
  const parts = await run(script);
  const xterm = await Xterm.start({ cols, rows });
  const moments: Session["moments"] = [];
  try {
    let input = "";
    for (const part of parts) {
      input += part;
      moments.push({ input: part, ...trimmed(await xterm.show(input)) });
    }
  } finally {
    await xterm.stop();
  }
  return { name, cols, rows, moments };
}

const ENTER = { wait: "Push <RETURN>", key: "\r" };
const vttest = (choices: string[], screens: number): Script => ({
  command: "vttest",
  keys: [...choices.map((choice) => ({ wait: "choice number", key: `${choice}\r` })), ...Array(screens).fill(ENTER)],
});

const SCRIPTS: Record<string, Script> = {
  "vttest-cursor": vttest(["1"], 5),
};

/** The input of each case of functions.txt, in which \e is ESC. */
function cases(): string[] {
  return readFileSync(join(folder, "functions.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

async function functions(): Promise<void> {
  const xterm = await Xterm.start({ cols: 20, rows: 8 });
  const shown: unknown[] = [];
  try {
    for (const input of cases()) shown.push({ input, ...trimmed(await xterm.show(unescaped(input))) });
  } finally {
    await xterm.stop();
  }
  write("functions", shown);
}

/** One moment a line, so that a difference can be read. */
function write(name: string, value: unknown): void {
  const rows = (list: unknown[]) => list.map((item) => `  ${JSON.stringify(item)}`).join(",\n");
  const { moments, ...rest } = value as Session;
  const text = Array.isArray(value)
    ? `[\n${rows(value)}\n]\n`
    : `${JSON.stringify(rest).slice(0, -1)},"moments":[\n${rows(moments)}\n]}\n`;
  writeFileSync(join(folder, `${name}.json`), text);
  console.log(`${name}: ${text.length} bytes`);
}

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  if (names.length === 0 || names.includes("functions")) await functions();
  for (const [name, script] of Object.entries(SCRIPTS))
    if (names.length === 0 || names.includes(name)) write(name, await session(name, script));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
