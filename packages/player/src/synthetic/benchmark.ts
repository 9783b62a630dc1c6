import type { DriverFactory } from "../driver.js";
import { read } from "../recording/reader.js";

/** A recording that is played as fast as it can be. */
export interface BenchmarkSource {
  driver: "benchmark";
  url: string;
  /** How many times; 10 by default. */
  iterations?: number;
}

/** Makes the driver that measures how fast a recording's output is taken, and tells the console. */
export function benchmarkDriver({ url, iterations = 10 }: BenchmarkSource): DriverFactory {
  return ({ dispatch, logger }) => {
    const abort = new AbortController();
    const outputs: string[] = [];
    return {
      async init() {
        const { head, batches } = await read({ url }, logger, abort.signal, () => {});
        for await (const batch of batches)
          for (const event of batch) if (event.type === "output") outputs.push(event.text);
        dispatch("reset", { size: head });
      },
      play() {
        const byteCount = new TextEncoder().encode(outputs.join("")).length;
        const start = performance.now();
        for (let i = 0; i < iterations; i++) {
          for (const output of outputs) dispatch("output", output);
          dispatch("output", "\x1bc");
        }
        const duration = (performance.now() - start) / 1000;
        const throughput = (byteCount * iterations) / duration;
        const throughputMbs = throughput / 2 ** 20;
        console.info("benchmark: result", { byteCount, iterations, duration, throughput, throughputMbs });
        setTimeout(() => dispatch("ended", {}));
        return true;
      },
      stop: () => abort.abort(),
    };
  };
}
