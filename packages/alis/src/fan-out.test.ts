import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Terminal } from "@asciinema-ts/vt";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { AlisDecoder } from "./codec.js";
import { FanOut } from "./fan-out.js";
import { Hub } from "./hub.js";
import type { Message } from "./message.js";

let server: Server;
let hub: Hub;
let fanOut: FanOut;
/** The server's ends, with how often they were written to and how to take leave of them. */
let ends: { socket: Socket; writes: number; leave: () => void; websocket: WebSocket }[];

beforeEach(async () => {
  hub = new Hub({ cols: 80, rows: 24 });
  fanOut = new FanOut(hub, { limit: 100_000 });
  ends = [];
  server = createServer();
  const accept = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket: Socket, head) => {
    accept.handleUpgrade(request, socket, head, (websocket) => {
      const write = (bytes: Uint8Array, done?: () => void) => {
        end.writes++;
        return socket.write(bytes, done);
      };
      const leave = fanOut.add({ write }, (code, reason) => websocket.close(code, reason));
      const end = { socket, writes: 0, leave, websocket };
      ends.push(end);
      websocket.on("close", leave);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  for (const { socket } of ends) socket.destroy();
  server.close();
});

async function watch() {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const decoder = new AlisDecoder("viewer");
  const messages: Message[] = [];
  const terminal = { now: new Terminal({ cols: 80, rows: 24 }) };
  client.on("message", (data: Buffer) => {
    const message = decoder.decode(data);
    if (!message) return;
    messages.push(message);
    if (message.type === "init") {
      terminal.now = new Terminal(message);
      terminal.now.feed(message.dump);
    }
    if (message.type === "output") terminal.now.feed(message.text);
  });
  await once(client, "open");
  const text = () => terminal.now.text().join("\n").trim();
  return { client, messages, text, end: ends.at(-1)! };
}

const print = (text: string) => hub.publish({ type: "output", time: hub.lastId * 1000, text });

it("sends what comes in one turn in one write, frames of every length", async () => {
  const viewers = [await watch(), await watch()];
  await vi.waitFor(() => expect(viewers.every(({ messages }) => messages.length === 1)).toBe(true));
  const before = ends.map(({ writes }) => writes);
  const texts = ["a", "b".repeat(200), "c".repeat(70_000), "d"];
  for (const text of texts) print(text);
  await vi.waitFor(() => {
    for (const { messages } of viewers)
      expect(messages.map((one) => "text" in one && one.text).slice(1)).toEqual(texts);
  });
  expect(ends.map(({ writes }, n) => writes - before[n]!)).toEqual([1, 1]);
});

it("holds little for a viewer that does not read, does not keep others waiting, and brings it to the present", async () => {
  const [slow, quick] = [await watch(), await watch()];
  slow.client.pause();
  const line = `${"x".repeat(999)}\n`;
  for (let n = 0; n < 200; n++) {
    for (let m = 0; m < 100; m++) print(line);
    // Many turns, as from a producer.
    await new Promise((resolve) => setImmediate(resolve));
  }
  print("\x1b[2J\x1b[Hthe end");
  await vi.waitFor(() => expect(quick.text()).toBe("the end"), { timeout: 20_000 });
  // 20 MB were published.
  expect(slow.end.socket.writableLength).toBeLessThan(1_000_000);
  slow.client.resume();
  await vi.waitFor(() => expect(slow.text()).toBe("the end"), { timeout: 20_000 });
  expect(slow.messages.filter(({ type }) => type === "init").length).toBeGreaterThan(1);
  print(" of both");
  await vi.waitFor(() => expect([slow.text(), quick.text()]).toEqual(["the end of both", "the end of both"]));
});

it("shows the screen to one who comes late, and sends the end before the connection closes", async () => {
  print("a screen");
  const viewer = await watch();
  await vi.waitFor(() => expect(viewer.text()).toBe("a screen"));
  print(", gone on");
  hub.end();
  viewer.end.leave();
  viewer.end.websocket.close(1000, "over");
  const [code] = await once(viewer.client, "close");
  expect(code).toBe(1000);
  expect(viewer.text()).toBe("a screen, gone on");
  expect(viewer.messages.at(-1)).toMatchObject({ type: "eot" });
  expect(hub.viewers).toBe(0);
});
