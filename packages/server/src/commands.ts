import type { Config } from "./config.js";
import { OperatorError } from "./operator-error.js";

/** Where a command's words go. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** The standard input and output, for archives. */
  input: AsyncIterable<Uint8Array>;
  output: { write(bytes: Uint8Array): Promise<void> };
  /** Whether the standard error is read by a person. */
  pretty: boolean;
  color: boolean;
  /** Resolves when the process is asked to end. */
  stopped(): Promise<void>;
}

/** What a command is given. */
export interface Call {
  config: Config;
  args: string[];
  flags: ReadonlySet<string>;
  version: string;
  terminal: Terminal;
}

/** One command of `asciinema-server`. */
export interface Command {
  /** One or two words. */
  name: string;
  /** Its arguments as the help writes them, all of them needed. */
  args: readonly string[];
  flags?: Record<string, string>;
  summary: string;
  /** What the help says beside. */
  help: string;
  /** @returns the exit status */
  run(call: Call): Promise<number>;
}

/** A command that cannot do what it is asked; the message says why and what to do. */
export class CommandError extends OperatorError {
  override readonly name = "CommandError";
}

/** All commands. What they do is loaded when they are run, so that help comes at once.
 *
 *  In the order in which the help lists them; the first one is meant when none is named. */
export const commands: readonly Command[] = [
  {
    name: "serve",
    args: [],
    flags: { "--sample": "put a public sample recording into a server that has none" },
    summary: "run the server; what is done when no command is given",
    help: `Brings the database up to date, prints its address, and the link that makes an administrator as long as there is
none. SIGTERM or Ctrl-C stops it: what is being answered is finished first, for ten seconds at most.`,
    run: async (call) => (await import("./commands/serve.js")).serve(call),
  },
  {
    name: "migrate",
    args: [],
    summary: "bring the database up to date without starting the server",
    help: `All changes are made, or none. Starting the server does the same.`,
    run: async (call) => (await import("./commands/migrate.js")).bringUp(call),
  },
  {
    name: "backup",
    args: ["FILE"],
    summary: "write everything that the server keeps into a file",
    help: `FILE is a new file, a folder, in which the file is named by the time, or - for the standard output. It is a tar
archive of rows, recordings and the secret: keep it where only you can read it. The server may go on running. A backup made
on SQLite can be restored on PostgreSQL, and the other way round. The cache is left out.`,
    run: async (call) => (await import("./commands/archive.js")).writeBackup(call),
  },
  {
    name: "restore",
    args: ["FILE"],
    summary: "put a backup into an empty DATA_DIR (and an empty database)",
    help: `FILE is what backup wrote, or - for the standard input. Nothing is overwritten: a DATA_DIR or a database with
something in it is refused, and a damaged backup leaves both empty.`,
    run: async (call) => (await import("./commands/archive.js")).restoreBackup(call),
  },
  {
    name: "admin add",
    args: ["EMAIL|NAME"],
    summary: "make somebody an administrator",
    help: `An e-mail address that has no account gets one, whose owner signs in by it. The server may be running.`,
    run: async (call) => (await import("./commands/people.js")).addAdministrator(call),
  },
  {
    name: "login-link",
    args: ["EMAIL|NAME"],
    summary: "print a link that signs somebody in, once, within an hour",
    help: `For people whom mail does not reach. Whoever opens the link is signed in: pass it on by a way that only they read.
The server may be running.`,
    run: async (call) => (await import("./commands/people.js")).printLoginLink(call),
  },
  {
    name: "send-test-email",
    args: ["EMAIL"],
    summary: "send a message through the mail server, and say what happened",
    help: `Uses SMTP_HOST and the other SMTP and MAIL settings as the server does.`,
    run: async (call) => (await import("./commands/mail.js")).sendTestEmail(call),
  },
  {
    name: "doctor",
    args: [],
    summary: "look at settings, folder, disk, database, address, clock and mail",
    help: `Changes nothing; the server may be running. The exit status is 1 when something does not work.`,
    run: async (call) => (await import("./commands/examine.js")).examine(call),
  },
];
