import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { adaptiveBuffer, type BufferTime } from "./buffer-time.js";

/** The buffer of asciinema-player 3.17.0, which it does not export: its module with one more export. */
async function original(): Promise<(tools: object, options: object) => BufferTime> {
  const entry = createRequire(import.meta.url).resolve("asciinema-player");
  const core = readdirSync(dirname(entry)).find((name) => /^core-.*\.js$/.test(name))!;
  const source = readFileSync(join(dirname(entry), core), "utf8");
  const bundle = await build({
    stdin: { contents: `${source}\nexport { adaptiveBufferTimeProvider };`, resolveDir: dirname(entry) },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  const file = join(tmpdir(), `buffer-time-${process.pid}.mjs`);
  writeFileSync(file, bundle.outputFiles[0]!.text);
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)).adaptiveBufferTimeProvider;
  } finally {
    rmSync(file);
  }
}

test("it adapts as that of asciinema-player does, for any network and any parameters", async () => {
  const provider = await original();
  let clock = 0;
  const now = vi.spyOn(performance, "now").mockImplementation(() => clock);
  const latency = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 8000 }));
  const arrivals = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), latency), { minLength: 1, maxLength: 200 });
  const some = (value: fc.Arbitrary<number>) => fc.option(value, { nil: undefined });
  const options = fc.record(
    {
      minBufferTime: fc.integer({ min: 0, max: 200 }),
      bufferLevelStep: fc.integer({ min: 10, max: 300 }),
      maxBufferLevel: fc.integer({ min: 1, max: 60 }),
      transitionDuration: fc.integer({ min: 1, max: 3000 }),
      peakHalfLifeUp: some(fc.integer({ min: 1, max: 9000 })),
      floorHalfLifeDown: some(fc.integer({ min: 1, max: 9000 })),
      idealHalfLifeDown: some(fc.integer({ min: 1, max: 9000 })),
      safetyMultiplier: fc.double({ min: 0.5, max: 3, noNaN: true }),
      minImprovementDuration: fc.integer({ min: 0, max: 9000 }),
    },
    { requiredKeys: [] },
  );
  try {
    fc.assert(
      fc.property(arrivals, options, (sequence, given) => {
        clock = 0;
        const theirs = provider({ logger: { debug() {} } }, given);
        const ours = adaptiveBuffer(given as object);
        for (const [passed, late] of sequence) {
          clock += passed;
          expect(ours(late)).toBeCloseTo(theirs(late), 6);
        }
      }),
      { numRuns: 500 },
    );
  } finally {
    now.mockRestore();
  }
});

test("it starts at 100 ms, grows at once when events are late, and takes its time to shrink", () => {
  let clock = 0;
  const buffer = adaptiveBuffer({}, () => clock);
  const over = (milliseconds: number, latency: number) => {
    let result = 0;
    for (const end = clock + milliseconds; clock < end; ) {
      clock += 50;
      result = buffer(latency);
    }
    return result;
  };
  expect(buffer(0)).toBe(100);
  expect(over(4000, 5)).toBe(50);
  expect(over(2000, 400)).toBeGreaterThan(400);
  const grown = over(2000, 400);
  expect(over(2000, 5)).toBeGreaterThanOrEqual(grown);
  expect(over(120_000, 5)).toBe(50);
});
