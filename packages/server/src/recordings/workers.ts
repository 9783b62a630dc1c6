import { availableParallelism } from "node:os";
import { WorkerPool } from "../worker-pool.js";
import type { Task } from "./worker.js";

/** Threads that read and draw recordings: two at least, so that a long recording does not hold up all others. */
export function recordingWorkers(): WorkerPool<Task> {
  return new WorkerPool<Task>("worker", import.meta.url, {
    threads: Math.max(2, Math.min(4, availableParallelism() - 1)),
    queue: 200,
    timeout: 30_000,
    memory: 512,
  });
}
