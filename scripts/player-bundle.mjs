// The player as pages include it: one script, as small as tools can make it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const kept = join(root, "node_modules/.cache/player");
const { version } = JSON.parse(readFileSync(join(root, "packages/player/package.json"), "utf8"));
const packages = ["vt", "asciicast", "alis", "render", "player"];

/** The scripts of which the player consists in a page, by the files they are known as: the player; what it loads from beside
 *  itself when that is first used; and both in one. */
export const scripts = {
  "asciinema-player.min.js": { entry: "bundle.ts", apart: true },
  "asciinema-player-more.min.js": { entry: "script-more.ts", apart: true },
  "asciinema-player.all.min.js": { entry: "bundle.ts", apart: false },
};

/** Bundles one of `scripts`.
 *
 *  @param minify  `false` leaves it legible
 *  @returns       the script, and the files that went into it */
export function bundleScript(name, minify = true) {
  const { entry, apart } = scripts[name];
  return bundle(`packages/player/src/${entry}`, "iife", minify, apart);
}

/** Bundles the player as a module in one piece, for tests.
 *
 *  @returns  the module, and the files that went into it */
export function bundleModule() {
  return bundle("packages/player/src/index.ts", "esm", true, false);
}

/** Bundles from sources.
 *
 *  esbuild joins the modules and drops what is not used; terser then shortens what esbuild leaves, which is slow: its results
 *  are kept. */
async function bundle(entry, format, minify, apart) {
  const require = createRequire(join(root, "package.json"));
  const { outputFiles, metafile } = await require("esbuild").build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    minify,
    format,
    target: "es2022",
    logLevel: "warning",
    define: { BUILD: JSON.stringify(`${version}-${fingerprint()}`) },
    // Fields are assigned rather than defined, which nothing here can tell apart: shorter.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    alias: Object.fromEntries(packages.map((name) => [`@asciinema-ts/${name}`, join(root, `packages/${name}/src`)])),
    plugins: [{ name: "no dump", setup: leaveOutDump }, ...(apart ? [{ name: "apart", setup: loadScripts }] : [])],
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const modules = Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0);
  const [{ text }] = outputFiles;
  return { script: minify ? await shorten(text, format === "esm", require) : text, modules };
}

/** Tells the player's sources from those of every other build: scripts of two builds must not be mixed. */
function fingerprint() {
  const hash = createHash("sha256");
  for (const name of packages) {
    const folder = join(root, "packages", name, "src");
    for (const path of readdirSync(folder, { recursive: true }).sort())
      if (/(?<!\.test)\.ts$/.test(path)) hash.update(path).update(readFileSync(join(folder, path)));
  }
  return hash.digest("hex").slice(0, 8);
}

/** What is loaded later is loaded as a script rather than imported. */
function loadScripts(build) {
  const path = join(root, "packages/player/src/script-loader.ts");
  build.onResolve({ filter: /\/loader\.js$/ }, () => ({ path }));
}

/** A terminal can print itself as control sequences, which a player never asks for, and which bundlers cannot know. */
function leaveOutDump(build) {
  build.onResolve({ filter: /\/dump\.js$/ }, () => ({ path: "dump", namespace: "left out" }));
  build.onLoad({ filter: /./, namespace: "left out" }, () => ({ contents: "export const dump = undefined;" }));
}

async function shorten(text, module, require) {
  const file = join(kept, `${createHash("sha256").update(text).digest("hex")}.js`);
  if (existsSync(file)) return readFileSync(file, "utf8");
  const { code } = await require("terser").minify(text, {
    ecma: 2022,
    module,
    toplevel: true,
    compress: { passes: 2, sequences: false },
  });
  mkdirSync(kept, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, code);
  renameSync(`${file}.${process.pid}`, file);
  return code;
}
