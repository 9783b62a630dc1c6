import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cast, startServer } from "../packages/server/test/process.js";

/** asciinema 2, as Debian carries it. */
const official = "/usr/bin/asciinema";

let folder: string;
let running: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-official-"));
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

const start = (env: Record<string, string> = {}) =>
  startServer(folder, ["--sample"], env, (server) => running.push(server.child));

describe.skipIf(!existsSync(official))("the official command 2", () => {
  async function asciinema(url: string, ...args: string[]) {
    const child = spawn(official, args, {
      env: { PATH: process.env["PATH"], HOME: folder, LC_ALL: "C.UTF-8", ASCIINEMA_API_URL: url },
    });
    running.push(child);
    let text = "";
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => (text += chunk));
    await once(child, "close");
    return { code: child.exitCode, text };
  }
  const upload = (url: string, content: string) => {
    const path = join(folder, "demo.cast");
    writeFileSync(path, content);
    return asciinema(url, "upload", path);
  };

  test("uploads, and is told what is wrong", async () => {
    const { url } = await start({ UPLOAD_SIZE_LIMIT: "100000" });
    const good = await upload(url, cast("official"));
    expect(good.code).toBe(0);
    const path = new URL(/http:\/\/localhost:\d+\/a\/\w+/.exec(good.text)![0]).pathname;
    expect(await (await fetch(`${url}${path}.cast`)).text()).toBe(cast("official"));
    const torn = await upload(url, `${cast("torn")}[0.1, "o`);
    expect(torn).toMatchObject({ code: 0, text: expect.stringContaining("Line 5 of the file was not complete") });
    const broken = await upload(url, "no recording");
    expect(broken).toMatchObject({ code: 1, text: expect.stringContaining("Invalid asciicast") });
    expect(await upload(url, cast("large", 20_000))).toMatchObject({
      code: 1,
      text: expect.stringContaining("too big"),
    });
  });

  test("is told that an account is needed, or that there are enough", async () => {
    const strict = await start({ UPLOAD_AUTH_REQUIRED: "1" });
    const refused = await upload(strict.url, cast("x"));
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining("Invalid or revoked install ID") });
    strict.child.kill("SIGTERM");
    await strict.ended;
    const { url } = await start({ UNREGISTERED_UPLOAD_COUNT_LIMIT: "1" });
    expect((await upload(url, cast("first"))).code).toBe(0);
    const second = await upload(url, cast("second"));
    expect(second.code).toBe(1);
    // It knows no message for this one.
    expect(second.text).toContain("HTTP status: 403");
  });

  test("is connected by the page that it sends its owner to, with what it has uploaded", async () => {
    const { url, out } = await start({ UNCLAIMED_RECORDING_TTL: "7" });
    const before = await upload(url, cast("before"));
    expect(before.text).toContain("deleted after 7 days");
    const { text } = await asciinema(url, "auth");
    const link = new URL(/http:\S+\/connect\/[0-9a-f-]{36}/.exec(text)![0]).pathname;
    const guest = await fetch(url + link, { redirect: "manual" });
    expect([guest.status, guest.headers.get("location")]).toEqual([303, "/login/new"]);

    // Its owner, in a browser without script.
    let cookies = "";
    const browse = async (path: string, fields?: Record<string, string>) => {
      const answer = await fetch(url + path, {
        redirect: "manual",
        headers: { cookie: cookies, accept: "text/html" },
        ...(fields && { method: "POST", body: new URLSearchParams(fields) }),
      });
      for (const one of answer.headers.getSetCookie()) cookies += `${one.split(";")[0]}; `;
      const html = await answer.text();
      return { answer, html, _token: /name="_token" value="([^"]*)"/.exec(html)?.[1] ?? "" };
    };
    const t = /\/session\/new\?t=(\S+)/.exec(out())![1]!;
    const { _token } = await browse(`/session/new?t=${t}`);
    await browse("/session", { _token, t, username: "mira", email: "mira@example.org" });
    const page = await browse(link);
    expect(page.html).toContain("1 recording");
    const connected = await browse(link, { _token: page._token });
    expect(connected.answer.headers.get("location")).toBe("/~mira?show=unlisted");
    expect((await upload(url, cast("after"))).text).not.toContain("deleted after");
    expect((await browse("/~mira?show=unlisted")).html.match(/<article/g)).toHaveLength(2);
  });
});

describe("the official command 3", () => {
  /** Sends what asciinema 3.1.0 was seen to send, but for the names, and returns what it looks at. It is rebuilt from a
   *  description: the command itself does not run here. */
  async function upload(port: number, content: string, installId = "b5b15a72-f5b6-4a1c-9b52-0d2cf1e3a0a1") {
    const boundary = "0f1b3c5d7e9f0a2b-1c3d5e7f9a0b2c4d-2d4f6a8b0c1e3f5a-3e5a7c9d1f2b4d6e";
    const body = [
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="demo.cast"\r\n`,
      `Content-Type: application/octet-stream\r\n\r\n${content}\r\n--${boundary}--\r\n`,
    ].join("");
    const head = [
      "POST /api/v1/recordings HTTP/1.1",
      `content-type: multipart/form-data; boundary=${boundary}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `authorization: Basic ${btoa(`mira:${installId}`)}`,
      "user-agent: asciinema/3.1.0 target/x86_64-unknown-linux-gnu",
      "accept: application/json",
      "accept-encoding: gzip",
      `host: 127.0.0.1:${port}`,
    ].join("\r\n");
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => (text += chunk));
    socket.write(`${head}\r\n\r\n${body}`);
    for (;;) {
      const [, headers = "", rest = ""] = /^([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(text) ?? [];
      const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? Number.NaN);
      if (rest.length >= length) {
        socket.destroy();
        const status = Number(/^HTTP\/1\.1 (\d+)/.exec(headers)![1]);
        return { status, headers, answer: JSON.parse(rest) as Record<string, unknown> };
      }
      await once(socket, "data");
    }
  }

  test("uploads, and is told what is wrong in JSON with a message", async () => {
    const { port, url } = await start({ UPLOAD_SIZE_LIMIT: "100000" });
    const { status, headers, answer } = await upload(port, cast("three"));
    expect(status).toBe(201);
    expect(headers).toMatch(/^location: http:\/\/localhost:\d+\/a\/\w{22}\r?$/im);
    expect(answer).toMatchObject({ url: expect.stringContaining("/a/"), message: expect.stringContaining("View the") });
    const path = new URL(String(answer["url"])).pathname;
    expect(await (await fetch(`${url}${path}.cast`)).text()).toBe(cast("three"));
    // The rest of a large body is taken before the answer is given, so that it arrives.
    const refused = [
      [cast("large", 20_000), 413, "content_too_large"],
      ["no recording", 422, "validation_failed"],
      ['{"version": 4}\n', 422, "validation_failed"],
    ] as const;
    for (const [content, code, type] of refused) {
      const { status, answer } = await upload(port, content);
      expect({ status, type: answer["type"] }).toEqual({ status: code, type });
      expect(String(answer["message"]).length).toBeGreaterThan(10);
    }
    expect(await upload(port, cast("x"), "nonsense")).toMatchObject({
      status: 401,
      answer: { type: "unauthenticated", message: "Invalid installation ID" },
    });
  });
});
