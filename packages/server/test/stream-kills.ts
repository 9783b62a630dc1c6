import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { Hub, Producer, type ProducerSocket } from "@asciinema-ts/alis";
import { Decoder, type Event } from "@asciinema-ts/asciicast";
import { WebSocket } from "ws";
import { openDatabase } from "../src/db/database.js";
import { migrate } from "../src/db/migrate.js";
import { openDiskStore } from "../src/files/disk.js";
import { basic, installId } from "./harness.js";
import { freePort, runServer } from "./process.js";
import { userWithMachine } from "./users.js";

/** Kills a server at random moments of a stream, so many times, while the producer goes on, and then looks whether the
 *  recording has every event, once, in order, at its time.
 *
 *  @returns how many events there were
 *  @throws AssertionError */
export async function killDuringStream(folder: string, times: number): Promise<number> {
  const setUp = openDatabase({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 });
  await migrate(setUp);
  await userWithMachine(setUp, "mira", installId);
  await setUp.destroy();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    const run = runServer(folder, [], { PORT: String(port), STREAM_RATE_LIMIT: "0" });
    for (let i = 0; i < 600; i++) {
      if ((await fetch(`${url}/healthz`).catch(() => undefined))?.ok) return run;
      if (run.child.exitCode !== null) break;
      await wait(25);
    }
    throw new Error(`the server does not answer: ${run.err()}`);
  };

  let run = await start();
  const events: (Event & { type: "output" })[] = [];
  try {
    const answer = await fetch(`${url}/api/v1/streams`, {
      method: "POST",
      headers: { authorization: basic(installId), accept: "application/json" },
      body: JSON.stringify({ live: true, title: "Killed" }),
    });
    const { ws_producer_url } = (await answer.json()) as { ws_producer_url: string };
    const hub = new Hub({ cols: 80, rows: 24 });
    const address = `ws://127.0.0.1:${port}${new URL(ws_producer_url).pathname}`;
    const producer = new Producer(address, hub, {}, { WebSocket: Socket, reconnectDelay: () => 20 });
    const began = performance.now();
    const send = () => {
      const event: Event & { type: "output" } = {
        time: Math.round((performance.now() - began) * 1000),
        type: "output",
        text: `line ${events.length}\r\n`,
      };
      events.push(event);
      hub.publish(event);
      producer.publish(event, hub.lastId);
    };
    const pace = setInterval(send, 3);
    for (let round = 0; round < times; round++) {
      await wait(200 + Math.random() * 1500);
      run.child.kill("SIGKILL");
      await run.ended;
      // What nobody can take meanwhile is kept by the producer.
      await wait(Math.random() * 200);
      run = await start();
    }
    await wait(300);
    clearInterval(pace);
    send();
    const exit: Event = { time: events.at(-1)!.time, type: "exit", status: 0 };
    hub.publish(exit);
    producer.publish(exit, hub.lastId);
    assert(await producer.end(30_000), "the server did not take everything");
    await check(folder, events);
  } finally {
    run.child.kill("SIGTERM");
    await run.ended;
  }
  return events.length;
}

async function check(folder: string, events: (Event & { type: "output" })[]): Promise<void> {
  const db = openDatabase({ dataDir: folder, databaseUrl: undefined, databasePoolSize: 1 });
  try {
    let rows: { file_key: string; title: string | null }[] = [];
    for (let i = 0; i < 400 && rows.length === 0; i++) {
      await wait(50);
      rows = await db.selectFrom("recordings").select(["file_key", "title"]).execute();
    }
    assert.equal(rows.length, 1, "one session makes one recording");
    assert.equal(rows[0]!.title, "Killed");
    for (let i = 0; i < 100; i++) {
      if ((await db.selectFrom("stream_sessions").select("id").execute()).length === 0) break;
      await wait(50);
    }
    const files = await openDiskStore(folder);
    const chunks: Buffer[] = [];
    for await (const chunk of await files.read(rows[0]!.file_key)) chunks.push(chunk as Buffer);
    const decoder = new Decoder();
    const recorded = decoder.push(gunzipSync(Buffer.concat(chunks)));
    const outputs = recorded.flatMap((event) => (event.type === "output" ? [event] : []));
    assert.deepEqual(
      outputs.map(({ text }) => text),
      events.map(({ text }) => text),
    );
    for (const [index, { time }] of outputs.entries()) {
      assert(Math.abs(time - events[index]!.time) <= 1000, `event ${index} is at ${time}, not ${events[index]!.time}`);
    }
    assert.equal(recorded.at(-1)!.type, "exit");
    // The pieces are gone.
    const left = readdirSync(join(folder, "files"), { recursive: true, withFileTypes: true });
    const pieces = left.filter((entry) => entry.isFile() && entry.parentPath.includes("streams"));
    const rowsLeft = await db.selectFrom("stream_pieces").select("file_key").execute();
    assert.deepEqual(rowsLeft, []);
    // A kill between a file and its row leaves the file to the sweeper.
    assert(pieces.length <= 40, `${pieces.length} pieces are left`);
  } finally {
    await db.destroy();
  }
}

/** The sockets of `ws`, as the producer wants them. */
const Socket = WebSocket as unknown as new (url: string, protocols: string[]) => ProducerSocket;
