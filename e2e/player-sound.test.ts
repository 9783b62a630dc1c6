import type { ServerResponse } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Events, Options, Player, Source } from "../packages/player/src/index.js";
import { launchChromium } from "./chromium.js";
import { cast, policy, Site } from "./player-page.js";

declare const AsciinemaPlayer: { create(source: Source, element: Element, options?: Options): Player };
declare global {
  interface Window {
    /** The element that makes the sound; it is in no document. */
    sound: HTMLAudioElement;
  }
}

let site: Site;
let browser: Browser;
let page: Page & { complaints: string[] };

/** Seconds of a quiet tone, as a WAV file. */
function tone(seconds: number): Buffer {
  const rate = 8000;
  const samples = Buffer.alloc(rate * seconds);
  for (let i = 0; i < samples.length; i++) samples[i] = 128 + Math.round(8 * Math.sin((i / rate) * 440 * 2 * Math.PI));
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

/** Answers range requests, as sound needs to be sought in. */
function ranges(file: Buffer): (response: ServerResponse) => void {
  return (response) => {
    response.setHeader("accept-ranges", "bytes");
    const [, from] = /bytes=(\d+)-/.exec(response.req.headers.range ?? "") ?? [];
    if (from === undefined) return response.end(file);
    response.writeHead(206, { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` });
    return response.end(file.subarray(Number(from)));
  };
}

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.start(), launchChromium()]);
  site.policy = `${policy}; media-src 'self'`;
  site.files.set("/tone.wav", ranges(tone(20)));
  site.files.set(
    "/session.cast",
    cast(Array.from({ length: 100 }, (_, i): [number, string, string] => [i / 5, "o", `${i}\r\n`])),
  );
});
afterEach(() => page?.context().close()); // a visitor's click lets sound begin on later pages, too
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

async function open(options: Options): Promise<void> {
  page = await site.open(browser);
  await page.evaluate((options) => {
    window.Audio = new Proxy(Audio, {
      construct(Audio) {
        window.sound = new Audio();
        return window.sound;
      },
    });
    window.log = [];
    window.player = AsciinemaPlayer.create("/session.cast", document.querySelector("#box")!, options);
    for (const name of ["play", "playing", "pause", "ended", "metadata", "muted", "ready", "loading", "error"] as const)
      window.player.addEventListener(name, (data) => window.log.push([name, data]));
  }, options);
}

const happened = (name: keyof Events) => page.waitForFunction((name) => window.log.some(([of]) => of === name), name);
/** How far sound and picture are apart, in seconds. */
const apart = () => page.evaluate(() => Math.abs(window.sound.currentTime - window.player.getCurrentTime()!));
/** A visitor's click, without which browsers allow no sound. */
const start = () => page.click(".ap-overlay-start");

test("sound goes with the recording: start, seek, speed, pause", async () => {
  await open({ audioUrl: "/tone.wav", startAt: 3, preload: true, controls: true });
  await happened("metadata");
  expect(await page.evaluate(() => window.log.find(([name]) => name === "metadata")![1])).toMatchObject({
    hasAudio: true,
  });
  await start();
  await happened("playing");
  await expect.poll(() => page.evaluate(() => window.player.getCurrentTime())).toBeGreaterThan(3.3);
  await expect.poll(apart).toBeLessThan(0.1);
  await page.evaluate(() => window.player.seek(12));
  await expect.poll(() => page.evaluate(() => window.sound.currentTime)).toBeGreaterThan(12);
  await expect.poll(apart).toBeLessThan(0.1);
  await page.evaluate(() => window.player.setSpeed(2));
  expect(await page.evaluate(() => window.sound.playbackRate)).toBe(2);
  await expect.poll(() => page.evaluate(() => window.player.getCurrentTime()), { timeout: 20_000 }).toBeGreaterThan(14);
  await expect.poll(apart).toBeLessThan(0.15);
  await page.evaluate(() => window.player.pause());
  expect(await page.evaluate(() => window.sound.paused)).toBe(true);
  expect(page.complaints).toEqual([]);
});

test("it is switched off and on by button and key", async () => {
  await open({ audioUrl: "/tone.wav", preload: true, controls: true });
  await happened("metadata");
  const label = () => page.getAttribute(".ap-speaker-button", "aria-label");
  expect(await label()).toBe("Mute");
  await page.click(".ap-speaker-button");
  expect(await label()).toBe("Unmute");
  expect(await page.evaluate(() => window.sound.muted)).toBe(true);
  await page.keyboard.press("m");
  expect(await label()).toBe("Mute");
  expect(await page.evaluate(() => window.log.filter(([name]) => name === "muted").map(([, muted]) => muted))).toEqual([
    true,
    false,
  ]);
  await page.keyboard.press("?");
  expect(await page.textContent(".ap-overlay-help")).toContain("Sound");
});

test("what cannot be loaded is done without", async () => {
  await open({ audioUrl: "/missing.wav", autoPlay: true, controls: true });
  await happened("playing");
  expect(await page.evaluate(() => window.log.find(([name]) => name === "metadata")![1])).toMatchObject({
    hasAudio: false,
  });
  expect(await page.isVisible(".ap-speaker-button")).toBe(false);
});

test("a recording goes on after its sound has ended, and waits while it runs dry", async () => {
  site.files.set("/short.wav", ranges(tone(1)));
  await open({ audioUrl: "/short.wav" });
  await start();
  await happened("playing");
  await expect
    .poll(() => page.evaluate(() => window.player.getCurrentTime()), { timeout: 10_000 })
    .toBeGreaterThan(1.5);
  await page.evaluate(() => window.player.seek(0.2));
  expect(await page.evaluate(() => window.sound.paused)).toBe(false);

  await page.evaluate(() => window.sound.dispatchEvent(new Event("waiting")));
  const stopped = await page.evaluate(() => window.player.getCurrentTime());
  await page.waitForTimeout(200);
  expect(await page.evaluate(() => window.player.getCurrentTime())).toBe(stopped);
  await happened("loading");
  await page.evaluate(() => window.sound.dispatchEvent(new Event("playing")));
  await expect.poll(() => page.evaluate(() => window.player.getCurrentTime())).toBeGreaterThan(stopped!);
});

test("when the browser allows no sound, the visitor starts it", async () => {
  page = await site.open(browser);
  await page.evaluate(() => {
    const { play } = HTMLMediaElement.prototype;
    let clicked = false;
    addEventListener("click", () => (clicked = true), true);
    HTMLMediaElement.prototype.play = function () {
      return clicked ? play.call(this) : Promise.reject(new DOMException("not allowed", "NotAllowedError"));
    };
    window.log = [];
    const options = { audioUrl: "/tone.wav", autoPlay: true };
    window.player = AsciinemaPlayer.create("/session.cast", document.querySelector("#box")!, options);
    for (const name of ["playing", "ready"] as const)
      window.player.addEventListener(name, (data) => window.log.push([name, data]));
  });
  await happened("ready");
  expect(await page.evaluate(() => window.player.play().catch((error) => error.name))).toBe("NotAllowedError");
  await start();
  await happened("playing");
  expect(await page.isVisible(".ap-overlay")).toBe(false);
  expect(page.complaints).toEqual([]);
});

test("dispose ends it", async () => {
  await open({ audioUrl: "/tone.wav" });
  await start();
  await happened("playing");
  await page.evaluate(() => window.player.dispose());
  expect(await page.evaluate(() => [window.sound.paused, window.sound.getAttribute("src")])).toEqual([true, null]);
});
