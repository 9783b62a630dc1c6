import { Terminal } from "@asciinema-ts/vt";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../../../e2e/chromium.js";
import { frame } from "./frame.js";
import { type SvgOptions, svg } from "./svg.js";
import { palette, themes } from "./theme.js";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage();
});
afterAll(() => browser?.close());

function picture(output: string, options?: SvgOptions): string {
  const terminal = new Terminal({ cols: 20, rows: 3 });
  terminal.feed(`\x1b[?25l${output}`);
  return svg(frame(terminal, palette(themes["asciinema"]!)), options);
}

/** Colours along a row of the picture as an image element shows it: inside of columns `first` to `end`, at y px. */
async function along(xml: string, scale: number, y: number, first: number, end: number): Promise<number[][]> {
  const points = Array.from({ length: 10 * (end - first) - 5 }, (_, i) => [11 + 8.4 * (first + 0.3 + i / 10), y]);
  return page.evaluate(
    async ({ xml, points, scale }) => {
      const image = new Image();
      image.src = `data:image/svg+xml,${encodeURIComponent(xml)}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth * scale, image.naturalHeight * scale);
      const context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      return points.map(([x, y]) => [...context.getImageData(x! * scale, y! * scale, 1, 1).data.slice(0, 3)]);
    },
    { xml, points, scale },
  );
}

/** The largest difference of a channel between colours. */
function spread(colors: number[][]): number {
  return Math.max(...colors.map((color) => Math.max(...color.map((byte, i) => Math.abs(byte - colors[0]![i]!)))));
}

test("a browser reads it as XML and sees nothing wrong", async () => {
  const parsed = await page.evaluate(
    (xml) => {
      const document = new DOMParser().parseFromString(xml, "image/svg+xml");
      return { root: document.documentElement.nodeName, text: document.querySelector("text")?.textContent };
    },
    picture("<&>\u{fffe}\u0085\ud800\"'", { title: "\0\uffff" }),
  );
  expect(parsed).toEqual({ root: "svg", text: "<&>" });
});

test("backgrounds, blocks, slopes and lines side by side show no seam at any scale", async () => {
  // Three rows of one colour throughout, from as many kinds of shape as there are.
  const xml = picture(
    "\x1b[31m██\x1b[41m  \x1b[0;31m\u{2590}\x1b[7m▌\x1b[0;31m█\u{25e4}\x1b[0m\r\n\x1b[31m▀▀\x1b[41;32m▄▄\r\n\x1b[0;41m \x1b[0;31m\ue0b0\x1b[0m ────",
  );
  const red = [0xdd, 0x3c, 0x69];
  const green = [0x4e, 0xbf, 0x22];
  for (const scale of [0.6, 0.75, 1, 1.25, 2]) {
    const differs = async (color: number[], y: number, first: number, end: number) =>
      spread([color, ...(await along(xml, scale, y, first, end))]);
    expect(await differs(red, 13, 0, 4), `blocks at ${scale}`).toBe(0);
    expect(await differs(red, 13, 6, 7.5), `slope at ${scale}`).toBeLessThan(3);
    expect(await differs(red, 33, 0, 4), `upper halves at ${scale}`).toBe(0);
    expect(await differs(green, 46, 2, 4), `lower halves at ${scale}`).toBe(0);
    expect(await differs(red, 58.5, 0, 1.7), `Powerline at ${scale}`).toBeLessThan(3);
    const line = await along(xml, scale, 58.6, 3, 7);
    expect(spread(line), `line at ${scale}`).toBeLessThan(3);
    expect(line[0]![0], `line at ${scale}`).toBeGreaterThan(0x20);
  }
});
