import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Event } from "@asciinema-ts/asciicast";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { run, sendThrough } from "../fuzz/producer.js";
import { Receiver, Wire } from "../test/receiver.js";
import { Hub } from "./hub.js";
import { Producer, type ProducerOptions } from "./producer.js";
import type { Subprotocol } from "./subprotocol.js";

let closers: (() => unknown)[];
beforeEach(() => {
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function server(...subprotocols: Subprotocol[]) {
  const receiver = await new Receiver(subprotocols).listening();
  const wire = await new Wire(receiver.port).listening();
  closers.push(() => receiver.close());
  closers.push(() => wire.close());
  return { receiver, wire };
}

/** A session of which a producer sends everything, and what the producer tells. */
function session(url: string, options: ProducerOptions = {}) {
  const heard: unknown[] = [];
  const hub = new Hub({ cols: 80, rows: 24 });
  const producer = new Producer(
    url,
    hub,
    {
      connected: () => heard.push("connected"),
      lost: (reason) => heard.push(`lost: ${reason}`),
      gap: (events) => heard.push(`gap of ${events}`),
      refused: (...why) => heard.push(why),
    },
    { WebSocket, reconnectDelay: () => 10, ...options },
  );
  closers.push(() => producer.end(0));
  const publish = (event: Event) => {
    hub.publish(event);
    producer.publish(event, hub.lastId);
  };
  const print = (text: string) => publish({ type: "output", time: hub.lastId * 1000, text });
  return { heard, hub, producer, publish, print };
}

const screen = (hub: Hub) => hub.terminal.text().join("\n").trim();
const texts = (receiver: Receiver) =>
  receiver.events.map((event) => (event.type === "output" ? event.text : event.type));

describe("with a server that acknowledges", () => {
  it("sends everything from the beginning, also what came before it was connected", async () => {
    const { receiver, wire } = await server("v1.alis.ack", "v1.alis");
    const { print, publish, producer } = session(wire.url);
    print("one ");
    publish({ type: "resize", time: 2000, cols: 90, rows: 30 });
    await vi.waitFor(() => expect(receiver.events).toHaveLength(2));
    print("two");
    publish({ type: "exit", time: 4000, status: 3 });
    expect(await producer.end(5000)).toBe(true);
    expect(receiver.inits).toEqual([{ lastId: 0, time: 0, cols: 80, rows: 24, dump: "" }]);
    expect(receiver.events).toEqual([
      { type: "output", id: 1, time: 0, text: "one " },
      { type: "resize", id: 2, time: 2000, cols: 90, rows: 30 },
      { type: "output", id: 3, time: 2000, text: "two" },
      { type: "exit", id: 4, time: 4000, status: 3 },
    ]);
    await vi.waitFor(() => expect(receiver.closed).toEqual([1000]));
  });

  it("goes on where it was cut off, with an init that clears nothing", async () => {
    const { receiver, wire } = await server("v1.alis.ack");
    const { heard, hub, print, publish, producer } = session(wire.url);
    publish({ type: "resize", time: 0, cols: 40, rows: 10 });
    print("before");
    await vi.waitFor(() => expect(receiver.events).toHaveLength(2));
    // Long enough for the acknowledgement to have come.
    await new Promise((resolve) => setTimeout(resolve, 100));
    wire.down = true;
    wire.cut();
    for (const text of [", meanwhile", ", and more"]) print(text);
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(2));
    wire.down = false;
    await vi.waitFor(() => expect(screen(receiver.hub)).toBe("before, meanwhile, and more"));
    expect(receiver.inits.slice(1)).toEqual([{ lastId: 2, time: 1000, cols: 40, rows: 10, dump: "" }]);
    expect(texts(receiver)).toEqual(["resize", "before", ", meanwhile", ", and more"]);
    expect(receiver.hub.terminal.dump()).toBe(hub.terminal.dump());
    expect(await producer.end(5000)).toBe(true);
  });

  it("sends an init of the present, and says so, when it could not keep everything", async () => {
    const { receiver, wire } = await server("v1.alis.ack");
    const { heard, hub, print, producer } = session(wire.url, { limit: 10_000 });
    print("before");
    await vi.waitFor(() => expect(receiver.events).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    wire.down = true;
    wire.cut();
    for (let n = 0; n < 20; n++) print(`${"x".repeat(999)}\n`);
    print("\x1b[2J\x1b[Hafter");
    wire.down = false;
    await vi.waitFor(() => expect(screen(receiver.hub)).toBe("after"));
    expect(heard.at(-1)).toBe("gap of 21");
    expect(receiver.inits.at(-1)).toMatchObject({ lastId: 22, dump: expect.stringContaining("after") });
    print(", as ever");
    expect(await producer.end(5000)).toBe(true);
    expect(receiver.hub.terminal.dump()).toBe(hub.terminal.dump());
  });

  it("sends an init of the present to a server that has another stream, or has forgotten", async () => {
    const { receiver, wire } = await server("v1.alis.ack");
    const { print } = session(wire.url);
    print("ours");
    await vi.waitFor(() => expect(receiver.events).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    wire.down = true;
    wire.cut();
    const other = session(receiver.url);
    for (let n = 0; n < 10; n++) other.print("theirs ");
    await vi.waitFor(() => expect(screen(receiver.hub)).toContain("theirs"));
    expect(await other.producer.end(5000)).toBe(true);
    wire.down = false;
    await vi.waitFor(() => expect(screen(receiver.hub)).toBe("ours"));
  });

  it("however the wire is cut, and whatever the server forgets", async () => {
    await fc.assert(fc.asyncProperty(run, sendThrough), { numRuns: 60 });
  });
});

describe("with a server that does not", () => {
  it("begins each connection with an init of the present", async () => {
    const { receiver, wire } = await server("v1.alis");
    const { print, producer } = session(wire.url);
    print("before");
    await vi.waitFor(() => expect(texts(receiver)).toEqual(["before"]));
    wire.cut();
    print(", meanwhile");
    await vi.waitFor(() => expect(screen(receiver.hub)).toBe("before, meanwhile"));
    expect(receiver.inits.at(-1)).toMatchObject({ lastId: 2, dump: expect.stringContaining("before, meanwhile") });
    print(", after");
    expect(await producer.end(5000)).toBe(true);
    expect(screen(receiver.hub)).toBe("before, meanwhile, after");
    await vi.waitFor(() => expect(receiver.closed.at(-1)).toBe(1000));
  });
});

it("stops for good when the server says so", async () => {
  for (const code of [1000, 4002, 4099]) {
    const { receiver, wire } = await server("v1.alis");
    const { heard, print } = session(wire.url);
    await vi.waitFor(() => expect(receiver.clients.size).toBe(1));
    for (const client of receiver.clients) client.close(code, "enough");
    await vi.waitFor(() => expect(heard).toEqual([["halted", `enough (${code})`]]));
    print("not sent");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(wire.connections).toBe(1);
  }
});

it("comes again when the server only says that it goes", async () => {
  for (const code of [1001, 1011, 4100, 4101]) {
    const { receiver, wire } = await server("v1.alis");
    const { heard } = session(wire.url);
    await vi.waitFor(() => expect(receiver.clients.size).toBe(1));
    for (const client of receiver.clients) client.close(code, "later");
    await vi.waitFor(() => expect(receiver.inits).toHaveLength(2));
    expect(heard).toEqual(["lost: later"]);
  }
});

/** Tells why a handshake failed, which a standard WebSocket keeps to itself. */
class Telling extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    this.on("unexpected-response", (_, { statusCode }) => this.onclose?.({ code: statusCode, reason: "no" } as never));
    this.on("error", ({ message }) => {
      if (message.includes("subprotocol")) this.onclose?.({ code: 101, reason: message } as never);
    });
  }
}

it("stops when the server picks none of the subprotocols", async () => {
  const { wire } = await server();
  const { heard } = session(wire.url, { WebSocket: Telling });
  await vi.waitFor(() => expect(heard).toEqual([["outdated", "Server sent no subprotocol"]]));
});

it("stops when the server refuses the handshake with 400, and only then", async () => {
  let status = 503;
  const http: Server = createServer().on("upgrade", (_, socket) => {
    socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    status = 400;
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  closers.push(() => http.close());
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const { heard } = session(url, { WebSocket: Telling });
  await vi.waitFor(() => expect(heard).toEqual(["lost: no", ["incompatible", "no"]]));
});

it("takes 12 MB while the server reads nothing, and keeps little of it", async () => {
  const { receiver, wire } = await server("v1.alis.ack");
  const { hub, print, producer } = session(wire.url);
  print("begun");
  await vi.waitFor(() => expect(receiver.events).toHaveLength(1));
  for (const client of receiver.clients) client.pause();
  const text = `${"y".repeat(9_999)}\n`;
  const before = process.memoryUsage().rss;
  for (let n = 0; n < 1_200; n++) {
    print(text);
    if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  print("\x1b[2J\x1b[Hafter");
  expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  for (const client of receiver.clients) client.resume();
  await vi.waitFor(() => expect(screen(receiver.hub)).toBe("after"), { timeout: 20_000 });
  expect(await producer.end(5_000)).toBe(true);
  expect(receiver.hub.lastId).toBe(hub.lastId);
});

it("gives up after its patience when there is no server", async () => {
  const { wire } = await server("v1.alis");
  wire.down = true;
  const { producer, print, heard } = session(wire.url);
  print("lost");
  const start = performance.now();
  expect(await producer.end(200)).toBe(false);
  expect(performance.now() - start).toBeLessThan(2_000);
  const tries = heard.length;
  expect(tries).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(heard).toHaveLength(tries);
});

it("waits longer and longer, and tells when a connection has lasted", async () => {
  const attempts: number[] = [];
  const { wire } = await server("v1.alis");
  wire.down = true;
  const { heard } = session(wire.url, {
    reconnectDelay: (attempt) => {
      attempts.push(attempt);
      return 1;
    },
  });
  await vi.waitFor(() => expect(attempts.length).toBeGreaterThan(3));
  wire.down = false;
  await vi.waitFor(() => expect(heard.at(-1)).toBe("connected"), { timeout: 10_000 });
  expect(attempts).toEqual(attempts.map((_, n) => n));
  wire.cut();
  await vi.waitFor(() => expect(attempts.at(-1)).toBe(0));
});
