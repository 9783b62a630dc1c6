// Pictures of programs' screens, in a real xterm on the left and in the player on the right, to be looked at.
// `npx tsx e2e/terminal-pictures.ts FOLDER [name…]`; needs xterm, Xvfb, ImageMagick, Chromium and the programs.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Options, Player } from "../packages/player/src/index.js";
import type { Session } from "../packages/vt/test/session.js";
import { Xterm } from "../packages/vt/test/xterm.js";
import { launchChromium } from "./chromium.js";
import { cast, Site } from "./player-page.js";
import { SCRIPTS, session } from "./terminal-record.js";

declare const AsciinemaPlayer: { create(source: string, element: Element, options?: Options): Player };

const fixtures = fileURLToPath(new URL("../fixtures/vt", import.meta.url));
/** xterm's own colours, on black. */
const theme = {
  fg: "#e5e5e5",
  bg: "#000000",
  palette:
    "#000000:#cd0000:#00cd00:#cdcd00:#0000ee:#cd00cd:#00cdcd:#e5e5e5:#7f7f7f:#ff0000:#00ff00:#ffff00:#5c5cff:#ff00ff:#00ffff:#ffffff",
};
const FONT = "DejaVu Sans Mono";

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: terminal-pictures FOLDER [name…]");
mkdirSync(folder, { recursive: true });
const browser = await launchChromium();
const site = await Site.start();
try {
  for (const [name, script] of Object.entries(SCRIPTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const kept = join(fixtures, `${name}.json`);
    const recorded: Session = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : await session(name, script);
    await picture(recorded);
  }
} finally {
  await site.stop();
  await browser.close();
}

/** Writes a picture of each moment: xterm's screen, ours beside it. */
async function picture({ name, cols, rows, moments }: Session): Promise<void> {
  const colors = ["-bg", theme.bg, "-fg", theme.fg, "-fs", "12", "-xrm", "*colorBD: #e5e5e5", "-b", "0"];
  const xterm = await Xterm.start({ cols, rows, xterm: colors });
  try {
    let input = "";
    for (const [n, moment] of moments.entries()) {
      input += moment.input;
      await xterm.reset();
      await xterm.ask(input);
      const [left, right, both] = ["xterm", "player", "both"].map((side) =>
        join(folder!, `${name}-${n}-${side}.png`),
      ) as [string, string, string];
      const [, high, wide] = /\x1b\[4;(\d+);(\d+)t/.exec(await xterm.ask("\x1b[14t"))!;
      xterm.picture(left);
      execFileSync("convert", [left, "-crop", `${wide}x${high}+0+0`, "+repage", left]);
      site.files.set("/show.cast", cast([[0, "o", input]], { width: cols, height: rows, theme }));
      const page = await site.open(browser, { width: 1600, height: 900 });
      await page.evaluate(
        (font) =>
          new Promise<void>((resolve) => {
            const player = AsciinemaPlayer.create("/show.cast", document.querySelector("#box")!, {
              fit: false,
              controls: false,
              autoPlay: true,
              terminalFontFamily: font,
              terminalFontSize: "16px",
              terminalLineHeight: 1.17,
            });
            player.addEventListener("ended", () => resolve());
          }),
        FONT,
      );
      await page.waitForTimeout(300);
      await page.locator(".ap-term, .ap-terminal").first().screenshot({ path: right });
      await page.context().close();
      execFileSync("convert", [
        left,
        "(",
        "-size",
        "12x10",
        "xc:#888",
        ")",
        right,
        "-gravity",
        "North",
        "+append",
        both,
      ]);
    }
  } finally {
    await xterm.stop();
  }
  console.log(`${name}: ${moments.length} pictures`);
}
