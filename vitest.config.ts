import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const packages = ["vt", "asciicast", "alis", "render", "player"];

export default defineConfig({
  resolve: {
    // Tests run on the sources, so that they need no build and stack traces point at what one edits.
    alias: packages.map((name) => ({
      find: new RegExp(`^@asciinema-ts/${name}$`),
      replacement: fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url)),
    })),
  },
  esbuild: { jsx: "automatic", jsxImportSource: "hono/jsx" },
  test: {
    include: [
      "*.test.ts",
      "packages/*/src/**/*.test.{ts,tsx}",
      "e2e/**/*.test.ts",
      "examples/**/*.test.ts",
      "bench/**/*.test.ts",
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes late on a machine that is busy.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
    reporters: process.env["VITEST_REPORTER"] ? [process.env["VITEST_REPORTER"]] : ["default"],
  },
});
