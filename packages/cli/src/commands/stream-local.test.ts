// Streams served by this machine: through the real command, watched over real sockets.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { type Message, Viewer } from "@asciinema-ts/alis";
import { Terminal } from "@asciinema-ts/vt";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { bundle, environment, pause, run, Screen, scratch } from "../../test/command.js";

const home = scratch();
mkdirSync(join(home, ".config/asciinema"), { recursive: true });
const script = await bundle();
const asciinema = `exec ${process.execPath} ${script}`;
const patient = { timeout: 30_000, interval: 20 };

/** A stream that runs until its test ends it by a word on standard input of the shell that it runs. */
async function stream(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: home,
    env: environment(home, env),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const out of [child.stdout, child.stderr]) out.setEncoding("utf8").on("data", (text) => (said += text));
  const status = new Promise<number | null>((resolve) => child.on("close", resolve));
  const url = await vi.waitFor(() => {
    const found = /Live streaming at (http\S+)/.exec(said);
    if (!found) throw new Error(`no address: ${said}`);
    return found[1]!.replace(/\/?$/, "/");
  }, patient);
  running.push(() => child.kill("SIGKILL"));
  return { url, status, said: () => said };
}
const running: (() => void)[] = [];
afterAll(() => {
  for (const kill of running) kill();
});

/** A viewer with the screen that it sees. */
function watch(url: string) {
  const messages: Message[] = [];
  const heard: string[] = [];
  let terminal = new Terminal({ cols: 80, rows: 24 });
  const viewer = new Viewer(
    `${url.replace(/^http/, "ws")}ws`,
    {
      message: (message) => {
        messages.push(message);
        if (message.type === "init") {
          terminal = new Terminal(message);
          terminal.feed(message.dump);
        }
        if (message.type === "output") terminal.feed(message.text);
        if (message.type === "resize") terminal.resize(message.cols, message.rows);
      },
      offline: (reason) => heard.push(reason),
      lost: (reason) => heard.push(`lost: ${reason}`),
      ended: (reason) => heard.push(`ended: ${reason}`),
    },
    { WebSocket },
  );
  running.push(() => viewer.close());
  return { messages, heard, text: () => terminal.text().join("\n").trim() };
}

/** What a request is answered. */
function get(url: string, headers: Record<string, string> = {}, method = "GET") {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on("error", reject)
      .end();
  });
}

test("viewers see the session, also those who come late, and its end", async () => {
  const gate = join(home, "gate");
  const command = `echo begun; while [ ! -e ${gate} ]; do sleep 0.05; done; echo done; exit 3`;
  const { url, status, said } = await stream(["stream", "-l", "--headless", "--return", "-c", command]);
  const early = watch(url);
  await vi.waitFor(() => expect(early.text()).toBe("begun"), patient);
  const late = watch(url);
  await vi.waitFor(() => expect(late.messages[0]).toMatchObject({ type: "init", cols: 80, rows: 24 }), patient);
  expect(late.text()).toBe("begun");
  writeFileSync(gate, "");
  for (const { text, heard, messages } of [early, late]) {
    await vi.waitFor(() => expect(heard).toEqual(["Stream ended", "ended: Stream ended"]), patient);
    expect(text()).toBe("begun\ndone");
    expect(messages.slice(-2)).toMatchObject([{ type: "exit", status: 3 }, { type: "eot" }]);
  }
  expect(await status).toBe(3);
  expect(said()).toBe(
    `::: asciinema session started\n::: Live streaming at ${url.slice(0, -1)}\n::: asciinema session ended\n`,
  );
});

describe("the page", () => {
  let url = "";
  beforeAll(async () => {
    ({ url } = await stream(["stream", "-l", "127.0.0.1:0", "--headless", "-t", "<b>A & B</b>", "-c", "sleep 60"]));
  });

  test("names its files by their content, and lets them be kept", async () => {
    const { status, headers, body } = await get(url);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "public, max-age=0, must-revalidate",
      vary: "Accept-Encoding",
      "content-security-policy": expect.stringMatching(/^default-src 'none'; script-src 'self'; style-src 'self';/),
      "referrer-policy": "no-referrer",
    });
    const page = body.toString();
    expect(page).toContain("AsciinemaPlayer");
    expect(page).toContain("<title>&#60;b&#62;A &#38; B&#60;/b&#62;</title>");
    const names = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(names).toHaveLength(6);
    for (const name of names) {
      expect(name).toMatch(/\.[0-9a-f]{16}\.\w+$/);
      const file = await get(url + name);
      expect([file.status, file.headers["cache-control"]]).toEqual([200, "public, max-age=31536000, immutable"]);
    }
    const plain = await get(`${url}asciinema-player.min.js`);
    expect(plain.headers).toMatchObject({ "content-type": "text/javascript", etag: expect.stringMatching(/^W\/"/) });
    expect(plain.body.length).toBeGreaterThan(50_000);
    const zipped = await get(`${url}asciinema-player.min.js`, { "Accept-Encoding": "br, gzip" });
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(zipped.body.length).toBeLessThan(plain.body.length / 2);
    const etag = String(plain.headers["etag"]);
    for (const value of [etag, `"x", ${etag}`, etag.slice(2), "*"]) {
      expect((await get(`${url}asciinema-player.min.js`, { "If-None-Match": value })).status).toBe(304);
    }
    expect((await get(`${url}asciinema-player.min.js`, { "If-None-Match": '"x"' })).status).toBe(200);
    expect((await get(url, {}, "HEAD")).body).toHaveLength(0);
  });

  test("has nothing else", async () => {
    for (const path of ["nothing", "../package.json", "%2e%2e/package.json", "constructor", "live.js/"]) {
      const { status, body } = await get(url + path);
      expect([path, status, body.toString()]).toEqual([path, 404, "404"]);
    }
    expect((await get(`${url}ws`)).status).toBe(400);
  });

  test("is only for this machine's names, and the stream only for the page", async () => {
    const { port } = new URL(url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, "demo.localhost:9000"]) {
      expect((await get(url, { Host: host })).status).toBe(200);
    }
    for (const headers of [
      { Host: "example.org" },
      { Host: `127.0.0.1.example.org:${port}` },
      { Origin: "https://example.org" },
      { Origin: `http://127.0.0.1:${Number(port) + 1}` },
      { Origin: "null" },
    ]) {
      expect([headers, (await get(url, headers)).status]).toEqual([headers, 403]);
      const socket = new WebSocket(`${url.replace("http", "ws")}ws`, "v1.alis", { headers });
      const status = await new Promise((resolve) =>
        socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode)),
      );
      expect(status).toBe(403);
    }
    const own = new WebSocket(`${url.replace("http", "ws")}ws`, "v1.alis", { origin: url.slice(0, -1) });
    await new Promise((resolve) => own.on("message", resolve));
    own.terminate();
  });

  test("a WebSocket without the subprotocol is told so", async () => {
    for (const offered of [[], ["chat"]]) {
      const socket = new WebSocket(`${url.replace("http", "ws")}ws`, offered);
      // ws itself gives up where its offer is not taken.
      socket.on("error", () => {});
      const code = await new Promise((resolve) => socket.on("close", resolve));
      expect(code).toBe(offered.length === 0 ? 1002 : 1006);
    }
  });
});

test("beyond loopback the path is a secret, under any name", async () => {
  const { url } = await stream(["stream", "-l", "0.0.0.0:0", "--headless", "-c", "echo seen; sleep 60"]);
  const { port, pathname } = new URL(url);
  expect(pathname).toMatch(/^\/[\w-]{22}\/$/);
  const base = `http://127.0.0.1:${port}`;
  for (const path of ["/", "/ws", "/index.html", `${pathname.slice(0, -2)}/`]) {
    expect((await get(base + path, { Host: "example.org" })).status).toBe(404);
  }
  expect((await get(base + pathname, { Host: "example.org" })).status).toBe(200);
  const viewer = watch(base + pathname);
  await vi.waitFor(() => expect(viewer.text()).toBe("seen"), patient);
});

test("an address that is taken is an error that says so", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await vi.waitFor(() => expect(taken.listening).toBe(true));
  const { port } = taken.address() as AddressInfo;
  const { status, stderr } = await run(script, ["stream", "-l", `127.0.0.1:${port}`, "-c", "true"], { home });
  expect(stderr).toBe("Error: cannot start listener\n\nCaused by:\n    Address already in use (os error 98)\n");
  expect(status).toBe(1);
  taken.close();
});

/** A session at a terminal in which a secret word is typed. */
async function typing(options: string, configuration = "") {
  writeFileSync(join(home, ".config/asciinema/config.toml"), configuration);
  const screen = new Screen(`${asciinema} ${options} -c 'echo ready; read line; echo got it; sleep 60'`, {
    home,
    env: { TERM: "dumb" },
  });
  await screen.shows("ready");
  const viewer = watch(`${/Live streaming at (http\S+)/.exec(screen.text)![1]}/`);
  await vi.waitFor(() => expect(viewer.text()).toBe("ready"), patient);
  screen.type("word\r");
  await vi.waitFor(() => expect(viewer.text()).toContain("got it"), patient);
  // What is typed is looked at after it has been passed on.
  await pause(300);
  screen.kill("SIGKILL");
  writeFileSync(join(home, ".config/asciinema/config.toml"), "");
  return viewer.messages.flatMap((message) => (message.type === "input" ? [message.text] : [])).join("");
}

test("what is typed is sent to viewers only when that is asked for", async () => {
  const both = (name: string) => `session -o ${join(home, name)} -l`;
  const config = "[session]\ncapture_input = true\n";
  const inputIn = (name: string) => readFileSync(join(home, name), "utf8").match(/"i", "([^"]*)"/g)?.length ?? 0;
  expect(await typing("stream -l")).toBe("");
  expect(await typing("stream -l", config)).toBe("");
  expect(await typing("stream -I -l")).toBe("word\r");
  expect(await typing("session -I -l")).toBe("word\r");
  expect(await typing(`${both("one.cast")} -I`)).toBe("");
  expect(inputIn("one.cast")).toBeGreaterThan(0);
  expect(await typing(`${both("two.cast")} -I --stream-input`)).toBe("word\r");
  expect(inputIn("two.cast")).toBeGreaterThan(0);
});

test("colours, sizes, markers and pauses of the terminal reach viewers; the file gets everything, too", async () => {
  const answer =
    "\x1b]10;rgb:aaaa/bbbb/cccc\x07\x1b]11;rgb:1111/2222/3333\x07" +
    Array.from({ length: 16 }, (_, n) => `\x1b]4;${n};rgb:${(n + 16).toString(16)}/00/ff\x07`).join("") +
    "\x1b[?64;1c";
  writeFileSync(join(home, ".config/asciinema/config.toml"), '[session]\nadd_marker_key = "^x"\n');
  const path = join(home, "both.cast");
  const screen = new Screen(`${asciinema} session -o ${path} -l -c 'cat >/dev/null & cat'`, {
    home,
    cols: 90,
    rows: 20,
    answer: { question: "\x1b[c", text: answer },
  });
  await screen.shows(/Live streaming at/);
  const url = `${/Live streaming at (http\S+)/.exec(screen.text)![1]}/`;
  const viewer = watch(url);
  await vi.waitFor(() => expect(viewer.messages[0]).toMatchObject({ cols: 90, rows: 20 }), patient);
  expect(viewer.messages[0]).toMatchObject({ theme: { fg: "#aabbcc", bg: "#112233" } });
  screen.type("\x18");
  await vi.waitFor(() => expect(viewer.messages.at(-1)).toMatchObject({ type: "marker", label: "" }), patient);
  screen.resize(70, 18);
  await vi.waitFor(() => expect(viewer.messages.at(-1)).toMatchObject({ type: "resize", cols: 70, rows: 18 }), patient);
  screen.type("\x1cunseen\r");
  await screen.shows("unseen");
  // For one who comes now, time stands still, too.
  const [before, paused] = [viewer.messages.at(-1)!, watch(url)];
  await pause(1_500);
  const later = watch(url);
  await vi.waitFor(() => expect([paused, later].map(({ messages }) => messages.length)).toEqual([1, 1]), patient);
  expect(paused.messages[0]!.time - before.time).toBeLessThan(1_000_000);
  expect(later.messages[0]!.time).toBe(paused.messages[0]!.time);
  screen.type("\x1cseen\r");
  await vi.waitFor(() => expect(viewer.text()).toContain("seen"), patient);
  expect(viewer.text()).not.toContain("unseen");
  screen.type("\x04\x04");
  expect(await screen.ended).toBe(0);
  expect(screen.text).toContain(`::: Recorded to ${path}`);
  const recorded = readFileSync(path, "utf8");
  expect(recorded).toContain('"m", ""');
  expect(recorded).toContain('"r", "70x18"');
  writeFileSync(join(home, ".config/asciinema/config.toml"), "");
});

test("a viewer that reads nothing does not keep the session waiting, nor does it fill the memory", async () => {
  const gate = join(home, "gate-50");
  const line = "x".repeat(99);
  const megabytes = `while [ ! -e ${gate} ]; do sleep 0.05; done; yes ${line} | head -c 50000000`;
  const memory = join(home, "memory");
  const command = `${megabytes}; grep VmHWM /proc/$PPID/status >${memory}; echo; echo all printed; sleep 60`;
  const { url } = await stream(["stream", "-l", "--headless", "-c", command]);
  const { port } = new URL(url);
  const stalled = connect(Number(port), "127.0.0.1", () => {
    stalled.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: v1.alis\r\n\r\n",
    );
    stalled.pause();
  });
  running.push(() => stalled.destroy());
  const reading = watch(url);
  await vi.waitFor(() => expect(reading.messages).toHaveLength(1), patient);
  writeFileSync(gate, "");
  await vi.waitFor(() => expect(reading.text()).toMatch(/all printed$/), { ...patient, timeout: 60_000 });
  expect(Number(/\d+/.exec(readFileSync(memory, "utf8"))![0])).toBeLessThan(300_000);
}, 90_000);
