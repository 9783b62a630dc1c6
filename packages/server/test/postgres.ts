import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

/** A PostgreSQL server for tests. */
export interface TestPostgres {
  /** Makes an empty database, or a copy of another one, and returns its address. */
  database(template?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Whether this machine has a PostgreSQL; npm test names one in `POSTGRES_BIN`, and brings it when there is none. */
export const hasPostgres = folderOfPrograms() !== undefined;

/** Starts a PostgreSQL on a new folder, reached by a socket in it. It ends with `stop`, and also when this process dies. */
export async function startPostgres(): Promise<TestPostgres> {
  const found = folderOfPrograms();
  if (!found) throw new Error("no PostgreSQL found");
  const folder = mkdtempSync(join(tmpdir(), "asciinema-pg-"));
  const as = unprivileged();
  if (as) chownSync(folder, as.uid, as.gid);
  const programs = as ? reachable(found, folder) : found;
  const data = join(folder, "data");
  const options = { cwd: folder, env: { PATH: process.env["PATH"], LC_ALL: "C" }, ...as };
  const made = spawnSync(
    join(programs, "initdb"),
    ["-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...options, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error}`);

  const settings = { fsync: "off", full_page_writes: "off", synchronous_commit: "off", listen_addresses: "" };
  const server = spawn(
    "sh",
    // The end of its standard input ends it, so that it cannot outlive this process.
    ["-c", '"$@" & pid=$!; read _; kill -QUIT $pid; wait $pid', "sh", join(programs, "postgres"), "-D", data].concat(
      ["-k", folder, "-F"],
      Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ),
    { ...options, stdio: ["pipe", "ignore", "pipe"] },
  );
  let said = "";
  server.stderr.on("data", (chunk) => (said += chunk));
  const ended = once(server, "exit");
  const address = (name: string) => `postgres://tests@localhost/${name}?host=${encodeURIComponent(folder)}`;
  const stop = async () => {
    server.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };

  const admin = new pg.Pool({ connectionString: address("postgres"), max: 1 });
  admin.on("error", () => {});
  for (const deadline = Date.now() + 20_000; ; ) {
    if (await admin.query("select 1").catch(() => undefined)) break;
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`PostgreSQL did not start: ${said}`);
    }
    await wait(50);
  }
  let count = 0;
  return {
    async database(template) {
      const name = `test${++count}`;
      const from = template ? ` template "${new URL(template).pathname.slice(1)}"` : "";
      await admin.query(`create database "${name}"${from}`);
      return address(name);
    },
    async stop() {
      await admin.end();
      await stop();
    },
  };
}

function folderOfPrograms(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : [];
  const candidates = [process.env["POSTGRES_BIN"] ?? "", ...versions, "/usr/bin", "/usr/local/bin"];
  return candidates.find((folder) => folder !== "" && existsSync(join(folder, "initdb")));
}

/** The folder of programs itself, or, when it lies in somebody's home, a copy of it that everybody can run. */
function reachable(programs: string, folder: string): string {
  if (programs.startsWith("/usr/")) return programs;
  const copy = join(folder, "programs");
  cpSync(dirname(programs), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}

/** PostgreSQL refuses to run as root: somebody else, then. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entries = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const entry = entries.find(([name]) => name === "postgres") ?? entries.find(([name]) => name === "nobody");
  if (!entry) throw new Error("PostgreSQL cannot run as root, and there is neither a user postgres nor nobody");
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}
