import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { backup, restore } from "../backup.js";
import { type Call, CommandError, type Terminal } from "../commands.js";
import { lockDataDir, openDataDir } from "../data-dir.js";
import { openDiskStore } from "../files/disk.js";
import { existing, withDatabase } from "./place.js";

/** Writes a backup into a file, a folder or the standard output. */
export async function writeBackup({ config, args, version, terminal }: Call): Promise<number> {
  await existing(config);
  const parts = { config, files: await openDiskStore(config.dataDir), version, clock: Date.now };
  let said = "";
  const write = (output: Terminal["output"]) =>
    withDatabase(config, async (db) => {
      const archive = backup({ ...parts, db }, ({ rows, files, missing }) => {
        said = `${counted(rows["recordings"] ?? 0, "recording")}, ${counted(files, "file")}`;
        if (missing.length === 0) return;
        terminal.err(`asciinema-server: ${counted(missing.length, "file")} had been lost before; see doctor\n`);
      });
      for await (const piece of archive) await output.write(piece);
    });
  const target = args[0]!;
  if (target === "-") {
    await write(terminal.output);
    terminal.err(`asciinema-server: wrote ${said}\n`);
    return 0;
  }
  const path = (await stat(target).catch(() => undefined))?.isDirectory()
    ? join(target, `asciinema-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.tar`)
    : target;
  if (await stat(path).catch(() => undefined)) throw new CommandError(`${path} exists already`);
  // Under another name until it is whole, so that what has the right name is.
  const draft = `${path}.part`;
  const file = await open(draft, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    throw new CommandError(`${draft} exists: another backup is under way, or was interrupted; remove it then`);
  });
  try {
    await write({ write: (bytes) => file.writeFile(bytes) });
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
  terminal.out(`${said} in ${path}\n`);
  return 0;
}

/** Puts a backup into an empty place. */
export async function restoreBackup({ config, args, terminal }: Call): Promise<number> {
  await openDataDir(config.dataDir);
  const unlock = lockDataDir(config.dataDir);
  try {
    const files = await openDiskStore(config.dataDir);
    const archive = args[0] === "-" ? terminal.input : createReadStream(args[0]!);
    const restored = await withDatabase(config, (db) => restore({ config, db, files }, archive));
    const what = `${counted(restored.rows["recordings"] ?? 0, "recording")}, ${counted(restored.files, "file")}`;
    terminal.out(`${what} restored into ${config.dataDir}, as of ${restored.made}\n`);
    return 0;
  } finally {
    unlock();
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
