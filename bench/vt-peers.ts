// The other emulators: the WebAssembly one inside the npm package asciinema-player, cut out at run time, and
// @xterm/headless by its synchronous write.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Terminal } from "@xterm/headless";

const headless = createRequire(import.meta.url)("@xterm/headless") as typeof import("@xterm/headless");

/** The emulator of asciinema-player. */
export interface Avt {
  feed(text: string): ArrayLike<number>;
  getLine(row: number, cursor: boolean): unknown;
  getCursor(): ArrayLike<number> | undefined;
  resize(cols: number, rows: number): unknown;
  free(): void;
}

/** Cuts the emulator out of the installed package. */
export function loadAvt(): { version: string; create(cols: number, rows: number, scrollback: number): Avt } {
  const dist = fileURLToPath(new URL("../node_modules/asciinema-player/dist", import.meta.url));
  const manifest = join(dist, "../package.json");
  const file = readdirSync(dist).find((name) => /^opts-.*\.js$/.test(name));
  if (!file) throw new Error(`${dist}: no opts-*.js: another version of asciinema-player than 3.17?`);
  const source = readFileSync(join(dist, file), "utf8");
  const from = source.indexOf("let wasm;");
  const to = source.indexOf("const base64codes", from);
  const encoded = /vtWasmModule = base64Decode\("([^"]+)"\)/.exec(source)?.[1];
  if (from < 0 || to < 0 || !encoded) throw new Error(`${file}: the emulator is not where it was in 3.17`);
  const glue = source
    .slice(from, to)
    .replaceAll("import.meta.url", '""')
    .replace(/\b(var|const|let) exports\b[^;]*;/, "");
  const make = new Function(`${glue}; return { initSync, create };`) as () => {
    initSync(options: { module: Uint8Array }): void;
    create(cols: number, rows: number, scrollback: number, boldIsBright: boolean): Avt;
  };
  const { initSync, create } = make();
  initSync({ module: Buffer.from(encoded, "base64") });
  return {
    version: (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version,
    create: (cols, rows, scrollback) => create(cols, rows, scrollback, false),
  };
}

/** xterm.js without a screen, written to synchronously. */
export function createXterm(
  cols: number,
  rows: number,
  scrollback: number,
): { write(text: string): void; terminal: Terminal } {
  const terminal = new headless.Terminal({ cols, rows, scrollback, allowProposedApi: true });
  const buffer = (terminal as unknown as { _core: { _writeBuffer: { writeSync(text: string): void } } })._core
    ._writeBuffer;
  return { write: (text) => buffer.writeSync(text), terminal };
}
