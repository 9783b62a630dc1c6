import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { AlisEncoder } from "@asciinema-ts/alis";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { readConfig } from "../config.js";
import type { Channel } from "./channel.js";
import { ProducerConnection } from "./producers.js";

test("a fault of the server closes with 1011, is told, and ends nothing: the producer may come again", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const fault = new Error("a fault");
  const left: boolean[] = [];
  // Nothing that a producer can send makes a channel throw, so this one does.
  const channel = {
    take() {
      throw fault;
    },
    left: (_, final) => left.push(final),
  } as Partial<Channel> as Channel;
  const failures: unknown[] = [];
  const gone = new Promise<void>((resolve) => {
    server.once("connection", (socket) => {
      new ProducerConnection(socket, channel, "v1.alis", readConfig({}).streams, {
        userAgent: undefined,
        onGone: resolve,
        onFailure: (error) => failures.push(error),
      });
    });
  });
  const producer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, ["v1.alis"]);
  await once(producer, "open");
  const encoder = new AlisEncoder("producer");
  for (const frame of [
    encoder.start(),
    encoder.encode({ type: "init", lastId: 0, time: 0, cols: 80, rows: 24, dump: "" }),
  ])
    producer.send(frame!);
  const [code, reason] = await once(producer, "close");
  await gone;
  expect([code, String(reason), failures, left]).toEqual([1011, "server error", [fault], [false]]);
  server.close();
});
