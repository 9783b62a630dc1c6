import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { killDuringUploads } from "../packages/server/test/kills.js";
import { hasPostgres, startPostgres } from "../packages/server/test/postgres.js";
import { authorization, cast, runServer, startServer, upload } from "../packages/server/test/process.js";

/** A Node with an SQLite of its own; npm test names it. */
const node22 = process.env["NODE22"];

let folder: string;
let running: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-e2e-"));
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

const run = (args: string[], env?: Record<string, string>, node?: string) => {
  const server = runServer(folder, args, env, node);
  running.push(server.child);
  return server;
};
const start = (args: string[] = [], env?: Record<string, string>, node?: string) =>
  startServer(folder, args, env, (server) => running.push(server.child), node);

describe("asciinema-server", () => {
  test("tells about itself", async () => {
    const help = run(["--help"]);
    expect(await help.ended).toBe(0);
    expect(help.out()).toMatch(/^Usage: asciinema-server/);
    const version = run(["--version"]);
    expect(await version.ended).toBe(0);
    const { version: expected } = JSON.parse(
      readFileSync(new URL("../packages/server/package.json", import.meta.url), "utf8"),
    ) as { version: string };
    expect(version.out()).toBe(`asciinema-server ${expected}\n`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [["--nonsense"], {}, "asciinema-server: unknown argument --nonsense; see --help\n"],
    [[], { PORT: "eighty" }, 'asciinema-server: PORT is "eighty": a whole number from 0 to 65535 is needed\n'],
  ])("says in one line what is wrong with %j %j", async (args, env, message) => {
    const failed = run(args, env);
    expect(await failed.ended).toBe(1);
    expect(failed.err()).toBe(message);
    expect(failed.out()).toBe("");
  });

  test("says in one line that its port is taken", async () => {
    const { port } = await start();
    const second = run([], { PORT: String(port), DATA_DIR: join(folder, "second") });
    expect(await second.ended).toBe(1);
    const lines = second
      .err()
      .split("\n")
      .filter((line) => !line.startsWith("{") && line !== "");
    expect(lines).toEqual([`asciinema-server: port ${port} is taken; stop what listens there or set PORT to another`]);
  });

  test("starts on an empty folder, prints where it is, keeps everything to itself", async () => {
    const { out, url, port } = await start();
    expect(out()).toMatch(`asciinema-server 0.1.0 on http://localhost:${port}, data in ${folder}\n`);
    expect(out().split("\n").slice(1)).toEqual([
      "There is no administrator yet; this link, which works once, makes one:",
      expect.stringMatching(new RegExp(`^  http://localhost:${port}/session/new\\?t=[A-Za-z0-9]{32}$`)),
      "",
    ]);
    expect((await fetch(url)).status).toBe(200);
    expect(statSync(join(folder, "secret")).mode & 0o077).toBe(0);
    expect(statSync(join(folder, "files")).mode & 0o077).toBe(0);
  });

  test("has an administrator from admin add on, while it runs or not, and prints no link any more", async () => {
    const first = await start();
    const wrong = run(["admin", "add", "nobody"]);
    expect(await wrong.ended).toBe(1);
    expect(wrong.err()).toBe("asciinema-server: nobody is called nobody; an e-mail address makes an account\n");
    const add = run(["admin", "add", "mira@example.org"]);
    expect(await add.ended).toBe(0);
    expect(add.out()).toMatch(/^mira@example\.org is an administrator now; to sign in: http:\S+\/login\/new\n$/);
    const link = /\S+\/session\/new\?t=\S+/.exec(first.out())![0].replace(/localhost:\d+/, `127.0.0.1:${first.port}`);
    expect((await fetch(link)).status).toBe(410);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect((await start()).out().split("\n")).toHaveLength(2);
    const nothing = run(["admin"]);
    expect(await nothing.ended).toBe(1);
  });

  test("gives an empty server one public sample, once", async () => {
    for (let i = 0; i < 2; i++) {
      const { child, url, ended } = await start(["--sample"]);
      const home = await (await fetch(url)).text();
      expect(home.match(/<article/g)).toHaveLength(1);
      const path = /<a href="(\/a\/\d+)">A short tour of a terminal<\/a>/.exec(home)![1]!;
      expect((await fetch(url + path)).status).toBe(200);
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    }
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s lets an upload finish, then ends", async (signal) => {
    const { child, url, port, ended } = await start();
    // A form that arrives in two halves, the signal in between.
    const content = cast("slow", 200);
    const form = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.cast"\r\n\r\n${content}\r\n--b--\r\n`;
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    socket.write(
      `POST /api/v1/recordings HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\nconnection: close\r\n` +
        `content-type: multipart/form-data; boundary=b\r\ncontent-length: ${form.length}\r\n\r\n${form.slice(0, 2000)}`,
    );
    await wait(300);
    child.kill(signal);
    await wait(300);
    await expect(fetch(url)).rejects.toThrow();
    socket.write(form.slice(2000));
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(await ended).toBe(0);
    const again = await start();
    const path = new URL(/location: (\S+)/i.exec(answer)![1]!).pathname;
    expect(await (await fetch(`${again.url}${path}.cast`)).text()).toBe(content);
  });

  // Commands send all of their file before they read the answer.
  test.each([
    ["too large", authorization, 413, "content_too_large"],
    ["from nobody", "none", 401, "unauthenticated"],
  ])("answers an upload that is %s after it was sent", async (_, header, status, type) => {
    const { port } = await start([], { UPLOAD_SIZE_LIMIT: "1000000" });
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    const size = 20_000_000;
    socket.write(
      `POST /api/asciicasts HTTP/1.1\r\nhost: x\r\nauthorization: ${header}\r\nconnection: close\r\n` +
        `content-type: multipart/form-data; boundary=b\r\ncontent-length: ${size}\r\n\r\n`,
    );
    for (let sent = 0; sent < size; sent += 1_000_000) {
      if (!socket.write(Buffer.alloc(1_000_000, "x"))) await once(socket, "drain");
    }
    await once(socket, "close");
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain(`"type":"${type}"`);
    expect(readdirSync(join(folder, "drafts"))).toEqual([]);
  });

  test("says no to what is not HTTP, and goes on", async () => {
    const { port, url } = await start();
    const socket = connect(port, "127.0.0.1");
    socket.resume();
    socket.end("\0\0\0nonsense\r\n\r\n");
    await once(socket, "close");
    expect((await fetch(url)).status).toBe(200);
  });

  test("removes what a killed server left behind, not what belongs to recordings", async () => {
    const first = await start();
    const { path } = await upload(first.url, cast("kept"));
    first.child.kill("SIGKILL");
    await first.ended;
    const orphan = join(folder, "files", "recordings", "orphan.cast.gz");
    const fresh = join(folder, "files", "recordings", "fresh.cast.gz");
    const draft = join(folder, "drafts", "left");
    for (const file of [orphan, fresh, draft]) writeFileSync(file, "x");
    const age = (root: string) => {
      for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && entry.name !== "fresh.cast.gz") utimesSync(join(entry.parentPath, entry.name), 1, 1);
      }
    };
    age(join(folder, "files"));
    age(join(folder, "drafts"));
    const { url } = await start();
    for (let i = 0; i < 100 && exists(orphan, draft); i++) await wait(20);
    expect(exists(orphan)).toBe(false);
    expect(exists(draft)).toBe(false);
    expect(exists(fresh)).toBe(true);
    expect((await fetch(`${url}${path}.cast`)).status).toBe(200);
  });

  test("loses nothing that it acknowledged when it is killed, and keeps nothing else", async () => {
    // npm run soak does it a hundred times.
    await killDuringUploads(folder, 20);
  }, 240_000);

  test.skipIf(!hasPostgres)("keeps its rows in PostgreSQL, and says in one line when it cannot", async () => {
    const postgres = await startPostgres();
    try {
      const DATABASE_URL = await postgres.database();
      const first = await start(["--sample"], { DATABASE_URL });
      const { path } = await upload(first.url, cast("kept"));
      first.child.kill("SIGTERM");
      expect(await first.ended).toBe(0);
      expect(existsSync(join(folder, "asciinema.db"))).toBe(false);
      const { url, child, ended } = await start(["--sample"], { DATABASE_URL });
      expect((await fetch(`${url}${path}.cast`)).status).toBe(200);
      expect((await (await fetch(url)).text()).match(/<article/g)).toHaveLength(1);
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    } finally {
      await postgres.stop();
    }
    const failed = run([], { DATABASE_URL: "postgres://nobody:secret@127.0.0.1:1/none" });
    expect(await failed.ended).toBe(1);
    expect(failed.err()).toMatch(/^asciinema-server: PostgreSQL cannot be used: .*ECONNREFUSED.*\n$/);
  });

  test.skipIf(!node22)("runs on Node 22 with its own SQLite, on data of Node 20", async () => {
    const first = await start();
    const { path } = await upload(first.url, cast("kept"));
    first.child.kill("SIGTERM");
    await first.ended;
    const { url, child, ended } = await start([], {}, node22);
    expect((await fetch(`${url}${path}.cast`)).status).toBe(200);
    expect((await upload(url, cast("new"))).status).toBe(201);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });
});

function exists(...paths: string[]): boolean {
  return paths.some((path) => existsSync(path));
}
