import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Terminal } from "@asciinema-ts/vt";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {
  Dispatch,
  DriverFactory,
  Events,
  Options,
  Player,
  SeekLocation,
  Source,
} from "../packages/player/src/index.js";
import { bundleModule } from "../scripts/player-bundle.mjs";
import { launchChromium } from "./chromium.js";
import { cast, Site } from "./player-page.js";

const FONT = "/usr/share/fonts/truetype/noto/NotoSansMono-Regular.ttf";

type Log = [name: keyof Events, data: unknown][];
declare const AsciinemaPlayer: { create(source: Source, element: Element, options?: Options): Player };
declare global {
  interface Window {
    player: Player;
    log: Log;
  }
}

let site: Site;
let browser: Browser;
let page: Page & { complaints: string[] };

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.start(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

/** Opens the page with a player; `log` in it collects every event. */
async function open(source: Source, options: Options = {}, size?: { width: number; height: number }): Promise<void> {
  page = await site.open(browser, size);
  await page.evaluate(
    ([source, options]) => {
      window.log = [];
      window.player = AsciinemaPlayer.create(source, document.querySelector("#box")!, options);
      const names = "play playing pause ended input marker error seeked ready metadata reset resize output loading";
      for (const name of names.split(" ") as (keyof Events)[])
        window.player.addEventListener(name, (data) => window.log.push([name, data]));
    },
    [source, options] as const,
  );
}

/** Waits for an event and gives its data. */
async function event<Name extends keyof Events>(name: Name): Promise<Events[Name]> {
  await page.waitForFunction((name) => window.log.some(([of]) => of === name), name);
  return page.evaluate((name) => window.log.find(([of]) => of === name)![1], name) as Promise<Events[Name]>;
}

const names = () => page.evaluate(() => window.log.map(([name]) => name).filter((name) => name !== "output"));
const seek = (where: SeekLocation) => page.evaluate((where) => window.player.seek(where), where);
const time = () => page.evaluate(() => window.player.getCurrentTime());

/** The rows of the text layer, brought up to date as a visitor's pointer does it. */
async function text(): Promise<string[]> {
  await page.dispatchEvent(".ap-term-text", "pointerenter");
  const rows = await page.$$eval(".ap-line", (lines) => lines.map((line) => line.textContent!));
  while (rows.at(-1) === "") rows.pop();
  return rows;
}

/** A checksum of what is painted. */
const picture = () =>
  page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            const canvas = document.querySelector<HTMLCanvasElement>(".ap-term canvas")!;
            const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
            let hash = 0;
            for (const value of new Uint32Array(data.buffer)) hash = (Math.imul(hash, 31) + value) | 0;
            resolve(`${canvas.width}x${canvas.height} ${hash}`);
          }),
        );
      }),
  );

/** Ten seconds of a session that moves, colours, wraps, clears and resizes. */
const session = cast([
  [0.1, "o", "\x1b[32mhello\x1b[0m world\r\n"],
  [0.5, "o", "second line\r\n"],
  [1, "m", "first"],
  [1.5, "i", "x"],
  [2, "o", "\x1b[2;3Hover\x1b[4mwritten\x1b[0m"],
  [3, "o", "\r\n日本語 and ünïcödé\r\n"],
  [4, "r", "50x8"],
  [5, "o", "after the resize, a line that is longer than fifty columns are wide\r\n"],
  [6, "m", "second"],
  [7, "o", "\x1b[?1049h\x1b[Hon the other screen"],
  [8, "o", "\x1b[?1049lback"],
  [9, "o", "\x1b[1;1Hend"],
  [10, "o", "."],
]);

/** What a terminal shows after the events up to some time. */
function screenAt(seconds: number): string[] {
  const terminal = new Terminal({ cols: 40, rows: 6 });
  for (const line of session.trim().split("\n").slice(1)) {
    const [at, code, data] = JSON.parse(line) as [number, string, string];
    if (at > seconds) break;
    const [cols, rows] = data.split("x").map(Number);
    if (code === "o") terminal.feed(data);
    if (code === "r") terminal.resize(cols!, rows!);
  }
  const rows = terminal.text();
  while (rows.at(-1) === "") rows.pop();
  return rows;
}

describe("playing", () => {
  test("from a URL to the end, under the strict policy, without a word on the console", async () => {
    site.files.set("/session.cast", session);
    await open("/session.cast", { speed: 20 });
    expect(await page.evaluate(() => window.player.play())).toBe(true);
    await event("ended");
    expect(await text()).toEqual(screenAt(10));
    expect(await names()).toEqual([
      "ready",
      "play",
      "metadata",
      "reset",
      "playing",
      "marker",
      "input",
      "resize",
      "marker",
      "ended",
    ]);
    expect(await time()).toBe(10);
    expect(page.complaints).toEqual([]);
  });

  test("events say what happened", async () => {
    await open({ data: session }, { autoPlay: true, speed: 20 });
    await event("ended");
    expect(await event("metadata")).toEqual({
      duration: 10,
      markers: [
        [1, "first"],
        [6, "second"],
      ],
      hasAudio: false,
    });
    expect(await event("marker")).toEqual({ index: 0, time: 1, label: "first" });
    expect(await event("input")).toEqual({ data: "x" });
    expect(await event("resize")).toEqual({ cols: 50, rows: 8 });
    expect(await event("reset")).toEqual({ size: { cols: 40, rows: 6 }, theme: null });
    expect(await event("ready")).toEqual({ isPausable: true, isSeekable: true });
    const output = await page.evaluate(() => window.log.filter(([name]) => name === "output").map(([, data]) => data));
    expect(output.join("")).toContain("hello");
  });

  test("pause stands still and play goes on", async () => {
    await open({ data: session }, { preload: true });
    expect(await page.evaluate(() => window.player.pause())).toBe(true);
    await page.evaluate(() => window.player.play());
    await page.waitForTimeout(300);
    await page.evaluate(() => window.player.pause());
    const at = await time();
    expect(at).toBeGreaterThan(0.2);
    await page.waitForTimeout(200);
    expect(await time()).toBe(at);
    await page.evaluate(() => window.player.play());
    await page.waitForTimeout(200);
    expect(await time()).toBeGreaterThan(at!);
    expect((await names()).filter((name) => name === "pause")).toHaveLength(1);
  });

  test("speed, from the start and changed while playing", async () => {
    await open({ data: session }, { autoPlay: true, speed: 4 });
    await event("playing");
    const measure = () =>
      page.evaluate(async () => {
        const [begin, from] = [performance.now(), window.player.getCurrentTime()!];
        await new Promise((resolve) => setTimeout(resolve, 300));
        return ((window.player.getCurrentTime()! - from) / (performance.now() - begin)) * 1000;
      });
    expect(await measure()).toBeCloseTo(4, 1);
    await page.evaluate(() => window.player.setSpeed(2));
    expect(await measure()).toBeCloseTo(2, 1);
    await expect(page.evaluate(() => window.player.setSpeed(0))).rejects.toThrow("invalid speed: 0");
  });

  test("loop plays so many times more", async () => {
    const short = cast([
      [0, "o", "a"],
      [0.1, "o", "b"],
    ]);
    await open({ data: short }, { autoPlay: true, loop: 2 });
    await event("ended");
    const output = await page.evaluate(() => window.log.filter(([name]) => name === "output").map(([, data]) => data));
    expect(output.join("")).toBe("ababab");
    expect(await text()).toEqual(["ab"]);
  });

  test("pauses are shortened, by the recording's wish or the page's", async () => {
    const slow = cast(
      [
        [1, "o", "a"],
        [61, "o", "b"],
      ],
      { idle_time_limit: 2 },
    );
    await open({ data: slow }, { preload: true });
    await event("ready");
    expect(await page.evaluate(() => window.player.getDuration())).toBe(3);
    await open({ data: slow }, { preload: true, idleTimeLimit: 0.5 });
    await event("ready");
    expect(await page.evaluate(() => window.player.getDuration())).toBe(1);
  });

  test("it starts where it is told to, without what came before", async () => {
    await open({ data: session }, { startAt: "0:05" });
    await page.evaluate(() => window.player.play());
    await page.evaluate(() => window.player.pause());
    expect(await time()).toBeGreaterThanOrEqual(5);
    expect(await text()).toEqual(screenAt(5));
    expect(await names()).not.toContain("input");
  });

  test("markers of the page pause it exactly there", async () => {
    await open({ data: session }, { markers: [[0.3, "here"]], pauseOnMarkers: true, autoPlay: true });
    await event("pause");
    expect(await time()).toBe(0.3);
    expect(await event("marker")).toEqual({ index: 0, time: 0.3, label: "here" });
  });

  test("a machine that slept goes on where it was", async () => {
    await open({ data: session }, { speed: 5 });
    await page.evaluate(async () => {
      await window.player.play();
      const now = performance.now.bind(performance);
      performance.now = () => now() + 3_600_000; // an hour during which no timer fired
    });
    await page.waitForTimeout(500);
    expect(await time()).toBeLessThan(5);
    await event("ended");
    expect(await text()).toEqual(screenAt(10));
  });

  test("in a tab that the browser stopped it goes on when the tab does, and shows what is to be seen then", async () => {
    await open({ data: session }, { speed: 4 });
    await page.evaluate(() => window.player.play());
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Page.setWebLifecycleState", { state: "frozen" });
    await page.waitForTimeout(2000);
    await cdp.send("Page.setWebLifecycleState", { state: "active" });
    await event("ended");
    expect(await text()).toEqual(screenAt(10));
    const shown = await picture();
    await seek(0);
    await seek(10);
    expect(await picture()).toBe(shown);
  });

  test("what a slow network lets trickle in plays to the end, with waits but no pause and no error", async () => {
    const lines = session.trimEnd().split("\n");
    site.files.set("/trickle.cast", (response) => {
      let at = 0;
      const timer = setInterval(() => {
        response.write(`${lines[at++]}\n`);
        if (at < lines.length) return;
        clearInterval(timer);
        response.end();
      }, 100);
    });
    await open("/trickle.cast", { speed: 100, autoPlay: true });
    await event("ended");
    expect(await text()).toEqual(screenAt(10));
    expect(await names()).not.toContain("error");
    expect((await names()).filter((name) => name === "pause")).toEqual([]);
  });

  test("the terminal keeps the size that the page gave it", async () => {
    await open({ data: session }, { cols: 60, speed: 50, autoPlay: true });
    await event("ended");
    expect(await event("reset")).toMatchObject({ size: { cols: 60, rows: 6 } });
    expect(await event("resize")).toEqual({ cols: 60, rows: 8 });
  });
});

describe("seeking", () => {
  test("to any time shows what playing to it shows, text and picture", async () => {
    await open({ data: session }, { preload: true, cursorMode: "steady" });
    await event("ready");
    const pictures = new Map<number, string>();
    for (const at of [0, 0.1, 0.7, 2, 3.5, 4, 5, 7, 8, 9, 9.5]) {
      await seek(at);
      expect(await text()).toEqual(screenAt(at));
      pictures.set(at, await picture());
    }
    for (const at of [7, 0.1, 9.5, 4, 3.5, 0]) {
      await seek(at);
      expect(await text()).toEqual(screenAt(at));
      expect(await picture()).toBe(pictures.get(at));
    }
  });

  test("through a long recording goes by keyframes", async () => {
    const events: [number, string, string][] = [];
    for (let i = 0; i < 20_000; i++) events.push([i / 100, "o", `\x1b[3${i % 8}m${i} ${"x".repeat(60)}\r\n`]);
    site.files.set("/long.cast", cast(events, { width: 80, height: 24 }));
    await open("/long.cast", { preload: true });
    await event("metadata");
    const shown = async (at: number) => {
      await seek(at);
      return (await text()).at(-1);
    };
    expect(await shown(150.005)).toBe(`15000 ${"x".repeat(60)}`);
    expect(await shown(3)).toBe(`300 ${"x".repeat(60)}`);
    expect(await shown(120.505)).toBe(`12050 ${"x".repeat(60)}`);
    // Whoever listens to `reset` is told all that was printed; for others, and the terminal, what a seek feeds is bounded,
    // wherever it leads: never the whole, which is ten times that.
    const [told, fed] = await page.evaluate(async () => {
      const printed = async (player: Player, log: () => number) => {
        const most: number[] = [];
        for (let i = 0, before = 0; i < 20; i++) {
          before = log();
          await player.seek(`${95 - i * 4}%`);
          most.push(log() - before);
        }
        return Math.max(...most);
      };
      let all = 0;
      window.player.addEventListener("output", (text) => void (all += text.length));
      const told = await printed(window.player, () => all);
      const own = AsciinemaPlayer.create("/long.cast", document.querySelector("#box")!, { preload: true });
      let some = 0;
      own.addEventListener("output", (text) => void (some += text.length));
      return [told, await printed(own, () => some)];
    });
    expect(told).toBeGreaterThan(1_000_000);
    expect(fed).toBeGreaterThan(0);
    expect(fed).toBeLessThan(75_000);
    expect(page.complaints).toEqual([]);
  });

  test("forms, results and events", async () => {
    await open({ data: session }, { preload: true });
    await event("ready");
    expect(await seek("50%")).toBe(true);
    expect(await time()).toBe(5);
    expect(await seek(5)).toBe(false);
    await seek(">>");
    expect(await time()).toBe(10);
    expect(await names()).toEqual(["metadata", "reset", "ready", "resize", "seeked", "seeked", "ended"]);
    await seek({ marker: "prev" });
    expect(await time()).toBe(6);
    await seek({ marker: 0 });
    expect(await time()).toBe(1);
    await expect(seek({ marker: 9 })).rejects.toThrow("invalid marker index: 9");
    await expect(seek("soon" as never)).rejects.toThrow('invalid seek target: "soon"');
    expect(await seek(3)).toBe(true);
  });

  test("keeps playing what plays", async () => {
    await open({ data: session }, { autoPlay: true });
    await event("playing");
    await seek(4);
    await page.waitForTimeout(150);
    expect(await time()).toBeGreaterThan(4.1);
    expect((await names()).filter((name) => name === "playing")).toHaveLength(1);
  });
});

describe("posters", () => {
  test("of a time show the screen of that time until it plays", async () => {
    await open({ data: session }, { poster: "npt:2.5" });
    await event("ready");
    expect(await text()).toEqual(screenAt(2.4));
    expect(await time()).toBe(2.5);
    // The bar says where playback will begin.
    expect(await page.locator(".ap-time-elapsed").textContent()).toBe("0:00");
    await page.evaluate(() => window.player.play());
    expect(await time()).toBeLessThan(0.2);
  });

  test("leave the bar to the position once it is chosen", async () => {
    await open({ data: session }, { poster: "npt:2.5" });
    await event("ready");
    await seek(3);
    expect(await page.locator(".ap-time-elapsed").textContent()).toBe("0:03");
  });

  test("of text show it without loading anything", async () => {
    await open("/missing.cast", { poster: "data:text/plain,\x1b[31mcome in\r\nplease", cols: 30, rows: 5 });
    await event("ready");
    expect(await text()).toEqual(["come in", "please"]);
    expect(page.complaints).toEqual([]);
  });
});

describe("sources", () => {
  const events = [[0.1, "o", "data"]] as const;

  test.each<[string, () => Promise<void>]>([
    ["text", () => open({ data: cast([[0.1, "o", "data"]]) })],
    [
      "an object of version 1",
      () => open({ data: { version: 1, width: 40, height: 6, duration: 1, stdout: [[0.1, "data"]] } }),
    ],
    ["lines", () => open({ data: [{ version: 2, width: 40, height: 6 }, ...events] })],
  ])("%s", async (_, opening) => {
    await opening();
    await seek(1);
    expect(await text()).toEqual(["data"]);
  });

  test("buffers, responses, promises, functions and parsers of the page's own", async () => {
    await open({ data: session });
    const shown = await page.evaluate(
      async (file) => {
        const bytes = new TextEncoder().encode(file);
        const given: unknown[] = [];
        const sources: Source[] = [
          { data: bytes.buffer },
          { data: new Response(file) },
          { data: Promise.resolve(file) },
          { data: () => Promise.resolve(new Response(file)) },
          {
            url: ["/page.html", "/page.css"],
            parser: (data, options) => {
              given.push(
                (data as Response[]).map((part) => part.status),
                options,
              );
              return { cols: 20, rows: 5, events: [[100, "o", "data"]] };
            },
          },
        ];
        const texts: string[] = [];
        for (const source of sources) {
          const box = document.body.appendChild(document.createElement("div"));
          const player = AsciinemaPlayer.create(source, box);
          await player.seek("100%");
          texts.push(`${player.getDuration()} ${box.querySelector(".ap-line")!.textContent}`);
          player.dispose();
        }
        return { texts, given };
      },
      cast([[0.1, "o", "data"]]),
    );
    expect(shown).toEqual({ texts: Array(5).fill("0.1 data"), given: [[200, 200], { encoding: "utf-8" }] });
  });

  test("the notice of a slow load goes when it is over, and the start cell comes back", async () => {
    await open({ data: session });
    const shown = await page.evaluate(async () => {
      const shown: unknown[] = [];
      const look = () =>
        shown.push([...document.querySelectorAll(".ap-overlay")].map((overlay) => overlay.classList[1]));
      let dispatch!: Dispatch;
      window.player.dispose();
      const driver: DriverFactory = (callbacks) => {
        dispatch = callbacks.dispatch;
        return {
          init: async () => {
            dispatch("loading", {});
            look();
          },
          play: () => dispatch("play", {}),
        };
      };
      const player = AsciinemaPlayer.create(driver, document.querySelector("#box")!);
      await new Promise<void>((resolve) => player.addEventListener("ready", () => resolve()));
      look();
      for (const name of ["loading", "seeked", "playing", "loading", "seeked"] as const) {
        if (name === "playing") await player.play();
        dispatch(name, {});
        look();
      }
      player.dispose();
      return shown;
    });
    const [start, loading] = [["ap-overlay-start"], ["ap-overlay-loading"]];
    expect(shown).toEqual([loading, start, loading, start, [], loading, []]);
  });

  test("a driver of the page's own", async () => {
    await open({ data: session });
    const text = await page.evaluate(async () => {
      const box = document.body.appendChild(document.createElement("div"));
      const player = AsciinemaPlayer.create(
        ({ dispatch }) => ({
          play() {
            dispatch("reset", { size: { cols: 20, rows: 4 }, init: "begun " });
            dispatch("output", ["and", " going"]);
            for (const name of ["offline", "metadata", "error", "ended"] as const)
              (dispatch as (name: string) => void)(name);
          },
        }),
        box,
        { autoPlay: true },
      );
      const ended = new Promise((resolve) => player.addEventListener("ended", resolve));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const text = box.querySelector(".ap-line")!.textContent;
      return [text, await ended];
    });
    expect(text).toEqual(["begun and going", {}]);
    const passed = await page.evaluate(async () => {
      const player = AsciinemaPlayer.create(() => ({ play: () => true }), document.body);
      const before = player.getCurrentTime();
      await player.play();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return [before, player.getCurrentTime() > 0.04];
    });
    expect(passed).toEqual([0, true]);
    const failed = await page.evaluate(() => {
      const driver = () => {
        throw new Error("no tape");
      };
      const player = AsciinemaPlayer.create(driver, document.body);
      return Promise.all(
        [player.play(), player.pause(), player.seek(1)].map((done) => done.catch((error: Error) => error.message)),
      );
    });
    expect(failed).toEqual(["no tape", "no tape", "no tape"]);
  });

  test("what is unknown is refused at once", async () => {
    await open({ data: session });
    const create = (source: unknown) =>
      page.evaluate((source) => {
        try {
          AsciinemaPlayer.create(source as Source, document.querySelector("#box")!);
          return "made";
        } catch (error) {
          return (error as Error).message;
        }
      }, source);
    expect(await create({ driver: "tape", url: "x" })).toBe('unsupported driver: {"driver":"tape","url":"x"}');
    expect(await create({ url: "x", parser: "morse" })).toBe("unknown parser: morse");
  });

  test("a file that was cut off in the middle of a line plays to the last whole one", async () => {
    site.files.set("/torn.cast", session.slice(0, session.indexOf('"\\u001b[?1049h') + 4));
    await open("/torn.cast", { speed: 50, autoPlay: true });
    await event("ended");
    expect(await time()).toBe(6);
    expect(await text()).toEqual(screenAt(6));
    expect(page.complaints).toEqual([]);
  });

  test("a gzip file plays, and so does what is left of one", async () => {
    const compressed = gzipSync(session);
    site.files.set("/whole.cast.gz", compressed);
    await open("/whole.cast.gz", { preload: true });
    await event("metadata");
    expect(await page.evaluate(() => window.player.getDuration())).toBe(10);
    site.files.set("/torn.cast.gz", compressed.subarray(0, compressed.length - 40));
    await open("/torn.cast.gz", { preload: true });
    const { duration } = await event("metadata");
    expect(duration).toBeGreaterThan(3);
    await seek(duration!);
    expect(await text()).toEqual(screenAt(duration!));
  });

  test("playback begins with the first bytes and waits for those that are late", async () => {
    const [head, tail] = [session.slice(0, session.indexOf("[3,")), session.slice(session.indexOf("[3,"))];
    let finish = () => {};
    site.files.set("/slow.cast", (response) => {
      response.write(head);
      finish = () => response.end(tail);
    });
    await open("/slow.cast", { autoPlay: true, speed: 20 });
    await event("playing");
    await event("loading");
    expect(await text()).toEqual(screenAt(2));
    expect(await names()).not.toContain("metadata");
    finish();
    await event("ended");
    expect(await text()).toEqual(screenAt(10));
  });

  test.each([
    ["/missing.cast", "failed fetching recording from /missing.cast: 404 Not Found"],
    ["/page.css", "its first line is not a header"],
  ])("%s cannot be played, and that is said", async (url, message) => {
    await open(url);
    await expect(page.evaluate(() => window.player.play())).rejects.toThrow();
    expect((await event("error")).message).toContain(message);
    await expect(page.evaluate(() => window.player.seek(1))).rejects.toThrow();
    expect(await page.textContent(".ap-overlay-error")).toContain(message);
  });

  test("after the network failed a press on the button tries again", async () => {
    let busy = true;
    site.files.set("/flaky.cast", (response) => {
      if (busy) response.writeHead(503).end();
      else response.end(session);
      busy = false;
    });
    await open("/flaky.cast", { speed: 20 });
    await page.context().setOffline(true);
    await expect(page.evaluate(() => window.player.play())).rejects.toThrow("Failed to fetch");
    expect(await event("error")).toMatchObject({ name: "TypeError", canRetry: true });
    await page.context().setOffline(false);
    await page.click("text=Try again");
    await page.waitForSelector("text=503");
    await page.click("text=Try again");
    await event("ended");
    expect(await text()).toEqual(screenAt(10));
    expect(await page.$(".ap-overlay-error")).toBeNull();
    await open("/missing.cast", { preload: true });
    expect(await event("error")).not.toHaveProperty("canRetry");
    await open("/missing.cast", { autoPlay: true });
    await event("error");
    await page.waitForTimeout(50);
    expect(await names()).toEqual(["play", "error"]);
    expect(await page.$("text=Try again")).toBeNull();
  });

  test("while it loads it says how much has arrived", async () => {
    let finish = () => {};
    site.files.set("/slow.cast", (response) => {
      response.write(cast([[0, "o", "x".repeat(1_240_000)]]));
      finish = () => response.end('[2, "o", "end"]\n');
    });
    await open("/slow.cast", { startAt: 1 });
    await page.evaluate(() => void window.player.play());
    await page.waitForFunction(() => document.querySelector(".ap-overlay-loading")?.textContent === "Loading 1.2 MB");
    finish();
    await event("playing");
    expect(await page.$(".ap-overlay-loading")).toBeNull();
  });

  test("disposing lets go of everything, while loading too", async () => {
    site.files.set("/endless.cast", (response) => void response.write(session.slice(0, 60)));
    await open("/endless.cast", { autoPlay: true });
    const error = await page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      window.player.dispose();
      return window.player.play().catch((error: Error) => error.message);
    });
    expect(error).toBe("driver has been stopped");
    expect(await page.$$("#box > *")).toEqual([]);
    expect(page.complaints).toEqual([]);
  });
});

describe("the element", () => {
  test("has the names that pages style", async () => {
    await open({ data: session }, { theme: "dracula" });
    await seek(1);
    const wrapper = page.locator("#box > div.ap-wrapper");
    expect(await wrapper.evaluate((element) => element === window.player.el)).toBe(true);
    const player = wrapper.locator("> .ap-player.ap-default-term-ff.asciinema-player-theme-dracula");
    expect(await player.locator("> .ap-term > canvas, > .ap-term > pre.ap-term-text").count()).toBe(2);
    expect(await player.locator("> .ap-control-bar, > .ap-overlay-start").count()).toBe(2);
    expect(await page.$eval(".ap-term", (term) => getComputedStyle(term).getPropertyValue("--term-cols"))).toBe("40");
    const lineHeight = await page.$eval(".ap-term", (term) =>
      getComputedStyle(term).getPropertyValue("--term-line-height"),
    );
    expect(Number.parseFloat(lineHeight)).toBeCloseTo(4 / 3);
  });

  test.each(["width", "height", "both", "none"] as const)("fit %s", async (fit) => {
    site.files.set("/page.css", "html, body, #box { height: 100%; margin: 0 }");
    await open({ data: session }, { fit }, { width: 700, height: 300 });
    await event("ready");
    await seek(1);
    const box = (await page.locator(".ap-player").boundingBox())!;
    const canvas = (await page.locator(".ap-term canvas").boundingBox())!;
    if (fit === "width") expect(box.width).toBe(700);
    if (fit === "height" || fit === "both") expect(box.height).toBe(300);
    if (fit === "both") expect(box.width).toBeLessThanOrEqual(700);
    if (fit === "none") expect(await page.$eval(".ap-term", (term) => getComputedStyle(term).fontSize)).toBe("15px");
    expect(canvas.width).toBeLessThan(box.width);
    expect(canvas.height).toBeLessThan(box.height - 44);
    // What is wider than its container shows its left, with the whole bar.
    await page.setViewportSize({ width: 300, height: 300 });
    await page.waitForFunction(() => document.querySelector(".ap-player")!.clientWidth <= 300);
    const left = async (selector: string) => (await page.locator(selector).boundingBox())!.x;
    expect(await left(".ap-term")).toBeGreaterThanOrEqual(0);
    expect(await left(".ap-timer")).toBeGreaterThan(0);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(300);
    if (fit !== "both" && fit !== "width") {
      const clipped = (await page.locator(".ap-player").boundingBox())!;
      const bar = (await page.locator(".ap-control-bar").boundingBox())!;
      const term = (await page.locator(".ap-term").boundingBox())!;
      expect([clipped.width, bar.width, bar.height]).toEqual([300, 300, 80]);
      expect(term.width).toBeGreaterThan(300);
      expect(bar.y).toBeCloseTo(fit === "none" ? term.y + term.height : 220);
    }
  });

  test("works in a shadow root, too", async () => {
    await open({ data: session });
    await page.evaluate((data) => {
      window.player.dispose();
      const root = document.querySelector("#box")!.attachShadow({ mode: "open" });
      root.append(document.querySelector("link")!.cloneNode(), document.createElement("div"));
      window.player = AsciinemaPlayer.create({ data }, root.querySelector("div")!);
    }, session);
    await page.click(".ap-overlay-start");
    await page.waitForFunction(() => window.player.getCurrentTime() > 0);
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    await page.keyboard.press("f");
    await button("Leave full screen").waitFor();
    await page.keyboard.press("f");
    await button("Full screen").waitFor();
    expect(await page.evaluate(() => document.fullscreenElement)).toBeNull();
    await page.keyboard.press(" ");
    await button("Play").waitFor();
  });

  test("says when its size changes", async () => {
    await open({ data: session });
    await event("ready");
    await page.evaluate(() => {
      window.player.el.addEventListener("resize", (event) => {
        const { el } = (event as Event as CustomEvent<{ el: Element }>).detail;
        document.title = `${el.className.split(" ")[0]} ${el.clientWidth}`;
      });
    });
    await page.setViewportSize({ width: 500, height: 400 });
    await expect.poll(() => page.title()).toBe("ap-player 500");
    // Full screen of the page is not the player's: it goes on filling the width of its box.
    await page.evaluate(() => document.documentElement.requestFullscreen());
    for (const width of [300, 450]) {
      await page.$eval("#box", (box, width) => ((box as HTMLElement).style.width = `${width}px`), width);
      await expect.poll(() => page.title()).toBe(`ap-player ${width}`);
    }
    expect(await page.getAttribute(".ap-fullscreen-button", "aria-label")).toBe("Full screen");
    await page.evaluate(() => document.exitFullscreen());
  });
});

describe("while it is shown", () => {
  const fontSize = () => page.$eval(".ap-term", (term) => getComputedStyle(term).fontSize);
  const sharp = () =>
    page.$eval(".ap-term canvas", (canvas: HTMLCanvasElement) => {
      return Math.abs(canvas.width - canvas.getBoundingClientRect().width * devicePixelRatio) < 0.1;
    });

  test.skipIf(!existsSync(FONT))("a web font that comes late is measured when it is there", async () => {
    let arrive = () => {};
    site.files.set("/late.ttf", (response) => {
      arrive = () => response.end(readFileSync(FONT));
    });
    site.files.set("/page.css", 'body { margin: 0 } @font-face { font-family: Late; src: url("/late.ttf") }');
    await open({ data: session }, { terminalFontFamily: "Late, serif" });
    await seek(1);
    const before = await fontSize();
    await expect.poll(() => arrive.name).toBe("arrive");
    arrive();
    await expect.poll(fontSize).not.toBe(before);
    const after = await fontSize();
    await page.evaluate((data) => {
      window.player.dispose();
      const options = { terminalFontFamily: "Late, serif" };
      window.player = AsciinemaPlayer.create({ data }, document.querySelector("#box")!, options);
    }, session);
    await seek(1);
    await expect.poll(fontSize).toBe(after);
    site.files.set("/page.css", "body { margin: 0 }");
  });

  test("zoom keeps it sharp", async () => {
    await open({ data: session });
    await seek(1);
    const devtools = await page.context().newCDPSession(page);
    for (const deviceScaleFactor of [2, 1.5, 1]) {
      const width = Math.round(800 / deviceScaleFactor);
      const metrics = { width, height: 600, deviceScaleFactor, mobile: false };
      await devtools.send("Emulation.setDeviceMetricsOverride", metrics);
      await expect.poll(sharp).toBe(true);
      const drawn = await page.$eval(".ap-term canvas", (canvas: HTMLCanvasElement) => canvas.width);
      expect(drawn).toBeGreaterThan(700);
    }
    await page.context().close();
  });

  test("out of view nothing is painted, and all of it when it comes back", async () => {
    site.files.set("/page.css", "body { margin: 0 } #box { margin-top: 2000px }");
    await open({ data: session });
    await seek(1);
    const away = await picture();
    await page.waitForTimeout(100);
    await seek(3);
    expect(await picture()).toBe(away);
    await page.locator(".ap-player").scrollIntoViewIfNeeded();
    await expect.poll(picture).not.toBe(away);
    site.files.set("/page.css", "body { margin: 0 }");
  });
});

test("the module is the same player", async () => {
  site.files.set("/module.js", (await bundleModule()).script);
  await open({ data: session });
  // As text: this file's own compiler would take the import for its own.
  const text = await page.evaluate(`import("/module.js").then(async (module) => {
    const box = document.body.appendChild(document.createElement("div"));
    const player = module.create({ data: ${JSON.stringify(session)} }, box);
    await player.seek(1);
    return [Object.keys(module), box.querySelector(".ap-line").textContent];
  })`);
  expect(text).toEqual([["create", "defineElement"], "hello world"]);
});

describe("themes", () => {
  /** Colour of the picture's upper left corner, which the recording paints. */
  const corner = async (): Promise<string> => {
    await picture();
    return page.evaluate(() => {
      const context = document.querySelector<HTMLCanvasElement>(".ap-term canvas")!.getContext("2d")!;
      return [...context.getImageData(2, 2, 1, 1).data.subarray(0, 3)].join(" ");
    });
  };
  const red = cast([[0, "o", "\x1b[41m \x1b[0m"]]);
  const own = { fg: "#123", bg: "#405060", palette: `#000000:#0a0b0c${":#777777".repeat(6)}` };

  test.each([
    ["dracula", "255 85 85"],
    ["nord", "191 97 106"],
    ["tango", "204 0 0"],
    ["that the page forgot", "255 255 255"],
  ])("%s", async (theme, color) => {
    await open({ data: red }, { theme });
    await seek(1);
    expect(await corner()).toBe(color);
    const [fg, bg, bright] = await page.$eval(".ap-player", (player) =>
      ["foreground", "background", 10].map((name) => getComputedStyle(player).getPropertyValue(`--term-color-${name}`)),
    );
    expect(fg).toMatch(/^#/);
    expect(bg).not.toBe(fg);
    expect(bright).toMatch(/^#/);
  });

  test("of the recording, unless the page wants its own", async () => {
    const themed = cast([[0, "o", "\x1b[41m \x1b[0m"]], { theme: own });
    await open({ data: themed });
    await seek(1);
    expect(await corner()).toBe("10 11 12");
    expect((await event("reset")).theme).toMatchObject({ foreground: "#112233", palette: { length: 16 } });
    expect(await page.$eval(".ap-player", (player) => getComputedStyle(player).backgroundColor)).toBe(
      "rgb(64, 80, 96)",
    );
    await open({ data: themed }, { theme: "nord" });
    await seek(1);
    expect(await corner()).toBe("191 97 106");
  });

  test("of the page, in any notation, followed when they change", async () => {
    site.files.set(
      "/page.css",
      ".asciinema-player-theme-mine { --term-color-foreground: white; --term-color-background: black;" +
        "--term-color-1: light-dark(rgb(1 2 3), hsl(120 100% 25%)); color-scheme: light dark }",
    );
    await open({ data: red }, { theme: "mine" });
    await seek(1);
    expect(await corner()).toBe("1 2 3");
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(corner).toBe("0 128 0");
    site.files.set("/page.css", "body { margin: 0 }");
  });
});

describe("controls", () => {
  test("the start cell starts, and goes", async () => {
    await open({ data: session });
    // Help leaves it where it is.
    await page.evaluate(() => window.player.el.focus());
    for (const key of ["?", "Escape"]) {
      await page.keyboard.press("?");
      await page.waitForSelector(".ap-overlay-help");
      expect(
        await page.$eval(".ap-overlay-help", (help) => {
          const { left, top, width, height } = help.getBoundingClientRect();
          return help.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }),
      ).toBe(true);
      await page.keyboard.press(key);
      await page.waitForFunction(() => !document.querySelector(".ap-overlay-help"));
      expect(await page.$$(".ap-overlay")).toHaveLength(1);
    }
    await page.click(".ap-overlay-start");
    await event("playing");
    expect(await page.$(".ap-overlay")).toBeNull();
    await page.keyboard.press(" ");
    await event("pause");
  });

  test("keys", async () => {
    await open({ data: session }, { preload: true });
    await event("ready");
    await page.focus(".ap-term-text");
    const press = async (key: string) => {
      await page.keyboard.press(key);
      await page.evaluate(() => window.player.pause()); // behind the key's own command
      return time();
    };
    expect(await press("5")).toBe(5);
    expect(await press("ArrowLeft")).toBe(0);
    expect(await press("Shift+ArrowRight")).toBe(1);
    expect(await press("]")).toBe(6);
    expect(await press("[")).toBe(1);
    expect(await press(".")).toBe(2);
    expect(await press(",")).toBe(0.5);
    await page.keyboard.press(" ");
    await event("playing");
    await page.keyboard.press(">");
    expect(await page.evaluate(() => window.player.getSpeed())).toBe(1.5);
    await page.keyboard.press("<");
    await page.keyboard.press("<");
    expect(await page.evaluate(() => window.player.getSpeed())).toBe(0.5);
    await page.keyboard.press("?");
    await event("pause");
    expect(await page.textContent(".ap-overlay-help")).toContain("Frame by frame");
    await page.keyboard.press("Escape");
    expect(await page.$(".ap-overlay-help")).toBeNull();
    await page.keyboard.press("f");
    await page.waitForFunction(() => document.fullscreenElement === window.player.el);
    await page.keyboard.press("f");
    await page.waitForFunction(() => document.fullscreenElement === null);
  });

  test("keys with modifiers are the page's", async () => {
    await open({ data: session }, { preload: true });
    await event("ready");
    await page.focus(".ap-term-text");
    await page.keyboard.press("Control+5");
    await page.keyboard.press("Alt+5");
    expect(await time()).toBe(0);
  });

  test("the bar: play, time, line, speed", async () => {
    await open({ data: session }, { preload: true, controls: true });
    await event("ready");
    expect(await page.textContent(".ap-timer")).toBe("0:00 / 0:10");
    const line = page.getByRole("slider");
    const { x, y, width, height } = (await line.boundingBox())!;
    await page.mouse.click(x + width / 2, y + height - 4);
    await page.waitForFunction(() => window.player.getCurrentTime()! > 4.9);
    expect(await time()).toBeCloseTo(5, 1);
    expect(await line.getAttribute("aria-valuetext")).toBe("0:05 of 0:10, first");
    await page.mouse.move(x + 10, y + height - 4);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.8, y + height - 4, { steps: 5 });
    await page.mouse.up();
    await expect.poll(time).toBeCloseTo(8, 1);
    await page.getByRole("button", { name: "Speed" }).click();
    await page.getByRole("menuitemradio", { name: "2×" }).click();
    expect(await page.evaluate(() => window.player.getSpeed())).toBe(2);
    await page.getByRole("button", { name: "Play", exact: true }).last().click();
    await event("playing");
    await page.getByRole("button", { name: "Pause" }).click();
    await event("pause");
  });

  test("the bar hides while nobody is there, and comes back", async () => {
    await open({ data: session }, { autoPlay: true });
    await event("playing");
    const hidden = () => page.evaluate(() => !window.player.el.classList.contains("ap-hud"));
    await expect.poll(hidden, { timeout: 4000 }).toBe(true);
    await page.mouse.move(300, 200);
    await page.mouse.move(310, 210);
    await expect.poll(hidden).toBe(false);
  });

  test("no bar takes no room", async () => {
    await open({ data: session }, { controls: false });
    await seek(1);
    const [term, player] = [
      await page.locator(".ap-term").boundingBox(),
      await page.locator(".ap-player").boundingBox(),
    ];
    expect(player!.height).toBe(term!.height);
    expect(await page.$(".ap-control-bar")).toBeNull();
    expect(await page.$(".ap-hud")).toBeNull();
  });
});

describe("text", () => {
  test("copying gives exactly what was recorded", async () => {
    const lines = ["┌─┐ █▀ \ue0b0 日本語 e\u0301", "x".repeat(50), "  indented"];
    await open({ data: cast([[0, "o", lines.join("\r\n")]]) });
    await seek(1);
    const copied = await page.evaluate(() => {
      const layer = document.querySelector(".ap-term-text")!;
      getSelection()!.selectAllChildren(layer);
      const clipboardData = new DataTransfer();
      layer.dispatchEvent(new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }));
      return clipboardData.getData("text/plain");
    });
    expect(copied.trimEnd()).toBe(lines.join("\n"));
  });

  test("what a visitor selects is what the clipboard gets", async () => {
    await open({ data: cast([[0, "o", `first line\r\n\r\ncodec\r\n${"w".repeat(45)}\r\nlast`]]) });
    await seek(1);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.$eval(".ap-overlay-start", (element) => element.remove());
    const clipboard = async () => {
      await page.keyboard.press("Control+c");
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const lines = page.locator(".ap-line");
    const at = async (line: number, col: number) => {
      const { x, y, height } = (await lines.nth(line).boundingBox())!;
      return [x + col * (await page.$eval(".ap-term", (term) => term.clientWidth / 40)), y + height / 2] as const;
    };
    const drag = async (from: readonly [number, number], to: readonly [number, number]) => {
      await page.mouse.click(5, 590); // away from the old selection
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(...to, { steps: 4 });
      await page.mouse.up();
    };

    await drag(await at(2, 3), await at(2, 5));
    expect(await clipboard()).toBe("ec");
    await drag(await at(2, 3), await at(3, 0));
    expect(await clipboard()).toBe("ec\n");
    await drag(await at(0, 6), await at(2, 2));
    expect(await clipboard()).toBe("line\n\nco");
    await drag(await at(3, 38), await at(5, 2));
    expect(await clipboard()).toBe(`${"w".repeat(7)}\nla`);
    for (const [line, text] of [
      [0, "first line\n"],
      [2, "codec\n"],
      [5, "last"],
    ] as const) {
      await page.mouse.click(5, 590);
      await page.mouse.click(...(await at(line, 1)), { clickCount: 3 });
      expect(await clipboard()).toBe(text);
    }
  });

  test("a selection that is dragged beyond the text is copied as it is", async () => {
    await open({ data: cast([[0, "o", "one\r\ncodec"]]) });
    await seek(1);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate(() => {
      document.querySelector(".ap-overlay-start")!.remove();
      document.querySelector("#box")!.before("before");
      document.querySelector("#box")!.after(Object.assign(document.createElement("p"), { textContent: "after" }));
    });
    const copied = async () => {
      await page.keyboard.press("Control+c");
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const { x, y } = (await page.locator(".ap-line").nth(1).boundingBox())!;
    await page.mouse.click(x + 20, y + 8, { clickCount: 3 });
    expect(await copied()).toBe("codec\n");
    // Ends beyond the text: in the space around it, on the control bar, on the line itself.
    const term = (await page.locator(".ap-term").boundingBox())!;
    const bar = (await page.locator(".ap-control-bar").boundingBox())!;
    for (const [endX, endY, text] of [
      [term.x + term.width - 3, y + 8, "dec"],
      [term.x + term.width - 60, y + 8, "dec"],
      [term.x + 3, y + 8, "co"],
      [term.x + 60, term.y + term.height - 3, "dec\n\n\n\n"],
      [term.x + term.width - 3, term.y + term.height - 3, "dec\n\n\n\n"],
      // On the bar, how many of the empty lines belong to it is for the browser to say.
      [bar.x + 90, bar.y + 20, expect.stringMatching(/^dec\n+$/)],
    ] as const) {
      await page.mouse.click(400, 598);
      await page.mouse.move(x + 2 * (await page.$eval(".ap-term", (term) => term.clientWidth / 40)), y + 8);
      await page.mouse.down();
      await page.mouse.move(endX, endY, { steps: 5 });
      await page.mouse.up();
      expect.soft([endX, endY, await copied()]).toEqual([endX, endY, text]);
    }
    await page.keyboard.press("Control+a");
    expect(await copied()).toMatch(/^before\s+one\ncodec\n\s*after$/);
  });

  test("lies over the picture: every character on its cell", async () => {
    await open({ data: cast([[0, "o", `${"ab│日é".repeat(6)}`]]) }, {}, { width: 733, height: 400 });
    await seek(1);
    const off = () =>
      page.evaluate(() => {
        const layer = document.querySelector(".ap-term-text")!;
        const line = layer.querySelector(".ap-line")!;
        const { left, width } = line.getBoundingClientRect(); // the layer itself is wider, by the terminal's border
        const cell = width / 40;
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        let [col, worst] = [0, 0];
        for (let node = walker.nextNode() as Text; node; node = walker.nextNode() as Text) {
          for (let i = 0; i < node.length; i++) {
            const range = document.createRange();
            range.setStart(node, i);
            range.setEnd(node, i + 1);
            worst = Math.max(worst, Math.abs(range.getBoundingClientRect().left - left - col * cell));
            col += node.data[i] === "日" ? 2 : 1;
          }
        }
        return worst;
      });
    await expect.poll(off).toBeLessThan(0.3); // it is placed with the first frame
  });

  test("links lead where they may", async () => {
    const link = (url: string) => `\x1b]8;;${url}\x1b\\${url}\x1b]8;;\x1b\\\r\n`;
    const urls = ["https://example.org/", "mailto:a@b.c", "javascript:alert(1)", "file:///etc/passwd"];
    await open({ data: cast([[0, "o", urls.map(link).join("")]]) });
    await seek(1);
    expect(await text()).toEqual(urls);
    expect(await page.$$eval(".ap-line a", (links) => links.map((link) => link.getAttribute("href")))).toEqual(
      urls.slice(0, 2),
    );
  });

  test("terminal text is never markup", async () => {
    await open({ data: cast([[0, "o", "<img src=x onerror=alert(1)>\r\n<b>&amp;"]]) });
    await seek(1);
    expect(await text()).toEqual(["<img src=x onerror=alert(1)>", "<b>&amp;"]);
    expect(await page.$$(".ap-term img, .ap-term b")).toEqual([]);
    expect(page.complaints).toEqual([]);
  });
});

describe("the keys that were pressed", () => {
  const typed = cast([
    [0.1, "i", "l"],
    [0.15, "i", "s"],
    [0.2, "i", "\r"],
    [0.25, "i", "\x1b[A"],
    [0.3, "i", "\x1b[A"],
    [0.35, "i", "\x03"],
    [0.4, "i", "\x1bx"],
    [6, "o", "end"],
  ]);
  const caps = () => page.$$eval(".ap-keystroke-pill", (pills) => pills.map((pill) => pill.textContent));

  test("are shown for a while", async () => {
    await open({ data: typed }, { keystrokeOverlay: true, autoPlay: true });
    await expect.poll(caps).toEqual(["Ret", "↑ × 2", "C-c", "A-x"]);
    await page.waitForSelector(".ap-keystroke-pill.fading");
    await expect.poll(caps).toEqual([]);
    expect(page.complaints).toEqual([]);
  });

  test("when the page or the visitor wants it", async () => {
    await open({ data: typed }, { autoPlay: true });
    await event("input");
    expect(await caps()).toEqual([]);
    await page.focus(".ap-term-text");
    await page.keyboard.press("k");
    await page.evaluate(() => window.player.seek(0));
    await expect.poll(caps).toContain("A-x");
    await page.evaluate(() => window.player.seek(3));
    expect(await caps()).toEqual([]);
  });
});
