import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

describe("the commands of a clone", () => {
  // npm links a command only if its file is there when it installs; npx runs whatever else has the name otherwise.
  it("npx asciinema and npx asciinema-server are ours", () => {
    expect(execFileSync("npx", ["asciinema", "--version"], { encoding: "utf8" })).toBe(`asciinema ${version}\n`);
    expect(execFileSync("npx", ["asciinema-server", "--version"], { encoding: "utf8" })).toBe(
      `asciinema-server ${version}\n`,
    );
  });

  it("bin/ works from any folder", () => {
    for (const name of ["asciinema", "asciinema-server"]) {
      expect(execFileSync(resolve("bin", name), ["--version"], { encoding: "utf8", cwd: tmpdir() })).toBe(
        `${name} ${version}\n`,
      );
    }
  });

  it("npm run bench names what there is when asked for what there is not", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/run.mjs", "bench", "nothing"], {
      encoding: "utf8",
    });
    expect(status).toBe(2);
    expect(stderr).toContain('There is no bench "nothing".');
    expect(stderr).toMatch(/Names: .*parse/);
  });

  // npm forgets those of other platforms when it installs with what it has; npm ci then refuses the whole lock file.
  it("the lock file has the optional packages of every platform", () => {
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  it("every package has the version of the whole", () => {
    for (const name of ["vt", "asciicast", "alis", "render", "player", "cli", "server"]) {
      const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8")) as Record<string, unknown>;
      expect(manifest["version"]).toBe(version);
      for (const [dependency, wanted] of Object.entries((manifest["dependencies"] ?? {}) as Record<string, string>)) {
        expect(wanted, `${name} → ${dependency}`).toMatch(/^\d+\.\d+\.\d+$/);
      }
    }
  });
});
