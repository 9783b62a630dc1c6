import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { authorization, cast, type Run, startServer } from "../packages/server/test/process.js";

const nginx = ["/usr/sbin/nginx", "/usr/bin/nginx"].find(existsSync);
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const packaging = (name: string) => readFileSync(new URL(`../packaging/${name}`, import.meta.url), "utf8");

describe.skipIf(!nginx || !hasOpenssl)("behind nginx, as docs/self-hosting.md has it", () => {
  let folder: string;
  let server: Run;
  let proxy: ChildProcess;
  let certificate: string;
  let port: number;
  let plainPort: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "asciinema-nginx-"));
    chmodSync(folder, 0o755);
    const pem = join(folder, "casts.pem");
    const made = spawnSync("openssl", [
      ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=casts.example.org".split(" "),
      ...["-addext", "subjectAltName=DNS:casts.example.org", "-keyout", join(folder, "casts.key"), "-out", pem],
    ]);
    expect(made.status, String(made.stderr)).toBe(0);
    certificate = readFileSync(pem, "utf8");
    const started = await startServer(
      folder,
      [],
      {
        DATA_DIR: join(folder, "data"),
        URL_SCHEME: "https",
        URL_HOST: "casts.example.org",
        UPLOAD_SIZE_LIMIT: "9000000",
      },
      (begun) => {
        server = begun;
      },
    );
    [port, plainPort] = [await freePort(), await freePort()];
    const site = packaging("nginx.conf")
      .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
      .replace("listen 80;", `listen 127.0.0.1:${plainPort};`)
      .replace("127.0.0.1:4000", `127.0.0.1:${started.port}`)
      .replace("/etc/ssl/casts.example.org.pem", pem)
      .replace("/etc/ssl/casts.example.org.key", join(folder, "casts.key"))
      // A visitor from elsewhere, as nginx would see one.
      .replace("$remote_addr;", "203.0.113.7;");
    mkdirSync(join(folder, "tmp"));
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path tmp/${name};`,
    );
    writeFileSync(
      join(folder, "nginx.conf"),
      `daemon off; pid nginx.pid; events {} http { access_log off; ${temporary.join(" ")} ${site} }`,
    );
    proxy = spawn(nginx!, ["-p", folder, "-c", "nginx.conf", "-e", "stderr"], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    proxy.stderr!.on("data", (chunk) => (said += chunk));
    for (let i = 0; ; i++) {
      if (proxy.exitCode !== null || i > 400) throw new Error(`nginx does not answer: ${said}`);
      if ((await ask("GET", "/healthz").catch(() => undefined))?.status === 200) break;
      await wait(25);
    }
  });
  afterAll(async () => {
    for (const child of [proxy, server?.child]) {
      if (!child || child.exitCode !== null) continue;
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string | Buffer) => {
    const options = { host: "127.0.0.1", port, path, method, ca: certificate, servername: "casts.example.org" };
    const sent = request({ ...options, headers: { host: "casts.example.org", ...headers } });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of answer) text += chunk;
    return { status: answer.statusCode!, headers: answer.headers, text };
  };
  const form = (content: string) => {
    const body = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.cast"\r\n\r\n${content}\r\n--b--\r\n`;
    const type = { "content-type": "multipart/form-data; boundary=b", authorization };
    return ask("POST", "/api/v1/recordings", type, body);
  };

  test("pages are there, browsers stay on https, cookies are for https only", async () => {
    const login = await ask("GET", "/login/new", { accept: "text/html" });
    expect(login.status).toBe(200);
    expect(login.headers["strict-transport-security"]).toMatch(/^max-age=/);
    expect(login.headers["set-cookie"]!.join()).toMatch(/HttpOnly; Secure; SameSite=Lax/);
    const plain = await fetch(`http://127.0.0.1:${plainPort}/about?x=1`, { redirect: "manual" });
    expect([plain.status, plain.headers.get("location")]).toEqual([301, "https://casts.example.org/about?x=1"]);
  });

  test("uploads lead to https addresses; one that is too large gets the server's own words", async () => {
    const answer = await form(cast("proxied"));
    expect(answer.status).toBe(201);
    const { url } = JSON.parse(answer.text) as { url: string };
    expect(url).toMatch(/^https:\/\/casts\.example\.org\/a\/\w+$/);
    expect((await ask("GET", `${new URL(url).pathname}.cast`)).text).toBe(cast("proxied"));
    const large = await form(cast("large", 400_000).slice(0, 9_500_000));
    expect(large.status).toBe(413);
    expect(large.text).toContain("The recording exceeds the server-configured size limit (9 MB)");
  });

  test("limits count the visitor, whatever the visitor claims; metrics are not for visitors", async () => {
    const { headers } = await ask("GET", "/about", { "x-forwarded-for": "127.0.0.1" });
    expect(Number(headers["x-ratelimit-limit"])).toBeGreaterThan(0);
    expect((await ask("GET", "/metrics")).status).toBe(404);
    // The log comes through a pipe, on its own time.
    const line = () =>
      server
        .err()
        .split("\n")
        .find((text) => text.includes('"/about"') && text.endsWith("}"));
    await expect.poll(line, { timeout: 10_000 }).toBeDefined();
    expect(JSON.parse(line()!)).toMatchObject({ address: "203.0.113.7" });
  });

  test("sockets of streams pass", async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/ws/s/${"a".repeat(16)}`, ["v1.alis"], {
      agent: new Agent({ ca: certificate, servername: "casts.example.org" }),
      headers: { host: "casts.example.org" },
    });
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(4040);
  });
});

const analyze = "/usr/bin/systemd-analyze";
test.skipIf(!existsSync(analyze))("the unit for systemd is sound and leaves little open", () => {
  const folder = mkdtempSync(join(tmpdir(), "asciinema-unit-"));
  try {
    const unit = join(folder, "asciinema-server.service");
    // The command has to be there for the check.
    writeFileSync(
      unit,
      packaging("asciinema-server.service").replace("/opt/asciinema/bin/asciinema-server", "/bin/true"),
    );
    const verified = spawnSync(analyze, ["verify", unit], { encoding: "utf8" });
    expect([verified.status, verified.stderr]).toEqual([0, ""]);
    const { stdout } = spawnSync(analyze, ["security", "--offline=true", "--no-pager", unit], { encoding: "utf8" });
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)![1])).toBeLessThan(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
