// npm run bench | fuzz | soak [name…] [options]: runs the programs of that kind, or the named ones, one after another.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBrowser } from "./browser.mjs";
import { build } from "./build.mjs";
import { install } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const usage = {
  bench: "npm run bench [name…] [-- --json]    figures beside the peers, medians and ratios",
  fuzz: "npm run fuzz [name…] [-- SECONDS]    the property tests for as long as told (default 60 each)",
  soak: "npm run soak [name…]                 the long runs that npm test samples",
};

const [kind, ...rest] = process.argv.slice(2);
if (!(kind in usage)) throw new Error(`unknown kind of program: ${kind}`);
const programs = find(kind);
/** A program's name means that one, a package's name all of its own. */
const meant = (word) => [...programs.keys()].filter((name) => name === word || name.startsWith(`${word}-`));
const named = rest.flatMap(meant);
const passed = rest.filter((word) => meant(word).length === 0);
const unknown = passed.find((word) => !/^(-|\d+$)/.test(word));
if (unknown !== undefined || passed.includes("--help")) {
  console.error(`${unknown === undefined ? "" : `There is no ${kind} "${unknown}".\n`}${usage[kind]}`);
  console.error(`Names: ${[...programs.keys()].join(", ")}`);
  process.exit(unknown === undefined ? 0 : 2);
}

install();
await build();
const env = { ...process.env };
if (kind !== "fuzz") env["CHROMIUM"] = await findBrowser();
const failed = [];
for (const name of named.length > 0 ? named : programs.keys()) {
  if (!passed.includes("--json")) console.log(`\n== ${kind} ${name}`);
  const { status } = spawnSync(
    process.execPath,
    [join(root, "node_modules/tsx/dist/cli.mjs"), programs.get(name), ...passed],
    { cwd: root, stdio: "inherit", env },
  );
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}

/** The programs of a kind by name: bench/NAME.ts is NAME, packages/PACKAGE/fuzz/NAME.ts is PACKAGE-NAME. */
function find(kind) {
  const found = new Map();
  const add = (folder, prefix) => {
    if (!existsSync(folder)) return;
    for (const file of readdirSync(folder).sort()) {
      if (file.endsWith(".ts") && !file.endsWith(".test.ts"))
        found.set(`${prefix}${basename(file, ".ts")}`, join(folder, file));
    }
  };
  add(join(root, kind), "");
  for (const name of readdirSync(join(root, "packages"))) add(join(root, "packages", name, kind), `${name}-`);
  return found;
}
