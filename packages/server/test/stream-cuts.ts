import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { Hub, Producer, type ProducerSocket, type Socket, Viewer } from "@asciinema-ts/alis";
import { Decoder, type Event } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";
import { WebSocket } from "ws";
import type { LiveServer } from "./live.js";
import { Wire } from "./wire.js";

/** Cuts a producer and a viewer of a stream off for so many milliseconds, by really cutting their connections while output
 *  goes on, and then looks whether all screens are equal and the recording has no gap.
 *
 *  @returns how many events there were
 *  @throws AssertionError */
export async function cutStream(
  server: LiveServer,
  cuts: { producer: number; viewer: number; times: number },
): Promise<number> {
  const stream = await server.stream({ title: "Cut", visibility: "public" });
  const [near, far] = [await Wire.to(server.port), await Wire.to(server.port)];
  const hub = new Hub({ cols: 80, rows: 24 });
  const path = new URL(stream.ws_producer_url).pathname;
  const delay = () => 50;
  const producer = new Producer(
    `ws://127.0.0.1:${near.port}${path}`,
    hub,
    {},
    {
      WebSocket: WebSocket as unknown as new (url: string, protocols: string[]) => ProducerSocket,
      reconnectDelay: delay,
    },
  );
  const watch = (port: number) => {
    const seen = { terminal: new Terminal({ cols: 80, rows: 24 }), inits: 0, ended: false };
    const viewer = new Viewer(
      `ws://127.0.0.1:${port}/ws/s/${stream.token}`,
      {
        message(message) {
          if (message.type === "init") {
            seen.terminal = new Terminal(message);
            seen.terminal.feed(message.dump);
            seen.inits++;
          }
          if (message.type === "output") seen.terminal.feed(message.text);
          if (message.type === "resize") seen.terminal.resize(message.cols, message.rows);
          if (message.type === "eot") seen.ended = true;
        },
      },
      { WebSocket: WebSocket as unknown as new (url: string, protocols: string[]) => Socket, reconnectDelay: delay },
    );
    return { seen, viewer };
  };
  const cutOff = watch(far.port);
  const steady = watch(server.port);
  const events: Event[] = [];
  const began = performance.now();
  const send = (event: Omit<Event & { type: "output" }, "time"> | Omit<Event & { type: "resize" }, "time">) => {
    const timed = { ...event, time: Math.round((performance.now() - began) * 1000) } as Event;
    events.push(timed);
    hub.publish(timed);
    producer.publish(timed, hub.lastId);
  };
  let line = 0;
  const pace = setInterval(() => {
    line++;
    if (line % 97 === 0) send({ type: "resize", cols: 60 + (line % 60), rows: 20 + (line % 9) });
    send({ type: "output", text: `\x1b[3${line % 8}mline ${line}\x1b[0m ${"żółw ".repeat(line % 9)}\r\n` });
  }, 5);
  try {
    for (let time = 0; time < cuts.times; time++) {
      await wait(400);
      await Promise.all([near.cut(cuts.producer), wait(200).then(() => far.cut(cuts.viewer))]);
    }
    await wait(800);
    clearInterval(pace);
    send({ type: "output", text: "the end" });
    assert(await producer.end(20_000), "the server did not take everything");
    const shows = (one: typeof steady) => one.seen.terminal.text().join("\n").includes("the end");
    for (let i = 0; i < 400 && !(shows(cutOff) && shows(steady)); i++) await wait(25);
    const expected = hub.terminal.dump();
    assert.equal(steady.seen.terminal.dump(), expected, "the one who watched all the time");
    assert.equal(cutOff.seen.terminal.dump(), expected, "the one who was cut off");
    // Whoever was not cut off does not notice that the producer was.
    assert.equal(steady.seen.inits, 1);
    assert(cutOff.seen.inits > 1);
    await server.api("PATCH", `/api/v1/streams/${stream.id}`, { live: false });
    await check(server, stream.id, events);
  } finally {
    clearInterval(pace);
    cutOff.viewer.close();
    steady.viewer.close();
    near.close();
    far.close();
  }
  return events.length;
}

async function check(server: LiveServer, streamId: number, events: Event[]): Promise<void> {
  let token: string | undefined;
  for (let i = 0; i < 800 && !token; i++) {
    await wait(25);
    const rows = await server.db
      .selectFrom("recordings")
      .select("secret_token")
      .where("stream_id", "=", streamId)
      .execute();
    assert(rows.length <= 1, "one session makes one recording");
    token = rows[0]?.secret_token;
  }
  const recorded = new Decoder().push(await (await server.fetch(`/a/${token}.cast`)).text());
  const rounded = (list: Event[]) => list.map(({ time, ...event }) => ({ ...event, ms: Math.round(time / 1000) }));
  assert.deepEqual(rounded(recorded), rounded(events), "the recording has every event at its time");
}
