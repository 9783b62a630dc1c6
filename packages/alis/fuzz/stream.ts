// The properties of the protocol and the hub. The tests run each a hundred times; as a program
//
//   npx tsx packages/alis/fuzz/stream.ts SECONDS
//
// runs them for so long, and prints the input of the first failure.

import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { Terminal } from "@asciinema-ts/vt";
import fc from "fast-check";
import {
  AlisDecoder,
  AlisEncoder,
  AlisError,
  type Dialect,
  decodeAck,
  encodeAck,
  Hub,
  MAGIC,
  type Message,
  StreamDecoder,
  type Subscription,
  subprotocols,
} from "../src/index.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

type Body =
  | { type: "output" | "input"; text: string }
  | { type: "resize"; cols: number; rows: number }
  | { type: "marker"; label: string };

const number = fc.oneof(fc.nat(300), fc.nat(), fc.nat(2 ** 45));
const size = fc.integer({ min: 1, max: 720 });
const text = fc.string({ unit: character, maxLength: 20 });
const color = fc.integer({ min: 0, max: 0xffffff }).map((rgb) => `#${rgb.toString(16).padStart(6, "0")}`);
const theme = fc
  .tuple(color, color, fc.array(color, { minLength: 16, maxLength: 16 }))
  .map(([fg, bg, palette]) => ({ fg, bg, palette }));

const init = fc.record(
  {
    type: fc.constant("init" as const),
    lastId: number,
    time: number,
    cols: size,
    rows: size,
    theme,
    dump: text,
  },
  { requiredKeys: ["type", "lastId", "time", "cols", "rows", "dump"], noNullPrototype: true },
);

const plain = { noNullPrototype: true };
const body = fc.oneof(
  fc.record({ type: fc.constantFrom("output" as const, "input" as const), text }, plain),
  fc.record({ type: fc.constant("resize" as const), cols: size, rows: size }, plain),
  fc.record({ type: fc.constant("marker" as const), label: text }, plain),
  fc.record({ type: fc.constant("exit" as const), status: fc.nat() }, plain),
);

/** Messages of one connection in order, times going up from each init. */
const messages = (dialect: Dialect): fc.Arbitrary<Message[]> =>
  fc
    .array(fc.tuple(init, fc.array(fc.tuple(number, number, body), { maxLength: 10 }), number), { maxLength: 3 })
    .map((parts) =>
      parts.flatMap(([init, events, last]) => {
        let time = init.time;
        const later = events.map(([gap, id, event]) => ({ ...event, id, time: (time += gap) }));
        const eot = { type: "eot" as const, time: time + last, ...(dialect === "producer" && { id: last }) };
        return [init, ...later, eot];
      }),
    );

function roundTrip(dialect: Dialect) {
  return fc.property(messages(dialect), (sent) => {
    const encoder = new AlisEncoder(dialect);
    const decoder = new AlisDecoder(dialect);
    decoder.decode(encoder.start());
    return same(
      sent.map((message) => decoder.decode(encoder.encode(message)!)),
      sent,
    );
  });
}

/** What programs write: text, colours, the alternate screen, margins, pieces of sequences. */
const output = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 12 }),
      fc.constantFrom(
        "\r\n",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b[2J",
        "\x1b[H",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b[2;4r",
        "\x1b",
        "[1",
        "m",
        "宽",
        "e\u0301",
      ),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(""));

const small = fc.integer({ min: 1, max: 30 });
const event: fc.Arbitrary<Body> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("output" as const), text: output }, plain) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("input" as const), text }, plain) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("resize" as const), cols: small, rows: small }, plain) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("marker" as const), label: text }, plain) },
);

/** Something that happens to a hub, so many milliseconds after what happened before. */
const step = fc.record({
  what: fc.constantFrom(
    "publish",
    "publish",
    "publish",
    "publish",
    "join",
    "join",
    "leave",
    "fill",
    "drain",
    "reset",
    "end",
  ),
  after: fc.nat(3000),
  /** Milliseconds by which the event was late: its own time is that much earlier. */
  late: fc.nat(50),
  event,
});

/** A viewer as a player is one: it decodes frames and feeds a terminal of its own. */
class Watcher {
  readonly decoder = new AlisDecoder("viewer");
  terminal: Terminal | undefined;
  lastId = 0;
  time = 0;
  full = false;
  subscription: Subscription | undefined;

  send(frame: Uint8Array): boolean {
    const message = this.decoder.decode(frame);
    if (message) this.take(message);
    return !this.full;
  }

  take(message: Message): void {
    this.time = message.time;
    if (message.type === "init") {
      this.terminal = new Terminal({ cols: message.cols, rows: message.rows });
      this.terminal.feed(message.dump);
      this.lastId = message.lastId;
    } else if (message.type === "eot") {
      if (!this.terminal) throw new Error("the end of what has not begun");
      this.terminal = undefined;
    } else {
      if (message.id <= this.lastId) throw new Error(`event ${message.id} came after ${this.lastId}`);
      this.lastId = message.id;
      if (message.type === "output") this.terminal!.feed(message.text);
      if (message.type === "resize") this.terminal!.resize(message.cols, message.rows);
    }
  }

  close(code: number, reason: string): void {
    throw new Error(`closed: ${code} ${reason}`);
  }
}

/** Plays what happens, and compares the screen of every viewer that is up to date with the hub's after each step. */
function watch(steps: { what: string; after: number; late: number; event: Body }[]): boolean {
  let clock = 0;
  let live = true;
  let lastTime = 0;
  const hub = new Hub({ cols: 20, rows: 5, forward: { input: false, exit: true }, now: () => clock });
  const watchers: Watcher[] = [];
  for (const { what, after, late, event } of steps) {
    clock += after;
    const [first] = watchers;
    switch (what) {
      case "publish": {
        const time = Math.max(0, clock - late) * 1000;
        const before = watchers.map((watcher) => watcher.time);
        hub.publish({ time, ...event });
        if (!live) break;
        lastTime = Math.max(lastTime, time);
        if (event.type === "input") break;
        // Each arrives at the event's time, except where its init was later than that.
        const expected = watchers.map((one, index) => (one.full ? one.time : Math.max(before[index]!, lastTime)));
        same(
          watchers.map((watcher) => watcher.time),
          expected,
        );
        break;
      }
      case "join": {
        const watcher = new Watcher();
        watcher.subscription = hub.subscribe(watcher);
        watchers.push(watcher);
        break;
      }
      case "leave":
        watchers.shift()?.subscription?.close();
        break;
      case "fill":
        if (first) first.full = true;
        break;
      case "drain":
        if (first) first.full = false;
        first?.subscription?.resync();
        break;
      case "reset":
        live = true;
        lastTime = clock * 1000;
        hub.reset({ lastId: hub.lastId, time: lastTime, cols: 10, rows: 3, dump: "fresh" });
        break;
      case "end":
        live = false;
        hub.end();
        break;
    }
    same(hub.viewers, watchers.length);
    for (const watcher of watchers)
      if (!watcher.full) same(picture(watcher.terminal), live ? picture(hub.terminal) : undefined);
  }
  return true;
}

function picture(terminal: Terminal | undefined): unknown {
  return terminal && { text: terminal.text(), cursor: terminal.cursor, cols: terminal.cols, rows: terminal.rows };
}

function same(a: unknown, b: unknown): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  throw new Error(`${JSON.stringify(a)}\nis not\n${JSON.stringify(b)}`);
}

/** Decodes frames one after another; an error of any other kind than ours passes through. */
function decodeAll(frames: Uint8Array[], dialect: Dialect): void {
  const decoder = new AlisDecoder(dialect);
  decoder.decode(MAGIC);
  for (const frame of frames) {
    try {
      decoder.decode(frame);
    } catch (error) {
      if (!(error instanceof AlisError) || error.offset > frame.length) throw error;
    }
  }
}

const dialect = fc.constantFrom<Dialect>("producer", "viewer");

/** Every property by name. */
export const properties: Record<string, fc.IRawProperty<unknown>> = {
  "a producer's messages come out as they went in": roundTrip("producer"),
  "a server's messages come out as they went in": roundTrip("viewer"),

  "an acknowledgement comes out as it went in": fc.property(number, (id) => same(decodeAck(encodeAck(id)), id)),

  "arbitrary bytes are an acknowledgement, nothing or our error": fc.property(
    fc.uint8Array({ maxLength: 20 }),
    fc.boolean(),
    (bytes, begun) => {
      try {
        decodeAck(begun ? Uint8Array.of(0x06, ...bytes) : bytes);
      } catch (error) {
        if (!(error instanceof AlisError)) throw error;
      }
    },
  ),

  "arbitrary bytes give a message or our error": fc.property(
    fc.array(
      fc
        .tuple(fc.constantFrom([], [0x01], [0x04], [0x6f], [0x72]), fc.uint8Array({ maxLength: 40 }))
        .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part]))),
      { maxLength: 5 },
    ),
    dialect,
    decodeAll,
  ),

  "a frame with a flipped byte, or cut short, gives a message or our error": fc.property(
    messages("producer"),
    fc.nat(),
    fc.nat(255),
    fc.nat(),
    (sent, place, byte, length) => {
      const encoder = new AlisEncoder("producer");
      const frames = sent.map((message) => encoder.encode(message)!);
      decodeAll(
        frames.map((frame, index) =>
          index === place % frames.length ? frame.with(place % frame.length, byte) : frame,
        ),
        "producer",
      );
      decodeAll(
        frames.map((frame) => frame.subarray(0, length % (frame.length + 1))),
        "producer",
      );
    },
  ),

  "whatever a producer sends, in whatever subprotocol, gives messages or our error": fc.property(
    fc.array(
      fc.oneof(
        fc.constantFrom(
          '{"version":2,"width":80,"height":24}',
          '{"version":3,"term":{"cols":80,"rows":24}}',
          '[1,"o","a"]',
          "\n",
          "[",
        ),
        fc.constant(MAGIC),
        fc.string({ unit: character }),
        fc.uint8Array(),
      ),
      { maxLength: 6 },
    ),
    fc.constantFrom(undefined, ...subprotocols()),
    (sent, subprotocol) => {
      const decoder = new StreamDecoder("producer", { subprotocol });
      let lastId = 0;
      try {
        for (const message of sent.flatMap((one) => decoder.decode(one))) {
          if (decoder.subprotocol === "v1.alis" || message.type === "init" || message.type === "eot") continue;
          same(message.id, ++lastId);
        }
      } catch (error) {
        if (!(error instanceof AlisError)) throw error;
      }
    },
  ),

  "every viewer sees what the hub has, whenever it came": fc.property(fc.array(step, { maxLength: 40 }), watch),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const seconds = Number(process.argv[2] ?? 60);
  const share = (seconds * 1000) / Object.keys(properties).length;
  for (const [name, property] of Object.entries(properties)) {
    const options = { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: share, markInterruptAsFailure: false };
    const { failed, numRuns, ...details } = await Promise.resolve(fc.check(property, options));
    console.log(`${failed ? "FAILED" : "ok"}  ${numRuns} runs  ${name}`);
    if (failed) {
      console.error(fc.stringify(details.counterexample), details.errorInstance);
      process.exitCode = 1;
    }
  }
}
