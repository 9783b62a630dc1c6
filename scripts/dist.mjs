// npm run dist [FILE]: the command as one executable that needs neither Node nor anything else beside it
// (https://nodejs.org/docs/latest-v20.x/api/single-executable-applications.html). It is for the system it is made on, and
// carries the very Node that makes it.
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, bundleScript } from "./build.mjs";
import { install } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(join(root, "package.json"));
/** Where Node looks for what has been put into it. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const { platform, arch } = process;
const name = `asciinema-${platform}-${arch}${platform === "win32" ? ".exe" : ""}`;
const output = resolve(process.argv[2] ?? join(root, "dist", name));
install();
await build();
await make(output);
console.log(`${output}: ${(statSync(output).size / 1e6).toFixed(0)} MB`);

async function make(path) {
  const { inject } = require("postject");
  const folder = mkdtempSync(join(tmpdir(), "asciinema-dist-"));
  try {
    const config = join(folder, "config.json");
    const blob = join(folder, "blob");
    const script = join(folder, "asciinema.cjs");
    await bundleScript("main.ts", script);
    writeFileSync(
      config,
      JSON.stringify({
        main: script,
        output: blob,
        disableExperimentalSEAWarning: true,
        useCodeCache: true,
        assets: assets(),
      }),
    );
    execFileSync(process.execPath, ["--experimental-sea-config", config], { stdio: "pipe" });
    const program = join(folder, name);
    copyFileSync(process.execPath, program);
    chmodSync(program, 0o755);
    // Names for debuggers are an eighth of Node. Without a strip it works as well.
    if (platform === "linux") spawnSync("strip", ["--strip-all", program]);
    if (platform === "darwin") execFileSync("codesign", ["--remove-signature", program]);
    await quietly(() =>
      inject(program, "NODE_SEA_BLOB", readFileSync(blob), {
        sentinelFuse: FUSE,
        ...(platform === "darwin" && { machoSegmentName: "NODE_SEA" }),
      }),
    );
    if (platform === "darwin") execFileSync("codesign", ["--sign", "-", program]);
    mkdirSync(dirname(path), { recursive: true });
    // A program that is running cannot be written to.
    rmSync(path, { force: true });
    copyFileSync(program, path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The native part of the pseudo-terminal, see packages/cli/src/native.ts, and the page for live streams. */
function assets() {
  const beside = createRequire(createRequire(join(root, "packages/cli/package.json")).resolve("@lydell/node-pty"));
  const files = { darwin: ["pty.node", "spawn-helper"], linux: ["pty.node"] }[platform];
  if (!files) throw new Error(`one file cannot be made on ${platform} yet`);
  const page = join(root, "packages/cli/dist/bundle/page");
  return Object.fromEntries([
    ...files.map((file) => [file, beside.resolve(`@lydell/node-pty-${platform}-${arch}/${file}`)]),
    ...readdirSync(page).map((file) => [`page/${file}`, join(page, file)]),
  ]);
}

/** The injector warns of sections that it does not know, which are the ones that were stripped. */
async function quietly(work) {
  const { warn, error } = console;
  console.warn = console.error = () => {};
  try {
    return await work();
  } finally {
    Object.assign(console, { warn, error });
  }
}
