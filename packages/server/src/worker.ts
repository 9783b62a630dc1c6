import { fileURLToPath } from "node:url";
import { type ResourceLimits, Worker } from "node:worker_threads";

/** Starts one of this package's modules in a worker thread.
 *
 *  The module lies beside its caller: `name` without ending. When the caller runs from TypeScript sources (the tests),
 *  so does the worker, loaded by tsx.
 *
 *  @param name    the module's file name without its ending
 *  @param caller  the caller's `import.meta.url`
 *  @param data    what the worker finds in its `workerData` */
export function startWorker(name: string, caller: string, data: unknown, resourceLimits?: ResourceLimits): Worker {
  const options = { workerData: data, ...(resourceLimits && { resourceLimits }) };
  if (!caller.endsWith(".ts") && !caller.endsWith(".tsx")) {
    return new Worker(fileURLToPath(new URL(`./${name}.js`, caller)), options);
  }
  const source = JSON.stringify(new URL(`./${name}.ts`, caller).href);
  // Node 20 does not apply --import to workers, so the loader is registered from inside.
  const start = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(${source}); })`;
  return new Worker(start, { ...options, eval: true });
}
