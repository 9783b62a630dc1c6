// Size of what a page loads: script and style sheet, gzip -9, beside asciinema-player's.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { styleSheet } from "../e2e/player-page.js";
import { bundleScript } from "../scripts/player-bundle.mjs";

/** Bytes that a text takes on the wire. */
function gzipped(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

/** What the player's script and style sheet weigh, compressed, in bytes. */
export async function measure(): Promise<{ script: number; style: number; total: number }> {
  const script = gzipped((await bundleScript("asciinema-player.min.js")).script);
  const style = gzipped(await styleSheet());
  return { script, style, total: script + style };
}

/** The same of asciinema-player as npm has it. */
function peer(): { script: number; style: number; total: number } {
  const entry = createRequire(import.meta.url).resolve("asciinema-player/dist/bundle/asciinema-player.min.js");
  const script = gzipped(readFileSync(entry, "utf8"));
  const style = gzipped(readFileSync(join(dirname(entry), "asciinema-player.css"), "utf8"));
  return { script, style, total: script + style };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ours = await measure();
  const theirs = peer();
  const ratio = ours.total / theirs.total;
  if (process.argv.includes("--json")) console.log(JSON.stringify({ ours, theirs, ratio }));
  else {
    const line = (name: string, size: typeof ours) =>
      console.log(`${name.padEnd(24)}${[size.script, size.style, size.total].map((n) => `${n}`.padStart(9)).join("")}`);
    console.log(`bytes, gzip -9             script    style    total`);
    line("asciinema-ts", ours);
    line("asciinema-player 3.17.0", theirs);
    console.log(`ratio ${ratio.toFixed(2)}`);
  }
}
