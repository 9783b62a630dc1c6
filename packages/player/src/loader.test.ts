import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transform } from "esbuild";
import { expect, test } from "vitest";

test("a part that cannot be loaded is told as `fetch` tells it, whatever the loader throws", async () => {
  const folder = mkdtempSync(join(tmpdir(), "loader-"));
  try {
    const source = readFileSync(new URL("./loader.ts", import.meta.url), "utf8");
    const file = join(folder, "loader.mjs");
    writeFileSync(file, (await transform(source, { loader: "ts" })).code);
    // Nothing lies beside it, which Node says with an error of its own.
    const { more } = await import(/* @vite-ignore */ file);
    const error = await more().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^cannot load a part of the player: .*more\.js/);
    expect(error.cause.constructor).toBe(Error);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
