import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { open } from "@asciinema-ts/asciicast";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { launchChromium } from "../e2e/chromium.js";
import { Site } from "../e2e/player-page.js";

const cast = "fixtures/casts/demo-v3.cast";

/** Runs an example as its first lines say. */
function example(name: string, args: string[] = [], input = ""): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["node_modules/tsx/dist/cli.mjs", `examples/${name}`, ...args],
    { encoding: "utf8", input },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

describe("the examples do what they say", () => {
  it("screen: moves the cursor, forgets the colours", () => {
    expect(example("screen.ts", [], "a\x1b[5Cb\n\x1b[1mbold")).toBe("a     b\nbold\n");
  });

  it("shorten: no pause is longer than a second", async () => {
    const recording = await open(example("shorten.ts", [cast]));
    let last = 0;
    let count = 0;
    for await (const events of recording.events()) {
      for (const event of events) {
        expect(event.time - last).toBeLessThanOrEqual(1_001_000);
        last = event.time;
        count++;
      }
    }
    expect(count).toBeGreaterThan(10);
  });

  it("picture: an SVG picture", () => {
    expect(example("picture.ts", [cast, "1"])).toMatch(/^<svg[\s\S]*<text[\s\S]*<\/svg>\s*$/);
  });

  it("late-joiner: sees what the others see", () => {
    expect(example("late-joiner.ts", [cast])).toMatch(/The late joiner sees the same\.\n$/);
  });

  describe("page", () => {
    let browser: Browser | undefined;
    let site: Site | undefined;
    afterAll(async () => {
      await browser?.close();
      await site?.stop();
    });

    it("shows the poster of its recording", async () => {
      [browser, site] = await Promise.all([launchChromium(), Site.start()]);
      site.files.set("/page.html", readFileSync("examples/page/index.html"));
      site.files.set("/demo.js", readFileSync("examples/page/demo.js"));
      site.files.set("/demo.cast", readFileSync(cast));
      for (const file of ["asciinema-player.min.js", "asciinema-player.css"]) {
        site.files.set(`/${file}`, readFileSync(`packages/player/dist/bundle/${file}`));
      }
      const page = await site.open(browser);
      await page.locator(".ap-term-text .ap-line").filter({ hasText: /\S/ }).first().waitFor({ state: "attached" });
      expect(page.complaints).toEqual([]);
      expect(await page.locator(".asciinema-player-theme-dracula").count()).toBe(1);
    });
  });

  describe("frameworks", () => {
    let browser: Browser | undefined;
    let site: Site | undefined;
    afterAll(async () => {
      await browser?.close();
      await site?.stop();
    });

    it.each(["react.jsx", "vue.js"])("%s: the player needs no wrapper", async (name) => {
      if (!browser || !site) [browser, site] = await Promise.all([launchChromium(), Site.start()]);
      const { outputFiles } = await build({
        entryPoints: [`examples/frameworks/${name}`],
        bundle: true,
        write: false,
        minify: true,
        format: "esm",
        jsx: "automatic",
        define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "false" },
        logLevel: "error",
      });
      site.files.set("/page.html", readFileSync("examples/frameworks/index.html"));
      site.files.set("/app.js", outputFiles[0]!.text);
      site.files.set("/demo.cast", readFileSync(cast));
      site.files.set("/asciinema-player.css", readFileSync("packages/player/dist/bundle/asciinema-player.css"));
      const page = await site.open(browser);
      await page.locator(".ap-term-text .ap-line").filter({ hasText: /\S/ }).first().waitFor({ state: "attached" });
      expect(await page.locator(".asciinema-player-theme-nord").count()).toBe(1);
      await page.getByText("Chapter: not started").waitFor();
      await page.locator(".ap-player").evaluate((element) => Object.assign(element, { kept: true }));
      await page.click(".ap-overlay-start");
      await page.getByText("Chapter: the beginning").waitFor();
      // Drawing anew has not begun the recording anew.
      expect(await page.locator(".ap-player").evaluate((element) => "kept" in element)).toBe(true);
      expect(page.complaints).toEqual([]);
    });
  });
});
