import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Refusal } from "./refusal.js";
import { WorkerPool } from "./worker-pool.js";

/** A thread that does what it is told: answer, refuse, fail, hang, eat memory, die. */
const source = `
import { parentPort } from "node:worker_threads";
parentPort.on("message", ({ id, task }) => {
  if (task === "hang") for (;;);
  if (task === "die") process.exit(3);
  if (task === "throw") throw new Error("thrown");
  if (task === "eat") { const all = []; for (;;) all.push(new Array(1e5).fill({}).map(() => ({}))); }
  if (task === "refuse") return parentPort.postMessage({ id, refusal: { type: "validation_failed", message: "no", details: [{ field: "a", message: "b" }] } });
  if (task === "fail") return parentPort.postMessage({ id, failure: "broken" });
  setTimeout(() => parentPort.postMessage({ id, result: [task, id] }), task === "slow" ? 200 : 0);
});`;

describe("WorkerPool", () => {
  let folder: string;
  let caller: string;
  let pool: WorkerPool<string>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "asciinema-pool-"));
    writeFileSync(join(folder, "thread.js"), source);
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    caller = pathToFileURL(join(folder, "caller.js")).href;
    pool = new WorkerPool("thread", caller, { threads: 1, queue: 3, timeout: 3000, memory: 32 });
  });
  afterAll(async () => {
    await pool.close();
    rmSync(folder, { recursive: true });
  });

  test("gives back what its threads answer, in the order of asking", async () => {
    const answers = await Promise.all(["a", "b", "c"].map((task) => pool.run<[string, number]>(task)));
    expect(answers.map(([task]) => task)).toEqual(["a", "b", "c"]);
  });

  test("passes refusals and failures on", async () => {
    const refused = await pool.run("refuse").catch((error) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ status: 422, message: "no", details: [{ field: "a", message: "b" }] });
    await expect(pool.run("fail")).rejects.toThrow("broken");
  });

  test.each([
    ["takes too long", "hang", /more time or memory/],
    ["takes too much memory", "eat", /more time or memory/],
    ["throws", "throw", /thrown/],
    ["ends its thread", "die", /ended/],
  ])("fails what %s, and nothing else", async (_, task, message) => {
    const failing = pool.run(task);
    const next = pool.run("next");
    await expect(failing).rejects.toThrow(message);
    expect(await next).toMatchObject(["next", expect.any(Number)]);
  });

  test("refuses what would wait too long", async () => {
    const running = ["slow", "a", "b", "c"].map((task) => pool.run(task));
    const refused = await pool.run("d").catch((error) => error);
    expect(refused).toMatchObject({ type: "busy", status: 503, headers: { "retry-after": "5" } });
    await Promise.all(running);
  });

  test("rejects what is under way when it is closed", async () => {
    const other = new WorkerPool<string>("thread", caller, { threads: 1, queue: 3, timeout: 3000, memory: 32 });
    const running = [other.run("slow"), other.run("waiting")].map((one) => one.catch((error) => error.message));
    await other.close();
    expect(await Promise.all(running)).toEqual(["The server is shutting down", "The server is shutting down"]);
    await expect(other.run("late")).rejects.toThrow("shutting down");
  });
});
