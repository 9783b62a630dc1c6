// The player as pages include it: one script, as small as tools can make it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const kept = join(root, "node_modules/.cache/player");
const packages = ["vt", "asciicast", "alis", "render", "player"];

/** Bundles the player from its sources, in one piece.
 *
 *  esbuild joins the modules and drops what is not used; terser then shortens what esbuild leaves, which is slow: its results
 *  are kept.
 *
 *  @param entry    the script, or the module
 *  @param format   `"iife"` or `"esm"`
 *  @param minify   `false` leaves it legible
 *  @returns        the script, and the files that went into it */
export async function bundlePlayer(entry = "packages/player/src/bundle.ts", format = "iife", minify = true) {
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
    alias: Object.fromEntries(packages.map((name) => [`@asciinema-ts/${name}`, join(root, `packages/${name}/src`)])),
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const modules = Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0);
  const [{ text }] = outputFiles;
  return { script: minify ? await shorten(text, format === "esm", require) : text, modules };
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
