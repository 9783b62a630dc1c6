// vitest's reporter for npm test: failures as vitest shows them, then the slowest files and a line that counts.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { DefaultReporter } from "vitest/node";

/** How long all tests together may say nothing, in milliseconds; each has a minute. */
const PATIENCE = 300_000;

/** Counts tests, and as failed also files that do not load and errors that no test caught: vitest counts neither. */
export class CountingReporter extends DefaultReporter {
  running = new Set();

  onTestModuleStart(module) {
    super.onTestModuleStart?.(module);
    this.running.add(module.moduleId);
    this.heard();
  }

  onTestCaseResult(test) {
    super.onTestCaseResult(test);
    this.heard();
  }

  onTestModuleEnd(module) {
    super.onTestModuleEnd(module);
    this.running.delete(module.moduleId);
    this.heard();
  }

  /** Ends a run that hangs: a test's own limit cannot interrupt a loop that never ends. */
  heard() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      const files = [...this.running].map((file) => relative(process.cwd(), file)).join(", ");
      console.error(`\nNothing for ${PATIENCE / 1000} s; running: ${files}`);
      for (const pid of children()) process.kill(pid, "SIGKILL");
      process.exit(1);
    }, PATIENCE);
    this.silence.unref();
  }

  onTestRunEnd(modules, errors, reason) {
    clearTimeout(this.silence);
    super.onTestRunEnd(modules, errors, reason);
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state]++;
      const brokenSuites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
      count.failed += brokenSuites.length + (module.errors().length > 0 ? 1 : 0);
    }
    if (reason === "interrupted") count.failed++;
    const slowest = modules
      .map((module) => ({ file: relative(process.cwd(), module.moduleId), ms: module.diagnostic().duration }))
      .sort((a, b) => b.ms - a.ms)
      .slice(0, 8);
    console.log("\nSlowest test files:");
    for (const { file, ms } of slowest) console.log(`  ${(ms / 1000).toFixed(1).padStart(6)} s  ${file}`);
    if (process.env["TEST_COUNT_FILE"]) writeFileSync(process.env["TEST_COUNT_FILE"], JSON.stringify(count));
  }
}

/** The workers: a loop that never ends also outlives the process that started it. Linux only. */
function children() {
  const list = `/proc/${process.pid}/task/${process.pid}/children`;
  return existsSync(list) ? readFileSync(list, "utf8").split(" ").filter(Boolean).map(Number) : [];
}

export { CountingReporter as default };
