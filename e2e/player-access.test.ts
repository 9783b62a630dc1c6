import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Options, Player, Source } from "../packages/player/src/index.js";
import { launchChromium } from "./chromium.js";
import { LiveStream } from "./live-stream.js";
import { cast, Site } from "./player-page.js";

declare const AsciinemaPlayer: { create(source: Source, element: Element, options?: Options): Player };
declare const axe: { run(): Promise<AxeResults> };
declare global {
  interface Window {
    player: Player;
  }
}

let site: Site;
let browser: Browser;
let live: LiveStream;

const recording = cast([
  [0.1, "o", "some \x1b[31mtext\x1b[0m and a \x1b]8;;https://example.org/\x1b\\link\x1b]8;;\x1b\\"],
  [3, "m", "chapter"],
  [60, "o", "end"],
]);

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.start(), launchChromium()]);
  site.files.set("/axe.js", readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  live = new LiveStream(site.server);
  site.files.set("/recording.cast", recording);
  site.files.set("/slow.cast", (response) => void response.write('{"version":2'));
});
afterAll(async () => {
  live?.stop();
  await browser?.close();
  await site?.stop();
});

async function open(source: Source, options: Options = {}) {
  const page = await site.open(browser);
  await create(page, source, options);
  return page;
}

/** Puts a player into a page, in place of the one before. */
async function create(page: Page, source: Source, options: Options): Promise<void> {
  await page.evaluate(
    ([source, options]) => {
      window.player?.dispose();
      window.player = AsciinemaPlayer.create(source, document.querySelector("#box")!, { controls: true, ...options });
    },
    [source === "live" ? `${site.url.replace("http", "ws")}/live` : source, options] as const,
  );
}

/** Waits until what fades in or out has. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await Promise.allSettled(
      document.getAnimations().map((animation) => animation instanceof CSSTransition && animation.finished),
    );
  });

type Act = (page: Page) => Promise<unknown>;
const states: [name: string, source: Source, act: Act][] = [
  ["ready", "/recording.cast", (page) => page.waitForSelector(".ap-overlay-start")],
  ["playing", "/recording.cast", (page) => page.evaluate(() => window.player.play())],
  ["paused", "/recording.cast", (page) => page.evaluate(() => window.player.play().then(() => window.player.pause()))],
  ["ended", "/recording.cast", (page) => page.evaluate(() => window.player.seek("100%"))],
  [
    "loading",
    "/slow.cast",
    async (page) => {
      await page.evaluate(() => void window.player.play());
      await page.waitForSelector(".ap-overlay-loading");
    },
  ],
  [
    "failed",
    "/missing.cast",
    async (page) => {
      await page.evaluate(() => window.player.play().catch(() => {}));
      await page.waitForSelector(".ap-overlay-error");
    },
  ],
  [
    "help",
    "/recording.cast",
    async (page) => {
      await page.evaluate(() => window.player.play());
      await page.focus(".ap-term-text");
      await page.keyboard.press("?");
      await page.waitForSelector(".ap-overlay-help");
    },
  ],
  [
    "speed menu",
    "/recording.cast",
    async (page) => {
      await page.evaluate(() => window.player.play());
      await page.getByRole("button", { name: "Speed" }).click();
    },
  ],
  [
    "live",
    "live",
    async (page) => {
      live.hub.reset({ lastId: 0, time: 0, cols: 40, rows: 6, dump: "on air" });
      await page.evaluate(() => window.player.play());
      await page.getByText("Live").waitFor();
    },
  ],
  [
    "off the air",
    "live",
    async (page) => {
      live.hub.reset({ lastId: 0, time: 0, cols: 40, rows: 6, dump: "on air" });
      await page.evaluate(() => window.player.play());
      await page.getByText("Live").waitFor();
      live.hub.end();
      await page.getByText("Stream ended").waitFor();
    },
  ],
  [
    "a lost stream",
    "live",
    async (page) => {
      live.hub.reset({ lastId: 0, time: 0, cols: 40, rows: 6, dump: "on air" });
      await page.evaluate(() => window.player.play());
      await page.getByText("Live").waitFor();
      const serve = live.serve;
      live.serve = (socket) => socket.terminate();
      live.cut();
      await page.getByText("Connecting").waitFor();
      live.serve = serve;
    },
  ],
];

test.each(states)(
  "%s: nothing that axe objects to, on light and dark themes, wide and narrow",
  async (_, source, act) => {
    const page = await site.open(browser);
    await page.addScriptTag({ url: "/axe.js" });
    for (const [theme, width] of [
      ["asciinema", 800],
      ["solarized-light", 390],
    ] as const) {
      await page.setViewportSize({ width, height: 600 });
      await create(page, source, { theme, preload: source === "/recording.cast" });
      await act(page);
      await settled(page);
      const { violations } = await page.evaluate(() => axe.run());
      const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
      // The page around the player is none of its business.
      expect(found.filter((violation) => !/^(page-has-heading-one|region|landmark)/.test(violation))).toEqual([]);
    }
  },
);

test("everything can be reached with the keyboard, and shows that it is", async () => {
  const page = await open("/recording.cast", { startAt: 1 });
  await page.evaluate(() => window.player.play().then(() => window.player.pause()));
  const reached: string[] = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press("Tab");
    const [name, visible] = await page.evaluate(() => {
      const element = document.activeElement!;
      return [
        element.getAttribute("aria-label") ?? element.textContent,
        getComputedStyle(element).outlineStyle !== "none",
      ];
    });
    reached.push(`${name}`);
    expect(visible, `${name} has a visible focus`).toBe(true);
  }
  expect(reached).toEqual(["Terminal", "link", "Play", "Position", "Speed, now 1 times", "Full screen"]);
});

test("the line is a slider: arrows, Home and End move it", async () => {
  const page = await open("/recording.cast", { preload: true });
  await page.evaluate(() => window.player.seek(1));
  await page.focus("[role=slider]");
  const value = () => page.getAttribute("[role=slider]", "aria-valuenow");
  await page.keyboard.press("ArrowRight");
  await expect.poll(value).toBe("6");
  await page.keyboard.press("End");
  await expect.poll(value).toBe("60");
  await page.keyboard.press("Home");
  await expect.poll(value).toBe("0");
});

test("a finger scrubs", async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 600 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await page.goto(`${site.url}/page.html`);
  await page.evaluate(async () => {
    const options = { preload: true, controls: true };
    window.player = AsciinemaPlayer.create("/recording.cast", document.querySelector("#box")!, options);
    await window.player.seek(1);
  });
  const { x, y, width, height } = (await page.locator("[role=slider]").boundingBox())!;
  const touch = await context.newCDPSession(page);
  const at = (share: number) => [{ x: x + width * share, y: y + height * 0.75 }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0.2) });
  for (const share of [0.3, 0.4, 0.5]) {
    await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(share) });
    await page.waitForTimeout(60);
  }
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await expect.poll(() => page.evaluate(() => window.player.getCurrentTime()!)).toBeCloseTo(30, 0);
  await context.close();
});

test("reduced motion is honoured: no blinking, no transitions", async () => {
  const page = await open({
    data: cast([
      [0, "o", "\x1b[5mblink\x1b[0m"],
      [60, "o", ""],
    ]),
  });
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.evaluate(() => window.player.play());
  const picture = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".ap-term canvas")!;
      return canvas.toDataURL();
    });
  await page.waitForTimeout(200);
  const first = await picture();
  await page.waitForTimeout(800);
  expect(await picture()).toBe(first);
  expect(await page.$eval(".ap-control-bar", (bar) => getComputedStyle(bar).transitionDuration)).toBe("0s");
});

test("with forced colours the terminal keeps its own, and what is around it takes the system's", async () => {
  const page = await open({ data: recording }, { cursorMode: "hidden" });
  await page.evaluate(() => window.player.seek(1));
  const look = async () => {
    await page.waitForTimeout(200);
    return page.evaluate(() => ({
      picture: document.querySelector<HTMLCanvasElement>(".ap-term canvas")!.toDataURL(),
      around: getComputedStyle(document.querySelector(".ap-term")!).borderColor,
      bar: getComputedStyle(document.querySelector(".ap-past")!).stroke,
    }));
  };
  const usual = await look();
  await page.emulateMedia({ forcedColors: "active", colorScheme: "light" });
  const forced = await look();
  expect(forced).toEqual({ ...usual, bar: "rgb(0, 0, 0)" });
  expect(usual.bar).not.toBe(forced.bar);
});
