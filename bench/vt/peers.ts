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
  /** Where in its memory it put the row's spans: pointer and count each. */
  getLine(
    row: number,
    cursor: boolean,
  ): Record<"bg" | "text" | "codepoints" | "raster_symbols" | "vector_symbols", [number, number]>;
  getCursor(): Iterable<number> | undefined;
  resize(cols: number, rows: number): unknown;
  free(): void;
}

/** A run of text on a row. */
export interface Span {
  col: number;
  text: string;
  color: number;
  attrs: number;
}

/** The emulator of the installed package, and what its player reads from its memory. */
export interface AvtModule {
  version: string;
  create(cols: number, rows: number, scrollback: number): Avt;
  /** A row as the player reads it before it makes elements: text spans; backgrounds and symbols are walked. */
  read(terminal: Avt, row: number): Span[];
}

/** Cuts the emulator out of the installed package. */
export function loadAvt(): AvtModule {
  const dist = fileURLToPath(new URL("../../node_modules/asciinema-player/dist", import.meta.url));
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
    initSync(options: { module: Uint8Array }): { memory: { buffer: ArrayBuffer } };
    create(cols: number, rows: number, scrollback: number, boldIsBright: boolean): Avt;
  };
  const { initSync, create } = make();
  const { memory } = initSync({ module: Buffer.from(encoded, "base64") });
  const view = ([pointer, count]: [number, number], size: number) => new DataView(memory.buffer, pointer, count * size);
  return {
    version: (JSON.parse(readFileSync(join(dist, "../package.json"), "utf8")) as { version: string }).version,
    create: (cols, rows, scrollback) => create(cols, rows, scrollback, false),
    read: (terminal, row) => {
      const line = terminal.getLine(row, false);
      const backgrounds = view(line.bg, 8);
      const colors: number[] = [];
      for (let i = 0; i < backgrounds.byteLength; i += 8) colors.push(backgrounds.getUint32(i + 4, true));
      const symbols = view(line.vector_symbols, 16);
      for (let i = 0; i < symbols.byteLength; i += 16) colors.push(symbols.getUint32(i + 8, true));
      const codepoints = new Uint32Array(memory.buffer, ...line.codepoints);
      const text = view(line.text, 12);
      const spans: Span[] = [];
      for (let i = 0; i < text.byteLength; i += 12) {
        const start = text.getUint16(i + 2, true);
        spans.push({
          col: text.getUint16(i, true),
          text: String.fromCodePoint(...codepoints.subarray(start, start + text.getUint16(i + 4, true))),
          color: text.getUint32(i + 6, true),
          attrs: text.getUint8(i + 10),
        });
      }
      return spans;
    },
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
