// The player in two scripts: what is loaded when, from where, and what is said when it cannot be.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Events, Options, Player, Source } from "../packages/player/src/index.js";
import { bundleScript } from "../scripts/player-bundle.mjs";
import { launchChromium } from "./chromium.js";
import { type Answer, cast, policy, Site, styleSheet } from "./player-page.js";

declare const AsciinemaPlayer: { create(source: Source, element: Element, options?: Options): Player };

const MORE = "/asciinema-player-more.min.js";
let site: Site;
let browser: Browser;
let page: Page & { complaints: string[] };
let more: Answer;
let asked: string[];

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.start(), launchChromium()]);
  more = site.files.get(MORE)!;
  site.files.set(
    "/demo.cast",
    cast([
      [0.1, "o", "hello"],
      [9, "o", "."],
    ]),
  );
  site.files.set("/all.js", (await bundleScript("asciinema-player.all.min.js")).script);
});
afterEach(() => {
  site.files.set(MORE, more);
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

/** Opens a page with some markup under the strict policy, and notes which scripts it asks for. */
async function open(body: string, allowed = policy): Promise<void> {
  site.files.set("/own.html", (response) => {
    response.setHeader("content-security-policy", allowed);
    response.end(
      '<!doctype html><html lang="en"><meta charset="utf-8"><title>Player</title>' +
        `<link rel="stylesheet" href="/player.css"><main id="box"></main>${body}`,
    );
  });
  page = await site.open(browser);
  asked = [];
  page.removeAllListeners("request");
  page.on("request", (request) => void (/\.js$/.test(request.url()) && asked.push(new URL(request.url()).pathname)));
  await page.goto(`${site.url}/own.html`);
}

/** Makes a player and waits until it plays, has failed, or both; gives what it failed with. */
const create = (source: Source, options: Options = {}) =>
  page.evaluate(
    ([source, options]) =>
      new Promise<Events["error"] | undefined>((resolve) => {
        window.player = AsciinemaPlayer.create(source, document.querySelector("#box")!, { autoPlay: true, ...options });
        window.player.addEventListener("error", resolve);
        window.player.addEventListener("output", () => resolve(undefined));
      }),
    [source, options] as const,
  );

test("a recording is played, paused, sought and shown in full with one script; the other comes when it is needed", async () => {
  await open('<script src="/player.js"></script>');
  expect(await create("/demo.cast")).toBeUndefined();
  await page.click(".ap-playback-button");
  await page.click(".ap-progressbar");
  await page.click(".ap-speed-button");
  await page.keyboard.press("Escape");
  await page.keyboard.press("f");
  expect(asked).toEqual(["/player.js"]);
  await page.keyboard.press("?");
  await page.waitForSelector(".ap-overlay-help");
  await page.keyboard.press("?");
  await page.waitForSelector(".ap-overlay-help", { state: "detached" });
  await page.keyboard.press("k");
  await create("clock:");
  expect(asked).toEqual(["/player.js", MORE]);
  expect(page.complaints).toEqual([]);
});

test("it is found beside the player's script, where `data-more` says, or already in the page", async () => {
  site.files.set("/deep/player.js", site.files.get("/player.js")!);
  site.files.set(`/deep${MORE}`, more);
  await open('<script src="/deep/player.js"></script>');
  expect(await create("clock:")).toBeUndefined();
  expect(asked).toEqual(["/deep/player.js", `/deep${MORE}`]);

  site.files.set("/more-1a2b.js", more);
  await open('<script src="/player.js" data-more="more-1a2b.js"></script>');
  expect(await create("clock:")).toBeUndefined();
  expect(asked).toEqual(["/player.js", "/more-1a2b.js"]);

  await open(`<script src="${MORE}"></script><script src="/player.js"></script>`);
  expect(await create("clock:")).toBeUndefined();
  expect(asked).toEqual([MORE, "/player.js"]);
  expect(page.complaints).toEqual([]);
});

test("what follows ? in the first address goes with the second, too", async () => {
  await open('<script src="/player.js?v=3"></script>');
  const request = page.waitForRequest(`${site.url}${MORE}?v=3`);
  expect(await create("clock:")).toBeUndefined();
  await request;
});

test("a script in the page itself says that it can find no other", async () => {
  const base64 = Buffer.from(site.files.get("/player.js") as string).toString("base64");
  await open(
    `<script src="data:text/javascript;base64,${base64}"></script>`,
    policy.replace("script-src 'self'", "script-src 'self' data:"),
  );
  expect(await create("/demo.cast")).toBeUndefined();
  expect(await create("clock:")).toEqual({
    name: "Error",
    message: "asciinema-player-more.min.js cannot be found from here: use asciinema-player.all.min.js",
  });
});

test("scripts of two builds are not mixed", async () => {
  site.files.set(MORE, (more as string).replace(/(?<=\d\.\d-)[0-9a-f]{8}\b/, "another"));
  expect(site.files.get(MORE)).not.toBe(more);
  await open('<script src="/player.js"></script>');
  expect((await create("clock:"))?.message).toContain("asciinema-player-more.min.js of the same version");
});

test("a policy of nonces and a sandboxed frame let it in", async () => {
  await open(
    '<script nonce="abc" src="/player.js"></script>',
    policy.replace("script-src 'self'", "script-src 'nonce-abc'"),
  );
  expect(await create("clock:")).toBeUndefined();
  expect(page.complaints).toEqual([]);

  site.files.set("/start.js", 'AsciinemaPlayer.create("clock:", document.querySelector("#box"), { autoPlay: true });');
  site.files.set(
    "/inner.html",
    '<!doctype html><html lang="en"><title>Inner</title><link rel="stylesheet" href="/player.css"><main id="box"></main>' +
      '<script src="/player.js"></script><script src="/start.js"></script>',
  );
  await open(
    '<iframe sandbox="allow-scripts" src="/inner.html" title="player"></iframe>',
    `${policy}; frame-src 'self'`,
  );
  await page
    .frameLocator("iframe")
    .locator(".ap-line", { hasText: /\d\d:\d\d/ })
    .waitFor({ state: "attached" });
  expect(page.complaints).toEqual([]);
});

test("when it is not there the player says which file is missing where, and tries again when asked to", async () => {
  site.files.delete(MORE);
  await open('<script src="/player.js"></script>');
  const message = `cannot load ${site.url}${MORE}: asciinema-player-more.min.js of the same version belongs beside the player's script`;
  const error = await create("clock:");
  expect(error).toEqual({ name: "TypeError", message, canRetry: true });
  await expect(page.evaluate(() => window.player.play())).rejects.toThrow(message);
  expect(await page.textContent(".ap-overlay-error")).toContain(message);
  site.files.set(MORE, more);
  await page.click("text=Try again");
  await page.locator(".ap-line", { hasText: /\d\d:\d\d/ }).waitFor({ state: "attached" });
  expect(await page.$(".ap-overlay-error")).toBeNull();
  expect(await page.$(".ap-control-bar")).not.toBeNull();
});

test("a stream that could be opened at the second attempt only has its sound, and is ready once", async () => {
  site.files.delete(MORE);
  await open('<script src="/player.js"></script>');
  await create({ driver: "websocket", url: `${site.url.replace("http", "ws")}/none` }, { audioUrl: "/none.mp3" });
  await page.evaluate(() => {
    window.log = [];
    for (const name of ["metadata", "ready"] as const)
      window.player.addEventListener(name, (data) => window.log.push([name, data]));
  });
  expect(await page.isVisible(".ap-speaker-button")).toBe(false);
  site.files.set(MORE, more);
  await page.click("text=Try again");
  await page.waitForSelector(".ap-speaker-button");
  await expect
    .poll(() => page.evaluate(() => window.log))
    .toEqual([
      ["metadata", { hasAudio: true }],
      ["ready", { isPausable: expect.any(Boolean), isSeekable: false }],
    ]);
});

test("who waits for shown keystrokes sees the recording, and then what was just typed", async () => {
  let finish = () => {};
  site.files.set(MORE, (response) => {
    finish = () => response.end(more as string);
  });
  site.files.set(
    "/typed.cast",
    cast([
      [0.1, "i", "q"],
      [0.2, "o", "hello"],
      [9, "o", "."],
    ]),
  );
  await open('<script src="/player.js"></script>');
  expect(await create("/typed.cast", { keystrokeOverlay: true })).toBeUndefined();
  finish();
  expect(await page.textContent(".ap-keystroke-pill")).toBe("q");
});

const ELEMENT = '<asciinema-player src="/demo.cast"></asciinema-player>';
const isDefined = () =>
  page.evaluate(() => customElements.whenDefined("asciinema-player").then(({ name }) => name !== ""));

test("an element is found where the page switches animations off, now and later", async () => {
  site.files.set("/reset.css", "* { animation: none !important }");
  await open('<link rel="stylesheet" href="/reset.css"><script src="/player.js"></script>');
  await page.evaluate((element) => document.querySelector("#box")!.insertAdjacentHTML("beforeend", element), ELEMENT);
  expect(await isDefined()).toBe(true);
  expect(page.complaints).toEqual([]);
});

test("an element after the script is found without the style sheet; what fails once is tried again", async () => {
  let times = 0;
  site.files.set(MORE, (response) => (++times === 1 ? response.writeHead(503).end() : response.end(more as string)));
  site.files.delete("/player.css");
  await open(`<script src="/player.js"></script>${ELEMENT}`);
  site.files.set("/player.css", await styleSheet());
  expect(await isDefined()).toBe(true);
  expect(times).toBe(2);
  expect(page.complaints.filter((line) => !line.includes("Failed to load resource"))).toEqual([]);
});

test.each<[what: string, source: Source, options: Options]>([
  ["sound", "/demo.cast", { audioUrl: "/none.mp3" }],
  ["segments", { url: "/index.json", format: "segmented" }, {}],
  ["another format", { url: "/demo.cast", parser: "ttyrec" }, {}],
])("without it %s cannot be played, and nothing else happens", async (_, source, options) => {
  site.files.set(MORE, "/* of another version */");
  await open('<script src="/player.js"></script>');
  expect((await create(source, options))?.message).toContain("asciinema-player-more.min.js of the same version");
});

test("without it a recording plays; what was asked for is missing, and the console says why", async () => {
  site.files.delete(MORE);
  await open('<script src="/player.js"></script>');
  expect(await create("/demo.cast", { keystrokeOverlay: true })).toBeUndefined();
  await page.click(".ap-term-text");
  await page.keyboard.press("?");
  await expect.poll(() => page.complaints.filter((line) => line.includes("cannot load")).length).toBe(2);
  expect(await page.evaluate(() => window.player.seek(9))).toBe(true);
});

test("shapes of legacy computing are asked for again when more of them come", async () => {
  site.files.delete(MORE);
  site.files.set(
    "/legacy.cast",
    cast([
      [0.1, "o", "\u{1fb00}"],
      [8, "o", "\u{1fb01}"],
      [9, "o", "."],
    ]),
  );
  await open('<script src="/player.js"></script>');
  expect(await create("/legacy.cast")).toBeUndefined();
  await expect.poll(() => page.complaints.filter((line) => line.includes("cannot load")).length).toBe(1);
  site.files.set(MORE, more);
  await page.evaluate(() => window.player.seek(8.5));
  await page.waitForFunction(() => Object.keys(window).some((key) => key.startsWith("asciinema-player-more")));
});

test("disposing while it loads is the end of it", async () => {
  let finish = () => {};
  site.files.set(MORE, (response) => {
    finish = () => response.end(more as string);
  });
  await open('<script src="/player.js"></script>');
  const log = await page.evaluate(async () => {
    window.player = AsciinemaPlayer.create("random:", document.querySelector("#box")!, { autoPlay: true });
    const log: string[] = [];
    for (const name of ["play", "playing", "output", "error", "ready"] as const)
      window.player.addEventListener(name, () => log.push(name));
    const playing = window.player.play().catch((error: Error) => log.push(error.message));
    await new Promise((resolve) => setTimeout(resolve, 400)); // long enough for the notice that it loads
    log.push(document.querySelector(".ap-overlay")!.textContent!);
    window.player.dispose();
    Object.assign(window, { log, playing });
    return log;
  });
  expect(log).toEqual(["Loading"]);
  finish();
  await page.waitForFunction(() => Object.keys(window).some((key) => key.startsWith("asciinema-player-more")));
  await page.evaluate(() => (window as unknown as { playing: Promise<void> }).playing);
  expect(await page.evaluate(() => window.log)).toEqual(["Loading", "driver has been stopped"]);
  expect(await page.$$("#box > *")).toEqual([]);
});

test("in one script nothing else is asked for", async () => {
  await open('<script src="/all.js"></script>');
  expect(await create("clock:", { keystrokeOverlay: true })).toBeUndefined();
  expect(asked).toEqual(["/all.js"]);
  expect(page.complaints).toEqual([]);
});
