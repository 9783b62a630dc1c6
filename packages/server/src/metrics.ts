import { monitorEventLoopDelay } from "node:perf_hooks";

/** Names and values that tell apart what one metric counts. Values come from a small set, never from a request. */
export type Labels = Readonly<Record<string, string>>;

type Kind = "counter" | "gauge" | "histogram";

interface Metric {
  name: string;
  help: string;
  kind: Kind;
  /** Lines in Prometheus' text format, without the comments before them. */
  lines(): string[];
}

/** Counts things. */
export interface Counter {
  add(labels?: Labels, by?: number): void;
}

/** Sorts measured values into buckets. */
export interface Histogram {
  observe(labels: Labels, value: number): void;
}

/** What is measured while a server runs, as Prometheus reads it.
 *
 *  @see https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4) */
export class Metrics {
  private readonly metrics: Metric[] = [];

  /** @param name  ends in `_total` */
  counter(name: string, help: string): Counter {
    const counts = new Map<string, number>();
    this.metrics.push({
      name,
      help,
      kind: "counter",
      lines: () => [...counts].map(([labels, count]) => `${name}${labels} ${count}`),
    });
    return {
      add(labels = {}, by = 1) {
        const key = written(labels);
        counts.set(key, (counts.get(key) ?? 0) + by);
      },
    };
  }

  /** A value that is looked up when somebody asks.
   *
   *  @param kind  `counter` for what only grows */
  gauge(name: string, help: string, read: () => number, kind: "gauge" | "counter" = "gauge"): void {
    this.metrics.push({ name, help, kind, lines: () => [`${name} ${read()}`] });
  }

  /** @param bounds  upper bounds of the buckets, ascending */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const series = new Map<string, { labels: Labels; counts: number[]; sum: number }>();
    this.metrics.push({
      name,
      help,
      kind: "histogram",
      lines: () =>
        [...series.values()].flatMap(({ labels, counts, sum }) => {
          let below = 0;
          const buckets = [...bounds, "+Inf"].map((bound, i) => {
            below += counts[i]!;
            return `${name}_bucket${written({ ...labels, le: String(bound) })} ${below}`;
          });
          return [...buckets, `${name}_sum${written(labels)} ${sum}`, `${name}_count${written(labels)} ${below}`];
        }),
    });
    return {
      observe(labels, value) {
        const key = written(labels);
        let found = series.get(key);
        if (!found) {
          found = { labels, counts: Array<number>(bounds.length + 1).fill(0), sum: 0 };
          series.set(key, found);
        }
        const at = bounds.findIndex((bound) => value <= bound);
        found.counts[at < 0 ? bounds.length : at]!++;
        found.sum += value;
      },
    };
  }

  /** Everything, in the text format. */
  text(): string {
    return this.metrics
      .map(({ name, help, kind, lines }) =>
        [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines(), ""].join("\n"),
      )
      .join("");
  }
}

/** Measures the process that all this runs in.
 *
 *  @returns ends the measuring */
export function measureProcess(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const started = Date.now() / 1000 - process.uptime();
  metrics.gauge("process_start_time_seconds", "When the server started, in seconds since 1970.", () => started);
  metrics.gauge("process_resident_memory_bytes", "Memory that the process has in use.", () =>
    process.memoryUsage.rss(),
  );
  metrics.gauge(
    "process_cpu_seconds_total",
    "Processor time used, by the program and for it.",
    () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    "counter",
  );
  metrics.gauge("nodejs_eventloop_lag_p99_seconds", "How late the event loop was, since this was last asked.", () => {
    const late = delay.percentile(99) / 1e9;
    delay.reset();
    return Math.max(0, late - 0.02);
  });
  return () => delay.disable();
}

const writtenLabels = new WeakMap<Labels, string>();

function written(labels: Labels): string {
  let text = writtenLabels.get(labels);
  if (text === undefined) {
    text = write(labels);
    writtenLabels.set(labels, text);
  }
  return text;
}

function write(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
