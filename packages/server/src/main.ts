import { version } from "./commands/version.js";
import { type Command, commands, type Terminal } from "./commands.js";
import { OperatorError } from "./operator-error.js";
import { Refusal } from "./refusal.js";

process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  const { command, rest } = find(words);
  if (words.includes("--help") || words.includes("-h") || words[0] === "help") {
    process.stdout.write(command ? helpOf(command) : help());
    return 0;
  }
  if (words.includes("--version") || words.includes("-V")) {
    process.stdout.write(`asciinema-server ${version}\n`);
    return 0;
  }
  const called = command ?? commands[0]!;
  const flags = new Set(rest.filter((word) => word.startsWith("--")));
  const args = rest.filter((word) => !word.startsWith("--"));
  const unknown = [...flags].find((flag) => !Object.hasOwn(called.flags ?? {}, flag)) ?? args[called.args.length];
  if (unknown !== undefined) return fail(`unknown argument ${unknown}; see --help`);
  if (args.length < called.args.length) return fail(`${called.name} needs ${called.args.join(" and ")}; see --help`);
  try {
    const { readConfig } = await import("./config.js");
    return await called.run({ config: readConfig(process.env), args, flags, version, terminal: terminal() });
  } catch (error) {
    return fail(inWords(error));
  }
}

/** The command that words name, and the words after its name. */
function find(words: string[]): { command: Command | undefined; rest: string[] } {
  const named = words.filter((word) => word !== "help" && word !== "--help" && word !== "-h");
  for (const command of commands) {
    const name = command.name.split(" ");
    if (name.every((word, i) => named[i] === word)) return { command, rest: named.slice(name.length) };
  }
  return { command: undefined, rest: named };
}

/** What went wrong, for whoever runs the command. What nobody thought of comes with its trace. */
function inWords(error: unknown): string {
  if (error instanceof Refusal) return error.details?.map((detail) => detail.message).join(" ") ?? error.message;
  if (error instanceof OperatorError) return error.message;
  const { code, message, port, path, stack } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE") return `port ${port} is taken; stop what listens there or set PORT to another`;
  if (code === "EADDRNOTAVAIL") return `HOST cannot be listened on: this machine has no such address`;
  if (code === "EACCES" || code === "EPERM") return `no permission for ${path ?? `port ${port}`}`;
  if (code === "ENOENT") return `there is no ${path}`;
  if (code === "ENOSPC") return `the disk is full${path ? `: ${path}` : ""}`;
  return code ? message : (stack ?? message);
}

function help(): string {
  const width = Math.max(...commands.map((command) => signature(command).length));
  return `Usage: asciinema-server [COMMAND]

A home for terminal recordings. It needs no other service: rows and files lie in one folder.

Commands:
${commands.map((command) => `  ${signature(command).padEnd(width)}  ${command.summary}\n`).join("")}
Options:
${options(commands[0]!.flags)}  --version  print the version
  --help     print this, or, after a command, what it does

Environment (docs/self-hosting.md has all of it):
  PORT       the port to listen on, 4000 by default
  HOST       the address to listen on, 127.0.0.1 by default; BIND_ALL=1 for all
  DATA_DIR   where everything is kept, ./data by default
  URL_SCHEME, URL_HOST, URL_PORT
             where the server is reached from outside
`;
}

function helpOf(command: Command): string {
  const flags = Object.keys(command.flags ?? {}).map((flag) => ` [${flag}]`);
  const summary = `${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.`;
  const options_ = command.flags ? `\nOptions:\n${options(command.flags)}` : "";
  return `Usage: asciinema-server ${signature(command)}${flags.join("")}\n\n${summary}\n\n${command.help}\n${options_}`;
}

function options(flags: Record<string, string> = {}): string {
  return Object.entries(flags)
    .map(([flag, text]) => `  ${flag.padEnd(9)}  ${text}\n`)
    .join("");
}

function signature({ name, args }: Command): string {
  return [name, ...args].join(" ");
}

function terminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    input: process.stdin,
    output: {
      write: (bytes) =>
        new Promise((resolve, reject) => process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))),
    },
    pretty: process.stderr.isTTY,
    color: process.stdout.isTTY && !process.env["NO_COLOR"],
    stopped,
  };
}

/** Waits for the signal to stop. A second one stops at once. */
async function stopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      let asked = false;
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve();
      });
    }
  });
}

function fail(message: string): number {
  process.stderr.write(`asciinema-server: ${message}\n`);
  return 1;
}
