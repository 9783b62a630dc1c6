// npm run lint: format and lint rules, the types of everything incl. tests, and code that nothing uses.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const checks = [
  { name: "format and lint", command: "@biomejs/biome/bin/biome", args: ["check", "."] },
  { name: "types", command: "typescript/bin/tsc", args: ["-b"] },
  { name: "unused code", command: "knip/bin/knip.js", args: ["--no-progress"] },
];

/** Runs every check, prints what they say, and returns the names of those that failed. */
export function lint() {
  return checks
    .filter(({ name, command, args }) => {
      const started = performance.now();
      const { status } = spawnSync(process.execPath, [join(root, "node_modules", command), ...args], {
        cwd: root,
        stdio: "inherit",
      });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${status === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
      return status !== 0;
    })
    .map(({ name }) => name);
}

/** How many checks there are. */
export const lintCount = checks.length;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  if (lint().length > 0) process.exitCode = 1;
}
