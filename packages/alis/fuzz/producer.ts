// The property of producers: however the wire is cut, and whatever the server forgets of what it had not stored, it ends
// with every event and the same screen. The test runs it a few times; as a program
//
//   npx tsx packages/alis/fuzz/producer.ts SECONDS
//
// runs it for so long, and prints the input of the first failure.

import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Event } from "@asciinema-ts/asciicast";
import fc from "fast-check";
import { WebSocket } from "ws";
import { Hub, Producer } from "../src/index.js";
import { Receiver, Wire } from "../test/receiver.js";

const plain = { noNullPrototype: true };
const event = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        type: fc.constant("output" as const),
        text: fc.oneof(
          fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
          fc.constantFrom("\r\n", "\x1b[2J\x1b[H", "\x1b[31", "m", "\x1b[?1049h", "\x1b[?1049l", "x".repeat(5000)),
        ),
      },
      plain,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        type: fc.constant("resize" as const),
        cols: fc.integer({ min: 1, max: 100 }),
        rows: fc.integer({ min: 1, max: 50 }),
      },
      plain,
    ),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("marker" as const), label: fc.string() }, plain) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("input" as const), text: fc.string({ minLength: 1 }) }, plain),
  },
);

/** What a run is made of: events with the milliseconds before each, and after how many bytes each connection is cut. */
export const run = fc.record({
  events: fc.array(fc.tuple(event, fc.constantFrom(0, 0, 0, 1, 3)), { minLength: 1, maxLength: 60 }),
  cuts: fc.array(fc.record({ after: fc.integer({ min: 1, max: 3000 }), crash: fc.boolean() }), { maxLength: 6 }),
});

/** Sends everything, cutting as told.
 *
 *  @throws Error that says what the server lacks */
export async function sendThrough({
  events,
  cuts,
}: typeof run extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  const receiver = await new Receiver(["v1.alis.ack"]).listening();
  // The handshake is of about 250 bytes.
  const wire = await new Wire(
    receiver.port,
    cuts.map(({ after }) => after),
  ).listening();
  let crashes = cuts.map(({ crash }) => crash);
  wire.onCut = () => {
    const [crash, ...rest] = crashes;
    crashes = rest;
    if (crash) receiver.crash();
  };
  const hub = new Hub({ cols: 80, rows: 24 });
  const gaps: number[] = [];
  const producer = new Producer(
    wire.url,
    hub,
    { gap: (missed) => gaps.push(missed) },
    { WebSocket, reconnectDelay: () => 1 },
  );
  try {
    const sent: (Event & { id: number })[] = [];
    for (const [body, pause] of events) {
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      const one = { ...body, time: sent.length * 1000, id: sent.length + 1 };
      sent.push(one);
      hub.publish(one, one.id);
      producer.publish(one, one.id);
    }
    same("delivered", await producer.end(20_000), true);
    same("gaps", gaps, []);
    same("events", receiver.events, sent);
    same("screen", receiver.hub.terminal.dump(), hub.terminal.dump());
    same("size", [receiver.hub.terminal.cols, receiver.hub.terminal.rows], [hub.terminal.cols, hub.terminal.rows]);
  } finally {
    await producer.end(0);
    wire.close();
    await receiver.close();
  }
}

function same(what: string, a: unknown, b: unknown): void {
  if (!isDeepStrictEqual(a, b)) throw new Error(`${what}: ${JSON.stringify(a)}\nis not\n${JSON.stringify(b)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const seconds = Number(process.argv[2] ?? 60);
  const { failed, numRuns, ...details } = await fc.check(fc.asyncProperty(run, sendThrough), {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1000,
    markInterruptAsFailure: false,
  });
  console.log(`${failed ? "FAILED" : "ok"}  ${numRuns} runs  however the wire is cut, the server has everything`);
  if (failed) {
    console.error(fc.stringify(details.counterexample), details.errorInstance);
    process.exitCode = 1;
  }
}
