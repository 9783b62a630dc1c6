import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";

const DAY = 86_400_000;

/** Things that are worked out from others, kept on disk until nobody has asked for a while. Everything in it can be
 *  deleted at any time. */
export class DerivedFiles {
  private readonly making = new Map<string, Promise<string>>();

  /** @param folder  used for nothing else */
  constructor(
    private readonly folder: string,
    private readonly clock: () => number,
  ) {}

  /** The path of a derived file, made first when it is not there. Whoever asks while it is being made waits for the same
   *  one.
   *
   *  @param key   everything that goes into it: equal keys mean equal content, for ever
   *  @param make  writes the file to the path it is given */
  get(key: readonly unknown[], make: (path: string) => Promise<void>): Promise<string> {
    const path = this.pathOf(key);
    let making = this.making.get(path);
    if (!making) {
      making = this.find(path, make).finally(() => this.making.delete(path));
      this.making.set(path, making);
    }
    return making;
  }

  /** Removes what was not asked for since a time, in milliseconds since 1970, and returns how many files that were. */
  async sweep(before: number): Promise<number> {
    let removed = 0;
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const found = await stat(path).catch(() => undefined);
      if (!found || found.mtimeMs >= before) continue;
      await rm(path, { force: true });
      removed++;
    }
    return removed;
  }

  private async find(path: string, make: (path: string) => Promise<void>): Promise<string> {
    const found = await stat(path).catch(() => undefined);
    if (found) {
      const now = this.clock();
      if (now - found.mtimeMs > DAY) await utimes(path, now / 1000, now / 1000).catch(() => undefined);
      return path;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomUUID()}`;
    try {
      await make(draft);
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
    return path;
  }

  private pathOf(key: readonly unknown[]): string {
    const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 40);
    return join(this.folder, name.slice(0, 2), name.slice(2));
  }
}
