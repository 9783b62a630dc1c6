import { type ChildProcess, spawn } from "node:child_process";
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
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../packages/server/src/db/database.js";

const command = fileURLToPath(new URL("../packages/server/bin/asciinema-server.js", import.meta.url));
const authorization = `Basic ${btoa("mira:01234567-89ab-cdef-0123-456789abcdef")}`;

/** asciinema 2, as Debian carries it. */
const official = "/usr/bin/asciinema";

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

interface Run {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
}

function run(args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], DATA_DIR: folder, ...env },
  });
  running.push(child);
  let out = "";
  let err = "";
  child.stdout!.on("data", (chunk) => (out += chunk));
  child.stderr!.on("data", (chunk) => (err += chunk));
  const ended = once(child, "exit").then(() => child.exitCode);
  return { child, out: () => out, err: () => err, ended };
}

/** Starts a server on a free port and waits until it answers. */
async function start(args: string[] = [], env: Record<string, string> = {}) {
  const port = await freePort();
  const server = run(args, { PORT: String(port), ...env });
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 200; i++) {
    if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.err()}`);
    if ((await fetch(`${url}/healthz`).catch(() => undefined))?.ok) return { ...server, url, port };
    await wait(25);
  }
  throw new Error(`the server does not answer: ${server.err()}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

function cast(title: string, lines = 3): string {
  const events = Array.from({ length: lines }, (_, i) => `[0.1, "o", "${title} ${i}\\r\\n"]`);
  return `${[JSON.stringify({ version: 3, term: { cols: 80, rows: 24 }, title }), ...events].join("\n")}\n`;
}

async function upload(url: string, content: string): Promise<{ status: number; path: string }> {
  const body = new FormData();
  body.append("file", new Blob([content]), "demo.cast");
  const answer = await fetch(`${url}/api/v1/recordings`, { method: "POST", headers: { authorization }, body });
  const { url: page } = (await answer.json()) as { url?: string };
  return { status: answer.status, path: page ? new URL(page).pathname : "" };
}

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
    expect(out()).toBe(`asciinema-server 0.1.0 on http://localhost:${port}, data in ${folder}\n`);
    expect((await fetch(url)).status).toBe(200);
    expect(statSync(join(folder, "secret")).mode & 0o077).toBe(0);
    expect(statSync(join(folder, "files")).mode & 0o077).toBe(0);
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

  test.skipIf(!existsSync(official))("the official command 2 uploads, and is told what is wrong", async () => {
    const { url } = await start(["--sample"], { UPLOAD_SIZE_LIMIT: "100000" });
    const upload = async (content: string) => {
      const path = join(folder, "demo.cast");
      writeFileSync(path, content);
      const child = spawn(official, ["upload", path], {
        env: { PATH: process.env["PATH"], HOME: folder, LC_ALL: "C.UTF-8", ASCIINEMA_API_URL: url },
      });
      running.push(child);
      let text = "";
      for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => (text += chunk));
      await once(child, "close");
      return { code: child.exitCode, text };
    };
    const good = await upload(cast("official"));
    expect(good.code).toBe(0);
    const path = new URL(/http:\/\/localhost:\d+\/a\/\w+/.exec(good.text)![0]).pathname;
    expect(await (await fetch(`${url}${path}.cast`)).text()).toBe(cast("official"));
    const torn = await upload(`${cast("torn")}[0.1, "o`);
    expect(torn).toMatchObject({ code: 0, text: expect.stringContaining("Line 5 of the file was not complete") });
    expect(await upload("no recording")).toMatchObject({ code: 1, text: expect.stringContaining("Invalid asciicast") });
    expect(await upload(cast("large", 20_000))).toMatchObject({ code: 1, text: expect.stringContaining("too big") });
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
    const acknowledged = new Map<string, string>();
    let sent = 0;
    for (let round = 0; round < 20; round++) {
      const { url, child, ended } = await start();
      let first = () => {};
      const acknowledgement = new Promise<void>((resolve) => {
        first = resolve;
      });
      const uploads = Array.from({ length: 4 }, async () => {
        for (;;) {
          const content = cast(`upload ${sent++}`, 50 + (sent % 7) * 300);
          const { status, path } = await upload(url, content);
          if (status !== 201) continue;
          acknowledged.set(path, content);
          first();
        }
      });
      for (const one of uploads) one.catch(() => {});
      // At a random moment of the first uploads, or of those after them.
      if (round % 2 === 0) await acknowledgement;
      await wait(Math.random() * 300);
      child.kill("SIGKILL");
      await ended;
      await Promise.allSettled(uploads);
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(10);

    for (const root of ["files", "drafts"]) {
      for (const entry of readdirSync(join(folder, root), { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), 1, 1);
      }
    }
    const { url, child, ended } = await start();
    for (const [path, content] of acknowledged) {
      const answer = await fetch(`${url}${path}.cast`);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(content);
    }
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    // Every file belongs to a row and every row has its file.
    const db = openDatabase(join(folder, "asciinema.db"));
    const rows = await db.selectFrom("recordings").select("file_key").execute();
    await db.destroy();
    const files = readdirSync(join(folder, "files"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(join(folder, "files"), join(entry.parentPath, entry.name)));
    expect(files.sort()).toEqual(rows.map((row) => row.file_key).sort());
    expect(rows.length).toBeGreaterThanOrEqual(acknowledged.size);
    expect(readdirSync(join(folder, "drafts"))).toEqual([]);
  }, 90_000);
});

function exists(...paths: string[]): boolean {
  return paths.some((path) => existsSync(path));
}
