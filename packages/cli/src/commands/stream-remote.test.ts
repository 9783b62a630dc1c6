// Streams through a server: the real command, with the network in between cut, stalled and refused.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import type { Subprotocol } from "@asciinema-ts/alis";
import { describe, expect, type TestContext, test, vi } from "vitest";
import { Receiver, Wire } from "../../../alis/test/receiver.js";
import { bundle, run, Screen, scratch } from "../../test/command.js";
import { fnv1a } from "../fnv.js";

const home = scratch();
const script = await bundle();
const asciinema = `exec ${process.execPath} ${script}`;
const patient = { timeout: 30_000, interval: 20 };

/** What is asked of a server's interface for commands, and what it answers. A test's own, so that tests can run side by
 *  side: most of them wait. */
class Api {
  readonly asked: { method: string; url: string; headers: Record<string, unknown>; body: unknown }[] = [];
  answer: (method: string, url: string) => [status: number, body: unknown] = () => [404, ""];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk) => (text += chunk));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        this.asked.push({ method, url, headers, body: text === "" ? undefined : JSON.parse(text) });
        const [status, body] = this.answer(method, url);
        response.writeHead(status, { "Content-Type": "application/json" });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
  }

  static async start(context: TestContext): Promise<Api> {
    const api = new Api();
    await new Promise<void>((resolve) => api.#server.listen(0, "127.0.0.1", resolve));
    context.onTestFinished(() => void api.#server.close());
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** Streams through this server. */
  stream(args: readonly string[], env: Record<string, string> = {}) {
    return run(script, ["stream", "--server-url", this.url, "--headless", ...args], { home, env });
  }
}

/** The other end, of a stream that is made or found by the API. */
async function server(context: TestContext, ...subprotocols: Subprotocol[]) {
  const api = await Api.start(context);
  const receiver = await new Receiver(subprotocols).listening();
  const wire = await new Wire(receiver.port).listening();
  context.onTestFinished(async () => {
    wire.close();
    await receiver.close();
  });
  const stream = { id: 42, url: "https://example.org/s/abc", ws_producer_url: wire.url };
  api.answer = (method) => (method === "GET" ? [200, [stream]] : [200, stream]);
  return { api, receiver, wire };
}

const texts = (receiver: Receiver) =>
  receiver.events.map((event) => (event.type === "output" ? event.text : event.type)).join("");

describe("of the stream", () => {
  test("a new one is made, with what the server wants to know", async (context) => {
    const { api, receiver, wire } = await server(context, "v1.alis.ack");
    const done = await api.stream([
      "-r",
      "-t",
      "A title",
      "--capture-env",
      "TERM,NONE",
      "--return",
      "-c",
      "echo $ASCIINEMA_RELAY_ID; exit 3",
    ]);
    expect(done).toEqual({
      status: 3,
      stdout:
        "::: asciinema session started\n::: Live streaming at https://example.org/s/abc\n::: asciinema session ended\n",
      stderr: "",
    });
    const id = readFileSync(join(home, ".local/state/asciinema/install-id"), "utf8");
    expect(api.asked).toMatchObject([
      {
        method: "POST",
        url: "/api/v1/streams",
        headers: {
          authorization: `Basic ${Buffer.from(`tester:${id}`).toString("base64")}`,
          accept: "application/json",
          "content-type": "application/json",
          "user-agent": expect.stringMatching(/^asciinema\/\d+\.\d+\.\d+ target\/\S+$/),
        },
        body: {
          live: true,
          title: "A title",
          term_type: null,
          term_version: null,
          shell: "/bin/bash",
          env: { TERM: "xterm-256color" },
        },
      },
    ]);
    expect(receiver.inits).toEqual([{ lastId: 0, time: 0, cols: 80, rows: 24, dump: "" }]);
    expect(receiver.events.map(({ type }) => type)).toEqual(["output", "exit"]);
    expect(texts(receiver)).toBe(`${fnv1a(wire.url)}\r\nexit`);
    await vi.waitFor(() => expect(receiver.closed).toEqual([1000]));
  });

  test("one is found by how its ID begins", async (context) => {
    const { api, receiver } = await server(context, "v1.alis");
    const done = await api.stream(["-r", " ab/c&", "-c", "echo found"]);
    expect([done.status, done.stderr]).toEqual([0, ""]);
    expect(api.asked.map(({ method, url, body }) => [method, url, body])).toEqual([
      ["GET", "/api/v1/user/streams?prefix=ab%2Fc%26&limit=10", undefined],
      ["PATCH", "/api/v1/streams/42", expect.objectContaining({ live: true, env: { SHELL: "/bin/bash" } })],
    ]);
    expect(api.asked[1]!.body).not.toHaveProperty("title");
    await vi.waitFor(() => expect(texts(receiver)).toBe("found\r\nexit"));
  });

  test("the address can be given instead, and nobody is asked", async (context) => {
    const { api, receiver, wire } = await server(context, "v1.alis");
    const done = await api.stream(["-r", wire.url, "-c", "echo direct"]);
    expect(done.stdout).toBe("::: asciinema session started\n::: asciinema session ended\n");
    expect(api.asked).toEqual([]);
    await vi.waitFor(() => expect(texts(receiver)).toBe("direct\r\nexit"));
  });

  test("what the server says against it is told", async (context) => {
    const api = await Api.start(context);
    const two = [1, 2].map((id) => ({ id, url: `https://example.org/s/${id}`, ws_producer_url: "ws://127.0.0.1/" }));
    for (const [args, status, body, message] of [
      [["-r"], 401, {}, "this CLI hasn't been authenticated with 127.0.0.1 - run `asciinema auth` first"],
      [["-r"], 404, "<html>", "127.0.0.1 doesn't support streaming"],
      [["-r"], 422, { message: "Live stream limit reached" }, "Live stream limit reached"],
      [["-r"], 403, { message: "Streaming is off" }, "Streaming is off"],
      [["-r"], 500, "", `HTTP status server error (500) for url (${api.url}/api/v1/streams)`],
      [["-r"], 201, "[", "error decoding response body"],
      [["-r"], 201, { id: 1 }, "error decoding response body: no stream with id, url and ws_producer_url"],
      [["-r", "x"], 200, [], 'no stream matches "x"'],
      [["-r", "x"], 200, two, 'multiple streams match "x" prefix:\n\nhttps://example.org/s/1\nhttps://example.org/s/2'],
    ] as const) {
      api.answer = () => [status, body];
      const done = await api.stream([...args, "-c", "echo not run"]);
      expect(done.stderr).toContain(`Error: ${message}\n`);
      expect([done.status, done.stdout]).toEqual([1, ""]);
    }
  });

  test("a server that is down is told, with why", async (context) => {
    const api = await Api.start(context);
    const { url } = api;
    await api.close();
    const done = await run(script, ["stream", "-r", "--server-url", url, "-c", "true"], { home });
    expect(done.stderr).toBe(
      "Error: cannot obtain stream producer endpoint - is the server down?\n\nCaused by:\n" +
        "    Connection refused (os error 111)\n",
    );
    expect(done.status).toBe(1);
  });

  test("it cannot be streamed in itself", async (context) => {
    const { api, wire } = await server(context, "v1.alis");
    const env = { ASCIINEMA_RELAY_ID: fnv1a(wire.url) };
    expect((await api.stream(["-r", "-c", "true"], env)).stderr).toBe(
      "Error: This shell is already being streamed at https://example.org/s/abc\n",
    );
    expect((await api.stream(["-r", wire.url, "-c", "true"], env)).stderr).toBe(
      "Error: This shell is already being streamed\n",
    );
  });

  test("ctrl+c while the server thinks ends the waiting", async ({ onTestFinished }) => {
    const silent = createTcpServer(() => {}).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await vi.waitFor(() => expect(silent.listening).toBe(true));
    const { port } = silent.address() as AddressInfo;
    const screen = new Screen(`${asciinema} stream -r --server-url http://127.0.0.1:${port}; echo ended`, {
      home,
      env: { TERM: "dumb" },
    });
    await new Promise((resolve) => silent.once("connection", resolve));
    screen.type("\x03");
    await screen.shows("Error: interrupted");
  });
});

/** A command that waits for a file before it goes on, so that a test can do something meanwhile. */
function gate(name: string) {
  const path = join(home, name);
  return { waits: `while [ ! -e ${path} ]; do sleep 0.02; done`, open: () => writeFileSync(path, "") };
}

/** An environment in which notifications are written down, and what was written. */
function notified() {
  const path = join(home, `notified-${Math.random()}`);
  const directory = join(home, "config");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "config.toml"), '[notifications]\ncommand = \'echo "$TEXT" >> "$NOTIFIED"\'\n');
  const said = () => (existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : []);
  return { env: { ASCIINEMA_CONFIG_HOME: directory, NOTIFIED: path }, said };
}

describe.concurrent("a connection", () => {
  test("that is cut for two seconds leaves no gap, neither there nor in the file", async (context) => {
    const { api, receiver, wire } = await server(context, "v1.alis.ack");
    const { env, said } = notified();
    const [lasted, cut, mended] = [gate("lasted"), gate("cut"), gate("mended")];
    const path = join(home, "cut.cast");
    const command = `echo one; ${lasted.waits}; echo two; ${cut.waits}; seq 1 2000; ${mended.waits}; echo four`;
    const done = run(script, ["session", "--server-url", api.url, "--headless", "-o", path, "-r", "-c", command], {
      home,
      env,
    });
    await vi.waitFor(() => expect(texts(receiver)).toBe("one\r\n"), patient);
    await new Promise((resolve) => setTimeout(resolve, 3_200));
    lasted.open();
    await vi.waitFor(() => expect(texts(receiver)).toContain("two"), patient);
    wire.down = true;
    wire.cut();
    cut.open();
    await vi.waitFor(() => expect(said()).toEqual(["Disconnected from the server, reconnecting..."]), patient);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    wire.down = false;
    await vi.waitFor(() => expect(said()[1]).toBe("Reconnected to the server"), patient);
    mended.open();
    expect(await done).toMatchObject({ status: 0, stderr: "" });
    const all = `one\r\ntwo\r\n${Array.from({ length: 2000 }, (_, n) => `${n + 1}\r\n`).join("")}four\r\nexit`;
    expect(texts(receiver)).toBe(all);
    expect(receiver.inits.slice(1).every(({ dump, lastId }) => dump === "" && lastId > 0)).toBe(true);
    const recorded = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
    const printed = recorded.map((line) => JSON.parse(line)).filter((event) => event[1] === "o");
    expect(`${printed.map((event) => event[2]).join("")}exit`).toBe(all);
  }, 60_000);

  test("that cannot be made is told, and made when it can be", async (context) => {
    const { api, receiver, wire } = await server(context, "v1.alis.ack");
    wire.down = true;
    const { env, said } = notified();
    const up = gate("up");
    const done = api.stream(["-r", "-c", `echo early; ${up.waits}; echo late`], env);
    await vi.waitFor(() => expect(said()).toEqual(["Cannot connect to the server, retrying..."]), patient);
    wire.down = false;
    await vi.waitFor(() => expect(said()[1]).toBe("Connected to the server"), patient);
    up.open();
    expect(await done).toMatchObject({ status: 0, stderr: "" });
    expect(texts(receiver)).toBe("early\r\nlate\r\nexit");
  }, 60_000);

  test("that never comes about is told at the end, which does not take long; with --strict the status tells, too", async (context) => {
    const { api, wire } = await server(context, "v1.alis");
    wire.down = true;
    const path = join(home, "strict.cast");
    const args = ["session", "--server-url", api.url, "--headless", "--strict", "-o", path, "-r", "-c", "echo alone"];
    const done = await run(script, args, { home });
    expect(done.status).toBe(1);
    expect(done.stdout).toContain(`::: Recorded to ${path}\n::: Sending the rest of the stream...\n`);
    expect(done.stderr).toMatch(/^!!! The server did not get the end of the stream: no connection: .+\n$/);
    expect(readFileSync(path, "utf8")).toContain("alone");
  });

  test("that the server ends is not made again, and the session goes on", async (context) => {
    const { api, receiver, wire } = await server(context, "v1.alis");
    const { env, said } = notified();
    const halted = gate("halted");
    const done = api.stream(["-r", "-c", `echo on; ${halted.waits}; echo off`], env);
    await vi.waitFor(() => expect(texts(receiver)).toBe("on\r\n"), patient);
    for (const client of receiver.clients) client.close(4002, "ownership lost");
    await vi.waitFor(() => expect(said()).toEqual(["Stream halted by the server"]), patient);
    halted.open();
    expect(await done).toMatchObject({
      status: 0,
      stderr: "!!! Stream halted by the server: ownership lost (4002)\n",
    });
    expect(wire.connections).toBe(1);
    expect(texts(receiver)).toBe("on\r\n");
  });

  test.for([
    ["400 Bad Request", "CLI not compatible with the server, forwarding failed", "HTTP 400 Bad Request"],
    ["101 Switching Protocols", "The server version is too old, forwarding failed", "Server sent no subprotocol"],
  ] as const)("answered by %s is not made again", async ([status, text, detail], context) => {
    const api = await Api.start(context);
    let connections = 0;
    const odd = createServer().on("upgrade", ({ headers }, socket) => {
      connections++;
      const accept = createHash("sha1")
        .update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        `HTTP/1.1 ${status}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    });
    await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
    context.onTestFinished(() => {
      odd.closeAllConnections();
      odd.close();
    });
    const { env, said } = notified();
    const done = await api.stream(
      ["-r", `ws://127.0.0.1:${(odd.address() as AddressInfo).port}/`, "-c", "sleep 1"],
      env,
    );
    expect(done).toMatchObject({ status: 0, stderr: `!!! ${text}: ${detail}\n` });
    expect(connections).toBe(1);
    expect(said()).toEqual([text]);
  });

  test.for(["v1.alis", "v1.alis.ack"] as const)(
    "over which the server (%s) reads nothing does not keep the session waiting",
    { timeout: 120_000 },
    async (subprotocol, context) => {
      const { api, receiver } = await server(context, subprotocol);
      const begun = gate(`begun-${subprotocol}`);
      const memory = join(home, `memory-${subprotocol}`);
      const command =
        `echo begun; ${begun.waits}; yes ${"x".repeat(99)} | head -c 50000000; ` +
        `grep VmHWM /proc/$PPID/status >${memory}; clear; echo end`;
      const start = { time: 0 };
      const done = api.stream(["-r", "-c", command]);
      await vi.waitFor(() => expect(texts(receiver)).toBe("begun\r\n"), patient);
      for (const client of receiver.clients) client.pause();
      start.time = performance.now();
      begun.open();
      await vi.waitFor(() => expect(readFileSync(memory, "utf8")).toMatch(/VmHWM/), { timeout: 60_000, interval: 20 });
      const took = performance.now() - start.time;
      expect(Number(/\d+/.exec(readFileSync(memory, "utf8"))![0])).toBeLessThan(300_000);
      const { stderr, status } = await done;
      expect(status).toBe(0);
      expect(stderr).toMatch(/^!!! The server did not get the end of the stream/);
      expect(took).toBeLessThan(60_000);
    },
  );
});

test("at a terminal the server learns what it is, and both ways of watching are told", async (context) => {
  const { api } = await server(context, "v1.alis");
  const answers = "\x1bP>|XTerm(380)\x1b\\\x1b[?64;1c";
  const screen = new Screen(`${asciinema} session -l -r --server-url ${api.url}`, {
    home,
    env: { SHELL: "/bin/sh" },
    answer: { question: "\x1b[c", text: answers },
  });
  await screen.shows("Press <ctrl+d> or type 'exit' to end");
  expect(screen.text).toMatch(
    /^::: asciinema session started\n::: Live streaming at http:\/\/127\.0\.0\.1:\d+\n::: Live streaming at https:\/\/example\.org\/s\/abc\n::: Press/,
  );
  expect(api.asked[0]!.body).toMatchObject({ term_type: "xterm-256color", term_version: "XTerm(380)" });
  screen.type("exit\r");
  expect(await screen.ended).toBe(0);
  expect(screen.text).toContain("::: asciinema session ended");
});
