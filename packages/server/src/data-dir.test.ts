import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockDataDir, openDataDir } from "./data-dir.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-dir-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Has another process run a piece of script with this module's functions. */
const elsewhere = (code: string) => {
  const module = JSON.stringify(new URL("./data-dir.ts", import.meta.url).href);
  const script = `import { register } from "tsx/esm/api"; register(); const dir = await import(${module}); ${code}`;
  const { stdout, stderr, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: fileURLToPath(new URL("../", import.meta.url)),
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
  return { stdout, stderr, signal };
};

describe("openDataDir", () => {
  test("makes a folder, and those that it lies in, for this user alone, and leaves nothing in it", async () => {
    const path = join(folder, "a", "b");
    await openDataDir(path);
    await openDataDir(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(path)).toEqual([]);
  });

  test("says what is wrong with a file in its place, or on the way to it", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    await expect(openDataDir(file)).rejects.toThrow(`DATA_DIR ${file} is a file, not a folder`);
    await expect(openDataDir(join(file, "x"))).rejects.toThrow(
      `DATA_DIR ${file}/x cannot be made: ${file} is a file, not a folder`,
    );
  });

  test.skipIf(process.platform !== "linux")("says where nothing can be made", async () => {
    await expect(openDataDir("/proc/asciinema")).rejects.toThrow("DATA_DIR /proc/asciinema cannot be made in /proc");
  });

  test.skipIf(process.getuid?.() !== 0)("says who may not write, and what would help", async () => {
    const path = join(folder, "theirs");
    mkdirSync(path);
    chmodSync(folder, 0o755);
    const open = (at: string) =>
      elsewhere(
        `process.setuid(65534); await dir.openDataDir(${JSON.stringify(at)}).catch((e) => console.log(e.message))`,
      ).stdout;
    expect(open(path)).toBe(
      `DATA_DIR ${path} cannot be written to by the user nobody; chown nobody ${path} would let it\n`,
    );
    expect(open(`${path}/x`)).toBe(
      `DATA_DIR ${path}/x cannot be made in ${path} by the user nobody; make it for that user, or choose another\n`,
    );
  });

  const mounted = (path: string) => {
    mkdirSync(path);
    return spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", path]).status === 0;
  };
  test.skipIf(process.getuid?.() !== 0)("says that a disk is full", async (context) => {
    const path = join(folder, "full");
    if (!mounted(path)) return context.skip();
    try {
      writeFileSync(join(path, "fill"), Buffer.alloc(16 * 1024));
      await expect(openDataDir(path)).rejects.toThrow(`DATA_DIR ${path} is on a disk that is full`);
      expect(readdirSync(path)).toEqual(["fill"]);
    } finally {
      spawnSync("umount", [path]);
    }
  });
});

describe("lockDataDir", () => {
  test("keeps a second server off, in this process and in another, until it is given back", () => {
    const give = lockDataDir(folder);
    expect(() => lockDataDir(folder)).toThrow(/^another asciinema-server works in DATA_DIR .*; stop that one/);
    const lock = `dir.lockDataDir(${JSON.stringify(folder)})`;
    expect(elsewhere(`try { ${lock} } catch (e) { console.log(e.message) }`).stdout).toMatch(/^another/);
    give();
    lockDataDir(folder)();
  });

  test("is given back by a process that is killed", () => {
    const lock = `dir.lockDataDir(${JSON.stringify(folder)}); process.kill(process.pid, "SIGKILL")`;
    expect(elsewhere(`${lock}; setTimeout(() => {}, 10_000)`).signal).toBe("SIGKILL");
    lockDataDir(folder)();
  });
});
