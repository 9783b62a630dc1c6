import { readFileSync } from "node:fs";
import { ConfigError, readConfig } from "./config.js";
import { DatabaseError } from "./db/value.js";
import { createLog } from "./log.js";
import { Refusal } from "./refusal.js";
import { addAdministrator, startServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const usage = `Usage: asciinema-server [--sample]
       asciinema-server admin add EMAIL|NAME

A home for terminal recordings. It needs no other service: rows and files lie in one folder.

Commands:
  admin add  make somebody an administrator; an e-mail address gets an account if it has none

Options:
  --sample   put a public sample recording into a server that has none
  --version  print the version
  --help     print this

Environment (docs/self-hosting.md has all of it):
  PORT       the port to listen on, 4000 by default
  HOST       the address to listen on, 127.0.0.1 by default; BIND_ALL=1 for all
  DATA_DIR   where everything is kept, ./data by default
  URL_SCHEME, URL_HOST, URL_PORT
             where the server is reached from outside
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(usage);
    return 0;
  }
  if (args.includes("--version") || args.includes("-V")) {
    process.stdout.write(`asciinema-server ${version}\n`);
    return 0;
  }
  const [command, verb, subject, ...more] = args;
  if (command === "admin" && (verb !== "add" || subject === undefined || more.length > 0)) {
    return fail("admin add needs the e-mail address or the user name of one person; see --help");
  }
  const unknown = command === "admin" ? undefined : args.find((arg) => arg !== "--sample");
  if (unknown !== undefined) return fail(`unknown argument ${unknown}; see --help`);
  try {
    const config = readConfig(process.env);
    if (command === "admin") {
      const { username, email } = await addAdministrator(config, subject!);
      process.stdout.write(`${username ?? email} is an administrator now; to sign in: ${config.url}/login/new\n`);
      return 0;
    }
    const log = createLog((line) => process.stderr.write(line), Date.now, process.stderr.isTTY);
    const server = await startServer({ config, log, version, sample: args.includes("--sample") });
    const where = config.url.endsWith(`:${config.port}`) ? config.url : `${config.url} (port ${server.port})`;
    process.stdout.write(`asciinema-server ${version} on ${where}, data in ${config.dataDir}\n`);
    if (server.administratorLink) {
      process.stdout.write(`There is no administrator yet; this link, which works once, makes one:\n`);
      process.stdout.write(`  ${server.administratorLink}\n`);
    }
    await stopped();
    await server.close();
    return 0;
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DatabaseError || error instanceof Refusal) {
      const details = error instanceof Refusal ? error.details?.map((detail) => detail.message).join(" ") : undefined;
      return fail(details ?? error.message);
    }
    const { code, message, port, path } = error as NodeJS.ErrnoException & { port?: number };
    if (code === "EADDRINUSE") return fail(`port ${port} is taken; stop what listens there or set PORT to another`);
    if (code === "EACCES" || code === "EPERM") return fail(`no permission for ${path ?? `port ${port}`}`);
    return fail(code ? message : ((error as Error).stack ?? message));
  }
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
