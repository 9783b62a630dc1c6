// The native part of the pseudo-terminal package: where npm has installed it, or inside the executable that
// `npm run dist` makes, which has no folder of packages beside it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAsset, isSea } from "node:sea";
import { stateHome } from "./config.js";
import { CliError } from "./error.js";

/** What it offers on Unix. */
export interface Native {
  fork(
    file: string,
    args: string[],
    env: string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helper: string,
    onExit: (status: number, signal: number) => void,
  ): { fd: number; pid: number; pty: string };
  resize(fd: number, cols: number, rows: number): void;
}

/** The program that starts children on macOS; the package brings it along. */
const HELPER = "spawn-helper";

let loaded: { native: Native; helper: string } | undefined;

/** Loads it at the first call.
 *
 *  @returns it, and the path of the helper that its `fork` wants, empty where it needs none
 *  @throws CliError where there is none for this system */
export function loadNative(): { native: Native; helper: string } {
  try {
    loaded ??= isSea() ? fromExecutable() : fromPackage();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`there is no pseudo-terminal support for ${process.platform} on ${process.arch}`, { cause });
  }
  return loaded;
}

function fromPackage(): { native: Native; helper: string } {
  const { platform, arch } = process;
  const require = createRequire(import.meta.url);
  const beside = createRequire(require.resolve("@lydell/node-pty"));
  const name = `@lydell/node-pty-${platform}-${arch}`;
  return {
    native: beside(`${name}/pty.node`) as Native,
    helper: platform === "darwin" ? beside.resolve(`${name}/${HELPER}`) : "",
  };
}

/** Native code can only be loaded from a file: it is put into a folder of its own, which nobody else can write to. */
function fromExecutable(): { native: Native; helper: string } {
  const causes: unknown[] = [];
  // Where programs must not be loaded from the first, the second may do.
  for (const parent of [tmpdir, () => stateHome(process.env)]) {
    let folder: string | undefined;
    try {
      mkdirSync(parent(), { recursive: true });
      folder = mkdtempSync(join(parent(), "asciinema-"));
      const remove = () => rmSync(folder!, { recursive: true, force: true });
      const path = unpack("pty.node", folder);
      const module = { exports: {} };
      process.dlopen(module, path);
      if (process.platform === "darwin") {
        process.on("exit", remove);
        return { native: module.exports as Native, helper: unpack(HELPER, folder) };
      }
      // What is loaded stays loaded.
      remove();
      return { native: module.exports as Native, helper: "" };
    } catch (error) {
      causes.push(error);
      if (folder) rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new CliError(`the pseudo-terminal support can't be unpacked into ${tmpdir()}: set TMPDIR to another folder`, {
    cause: causes[0],
  });
}

function unpack(name: string, folder: string): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.from(getAsset(name)), { mode: 0o700 });
  return path;
}
