import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const folder = mkdtempSync(join(tmpdir(), "asciinema-install-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program in an environment without Node: only what the command itself calls is there. */
function run(program: string, ...args: string[]): { status: number | null; output: string } {
  const env = { HOME: folder, PATH: join(folder, "programs"), SHELL: "/bin/sh", TMPDIR: join(folder, "tmp") };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

beforeAll(() => {
  mkdirSync(join(folder, "programs"));
  mkdirSync(join(folder, "tmp"));
  for (const name of ["sh", "stty"]) symlinkSync(join("/bin", name), join(folder, "programs", name));
});

describe("one file", () => {
  const asciinema = join(folder, "asciinema");

  it("is made by npm run dist, and runs where there is no Node", () => {
    execFileSync(process.execPath, ["scripts/dist.mjs", asciinema], { stdio: "pipe" });
    expect(run(asciinema, "--version")).toEqual({ status: 0, output: `asciinema ${version}\n` });
  }, 240_000);

  it("records, replays and converts", () => {
    expect(run(asciinema, "rec", "-q", "-c", "command -v node || echo none", "demo.cast")).toEqual({
      status: 0,
      output: "",
    });
    expect(run(asciinema, "convert", "demo.cast", "-", "-f", "txt").output).toBe("none\n");
    expect(run(asciinema, "cat", "demo.cast").output).toBe("none\r\n");
  });

  it("has the page for live streams in it", () => {
    expect(run(asciinema, "stream", "-q", "-l", "--headless", "-c", "exit 3", "--return")).toEqual({
      status: 3,
      output: "",
    });
  });

  it("leaves nothing behind of what it unpacks", () => {
    expect(run("/bin/ls", "-A", "tmp").output).toBe("");
  });

  it("unpacks elsewhere where the folder for temporary files does not let it", () => {
    const rec = `TMPDIR=/dev/null/none ${asciinema} rec -q -c 'echo found' other.cast`;
    expect(run("/bin/sh", "-c", rec)).toEqual({ status: 0, output: "" });
    expect(readFileSync(join(folder, "other.cast"), "utf8")).toContain("found");
  });
});

it("the npm package installs into an empty folder, and runs there without a build", () => {
  const { TEST_EXTRA_CA_CERTS: certificates } = process.env;
  const env = { ...process.env, ...(certificates && { NODE_EXTRA_CA_CERTS: certificates }) };
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync("npm", [...args, "--no-audit", "--no-fund", "--prefer-offline"], { cwd, env, encoding: "utf8" });
  const packed = npm("packages/cli", "pack", "--json", "--pack-destination", folder);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const empty = join(folder, "empty");
  mkdirSync(empty);
  npm(empty, "install", "--prefix", empty, join(folder, filename));
  const asciinema = join(empty, "node_modules/.bin/asciinema");
  execFileSync(asciinema, ["rec", "-q", "-c", "echo packed", "demo.cast"], { cwd: empty, stdio: "ignore" });
  expect(readFileSync(join(empty, "demo.cast"), "utf8")).toContain("packed");
  execFileSync(asciinema, ["stream", "-q", "-l", "--headless", "-c", "true"], { cwd: empty, stdio: "ignore" });
}, 120_000);
