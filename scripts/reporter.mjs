// vitest's reporter for npm test: failures as vitest shows them, then the slowest files and a line that counts.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { DefaultReporter } from "vitest/node";

/** Counts tests, and as failed also files that do not load and errors that no test caught: vitest counts neither. */
export class CountingReporter extends DefaultReporter {
  onTestRunEnd(modules, errors, reason) {
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

export { CountingReporter as default };
