// One of the servers that are compared, as a process of its own: `npx tsx bench/live/server.ts ws|hub`. What a producer
// sends to /S/NAME goes to the viewers at /s/NAME. Prints its port.
//
//   ws   as anyone would write it: `send` for every viewer and frame
//   hub  Hub and FanOut

import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { FanOut, Hub, StreamDecoder } from "../../packages/alis/src/index.js";

interface Channel {
  produce(frame: Buffer): void;
  watch(websocket: WebSocket, socket: Socket): void;
}

function bare(): Channel {
  const viewers = new Set<WebSocket>();
  return {
    produce(frame) {
      for (const viewer of viewers) viewer.send(frame);
    },
    watch(websocket) {
      viewers.add(websocket);
      websocket.on("close", () => viewers.delete(websocket));
    },
  };
}

function hubbed(): Channel {
  const hub = new Hub({ cols: 80, rows: 24 });
  const fanOut = new FanOut(hub);
  const decoder = new StreamDecoder("producer", { subprotocol: "v1.alis" });
  return {
    produce(frame) {
      for (const message of decoder.decode(frame)) {
        if (message.type === "init") hub.reset(message);
        else if (message.type !== "eot") hub.publish(message, message.id);
      }
    },
    watch(websocket, socket) {
      websocket.on(
        "close",
        fanOut.add(socket, (code, reason) => websocket.close(code, reason)),
      );
    },
  };
}

const make = process.argv[2] === "ws" ? bare : hubbed;
const channels = new Map<string, Channel>();
const channel = (name: string) => channels.get(name) ?? channels.set(name, make()).get(name)!;
const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer().on("upgrade", (request, socket: Socket, head) => {
  websockets.handleUpgrade(request, socket, head, (websocket) => {
    socket.setNoDelay(true);
    const [, end, name = ""] = /^\/(?:ws\/)?([sS])\/(\w+)$/.exec(request.url ?? "") ?? [];
    if (end === "s") channel(name).watch(websocket, socket);
    else websocket.on("message", (frame: Buffer) => channel(name).produce(frame));
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => console.log((server.address() as AddressInfo).port));
