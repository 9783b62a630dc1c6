import type { Worker } from "node:worker_threads";
import type { Metrics } from "./metrics.js";
import { type FieldError, Refusal, type RefusalType } from "./refusal.js";
import { startWorker } from "./worker.js";

/** What a pool's thread is sent. */
export interface Assignment<Task> {
  id: number;
  task: Task;
}

/** What it answers. */
export type Outcome =
  | { id: number; result: unknown }
  | { id: number; refusal: { type: RefusalType; message: string; details?: FieldError[] } }
  | { id: number; failure: string };

/** How much a pool may do. */
export interface PoolLimits {
  threads: number;
  /** Tasks that may wait; more are refused as `busy`. */
  queue: number;
  /** Milliseconds that a task may take before its thread is ended. */
  timeout: number;
  /** Megabytes of heap per thread. */
  memory: number;
}

interface Waiting {
  assignment: Assignment<unknown>;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  current: Waiting | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Threads for work that would hold up the event loop. They start when they are needed; one that runs too long or out of
 *  memory is replaced, and only its own task fails. */
export class WorkerPool<Task> {
  private readonly threads: Thread[] = [];
  private readonly queue: Waiting[] = [];
  private nextId = 1;
  private closed = false;

  /** @param name    the module that each thread runs, beside its caller
   *  @param caller  the caller's `import.meta.url` */
  constructor(
    private readonly name: string,
    private readonly caller: string,
    private readonly limits: PoolLimits,
  ) {}

  /** Has a task done.
   *
   *  @throws Refusal  what the task refuses, `busy` when too many wait, `validation_failed` when it takes too much */
  run<Result>(task: Task): Promise<Result> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.closed) throw new Refusal("busy", "The server is shutting down");
      if (this.queue.length >= this.limits.queue) {
        throw new Refusal("busy", "The server has too much to do");
      }
      this.queue.push({ assignment: { id: this.nextId++, task }, resolve, reject });
      this.assign();
    }) as Promise<Result>;
  }

  /** Lets be seen how much there is to do. */
  measure(metrics: Metrics): void {
    const busy = () => this.threads.filter((thread) => thread.current).length;
    metrics.gauge("asciinema_worker_tasks_running", "Recordings being read or drawn.", busy);
    metrics.gauge("asciinema_worker_tasks_waiting", "Recordings waiting to be read or drawn.", () => this.queue.length);
  }

  /** Ends all threads; what they were doing is rejected. */
  async close(): Promise<void> {
    this.closed = true;
    const reason = new Refusal("busy", "The server is shutting down");
    for (const waiting of this.queue.splice(0)) waiting.reject(reason);
    const threads = this.threads.splice(0);
    for (const thread of threads) this.settle(thread, (waiting) => waiting.reject(reason));
    await Promise.all(threads.map((thread) => thread.worker.terminate()));
  }

  private assign(): void {
    while (this.queue.length > 0) {
      let thread = this.threads.find((one) => one.current === undefined);
      if (!thread && this.threads.length < this.limits.threads) thread = this.start();
      if (!thread) return;
      const free = thread;
      free.current = this.queue.shift()!;
      free.timer = setTimeout(() => this.lose(free, tooMuch), this.limits.timeout);
      free.worker.postMessage(free.current.assignment);
    }
  }

  private start(): Thread {
    const worker = startWorker(this.name, this.caller, undefined, {
      maxOldGenerationSizeMb: this.limits.memory,
      // What is read passes through once: with Node's 48 MB, most of a thread's memory would be waiting to be cleared.
      maxYoungGenerationSizeMb: 6,
      stackSizeMb: 4,
    });
    const thread: Thread = { worker, current: undefined, timer: undefined };
    this.threads.push(thread);
    worker.unref(); // a thread with nothing to do keeps no process alive
    worker.on("message", (outcome: Outcome) => {
      this.settle(thread, (waiting) => {
        if ("result" in outcome) waiting.resolve(outcome.result);
        else if ("refusal" in outcome) {
          const { type, message, details } = outcome.refusal;
          waiting.reject(new Refusal(type, message, details ? { details } : {}));
        } else waiting.reject(new Error(outcome.failure));
      });
      this.assign();
    });
    worker.on("error", (error: NodeJS.ErrnoException) => {
      this.lose(thread, error.code === "ERR_WORKER_OUT_OF_MEMORY" ? tooMuch : () => error);
    });
    worker.on("exit", () => this.lose(thread, () => new Error(`the ${this.name} thread ended`)));
    return thread;
  }

  private lose(thread: Thread, reason: () => Error): void {
    const at = this.threads.indexOf(thread);
    if (at < 0) return;
    this.threads.splice(at, 1);
    void thread.worker.terminate();
    this.settle(thread, (waiting) => waiting.reject(reason()));
    this.assign();
  }

  private settle(thread: Thread, how: (waiting: Waiting) => void): void {
    clearTimeout(thread.timer);
    const waiting = thread.current;
    thread.current = undefined;
    if (waiting) how(waiting);
  }
}

function tooMuch(): Refusal {
  return new Refusal("validation_failed", "This recording takes more time or memory to read than this server gives");
}
