import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Options, Player, Source } from "../packages/player/src/index.js";
import { launchChromium } from "./chromium.js";
import { cast, Site } from "./player-page.js";

declare const AsciinemaPlayer: { create(source: Source, element: Element, options?: Options): Player };

let site: Site;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.start(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

/** Tabs are used again, by what they were made for: a new one takes longer than most tests. */
const tabs = new Map<string, Page>();

async function tab(ratio: number, width: number, before: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 400 }, deviceScaleFactor: ratio });
  const page = await context.newPage();
  await page.addInitScript(before);
  return page;
}

/** A page that shows the end of a recording of 40 x 6, and how wide its pixels are. */
async function show(text: string, ratio: number, width = 433, before = ""): Promise<Page> {
  const key = `${ratio} ${width} ${before}`;
  const page = tabs.get(key) ?? (await tab(ratio, width, before));
  tabs.set(key, page);
  await page.goto(`${site.url}/page.html`);
  await page.evaluate(
    async (data) => {
      const player = AsciinemaPlayer.create({ data }, document.querySelector("#box")!, { cursorMode: "hidden" });
      await player.seek("100%");
      document.querySelector(".ap-overlay-start")!.remove();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    },
    cast([[0, "o", text]]),
  );
  return page;
}

/** The picture's pixels as 0xffBBGGRR, row by row. */
async function pixels(page: Page): Promise<{ width: number; height: number; data: Uint32Array }> {
  const { width, height, base64 } = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".ap-term canvas")!;
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    let bytes = "";
    for (let at = 0; at < data.length; at += 8192) bytes += String.fromCharCode(...data.subarray(at, at + 8192));
    return { width, height, base64: btoa(bytes) };
  });
  return { width, height, data: new Uint32Array(new Uint8Array(Buffer.from(base64, "base64")).buffer) };
}

const FG = 0xffcccccc;

describe.each([1, 1.25, 1.5, 2, 3])("at %d device pixels per CSS pixel", (ratio) => {
  test("the picture is not scaled", async () => {
    const page = await show("x", ratio);
    const [drawn, shown] = await page.$eval(".ap-term canvas", (canvas: HTMLCanvasElement) => [
      canvas.width,
      canvas.getBoundingClientRect().width * devicePixelRatio,
    ]);
    expect(shown).toBeCloseTo(drawn!, 1);
  });

  test("box drawing has no seams", async () => {
    const page = await show(`${"│\r\n".repeat(5)}│\x1b[3;1H${"─".repeat(40)}`, ratio);
    const { width, height, data } = await pixels(page);
    const column = (x: number) => Array.from({ length: height }, (_, y) => data[y * width + x]);
    const cell = width / 40;
    const whole = Array.from({ length: Math.ceil(cell) }, (_, x) => column(x));
    const row = height / 6;
    // The third row is the horizontal line: outside of it some column is unbroken.
    const outside = (of: (number | undefined)[]) => of.filter((_, y) => y < 2 * row || y >= 3 * row);
    expect(whole.some((of) => outside(of).every((color) => color === FG))).toBe(true);
    const lines = Array.from({ length: row }, (_, y) => data.slice((2 * row + y) * width, (2 * row + y + 1) * width));
    expect(lines.some((line) => line.every((color) => color === FG))).toBe(true);
  });

  test("blocks fill their cells to the edge and not beyond", async () => {
    const page = await show(`${"█".repeat(40)}\r\n${"▀".repeat(40)}\r\n\r\n${"▒".repeat(40)}`, ratio);
    const { width, height, data } = await pixels(page);
    const row = height / 6;
    const rowsOf = (from: number, to: number) =>
      new Set(data.slice(Math.round(from * row) * width, Math.round(to * row) * width));
    expect([...rowsOf(0, 1)]).toEqual([FG]);
    expect([...rowsOf(1, 1.5)]).toEqual([FG]);
    expect([...rowsOf(2, 3)]).toEqual([0xff141312]);
    expect([...rowsOf(3, 4)]).toEqual([0xff706f6f]);
  });
});

describe.each([1, 1.5])("lines of double size at %d device pixels per CSS pixel", (ratio) => {
  test("twice as wide, and of those twice as high the upper and the lower half", async () => {
    const lines = ["\x1b#6█ ─█", "\x1b#3▄ x\x1b[4my\x1b[0m", "\x1b#4▄ x\x1b[4my\x1b[0m", "日日xx", "\x1b#6日日xx"];
    const page = await show(lines.join("\r\n"), ratio, 440);
    const { width, height, data } = await pixels(page);
    const [cell, row] = [width / 40, height / 6];
    const at = (col: number, line: number) => data[Math.round(line * row) * width + Math.round(col * cell)];
    const BG = 0xff141312;
    // Cells 0 and 1, 2 and 3 and so on belong together.
    expect([0.5, 1.5, 2.5, 3.5, 6.5, 7.5, 8.5].map((col) => at(col, 0.3))).toEqual([FG, FG, BG, BG, FG, FG, BG]);
    const column = (col: number, line: number) =>
      Array.from({ length: row }, (_, y) => data[(line * row + y) * width + Math.round(col * cell)]);
    expect([4.1, 5.9].map((col) => column(col, 0).includes(FG))).toEqual([true, true]);
    // A lower half block of double height is the whole of the second line.
    expect([0.5, 1.5].map((col) => at(col, 1.1))).toEqual([BG, BG]);
    expect([0.5, 1.5, 2.5].map((col) => at(col, 2.1))).toEqual([FG, FG, BG]);
    expect([0.5, 1.5, 2.5].map((col) => at(col, 2.9))).toEqual([FG, FG, BG]);
    const inked = (col: number, cols: number, line: number) => {
      let count = 0;
      for (let y = Math.round(line * row); y < Math.round((line + 1) * row); y++)
        for (let x = Math.round(col * cell); x < Math.round((col + cols) * cell); x++)
          if (data[y * width + x] !== BG) count++;
      return count;
    };
    /** How much of so many cells is covered, and where that begins and ends, in pixels. */
    const ink = (col: number, cols: number, line: number) => {
      let [amount, left, right] = [0, width, 0];
      for (let y = Math.round(line * row); y < Math.round((line + 1) * row); y++)
        for (let x = Math.round(col * cell); x < Math.round((col + cols) * cell); x++) {
          const share = ((data[y * width + x]! & 255) - (BG & 255)) / ((FG & 255) - (BG & 255));
          amount += share;
          if (share > 0.2) [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
        }
      return { amount, left, right };
    };
    expect([inked(4, 2, 1), inked(4, 2, 2), inked(10, 2, 1)].map((count) => count > 0)).toEqual([true, true, false]);
    expect([1, 2].map((line) => column(6.1, line).includes(FG))).toEqual([false, true]);
    // Twice the ink, and from edge to edge twice as far, in whatever font.
    const [single, double] = [ink(0, 6, 3), ink(0, 12, 4)];
    expect(double.amount / single.amount).toBeGreaterThan(1.9);
    expect(double.amount / single.amount).toBeLessThan(2.1);
    expect(Math.abs(double.left - 2 * single.left)).toBeLessThanOrEqual(2);
    expect(Math.abs(double.right - 2 * single.right)).toBeLessThanOrEqual(2);
    expect(inked(12, 28, 4)).toBe(0);
  });

  test("their text lies over them, as wide as the picture", async () => {
    const page = await show("\x1b#6double\r\nsingle\r\n\x1b#3high\r\n\x1b#4high", ratio, 440);
    await page.dispatchEvent(".ap-term-text", "pointerenter");
    const boxes = await page.$$eval(".ap-line", (lines) =>
      lines.slice(0, 4).map((line) => {
        const range = document.createRange();
        range.selectNodeContents(line);
        const { width, height, top } = range.getBoundingClientRect();
        return [width, height, top - line.parentElement!.getBoundingClientRect().top];
      }),
    );
    const [double, single, upper, lower] = boxes as [number[], number[], number[], number[]];
    expect(double[0]).toBeCloseTo(single[0]! * 2, 0);
    expect(upper[0]).toBeCloseTo((single[0]! * 8) / 6, 0);
    expect(upper[1]).toBeCloseTo(single[1]! * 2, 0);
    expect(lower[2]).toBeCloseTo(upper[2]!, 0);
  });
});

test("what is not painted anew is what painting all anew gives", async () => {
  const page = await show("", 1.5);
  const differences = await page.evaluate(async () => {
    const box = () => document.body.appendChild(document.createElement("div"));
    let feed: (text: string) => void = () => {};
    const options: Options = { cursorMode: "steady", controls: false };
    const [one, other] = [box(), box()];
    AsciinemaPlayer.create(
      ({ dispatch }) => ({
        play() {
          dispatch("reset", { size: { cols: 30, rows: 8 } });
          feed = (text) => dispatch("output", text);
        },
      }),
      one,
      { ...options, autoPlay: true },
    );
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await frame();
    const read = (of: Element) => {
      const canvas = of.querySelector("canvas")!;
      return new Uint32Array(canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    };
    const steps = [
      "one\r\ntwo\r\n日本語 wide\r\n",
      "\x1b[2;2Hx",
      "\x1b[3;2Hy",
      "\x1b[44mblue\x1b[0m\r\n",
      "a\r\nb\r\nc\r\nd\r\n",
      "\x1b[5mblink\x1b[0m \x1b[4:3mcurl\x1b[0m",
      "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
      "\x1b[?1049h\x1b[31mother",
      "\x1b[3;3H█▀",
      "\x1b[?1049l",
      "\x1b[2;6r\x1b[6;1H\n\n",
      "\x1b[r\x1b[1;1H\x1bM\x1bM",
      "\x1b[2J",
      "\x1b[?5hreverse",
      "\x1b[?5l\x1b]11;#204060\x07",
      "\x1b[2;1H\x1b#6wide 日本",
      "\x1b[2;1H\x1b#3\x1b[4mhigh\x1b[0m\x1b[3;1H\x1b#4high",
      "\x1b[8;1H\n",
      "\x1b[2;3Hx\x1b[2;1H\x1b#5",
      "日本\x1b[2;2;2;3;7$t",
    ];
    let fed = "";
    const counts: number[] = [];
    for (const step of steps) {
      feed(step);
      fed += step;
      await frame();
      other.replaceChildren();
      const fresh = AsciinemaPlayer.create(
        ({ dispatch }) => ({ play: () => dispatch("reset", { size: { cols: 30, rows: 8 }, init: fed }) }),
        other,
        { ...options, autoPlay: true },
      );
      await frame();
      const [a, b] = [read(one), read(other)];
      counts.push(a.length === b.length ? a.reduce((sum, value, i) => sum + (value === b[i] ? 0 : 1), 0) : -1);
      fresh.dispose();
    }
    return counts;
  });
  expect(differences).toEqual(differences.map(() => 0));
});

test("a mark that the font gives a width of its own lies over its letter", async () => {
  const ink = async (text: string) => {
    const page = await show(text, 2);
    const { width, height, data } = await pixels(page);
    const cell = { width: Math.floor(width / 40), height: height / 6 };
    const covered = [];
    for (let y = 0; y < cell.height; y++)
      for (let x = 0; x < cell.width; x++) covered.push(data[y * width + x]! !== data[width * height - 1]!);
    return covered;
  };
  const [letter, struck] = [await ink("o"), await ink("o\u0335")];
  expect(letter.filter(Boolean).length).toBeGreaterThan(20);
  expect(letter.every((covered, i) => !covered || struck[i])).toBe(true);
  expect(struck.filter(Boolean).length).toBeGreaterThan(letter.filter(Boolean).length);
});

test("where pixels cannot be read back, the canvas' own text painting gives nearly the same", async () => {
  const text =
    "The quick \x1b[1mbrown\x1b[0m fox \x1b[31;47mjumps\x1b[0m\r\n┌──┐ █▓▒░ ⣿ \x1b[4munder\x1b[0m \x1b[9mstrike\x1b[0m\r\nwide 日本 é\r\n\x1b#3high \x1b[4mer\x1b[0m ─\r\n\x1b#4high \x1b[4mer\x1b[0m ─\r\n\x1b#6wide 日";
  const falsify =
    "const read = CanvasRenderingContext2D.prototype.getImageData;" +
    "CanvasRenderingContext2D.prototype.getImageData = function (...box) {" +
    "  const image = read.apply(this, box); if (box[2] === 16 && box[3] === 2) image.data[5] ^= 1; return image };";
  for (const ratio of [1, 2]) {
    const [own, canvas] = [await show(text, ratio), await show(text, ratio, 433, falsify)];
    const [a, b] = [await pixels(own), await pixels(canvas)];
    expect([b.width, b.height]).toEqual([a.width, a.height]);
    let sum = 0;
    for (let i = 0; i < a.data.length; i++)
      for (const shift of [0, 8, 16]) sum += Math.abs(((a.data[i]! >> shift) & 255) - ((b.data[i]! >> shift) & 255));
    expect(sum / a.data.length / 3).toBeLessThan(1);
    expect(new Set(b.data).size).toBeGreaterThan(20);
  }
});
