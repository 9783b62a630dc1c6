import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("every command, option, message and exit code is as scripts expect it", () => {
  const script = fileURLToPath(new URL("cli.sh", import.meta.url));
  const { status, stdout } = spawnSync("sh", [script], { encoding: "utf8", timeout: 170_000 });
  expect(stdout).toMatch(/^\d+ checks, 0 not as expected\n$/);
  expect(status).toBe(0);
}, 180_000);
