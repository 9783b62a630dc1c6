import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { AlisEncoder } from "./codec.js";
import { Hub } from "./hub.js";
import type { Message } from "./message.js";
import { negotiate, type Subprotocol } from "./subprotocol.js";
import { Viewer, type ViewerOptions } from "./viewer.js";

let server: WebSocketServer;
let viewers: Viewer[];
/** How many connections there have been. */
let connections: number;
/** What the server does with a connection. */
let serve: (socket: WebSocket) => void;

beforeEach(async () => {
  viewers = [];
  connections = 0;
  server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: (offered) => negotiate(offered) ?? false,
  });
  server.on("connection", (socket) => {
    connections++;
    serve(socket);
  });
  await new Promise((resolve) => server.once("listening", resolve));
});
afterEach(async () => {
  for (const viewer of viewers) viewer.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** A socket that offers one subprotocol only, so that the server picks it. */
function speaking(subprotocol: Subprotocol) {
  return class extends WebSocket {
    constructor(url: string) {
      super(url, [subprotocol]);
    }
  };
}

/** A viewer of the server, and what it hears. */
function watch(options: ViewerOptions = {}) {
  const heard: (Message | string)[] = [];
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const viewer = new Viewer(
    url,
    {
      message: (message) => heard.push(message),
      offline: (reason) => heard.push(`offline: ${reason}`),
      lost: (reason) => heard.push(`lost: ${reason}`),
      ended: (reason) => heard.push(`ended: ${reason}`),
    },
    { WebSocket, reconnectDelay: () => 5, ...options },
  );
  viewers.push(viewer);
  const hears = (...what: unknown[]) => vi.waitFor(() => expect(heard).toMatchObject(what), { timeout: 20_000 });
  return { viewer, heard, hears };
}

/** Subscribes a socket to a hub, as servers do. */
function join(hub: Hub): (socket: WebSocket) => void {
  return (socket) => {
    const { close } = hub.subscribe({
      send: (frame) => {
        socket.send(frame);
        return true;
      },
      close: (code, reason) => socket.close(code, reason),
    });
    socket.on("close", close);
  };
}

const init: Message = { type: "init", lastId: 0, time: 0, cols: 80, rows: 24, dump: "" };
const output = (text: string) => ({ type: "output", text });

describe("a stream", () => {
  it("is watched from wherever it is, through cuts, to its end", async () => {
    const hub = new Hub({ cols: 20, rows: 4, now: () => 0 });
    serve = join(hub);
    hub.publish({ time: 1e6, type: "output", text: "before" });
    const { hears, heard } = watch();
    await hears({ type: "init", lastId: 1, time: 1e6, cols: 20, rows: 4 });
    hub.publish({ time: 2e6, type: "output", text: "live" });
    await hears({ type: "init" }, { ...output("live"), id: 2, time: 2e6 });
    for (const socket of server.clients) socket.terminate();
    hub.publish({ time: 3e6, type: "output", text: "while it was away" });
    await hears({ type: "init" }, output("live"), "lost: connection lost", { type: "init", lastId: 3 });
    expect((heard.at(-1) as { dump: string }).dump).toContain("away");
    hub.end();
    hub.reset({ lastId: 0, time: 0, cols: 30, rows: 5, dump: "next" });
    await hears(
      { type: "init" },
      output("live"),
      "lost: connection lost",
      { type: "init" },
      { type: "eot" },
      "offline: Stream ended",
      { type: "init", cols: 30, dump: expect.stringContaining("next") },
    );
  });

  it.each<[Subprotocol, (string | Uint8Array)[]]>([
    ["v2.asciicast", ['{"version":2,"width":80,"height":24}', '[1,"o","ok"]']],
    ["v3.asciicast", ['{"version":3,"term":{"cols":80,"rows":24}}', '[1,"o","ok"]']],
    ["raw", ["", "ok"]],
  ])("comes in %s too", async (subprotocol, messages) => {
    serve = (socket) => {
      for (const message of messages) socket.send(message);
    };
    const { hears } = watch({ WebSocket: speaking(subprotocol) });
    await hears(init, output("ok"));
  });

  it("that says what cannot be understood is left and tried again", async () => {
    serve = (socket) => socket.send("no frame");
    const { heard } = watch();
    await vi.waitFor(() => expect(connections).toBeGreaterThan(2), { timeout: 20_000 });
    expect(new Set(heard)).toEqual(new Set(["lost: text where a frame is expected at byte 0"]));
  });
});

describe("nothing is on", () => {
  it("a second after the magic alone, until an init comes", async () => {
    let begin!: () => void;
    serve = (socket) => {
      const encoder = new AlisEncoder("viewer");
      socket.send(encoder.start());
      begin = () => socket.send(encoder.encode(init)!);
    };
    const { hears } = watch();
    await hears("offline: Stream offline");
    begin();
    await hears("offline: Stream offline", init);
  });

  /** A viewer once it is connected; its time goes on only when it is told to. */
  async function watchInOwnTime() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const watched = await new Promise<ReturnType<typeof watch>>((resolve) => {
      const watched = watch({
        WebSocket: class extends WebSocket {
          constructor(url: string, protocols: string[]) {
            super(url, protocols);
            this.on("open", () => setImmediate(resolve, watched));
          }
        },
      });
    });
    return watched;
  }
  afterEach(() => vi.useRealTimers());

  it("five seconds after a connection that says nothing", async () => {
    serve = () => {};
    const { heard } = await watchInOwnTime();
    vi.advanceTimersByTime(4990);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(heard).toEqual(["offline: Stream offline"]);
  });

  it("is not said of a live stream that says something new", async () => {
    let taken!: Promise<unknown>;
    serve = (socket) => {
      const encoder = new AlisEncoder("viewer");
      for (const frame of [encoder.start(), encoder.encode(init)!, Uint8Array.of(0x7a)]) socket.send(frame);
      // It answers when it has taken what came before.
      socket.ping();
      taken = new Promise((resolve) => socket.once("pong", resolve));
    };
    const { heard } = await watchInOwnTime();
    await taken;
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual([init]);
  });
});

describe("closing", () => {
  /** Sends an init, then perhaps something else, then closes. */
  const closing = (subprotocol: Subprotocol, last: string, code?: number, reason = "") => {
    serve = (socket) => {
      const alis = new AlisEncoder("viewer");
      const begin = [alis.start(), alis.encode(init)!];
      const end = alis.encode({ type: last === "exit" ? "exit" : "eot", time: 0, id: 1, status: 0 } as Message)!;
      if (subprotocol === "v1.alis") for (const frame of last ? [...begin, end] : begin) socket.send(frame);
      else {
        socket.send('{"version":2,"width":80,"height":24}');
        if (last) socket.send('[1,"x","0"]');
      }
      if (code === 1006) socket.terminate();
      else socket.close(code, reason);
    };
    return watch({ WebSocket: speaking(subprotocol) });
  };

  it.each<[Subprotocol, string, number | undefined, string, string]>([
    ["v1.alis", "", 4000, "", "Stream ended"],
    ["v1.alis", "", 4040, "no such stream", "no such stream"],
    ["v1.alis", "", 4100, "", "Stream ended"],
    ["v1.alis", "eot", 1006, "", "Stream ended"],
    ["v1.alis", "", 1002, "what?", "Err: Player not compatible with the server"],
    ["v2.asciicast", "", 1000, "bye", "Stream ended"],
    ["v2.asciicast", "", undefined, "", "Stream ended"],
    ["v2.asciicast", "exit", 1006, "", "Stream ended"],
    ["v2.asciicast", "", 1002, "", "Err: Player not compatible with the server"],
  ])("%s %s with %s %s is the end: %s", async (subprotocol, last, code, reason, end) => {
    const { heard } = closing(subprotocol, last, code, reason);
    await vi.waitFor(() => expect(heard.at(-1)).toBe(`ended: ${end}`), { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connections).toBe(1);
  });

  it.each<[Subprotocol, string, number | undefined]>([
    ["v1.alis", "", 1000],
    ["v1.alis", "", undefined],
    ["v1.alis", "", 1001],
    ["v1.alis", "exit", 1006],
    ["v1.alis", "", 3999],
    ["v1.alis", "", 4101],
    ["v2.asciicast", "", 1011],
    ["v2.asciicast", "", 4000],
  ])("%s %s with %s is not", async (subprotocol, last, code) => {
    const { heard } = closing(subprotocol, last, code);
    await vi.waitFor(() => expect(connections).toBeGreaterThan(1), { timeout: 20_000 });
    expect(heard).toContain("lost: connection lost");
  });
});

describe("connecting again", () => {
  it("takes longer each time, until a connection has lasted a second", async () => {
    const attempts: number[] = [];
    serve = (socket) => setTimeout(() => socket.terminate(), connections === 3 ? 1200 : 0);
    watch({
      reconnectDelay: (attempt) => {
        attempts.push(attempt);
        return 1;
      },
    });
    await vi.waitFor(() => expect(attempts.length).toBeGreaterThan(4), { timeout: 20_000 });
    expect(attempts.slice(0, 5)).toEqual([0, 1, 0, 1, 2]);
  });

  it("is a matter of less than half a second at first", async () => {
    serve = (socket) => socket.terminate();
    const delays: number[] = [];
    const { port } = server.address() as AddressInfo;
    const lost = (_: string, delay: number) => delays.push(delay);
    viewers.push(new Viewer(`ws://127.0.0.1:${port}/`, { message() {}, lost }, { WebSocket }));
    await vi.waitFor(() => expect(delays.length).toBe(2), { timeout: 20_000 });
    expect(delays[0]).toBeLessThan(500);
    expect(delays[1]).toBeLessThan(1000);
  });

  it("does not happen after close(), nor anything else", async () => {
    serve = (socket) => socket.terminate();
    const { viewer, heard, hears } = watch({ reconnectDelay: () => 100 });
    await hears("lost: connection lost");
    viewer.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(connections).toBe(1);

    const before = watch();
    before.viewer.close(); // while it connects
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([...heard, ...before.heard]).toEqual(["lost: connection lost"]);
    expect(server.clients.size).toBe(0);
  });
});

it("says at once what cannot work", () => {
  const listener = { message() {} };
  expect(() => new Viewer("no address", listener, { WebSocket })).toThrow(SyntaxError);
  vi.stubGlobal("WebSocket", undefined);
  expect(() => new Viewer("ws://127.0.0.1/", listener)).toThrow("there is no WebSocket here: pass one in the options");
  vi.unstubAllGlobals();
});
