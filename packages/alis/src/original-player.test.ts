import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { Hub } from "./hub.js";

type Handler = (frame: ArrayBuffer) => unknown;

/** The reader of live streams in asciinema-player 3.17.0, which it does not export: its module with one more export. */
async function originalHandler(): Promise<Handler> {
  const entry = createRequire(import.meta.url).resolve("asciinema-player");
  const core = readdirSync(dirname(entry)).find((name) => /^core-.*\.js$/.test(name))!;
  const source = readFileSync(join(dirname(entry), core), "utf8");
  const bundle = await build({
    stdin: { contents: `${source}\nexport { alisHandler };`, resolveDir: dirname(entry) },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  const file = join(tmpdir(), `alis-handler-${process.pid}.mjs`);
  writeFileSync(file, bundle.outputFiles[0]!.text);
  try {
    const { alisHandler } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    return alisHandler({ debug() {} });
  } finally {
    rmSync(file);
  }
}

it("understands what the hub sends, from the middle of a session to the next one", async () => {
  const handler = await originalHandler();
  const read: unknown[] = [];
  const theme = { fg: "#d0d0d0", bg: "#212121", palette: Array<string>(16).fill("#0a0b0c") };
  const hub = new Hub({ cols: 20, rows: 3, theme, forward: { input: true, exit: true }, now: () => 0 });
  hub.publish({ time: 1_000_000, type: "output", text: "żółw" });
  hub.subscribe({
    send: (frame) => {
      read.push(handler(frame.slice().buffer as ArrayBuffer));
      return true;
    },
    close: () => {},
  });
  hub.publish({ time: 1_250_000, type: "output", text: "宽 🐢\r\n" });
  hub.publish({ time: 1_500_000, type: "input", text: "x" });
  hub.publish({ time: 2_000_000, type: "resize", cols: 300, rows: 50 });
  hub.publish({ time: 2_000_000, type: "marker", label: "here" });
  hub.publish({ time: 3_000_000, type: "exit", status: 3 });
  hub.end();
  hub.reset({ lastId: 0, time: 0, cols: 40, rows: 5, dump: "again" });
  expect(read).toMatchObject([
    undefined,
    {
      time: 1000,
      term: { size: { cols: 20, rows: 3 }, theme: { foreground: "#d0d0d0" }, init: expect.stringContaining("żółw") },
    },
    [1250, "o", "宽 🐢\r\n"],
    [1500, "i", "x"],
    [2000, "r", { cols: 300, rows: 50 }],
    [2000, "m", { index: 0, label: "here" }],
    [3000, "x", { status: 3 }],
    false,
    { time: 0, term: { size: { cols: 40, rows: 5 }, init: expect.stringContaining("again") } },
  ]);
});
