import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Readable } from "node:stream";
import { FileMissing, type FileStore, isKey } from "./files.js";

/** Opens a file store in a folder, creating it when it is not there. Nobody else on the machine can read it. */
export async function openDiskStore(folder: string): Promise<FileStore> {
  const store = new DiskStore(join(folder, "files"), join(folder, "drafts"));
  await mkdir(store.files, { recursive: true, mode: 0o700 });
  await mkdir(store.drafts, { recursive: true, mode: 0o700 });
  return store;
}

/** Drafts lie on the same file system as the files, so that putting one is a rename: whole or not at all. */
class DiskStore implements FileStore {
  constructor(
    readonly files: string,
    readonly drafts: string,
  ) {}

  draft(): string {
    return join(this.drafts, randomUUID());
  }

  async put(key: string, draft: string): Promise<void> {
    const path = this.path(key);
    await flush(draft);
    const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(draft, path);
    // A new name is durable only when its folder is, and so is a new folder's.
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      await flush(folder);
      if (made === undefined || folder.length < made.length) break;
    }
  }

  async read(key: string): Promise<Readable> {
    const file = await open(this.path(key)).catch((error) => missing(error, key));
    return createReadStream("", { fd: file });
  }

  async local(key: string): Promise<string> {
    await stat(this.path(key)).catch((error) => missing(error, key));
    return this.path(key);
  }

  async delete(key: string): Promise<void> {
    await rm(this.path(key), { force: true });
  }

  async *list(): AsyncIterable<{ key: string; modified: number }> {
    for await (const { path, modified } of filesIn(this.files)) {
      yield { key: relative(this.files, path).split(sep).join("/"), modified };
    }
  }

  async discardDrafts(before: number): Promise<number> {
    let discarded = 0;
    for await (const { path, modified } of filesIn(this.drafts)) {
      if (modified >= before) continue;
      await rm(path, { force: true });
      discarded++;
    }
    return discarded;
  }

  private path(key: string): string {
    if (!isKey(key)) throw new RangeError(`Invalid file key ${JSON.stringify(key)}`);
    return join(this.files, key);
  }
}

async function* filesIn(folder: string): AsyncIterable<{ path: string; modified: number }> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else {
      const found = await stat(path).catch(() => undefined); // deleted meanwhile
      if (found) yield { path, modified: found.mtimeMs };
    }
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function missing(error: NodeJS.ErrnoException, key: string): never {
  throw error.code === "ENOENT" ? new FileMissing(key) : error;
}
