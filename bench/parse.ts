// How fast recordings are read: our decoder beside JSON.parse per line as anyone would write it, and beside the parser
// of asciinema-player 3.17.0. All take turns in one process; medians, and how many times as long as ours.
//
//   npm run bench parse [-- --json]

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { Decoder, type Event, encoder, open } from "../packages/asciicast/src/index.js";

const ROUNDS = 15;
const SIZE = 8_000_000;

interface Reader {
  name: string;
  /** Reads all events; returns how many there are and the time of the last in microseconds, to be compared. */
  read(cast: { text: string; bytes: Uint8Array }): Promise<[number, number]> | [number, number];
}

const readers: Reader[] = [
  {
    name: "Decoder, text in pieces of 64 KB",
    read: ({ text }) => decode(text, (at) => text.slice(at, at + 65536)),
  },
  {
    name: "Decoder, bytes in pieces of 64 KB",
    read: ({ bytes }) => decode(bytes, (at) => bytes.subarray(at, at + 65536)),
  },
  {
    name: "open(bytes)",
    read: async ({ bytes }) => {
      let count = 0;
      let time = 0;
      for await (const batch of (await open(bytes)).events()) {
        count += batch.length;
        time = batch.at(-1)?.time ?? time;
      }
      return [count, time];
    },
  },
  {
    name: "split and JSON.parse, text",
    read: ({ text }) => naive(text),
  },
  {
    name: "split and JSON.parse, bytes",
    read: ({ bytes }) => naive(new TextDecoder().decode(bytes)),
  },
  await officialParser(),
];

/** Payloads of about the same size, from many small events to few large ones. */
const payloads: Record<string, Event[]> = {
  "typing, 30 bytes an event": session(30),
  "shell output, 300 bytes an event": session(300),
  "full screens, 4 KB an event": session(4000),
};

const results: { payload: string; reader: string; ms: number; mbPerSecond: number; ratio: number }[] = [];
for (const [payload, events] of Object.entries(payloads)) {
  for (const format of ["asciicast-v2", "asciicast-v3"] as const) {
    const { start, event } = encoder(format, { cols: 80, rows: 24 });
    const text = start() + events.map(event).join("");
    const cast = { text, bytes: new TextEncoder().encode(text) };
    const times = readers.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      // Each round begins with another one, so that none always pays for its neighbour's garbage.
      for (let turn = 0; turn < readers.length; turn++) {
        const index = (turn + round) % readers.length;
        const started = performance.now();
        const [count, time] = await readers[index]!.read(cast);
        times[index]!.push(performance.now() - started);
        if (count !== events.length || Math.abs(time - events.at(-1)!.time) > 1000) {
          throw new Error(`${readers[index]!.name} read ${count} events to ${time}, not ${events.length}`);
        }
      }
    }
    const ours = median(times[0]!);
    for (const [index, reader] of readers.entries()) {
      const ms = median(times[index]!);
      const mbPerSecond = cast.bytes.length / 1e6 / (ms / 1000);
      results.push({
        payload: `${payload}, ${format.slice(-2)}`,
        reader: reader.name,
        ms,
        mbPerSecond,
        ratio: ms / ours,
      });
    }
  }
}

if (process.argv.includes("--json")) console.log(JSON.stringify({ bench: "parse", results }));
else {
  let payload = "";
  for (const result of results) {
    if (result.payload !== payload) console.log(`\n${(payload = result.payload)}`);
    const { ms, mbPerSecond, ratio } = result;
    console.log(
      `  ${result.reader.padEnd(40)}${ms.toFixed(1).padStart(7)} ms${mbPerSecond.toFixed(0).padStart(6)} MB/s${ratio.toFixed(2).padStart(7)}x`,
    );
  }
}

function decode(input: { length: number }, piece: (at: number) => string | Uint8Array): [number, number] {
  const decoder = new Decoder();
  let count = 0;
  let time = 0;
  const take = (events: Event[]) => {
    count += events.length;
    time = events.at(-1)?.time ?? time;
  };
  for (let at = 0; at < input.length; at += 65536) take(decoder.push(piece(at)));
  take(decoder.end());
  return [count, time];
}

/** The reader that one writes in five minutes: the whole text, all lines, no tolerance. */
function naive(text: string): [number, number] {
  const [header, ...lines] = text.trimEnd().split("\n");
  const relative = JSON.parse(header!).version === 3;
  const events: Event[] = [];
  let time = 0;
  for (const line of lines) {
    const [at, code, data] = JSON.parse(line);
    time = relative ? time + at * 1e6 : at * 1e6;
    if (code === "o") events.push({ time, type: "output", text: data });
  }
  return [events.length, time];
}

/** The player exports no parser, so its module is loaded with one more export. */
async function officialParser(): Promise<Reader> {
  const entry = createRequire(import.meta.url).resolve("asciinema-player");
  const core = readdirSync(dirname(entry)).find((name) => /^core-.*\.js$/.test(name))!;
  const source = readFileSync(join(dirname(entry), core), "utf8");
  const name = /\["asciicast", ([\w$]+)\]/.exec(source)![1];
  const bundle = await build({
    stdin: { contents: `${source}\nexport { ${name} as parse };`, resolveDir: dirname(entry) },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  const file = join(tmpdir(), `player-parser-${process.pid}.mjs`);
  writeFileSync(file, bundle.outputFiles[0]!.text);
  try {
    const { parse } = (await import(pathToFileURL(file).href)) as {
      parse(data: Response): Promise<{ events: Iterable<[number, string, string]> }>;
    };
    return {
      name: "asciinema-player 3.17.0, bytes",
      read: async ({ bytes }) => {
        const { events } = await parse(new Response(bytes as Uint8Array<ArrayBuffer>));
        // It parses as it is iterated over, and the player keeps all events.
        const all = [...events];
        return [all.length, all.at(-1)![0] * 1000];
      },
    };
  } finally {
    rmSync(file);
  }
}

/** A session of about SIZE bytes in which every event has about so many characters. */
function session(length: number): Event[] {
  const words = [
    "\x1b[1;32m",
    "\x1b[0m",
    "make ",
    "src/main.ts ",
    "\r\n",
    "gewöhnlich ",
    "终端 ",
    "└── ",
    '"quoted" ',
    "12345 ",
  ];
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const events: Event[] = [];
  let time = 0;
  for (let size = 0; size < SIZE; ) {
    let text = "";
    while (text.length < length) text += words[Math.floor(random() * words.length)];
    time += Math.floor(random() * 500_000);
    events.push({ time, type: "output", text });
    size += text.length * 1.2 + 20;
  }
  return events;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
