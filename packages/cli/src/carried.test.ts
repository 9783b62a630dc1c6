import { AsciicastError, Decoder, type Event, type Note } from "@asciinema-ts/asciicast";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CarriedOutput, openCarried } from "./carried.js";

interface Read {
  events: Event[];
  notes: readonly Note[];
  error: string;
}

/** What is read from a file that comes in these pieces. */
async function carried(pieces: readonly Uint8Array[]): Promise<Read & { count: number }> {
  const events: Event[] = [];
  let count = 0;
  let notes: readonly Note[] = [];
  let error = "";
  try {
    const capture = await openCarried(
      (async function* () {
        yield* pieces;
      })(),
    );
    ({ notes } = capture);
    for await (const batch of capture.events()) {
      for (const event of batch) {
        if (event instanceof CarriedOutput) count++;
        events.push(event instanceof CarriedOutput ? { time: event.time, type: "output", text: event.text } : event);
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof AsciicastError)) throw thrown;
    error = `${thrown.line}: ${thrown.message}`;
  }
  return { events, notes, error, count };
}

function decoded(file: Uint8Array): Read {
  const decoder = new Decoder();
  const events: Event[] = [];
  try {
    events.push(...decoder.push(file));
    events.push(...decoder.end());
  } catch (thrown) {
    if (!(thrown instanceof AsciicastError)) throw thrown;
    return { events, notes: decoder.header ? decoder.notes : [], error: `${thrown.line}: ${thrown.message}` };
  }
  return { events, notes: decoder.notes, error: "" };
}

const V3 = '{"version":3,"term":{"cols":80,"rows":24}}\n';

test("output is carried as it stands, everything else is decoded", async () => {
  const lines = ['[0.5, "o", "a\\u001b[1mż\\/"]', '[0.25,"o","b"]', "# remark", '[0, "m", "x"]', '[1, "o", "c"]', ""];
  const { events, count } = await carried([Buffer.from(V3 + lines.join("\n"))]);
  expect(events).toEqual([
    { time: 500_000, type: "output", text: "a\x1b[1mż/" },
    { time: 750_000, type: "output", text: "b" },
    { time: 750_000, type: "marker", label: "x" },
    { time: 1_750_000, type: "output", text: "c" },
  ]);
  expect(count).toBe(3);
});

const line = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.tuple(fc.nat(3000), fc.string()).map(([t, s]) => `[${t / 1000}, "o", ${JSON.stringify(s)}]`),
  },
  {
    weight: 10,
    arbitrary: fc.constantFrom(
      '[1, "r", "80x24"]',
      '[1,"o","\\ud83d"]',
      '[1, "o", "a", "b"]',
      '[1, "o", "a"] ',
      '[1.0000001e0, "o", "a"]',
      '[-1, "o", "a"]',
      '[999999999999, "o", "far"]',
      '[0.5, "i", "typed"]',
      '[0.5, "o", ["a"]]',
      "# remark",
      "",
      " ",
      "\r",
      '[0.1, "o", "\xff"]',
      '[0.1, "o", "crlf"]\r',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('[1, "o", "a\tb"]', '[1, "o", "\\x"]', '[1, "o", "a"', '[1, "o", 1]', "[1]", "x"),
  },
);
const file = fc
  .tuple(
    fc.constantFrom(
      V3,
      '{"version":2,"width":80,"height":24}\n',
      '{"version":1,"width":8,"height":2,"stdout":[[1,"a"]]}',
      "",
      "x\n",
    ),
    fc.array(line),
    fc.constantFrom("\n", ""),
  )
  // As Latin-1, so that some of it is no UTF-8.
  .map(([header, lines, end]) => Buffer.from(header + lines.join("\n") + end, "latin1"));

test("however a file is cut, whole or broken, it reads as the decoder reads it", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.array(fc.nat(400)), async (bytes, cuts) => {
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index]!, to));
      const { count: _, ...read } = await carried(pieces);
      expect(read).toEqual(decoded(bytes));
    }),
    { numRuns: 300 },
  );
});
