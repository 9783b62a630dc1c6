import { spawnSync } from "node:child_process";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AsciinemaPlayerElement } from "../packages/player/src/index.js";
import { bundleModule } from "../scripts/player-bundle.mjs";
import { launchChromium } from "./chromium.js";
import { cast, Site } from "./player-page.js";

let site: Site;
let browser: Browser;
let page: Page & { complaints: string[] };

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.start(), launchChromium()]);
  site.files.set("/module.js", (await bundleModule()).script);
  site.files.set(
    "/session.cast",
    cast([
      [1, "o", "hello"],
      [2, "m", "here"],
      [9, "o", " world"],
    ]),
  );
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

/** Opens the page with some markup in it, set as a page's own would be. */
async function open(markup: string): Promise<void> {
  page = await site.open(browser);
  await page.evaluate((markup) => {
    window.log = [];
    document.querySelector("#box")!.innerHTML = markup;
    for (const element of document.querySelectorAll("asciinema-player"))
      for (const name of ["ready", "playing", "marker", "ended", "metadata", "pause"] as const)
        element.addEventListener(name, (event) => window.log.push([name, event.detail]));
  }, markup);
}

const happens = (name: string) => page.waitForFunction((name) => window.log.some(([of]) => of === name), name);
/** What the element and the terminal in it show. */
const text = () =>
  page.$$eval("asciinema-player .ap-line", (lines) =>
    lines
      .map((line) => line.textContent)
      .join("\n")
      .trimEnd(),
  );
const withElement = <Result>(use: (element: AsciinemaPlayerElement) => Result) =>
  page.$eval("asciinema-player", use as never) as Promise<Awaited<Result>>;

describe("<asciinema-player>", () => {
  test("plays what src names; its attributes are the options", async () => {
    await open(
      '<asciinema-player src="/session.cast" autoplay speed="2" start-at="0:07" theme="nord" cols="50" controls="false"' +
        ' markers=\'[[8, "mine"]]\' title="ignored"></asciinema-player>',
    );
    await happens("ended");
    expect(await page.evaluate(() => window.log)).toEqual(
      expect.arrayContaining([
        ["ready", { isPausable: true, isSeekable: true }],
        ["metadata", { duration: 9, markers: [[8, "mine"]], hasAudio: false }],
        ["playing", {}],
        ["marker", { index: 0, time: 8, label: "mine" }],
      ]),
    );
    expect(await page.$(".ap-control-bar")).toBeNull();
    expect(await page.$$(".asciinema-player-theme-nord")).toHaveLength(1);
    expect(await text()).toBe("hello world");
    expect(page.complaints).toEqual([]);
  });

  test("has the attributes of version 2", async () => {
    await open(
      '<asciinema-player src="/session.cast" poster="npt:1.5" font-size="20px" rows="10" preload start-at="5" loop="2">' +
        "</asciinema-player>",
    );
    await expect.poll(text).toBe("hello");
    const size = await page.$eval(".ap-term", (term) => getComputedStyle(term).fontSize);
    expect(size).toBe("20px");
  });

  test("is a medium: currentTime, duration, play, pause", async () => {
    await open('<asciinema-player src="/session.cast"></asciinema-player>');
    expect(await withElement((element) => [element.currentTime, element.duration])).toEqual([0, Number.NaN]);
    await withElement((element) => {
      element.currentTime = 4;
    });
    await expect.poll(() => withElement((element) => element.currentTime)).toBe(4);
    expect(await withElement((element) => element.duration)).toBe(9);
    expect(await withElement((element) => element.play())).toBe(true);
    expect(await withElement((element) => element.pause())).toBe(true);
    await happens("pause");
  });

  test("takes sources and options that are no text as properties, and begins anew when they change", async () => {
    await open("<asciinema-player></asciinema-player>");
    expect(await withElement((element) => [element.player, element.childElementCount])).toEqual([undefined, 0]);
    await withElement((element) => {
      element.source = { data: [{ version: 2, width: 20, height: 2 }, [0.1, "o", "from data"]] };
      element.options = { poster: "npt:1.5", theme: "dracula" };
    });
    await expect.poll(text).toBe("from data");
    expect(await page.$$eval(".ap-player", (players) => players.map((player) => player.className))).toEqual([
      "ap-player ap-default-term-ff asciinema-player-theme-dracula",
    ]);
    await withElement((element) => {
      element.source = undefined;
      element.setAttribute("src", "/session.cast");
    });
    await expect.poll(text).toBe("hello");
    expect(await page.$$(".ap-player")).toHaveLength(1);
  });

  test("lets go of everything when it leaves the page, and comes back", async () => {
    await open('<asciinema-player src="/session.cast" poster="npt:1.5"></asciinema-player>');
    await expect.poll(text).toBe("hello");
    await page.evaluate(() => {
      const element = document.querySelector("asciinema-player")!;
      element.remove();
      Object.assign(window, { left: [element.player, element.childElementCount] });
      document.querySelector("#box")!.append(element);
    });
    expect(await page.evaluate(() => (window as unknown as { left: unknown[] }).left)).toEqual([undefined, 0]);
    await expect.poll(text).toBe("hello");
    expect(page.complaints).toEqual([]);
  });

  test("of the module is known when the page says so, with what was set before", async () => {
    site.files.set(
      "/module.html",
      '<asciinema-player></asciinema-player><script type="module" src="/page.js"></script>',
    );
    site.files.set(
      "/page.js",
      `import { defineElement } from "/module.js";
       const element = document.querySelector("asciinema-player");
       element.options = { poster: "npt:1.5" };
       element.source = "/session.cast";
       defineElement();
       defineElement();`,
    );
    page = await site.open(browser);
    await page.goto(`${site.url}/module.html`);
    await expect.poll(text).toBe("hello");
    expect(page.complaints).toEqual([]);
  });
});

test("the module can be imported where there is no page", () => {
  const program = `
    import { create, defineElement } from "@asciinema-ts/player";
    console.log(typeof create, typeof defineElement, typeof document);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: "packages/server",
    encoding: "utf8",
  });
  expect([stdout, stderr]).toEqual(["function function undefined\n", ""]);
});
