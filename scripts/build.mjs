// Builds every package into its dist/: types and modules by tsc, the player's script bundle and the command by esbuild.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./install.mjs";
import { bundleScript as bundlePlayer, scripts } from "./player-bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = ["vt", "asciicast", "alis", "render", "player", "cli", "server"];
const stamp = join(root, "node_modules/.cache/build.sha256");

/** Builds what changed since the last build; does nothing when nothing did. */
export async function build() {
  const sources = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return;
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const types = spawnSync(process.execPath, [tsc, "-b", ...packages.map((name) => `packages/${name}`)], {
    cwd: root,
    stdio: "inherit",
  });
  if (types.status !== 0) throw new Error("the type check failed");
  await bundle();
  await bundleCommand();
  await bundleServer();
  gatherPage();
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  writeFileSync(stamp, sources);
}

/** The scripts that pages include, where users of the original player expect them. */
async function bundle() {
  const { build: esbuild } = await load("esbuild");
  const out = join(root, "packages/player/dist/bundle");
  mkdirSync(out, { recursive: true });
  for (const name of Object.keys(scripts)) writeFileSync(join(out, name), (await bundlePlayer(name)).script);
  const legible = await bundlePlayer("asciinema-player.all.min.js", false);
  writeFileSync(join(out, "asciinema-player.js"), legible.script);
  await esbuild({
    entryPoints: [join(root, "packages/player/src/style.css")],
    minify: true,
    outfile: join(out, "asciinema-player.css"),
    logLevel: "warning",
  });
}

/** Native helpers of ws, which nobody has, are not to be looked for: from one file that cannot be done. */
const noHelpers = { "process.env.WS_NO_BUFFER_UTIL": '"1"', "process.env.WS_NO_UTF_8_VALIDATE": '"1"' };

/** Two CommonJS files, which start faster than modules do: what begins, and what the commands need. */
async function bundleCommand() {
  const folder = join(root, "packages/cli/dist/bundle");
  await bundleScript("main.ts", join(folder, "asciinema.cjs"), { "./run.js": "./run.cjs" });
  const files = await bundleScript("run.ts", join(folder, "run.cjs"));
  writeFileSync(join(folder, "LICENSE"), licences(files));
}

/** Bundles the command, or a part of it.
 *
 *  @param apart  what is not put into the file: as it is imported, and as it is to be loaded
 *  @returns the files that went into it */
export async function bundleScript(entry, outfile, apart = {}) {
  const { build: esbuild } = await load("esbuild");
  const { metafile } = await esbuild({
    entryPoints: [join(root, "packages/cli/src", entry)],
    bundle: true,
    metafile: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["@lydell/*"],
    define: {
      "import.meta.url": "importMetaUrl",
      ...noHelpers,
    },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
    // Less to read at every start; names stay, for whoever has to find out what happens.
    minifySyntax: true,
    minifyWhitespace: true,
    supported: { "dynamic-import": false },
    plugins: [
      {
        name: "apart",
        setup: (build) =>
          build.onResolve({ filter: /^\./ }, ({ path }) => apart[path] && { path: apart[path], external: true }),
      },
    ],
    outfile,
    logLevel: "warning",
  });
  return Object.keys(metafile.inputs);
}

/** The server and its threads, a file each: to find and read hundreds of modules took half of its start. What is native, or
 *  loaded only with a setting, stays where it is. */
async function bundleServer() {
  const { build: esbuild } = await load("esbuild");
  const modules = join(root, "packages/server/dist");
  const folder = join(modules, "bundle");
  const { metafile } = await esbuild({
    entryPoints: {
      main: join(modules, "main.js"),
      worker: join(modules, "recordings/worker.js"),
      "sqlite-worker": join(modules, "db/sqlite-worker.js"),
    },
    bundle: true,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["pg", "nodemailer", "@photostructure/sqlite"],
    define: noHelpers,
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
    outdir: folder,
    logLevel: "error",
  });
  writeFileSync(join(folder, "LICENSE"), licences(Object.keys(metafile.inputs)));
}

/** Our licence, and those of the packages that the files belong to. */
function licences(files) {
  const names = files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  const texts = [...new Set(names)].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const text = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
    if (!text) throw new Error(`${name} has no licence`);
    return `${name}:\n\n${readFileSync(join(folder, text), "utf8")}`;
  });
  return [readFileSync(join(root, "LICENSE"), "utf8"), ...texts].join(`\n${"-".repeat(80)}\n\n`);
}

/** The page that the command serves for its live streams, with the player. */
function gatherPage() {
  const player = join(root, "packages/player/dist/bundle");
  const own = join(root, "packages/cli/page");
  const folder = join(root, "packages/cli/dist/bundle/page");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(own)) copyFileSync(join(own, name), join(folder, name));
  for (const name of ["asciinema-player.min.js", "asciinema-player-more.min.js", "asciinema-player.css"]) {
    copyFileSync(join(player, name), join(folder, name));
  }
}

function load(name) {
  return Promise.resolve(createRequire(join(root, "package.json"))(name));
}

/** A hash of everything that the build reads. */
function fingerprint() {
  const hash = createHash("sha256");
  const files = ["package-lock.json", "tsconfig.base.json", "scripts/build.mjs", "scripts/player-bundle.mjs"];
  for (const name of packages) {
    files.push(`packages/${name}/package.json`, `packages/${name}/tsconfig.json`);
    for (const file of readdirSync(join(root, "packages", name, "src"), { recursive: true })) {
      const path = `packages/${name}/src/${file}`;
      if (!/\.test\.tsx?$/.test(path) && statSync(join(root, path)).isFile()) files.push(path);
    }
  }
  for (const file of readdirSync(join(root, "packages/cli/page"))) files.push(`packages/cli/page/${file}`);
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    install();
    await build();
  } catch (error) {
    console.error(`npm run build: ${error.message}`);
    process.exitCode = 1;
  }
}
