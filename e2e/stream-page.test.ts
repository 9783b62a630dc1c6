// The page that `asciinema stream -l` serves, and the original player on the same stream, in a real browser.
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Screen, scratch } from "../packages/cli/test/command.js";
import { launchChromium } from "./chromium.js";

const home = scratch();
const script = resolve("packages/cli/bin/asciinema.js");
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
});

const THEME =
  "\x1b]10;rgb:aaaa/bbbb/cccc\x07\x1b]11;rgb:1111/2222/3333\x07" +
  Array.from({ length: 16 }, (_, n) => `\x1b]4;${n};rgb:${(n + 16).toString(16)}/00/ff\x07`).join("") +
  "\x1b[?64;1c";

/** A stream of a program that prints what is typed. */
async function stream() {
  const screen = new Screen(
    `exec ${process.execPath} ${script} stream -l -t 'Friday hacking' -c 'echo begun; exec cat'`,
    {
      home,
      answer: { question: "\x1b[c", text: THEME },
    },
  );
  await screen.shows("begun");
  return { screen, url: `${/Live streaming at (http\S+)/.exec(screen.text)![1]}/` };
}

/** A page on which nothing may go wrong. */
async function open(viewport: { width: number; height: number }) {
  const page = await browser.newPage({ viewport });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints };
}

const shows = (page: Page, text: string) =>
  // biome-ignore lint/performance/useDomNodeTextContent: lines are told from each other by how they are shown
  page.waitForFunction((text) => document.body.innerText.includes(text), text, { timeout: 20_000 });

it.each([
  ["a desktop", { width: 1280, height: 800 }],
  ["a phone", { width: 390, height: 844 }],
])("shows the stream on %s, in its colours, within the window, to its end", async (_, viewport) => {
  const { screen, url } = await stream();
  const { page, complaints } = await open(viewport);
  await page.goto(url);
  await shows(page, "begun");
  screen.type("more\r");
  await shows(page, "more\nmore");
  expect(await page.title()).toBe("Friday hacking");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect.poll(background, { timeout: 20_000 }).toBe("rgb(17, 34, 51)");
  const { x, y, width, height } = (await page.locator(".ap-term").boundingBox())!;
  expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
  expect(x + width).toBeLessThanOrEqual(viewport.width);
  expect(y + height).toBeLessThanOrEqual(viewport.height);
  // As large as fits one way or the other.
  expect(Math.max(width / viewport.width, height / viewport.height)).toBeGreaterThan(0.85);
  screen.type("\x04");
  await shows(page, "Stream ended");
  expect(await screen.ended).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});

it("takes the player's options after #", async () => {
  const { screen, url } = await stream();
  const { page } = await open({ width: 1280, height: 800 });
  await page.goto(`${url}#fit=none&theme=nord&autoPlay=false`);
  await page.locator(".ap-overlay-start").waitFor();
  expect(await page.locator(".asciinema-player-theme-nord").count()).toBe(1);
  await page.locator(".ap-overlay-start").click();
  await shows(page, "begun");
  screen.kill("SIGKILL");
  await page.close();
});

it("the original player shows it, too, from the middle to the end", async () => {
  const { screen, url } = await stream();
  screen.type("before\r");
  await screen.shows("before\nbefore");
  // On our page, because the stream is only for that; without its policy, under which the original player cannot run.
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  const original = dirname(createRequire(import.meta.url).resolve("asciinema-player"));
  const replaced: string[] = [];
  for (const name of ["asciinema-player.min.js", "asciinema-player.css"]) {
    await page.route(new RegExp(name.replace(/(\w+)$/, "\\w{16}.$1$")), (route) => {
      replaced.push(name);
      return route.fulfill({ path: join(original, "bundle", name) });
    });
  }
  await page.goto(url);
  await shows(page, "before");
  expect(replaced.sort()).toEqual(["asciinema-player.css", "asciinema-player.min.js"]);
  screen.type("after\r");
  await shows(page, "after");
  screen.type("\x04");
  await shows(page, "STREAM ENDED");
  await page.close();
});
