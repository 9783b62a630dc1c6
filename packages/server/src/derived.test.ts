import { mkdtempSync, rmSync, statSync, utimesSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DerivedFiles } from "./derived.js";

let folder: string;
let derived: DerivedFiles;
let made: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-derived-"));
  derived = new DerivedFiles(folder, Date.now);
  made = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const make = (content: string) => async (path: string) => {
  made++;
  await new Promise((resolve) => setTimeout(resolve, 20));
  await writeFile(path, content);
};

test("makes a thing once, for everybody who asks at the same time and later", async () => {
  const paths = await Promise.all([1, 2, 3].map(() => derived.get(["svg", 1], make("x"))));
  expect(new Set(paths).size).toBe(1);
  expect(await readFile(await derived.get(["svg", 1], make("other")), "utf8")).toBe("x");
  expect(made).toBe(1);
});

test("keeps things with different keys apart", async () => {
  const one = await derived.get(["svg", "1"], make("a"));
  const other = await derived.get(["svg", 1], make("b"));
  expect(await readFile(one, "utf8")).toBe("a");
  expect(await readFile(other, "utf8")).toBe("b");
});

test("keeps nothing of a failure and tries again", async () => {
  const failing = async (path: string) => {
    await writeFile(path, "half");
    throw new Error("no");
  };
  await expect(derived.get(["a"], failing)).rejects.toThrow("no");
  expect(await derived.sweep(Date.now() + 60_000)).toBe(0);
  expect(await readFile(await derived.get(["a"], make("whole")), "utf8")).toBe("whole");
});

test("sweeps what nobody asked for", async () => {
  const stale = await derived.get(["stale"], make(""));
  const used = await derived.get(["used"], make(""));
  for (const path of [stale, used]) utimesSync(path, 1000, 1000);
  await derived.get(["used"], make(""));
  expect(statSync(used).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  expect(await derived.sweep(Date.now() - 86_400_000)).toBe(1);
  await derived.get(["stale"], make(""));
  expect(made).toBe(3);
});

test("makes a thing again after everything was deleted", async () => {
  await derived.get(["a"], make("1"));
  rmSync(folder, { recursive: true });
  expect(await readFile(await derived.get(["a"], make("2")), "utf8")).toBe("2");
});
