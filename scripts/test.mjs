// npm test: everything that has to hold, from a fresh clone. Arguments narrow it to test files whose path contains them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBrowser } from "./browser.mjs";
import { build } from "./build.mjs";
import { install } from "./install.mjs";
import { lint, lintCount } from "./lint.mjs";
import { findNode22 } from "./node22.mjs";
import { findPostgres } from "./postgres.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const started = performance.now();
const filters = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

try {
  install();
  await build();
  if (filters.length === 0) {
    const failed = lint();
    total.failed += failed.length;
    total.passed += lintCount - failed.length;
  }
  const found = { CHROMIUM: await findBrowser(), POSTGRES_BIN: await findPostgres(), NODE22: await findNode22() };
  const tests = runTests(found);
  for (const state of Object.keys(total)) total[state] += tests[state];
} catch (error) {
  console.error(`npm test: ${error.message}`);
  total.failed++;
}

console.log(`\nTook ${((performance.now() - started) / 1000).toFixed(0)} s`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** Ours, but that Node does not read extra certificates: at each start they take longer than the start itself, and tests
 *  start it a thousand times. Who fetches from outside gets them back. */
function environment() {
  const { NODE_EXTRA_CA_CERTS: certificates, ...rest } = process.env;
  return certificates ? { ...rest, TEST_EXTRA_CA_CERTS: certificates } : rest;
}

/** Runs vitest in a process of its own and returns its counts; one failure when it ended without any.
 *
 *  @param found  environment variables that name what the tests use; what is undefined could not be had */
function runTests(found) {
  const folder = mkdtempSync(join(tmpdir(), "asciinema-test-"));
  const counts = join(folder, "counts.json");
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        `--reporter=${join(root, "scripts/reporter.mjs")}`,
        ...filters,
      ],
      { cwd: root, stdio: "inherit", env: { ...environment(), ...found, TEST_COUNT_FILE: counts } },
    );
    if (!existsSync(counts)) return { passed: 0, failed: 1, skipped: 0 };
    const count = JSON.parse(readFileSync(counts, "utf8"));
    if (status !== 0 && count.failed === 0) count.failed = 1;
    return count;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
