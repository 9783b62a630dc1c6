// The properties of the readers and writers. The tests run each a hundred times; as a program
//
//   npx tsx packages/asciicast/fuzz/decode.ts SECONDS
//
// runs them for so long, and prints the input of the first failure.

import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import {
  AsciicastError,
  Decoder,
  type Event,
  encoder,
  type Header,
  type Note,
  open,
  openTtyrec,
  openTypescript,
  quantize,
} from "../src/index.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

/** What a reader made of an input: the same however the input was cut. */
interface Outcome {
  events: Event[];
  notes: readonly Note[];
  header?: Header | undefined;
  error?: { message: string; line: number };
}

/** Decodes pieces one by one; an error of any other kind than ours passes through. */
export function decode(pieces: Iterable<string | Uint8Array>, damage: "throw" | "skip" = "throw"): Outcome {
  const decoder = new Decoder({ damage });
  const events: Event[] = [];
  try {
    for (const piece of pieces) for (const event of decoder.push(piece)) events.push(event);
    for (const event of decoder.end()) events.push(event);
  } catch (error) {
    if (!(error instanceof AsciicastError)) throw error;
    return {
      events,
      notes: decoder.notes,
      header: decoder.header,
      error: { message: error.message, line: error.line },
    };
  }
  return { events, notes: decoder.notes, header: decoder.header };
}

const color = fc.integer({ min: 0, max: 0xffffff }).map((rgb) => `#${rgb.toString(16).padStart(6, "0")}`);
const size = fc.integer({ min: 1, max: 65535 });
const text = fc.string({ unit: character, maxLength: 20 });
const theme = fc
  .tuple(color, color, fc.array(color, { minLength: 16, maxLength: 16 }))
  .map(([fg, bg, palette]) => ({ fg, bg, palette }));

/** A key that neither v2 nor v3 knows. */
const unknownKey = fc
  .string({ unit: character, maxLength: 8 })
  .filter(
    (key) => !/^(version|width|height|timestamp|duration|idle_time_limit|command|title|env|theme|term)$/.test(key),
  );

/** Headers as a reader gives them: an environment that is there is not empty, unknown keys are JSON. */
const common = {
  cols: size,
  rows: size,
  theme,
  timestamp: fc.nat(),
  idleTimeLimit: fc.nat(),
  command: text,
  title: text,
  env: fc.dictionary(text, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
  other: fc.dictionary(
    unknownKey,
    // JSON has no -0.
    fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  ),
};

/** v2 says the terminal's type in the environment only, and its version nowhere. */
export const headerV2: fc.Arbitrary<Header> = fc
  .record(common, { requiredKeys: ["cols", "rows"], noNullPrototype: true })
  .map((header) => (header.env?.["TERM"] === undefined ? header : { ...header, termType: header.env["TERM"] }));

export const headerV3: fc.Arbitrary<Header> = fc.record(
  { ...common, termType: text, termVersion: text },
  { requiredKeys: ["cols", "rows"], noNullPrototype: true },
);

const body = fc.oneof(
  fc.record({ type: fc.constantFrom("output" as const, "input" as const), text }),
  fc.record({ type: fc.constant("resize" as const), cols: size, rows: size }),
  fc.record({ type: fc.constant("marker" as const), label: text }),
  fc.record({ type: fc.constant("exit" as const), status: fc.integer() }),
  fc.record({
    type: fc.constant("other" as const),
    code: fc.string({ unit: character, minLength: 1, maxLength: 3 }).filter((code) => !/^[oirmx]$/.test(code)),
    data: text,
  }),
);

/** Events in order, the gaps between them from nothing to days. */
export const session: fc.Arbitrary<Event[]> = fc
  .array(fc.tuple(fc.oneof(fc.nat(2000), fc.nat(10_000_000), fc.nat(1e12)), body), { maxLength: 30 })
  .map((entries) => {
    let time = 0;
    return entries.map(([gap, event]) => {
      time += gap;
      return { time, ...event };
    });
  });

/** A file of whatever lines: good ones, broken ones, comments, and all kinds of line ends. */
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.double({ noNaN: true }), fc.constantFrom("o", "i", "r", "m", "x", "q", ""), text)
      .map((e) => JSON.stringify(e)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(100), fc.constantFrom("r"), fc.constantFrom("80x24", "0x1", "1x", "axb"))
      .map((e) => JSON.stringify(e)),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "",
      " ",
      "# comment",
      " # comment",
      "[",
      "[]",
      "null",
      '[1,"o"]',
      '[1,"o","a","b"]',
      "{}",
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: text },
);
const firstLine = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('{"version":2,"width":80,"height":24}', '{"version":3,"term":{"cols":80,"rows":24}}'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{"version":1,"width":80,"height":24,"stdout":[[0.5,"a"],[1,"é"]]}', '{\n"version":1,'),
  },
  { weight: 1, arbitrary: headerV2.map((header) => encoder("asciicast-v2", header).start().trimEnd()) },
  { weight: 1, arbitrary: line },
);
const file = fc
  .tuple(
    fc.constantFrom("", "\ufeff", "\n", "#!\n"),
    firstLine,
    fc.array(line, { maxLength: 8 }),
    fc.constantFrom("\n", "\r\n"),
    fc.boolean(),
  )
  .map(([before, first, lines, newline, ended]) => before + [first, ...lines].join(newline) + (ended ? newline : ""));

/** Bytes and where to cut them. */
const cuts = fc.array(fc.nat(300), { maxLength: 8 });

function cut<T extends string | Uint8Array>(whole: T, at: number[]): T[] {
  const places = [0, ...at.filter((place) => place <= whole.length).sort((a, b) => a - b), whole.length];
  return places.slice(1).map((place, index) => whole.slice(places[index], place) as T);
}

function same(a: unknown, b: unknown): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  throw new Error(`${JSON.stringify(a)}\nis not\n${JSON.stringify(b)}`);
}

/** Reads all of a recording; an error of any other kind than ours passes through. */
async function readAll(
  opening: () => Promise<{ header: Header; notes: readonly Note[]; events(): AsyncIterable<Event[]> }>,
): Promise<Outcome> {
  const events: Event[] = [];
  let opened: Awaited<ReturnType<typeof opening>> | undefined;
  try {
    opened = await opening();
    for await (const batch of opened.events()) events.push(...batch);
  } catch (error) {
    if (!(error instanceof AsciicastError)) throw error;
    const { message, line } = error;
    return { events, notes: opened?.notes ?? [], header: opened?.header, error: { message, line } };
  }
  return { events, notes: opened.notes, header: opened.header };
}

const frame = fc
  .tuple(fc.nat(100), fc.nat(1_000_100), fc.uint8Array({ maxLength: 12 }), fc.nat(20))
  .map(([seconds, micros, data, lie]) => {
    const head = new DataView(new ArrayBuffer(12));
    head.setUint32(0, seconds, true);
    head.setUint32(4, micros, true);
    head.setUint32(8, lie === 0 ? 1e9 : data.length, true);
    return [...new Uint8Array(head.buffer), ...data];
  });
const ttyrec = fc.oneof(
  fc.array(frame, { maxLength: 5 }).map((frames) => Uint8Array.from(frames.flat())),
  fc.uint8Array({ maxLength: 100 }),
);
const timing = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "0.1 3\n",
        "I 0.2 2\n",
        "O 1.5 4\n",
        "S 0 SIGWINCH ROWS=2 COLS=3\n",
        "H 0 COLUMNS 9\n",
        "H 0 EXIT_CODE 3\n",
      ),
      text,
    ),
    {
      maxLength: 6,
    },
  )
  .map((lines) => lines.join(""));

/** Every property by name. */
export const properties: Record<string, fc.IRawProperty<unknown>> = {
  "v2 gives back exactly what was written": fc.property(headerV2, session, (header, events) => {
    const { start, event, end } = encoder("asciicast-v2", header);
    return same(decode([start(), ...events.map(event), end()]), { events, notes: [], header });
  }),

  "v3 gives back what was written, in whole milliseconds": fc.property(headerV3, session, (header, events) => {
    const { start, event, end } = encoder("asciicast-v3", header);
    const read = decode([start(), ...events.map(event), end()]);
    if (!read.events.every((one, index) => Math.abs(one.time - events[index]!.time) <= 500)) return false;
    return same(read, { events: [...quantize(events)], notes: [], header });
  }),

  "how a text is cut makes no difference": fc.property(
    file,
    cuts,
    fc.constantFrom("throw", "skip"),
    (whole, at, damage) => same(decode(cut(whole, at), damage), decode([whole], damage)),
  ),

  "how bytes are cut makes no difference, nor that they are bytes": fc.property(file, cuts, (whole, at) => {
    const bytes = new TextEncoder().encode(whole);
    return same(
      decode(cut(bytes, at), "skip"),
      decode([new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)], "skip"),
    );
  }),

  "arbitrary bytes give a value or our error": fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, at) =>
    same(decode(cut(bytes, at)), decode([bytes])),
  ),

  "a file with a flipped byte gives a value or our error": fc.property(
    headerV3,
    session,
    fc.nat(),
    fc.nat(255),
    (header, events, place, byte) => {
      const { start, event } = encoder("asciicast-v3", header);
      const bytes = new TextEncoder().encode(start() + events.map(event).join(""));
      bytes[place % bytes.length] = byte;
      decode([bytes], "throw");
      decode([bytes], "skip");
    },
  ),

  "a file cut anywhere after its header loses the last event at most": fc.property(
    headerV2,
    session,
    fc.nat(),
    (header, events, place) => {
      const { start, event } = encoder("asciicast-v2", header);
      const head = new TextEncoder().encode(start());
      const lines = new TextEncoder().encode(events.map(event).join(""));
      const end = place % (lines.length + 1);
      const read = decode([head, lines.subarray(0, end)]);
      if (read.error) throw new Error(read.error.message);
      // An event is there when all of its line is, with or without the line end.
      const kept = events.filter(
        (_, index) =>
          new TextEncoder().encode(
            events
              .slice(0, index + 1)
              .map(event)
              .join(""),
          ).length -
            1 <=
          end,
      );
      return same(read.events, kept);
    },
  ),

  "open gives what the decoder gives, compressed or not": fc.asyncProperty(
    file,
    cuts,
    fc.boolean(),
    async (whole, at, zipped) => {
      const bytes = zipped ? gzipSync(whole) : new TextEncoder().encode(whole);
      const [opened, decoded] = [await readAll(() => open(cut(bytes, at))), decode([new TextEncoder().encode(whole)])];
      if (!decoded.header || (decoded.error && decoded.events.length === 0)) return same(opened.error, decoded.error);
      return same(opened, decoded);
    },
  ),

  "a ttyrec, or what claims to be one, gives a value or our error": fc.asyncProperty(ttyrec, cuts, async (bytes, at) =>
    same(await readAll(() => openTtyrec(cut(bytes, at))), await readAll(() => openTtyrec(bytes))),
  ),

  "a typescript, or what claims to be one, gives a value or our error": fc.asyncProperty(
    timing,
    fc.oneof(
      fc.uint8Array(),
      text.map((log) => new TextEncoder().encode(`Script started on x\n${log}\nScript done on y\n`)),
    ),
    cuts,
    async (timing, output, at) => {
      const whole = await readAll(() => openTypescript({ timing, output }));
      return same(await readAll(() => openTypescript({ timing: cut(timing, at), output: cut(output, at) })), whole);
    },
  ),
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
