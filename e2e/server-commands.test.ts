import { type ChildProcess, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasPostgres, startPostgres } from "../packages/server/test/postgres.js";
import { cast, runServer, startServer, upload } from "../packages/server/test/process.js";

const node22 = process.env["NODE22"];

let folder: string;
let running: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-commands-"));
  running = [];
});
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

const data = () => join(folder, "data");

/** Runs a command to its end. */
const run = async (args: string[], env: Record<string, string> = {}, node?: string) => {
  const server = runServer(folder, args, { DATA_DIR: data(), ...env }, node);
  running.push(server.child);
  return { status: await server.ended, out: server.out(), err: server.err() };
};
const start = (env: Record<string, string> = {}, node?: string) =>
  startServer(folder, [], { DATA_DIR: data(), ...env }, (server) => running.push(server.child), node);

/** An SMTP server that takes everything that is not for `nobody`, and what it got. */
const smtp = async () => {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: ({ address }, _, done) => done(address.startsWith("nobody@") ? new Error("no such user") : null),
    onData(stream, _, done) {
      let text = "";
      stream.on("data", (chunk) => (text += chunk));
      stream.on("end", () => {
        received.push(text);
        done();
      });
    },
  });
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    env: { SMTP_HOST: "127.0.0.1", SMTP_PORT: String((listening.address() as AddressInfo).port), SMTP_RETRIES: "0" },
    received,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};

const names = ["serve", "migrate", "backup", "restore", "admin add", "login-link", "send-test-email", "doctor"];

describe("asciinema-server's commands", () => {
  test("are listed by the help, and each has its own", async () => {
    const { status, out } = await run(["--help"]);
    expect(status).toBe(0);
    for (const name of names) expect(out).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    for (const name of names) {
      const own = await run([...name.split(" "), "--help"]);
      expect(own).toMatchObject({ status: 0, err: "" });
      expect(own.out).toMatch(new RegExp(`^Usage: asciinema-server ${name}\\b`));
      expect(own.out).toMatch(/\n\n[A-Z][^\n]+\.\n\n/);
    }
    expect(existsSync(data())).toBe(false);
  }, 120_000);

  test.each([
    [["backup"], "backup needs FILE; see --help"],
    [["backup", "a", "b"], "unknown argument b; see --help"],
    [["doctor", "--sample"], "unknown argument --sample; see --help"],
    [["admin", "add"], "admin add needs EMAIL|NAME; see --help"],
    [["login-link", "mira"], "there is no DIR; set DATA_DIR as for the server"],
    [["backup", "x.tar"], "there is no DIR; set DATA_DIR as for the server"],
    [
      ["send-test-email", "a@example.org"],
      "SMTP_HOST is not set: this server sends no mail, it writes links into its log",
    ],
  ])("%j: one line says what is wrong", async (args, message) => {
    const failed = await run(args);
    expect(failed).toEqual({ status: 1, out: "", err: `asciinema-server: ${message.replace("DIR", data())}\n` });
    expect(existsSync(data())).toBe(false);
  });

  test("migrate makes the database, once", async () => {
    expect(await run(["migrate"])).toMatchObject({ status: 0, out: expect.stringMatching(/^Made: 0001-recordings, /) });
    expect(await run(["migrate"])).toMatchObject({ status: 0, out: "The database is up to date.\n" });
  });

  test("login-link lets somebody in without mail, while the server runs", async () => {
    await run(["admin", "add", "mira@example.org"]);
    const { port } = await start();
    const { status, out } = await run(["login-link", "mira@example.org"], { PORT: String(port) });
    expect(status).toBe(0);
    expect(out).toMatch(/^http:\/\/localhost:\d+\/session\/new\?t=[A-Za-z0-9]{32}\n$/);
    const page = await fetch(out.trim().replace("localhost", "127.0.0.1"));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("username");
    expect(await run(["login-link", "eve@example.org"])).toEqual({
      status: 1,
      out: "",
      err: "asciinema-server: eve@example.org has no account that can be signed in to; admin add makes one\n",
    });
  });

  test("send-test-email sends one, or says why not", async () => {
    const mail = await smtp();
    try {
      expect(await run(["send-test-email", "mira@example.org"], mail.env)).toMatchObject({
        status: 0,
        out: expect.stringMatching(/^127\.0\.0\.1:\d+ took a message to mira@example\.org, from hello@localhost\n$/),
      });
      expect(mail.received.join("")).toContain("Subject: Test email from localhost:4000");
      const refused = await run(["send-test-email", "nobody@example.org"], mail.env);
      expect(refused).toMatchObject({
        status: 1,
        err: expect.stringMatching(/^asciinema-server: .* did not take it: .*no such user\n$/),
      });
      expect(await run(["send-test-email", "nonsense"], mail.env)).toMatchObject({ status: 1 });
    } finally {
      await mail.stop();
    }
  });

  test("doctor finds nothing wrong with a server that runs, and says what is wrong with one that cannot", async () => {
    const mail = await smtp();
    const { port, url } = await start();
    await run(["admin", "add", "mira@example.org"]);
    await upload(url, cast("kept"));
    const good = await run(["doctor"], { PORT: String(port), ...mail.env });
    expect(good.out.split("\n").filter((line) => !line.startsWith("ok  "))).toEqual([""]);
    expect(good.status).toBe(0);
    await mail.stop();

    const kept = readdirSync(join(data(), "files"), { recursive: true, withFileTypes: true }).find((one) =>
      one.isFile(),
    )!;
    rmSync(join(kept.parentPath, kept.name));
    chmodSync(join(data(), "secret"), 0o644);
    chmodSync(data(), 0o755);
    const bad = await run(["doctor"], { PORT: String(port), URL_HOST: "casts.invalid", ...mail.env });
    expect(bad.status).toBe(1);
    expect(bad.out).toMatch(/^warn DATA_DIR +others on this machine can look into /m);
    expect(bad.out).toMatch(/^FAIL secret +others on this machine can read .*; remove it, and a new one is made$/m);
    expect(bad.out).toMatch(/^FAIL files +1 of 1 recordings have lost their files: number 1$/m);
    expect(bad.out).toMatch(/^warn address +without https, /m);
    expect(bad.out).toMatch(/^warn reached +http:\/\/casts\.invalid does not answer from this machine/m);
    expect(bad.out).toMatch(/^FAIL mail +127\.0\.0\.1:\d+: .*ECONNREFUSED/m);

    writeFileSync(join(folder, "file"), "");
    const file = await run(["doctor"], { DATA_DIR: join(folder, "file") });
    expect(file.status).toBe(1);
    expect(file.out).toMatch(/^FAIL DATA_DIR +DATA_DIR \S+ is a file, not a folder$/m);
    const none = await run(["doctor"], { DATA_DIR: join(folder, "none"), DATABASE_URL: "postgres://x@127.0.0.1:1/x" });
    expect(none.out).toMatch(/^FAIL database +PostgreSQL cannot be used: .*ECONNREFUSED/m);
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  test("a second server on one DATA_DIR is refused until the first has ended, however it did", async () => {
    const first = await start();
    const second = await run([], { PORT: "0" });
    expect(second).toEqual({
      status: 1,
      out: "",
      err: `asciinema-server: another asciinema-server works in DATA_DIR ${data()}; stop that one, or give this one a DATA_DIR of its own\n`,
    });
    first.child.kill("SIGKILL");
    await first.ended;
    await start();
  });

  test("backup while the server runs, restore elsewhere, serve: everything is there", async () => {
    const first = await start();
    const contents = new Map<string, string>();
    for (let i = 0; i < 3; i++) {
      const { path } = await upload(first.url, cast(`kept ${i}`));
      contents.set(path, cast(`kept ${i}`));
    }
    const backups = join(folder, "backups");
    mkdirSync(backups);
    expect(await run(["backup", backups])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^3 recordings, 3 files in /),
    });
    const [name] = readdirSync(backups);
    expect(name).toMatch(/^asciinema-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.tar$/);
    const file = join(backups, name!);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(await run(["backup", file])).toMatchObject({ status: 1, err: `asciinema-server: ${file} exists already\n` });
    expect(await run(["restore", file])).toMatchObject({
      status: 1,
      err: expect.stringContaining("another asciinema-server works in"),
    });
    // As tar sees it.
    expect(spawnSync("tar", ["-tf", file], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });

    const restored = join(folder, "restored");
    expect(await run(["restore", file], { DATA_DIR: restored })).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^3 recordings, 3 files restored into /),
    });
    expect(await run(["restore", file], { DATA_DIR: restored })).toMatchObject({
      status: 1,
      err: expect.stringContaining("is not empty"),
    });
    const { url } = await start({ DATA_DIR: restored }, node22);
    for (const [path, content] of contents) expect(await (await fetch(`${url}${path}.cast`)).text()).toBe(content);
    expect((await upload(url, cast("new"))).status).toBe(201);
    expect(readFileSync(join(restored, "secret"), "utf8")).toBe(readFileSync(join(data(), "secret"), "utf8"));
  });

  test.skipIf(!hasPostgres)("from SQLite to PostgreSQL through a pipe, and with Node 22", async () => {
    const first = await start();
    const { path } = await upload(first.url, cast("kept"));
    const postgres = await startPostgres();
    try {
      const DATABASE_URL = await postgres.database();
      const command = new URL("../packages/server/bin/asciinema-server.js", import.meta.url).pathname;
      const piped = spawnSync(
        "sh",
        [
          "-c",
          `"$NODE" "$COMMAND" backup - | DATA_DIR="$THERE" DATABASE_URL="$ROWS" "${process.execPath}" "$COMMAND" restore -`,
        ],
        {
          encoding: "utf8",
          env: {
            PATH: process.env["PATH"],
            NODE: node22 ?? process.execPath,
            COMMAND: command,
            DATA_DIR: data(),
            THERE: join(folder, "there"),
            ROWS: DATABASE_URL,
          },
        },
      );
      expect(piped.stderr).toBe("asciinema-server: wrote 1 recording, 1 file\n");
      expect(piped.stdout).toMatch(/^1 recording, 1 file restored into .*\/there, as of 20/);
      const { url, child, ended } = await start({ DATA_DIR: join(folder, "there"), DATABASE_URL });
      expect(await (await fetch(`${url}${path}.cast`)).text()).toBe(cast("kept"));
      child.kill("SIGTERM");
      await ended;
      const again = await run(["restore", "/dev/null"], { DATA_DIR: join(folder, "other"), DATABASE_URL });
      expect(again.err).toMatch(/the database is not empty; restore into an empty DATA_DIR, and an empty database/);
    } finally {
      await postgres.stop();
    }
  });
});
