import { mkdtempSync, rmSync, utimesSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDiskStore } from "./disk.js";
import { FileMissing, type FileStore, isKey } from "./files.js";

/** Every file store, opened in an empty place. */
const stores: Record<string, (folder: string) => Promise<FileStore>> = {
  disk: openDiskStore,
};

describe.each(Object.entries(stores))("the %s store", (_, openStore) => {
  let folder: string;
  let store: FileStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "asciinema-files-"));
    store = await openStore(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = async (key: string, content: string | Uint8Array) => {
    const draft = store.draft();
    await writeFile(draft, content);
    await store.put(key, draft);
    return draft;
  };
  const keys = async () => {
    const found: string[] = [];
    for await (const { key } of store.list()) found.push(key);
    return found.sort();
  };

  test("gives back what was put", async () => {
    const content = new Uint8Array([0, 255, 10, 13, 128]);
    await put("recordings/2026/a.cast.gz", content);
    expect([...(await buffer(await store.read("recordings/2026/a.cast.gz")))]).toEqual([...content]);
    expect([...(await readFile(await store.local("recordings/2026/a.cast.gz")))]).toEqual([...content]);
  });

  test("takes the draft away", async () => {
    const draft = await put("a", "x");
    await expect(readFile(draft)).rejects.toThrow(/ENOENT/);
  });

  test("replaces a file as a whole", async () => {
    await put("a", "first");
    const reading = await store.read("a");
    await put("a", "second");
    expect((await buffer(reading)).toString()).toBe("first");
    expect((await buffer(await store.read("a"))).toString()).toBe("second");
  });

  test("lists files, not drafts, with the time they were put", async () => {
    await writeFile(store.draft(), "unfinished");
    expect(await keys()).toEqual([]);
    await put("b/c", "");
    await put("a", "");
    expect(await keys()).toEqual(["a", "b/c"]);
    for await (const { modified } of store.list()) expect(Math.abs(Date.now() - modified)).toBeLessThan(60_000);
  });

  test("says which file is missing", async () => {
    await expect(store.read("no/such")).rejects.toThrow(FileMissing);
    await expect(store.local("no/such")).rejects.toThrow("no/such");
  });

  test("stores nothing when the draft is missing", async () => {
    await expect(store.put("a", store.draft())).rejects.toThrow();
    expect(await keys()).toEqual([]);
  });

  test("deletes, twice if asked", async () => {
    await put("a", "");
    await store.delete("a");
    await store.delete("a");
    expect(await keys()).toEqual([]);
  });

  test("discards old drafts only", async () => {
    const old = store.draft();
    const fresh = store.draft();
    await writeFile(old, "");
    await writeFile(fresh, "");
    utimesSync(old, 1, 1);
    expect(await store.discardDrafts(Date.now() - 3_600_000)).toBe(1);
    await expect(readFile(old)).rejects.toThrow(/ENOENT/);
    expect(await readFile(fresh, "utf8")).toBe("");
  });

  test.each(["../a", "/etc/passwd", "a/../b", "a//b", "", ".hidden", "a\\b", "a\0b", "é"])(
    "refuses the key %j",
    async (key) => {
      await expect(store.read(key)).rejects.toThrow(RangeError);
      await expect(store.delete(key)).rejects.toThrow(RangeError);
    },
  );
});

test("isKey", () => {
  expect(isKey("recordings/2026/11/21/q8-Z_1.cast.gz")).toBe(true);
  expect(isKey("a".repeat(513))).toBe(false);
});
