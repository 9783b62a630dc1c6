import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, readConfig, startServer } from "../packages/server/dist/index.js";
import { launchChromium } from "./chromium.js";

let folder: string;
let server: RunningServer;
let browser: Browser;
let url: string;
let elsewhere: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-pages-"));
  const config = { ...readConfig({ DATA_DIR: folder }), port: 0 };
  const silent = { info() {}, warn() {}, error: console.error };
  server = await startServer({ config, log: silent, version: "0.0.0", sample: true });
  url = `http://127.0.0.1:${server.port}`;
  browser = await launchChromium();
  elsewhere = createServer((request, response) => {
    const script = new URL(request.url!, "http://x").searchParams.get("script");
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><body><p>Before</p>${script ?? ""}<p>After</p>`);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await browser.close();
  elsewhere.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page that remembers everything that went wrong on it. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // A picture that is no longer wanted when the reader moves on is no problem.
    if (reason !== "net::ERR_ABORTED") problems.push(`${request.url()}: ${reason}`);
  });
  await page.goto(path.startsWith("http") ? path : url + path);
  return { page, problems };
}

async function upload(content: string, fields: Record<string, string> = {}): Promise<string> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ visibility: "public", ...fields })) body.append(name, value);
  body.append("file", new Blob([content]), "demo.cast");
  const authorization = `Basic ${btoa("mira:01234567-89ab-cdef-0123-456789abcdef")}`;
  const answer = await fetch(`${url}/api/v1/recordings`, { method: "POST", headers: { authorization }, body });
  return new URL(((await answer.json()) as { url: string }).url).pathname;
}

describe("in a browser", () => {
  test("the sample plays from the home page to its last screen", async () => {
    const { page, problems } = await open("/");
    await page.getByRole("link", { name: "A short tour of a terminal" }).click();
    await page.waitForURL(/\/a\/1$/);
    await page.locator(".ap-player").waitFor();
    await page.evaluate(() => history.replaceState(null, "", location.pathname));
    await page.getByRole("button", { name: "Play" }).first().click();
    await page.locator(".chap a[aria-current]").waitFor();
    await page.getByRole("link", { name: "All the colours" }).click();
    await page.waitForFunction(
      () => document.querySelector(".ap-term-text")?.textContent?.includes("exit"),
      undefined,
      {
        timeout: 15_000,
      },
    );
    expect(await page.locator(".ap-term-text").textContent()).toContain("struck out");
    expect(await page.locator(".chap a[aria-current]").textContent()).toContain("All the colours");
    expect(problems).toEqual([]);
    await page.goto(`${url}/a/1`);
    expect(await page.locator(".facts").textContent()).toContain("views 1");
    await page.context().close();
  });

  test("a link to a moment starts there", async () => {
    const { page, problems } = await open("/a/1?t=14&autoplay=0");
    await page.locator(".ap-player").waitFor();
    await page.waitForFunction(() =>
      document.querySelector(".ap-term-text")?.textContent?.includes("keeps the colours"),
    );
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("without script there are a picture, the transcript, the file and the share form", async () => {
    const { page, problems } = await open("/a/1", { javaScriptEnabled: false });
    expect(await page.locator("img.still").evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(694);
    expect(await page.locator(".stage .note").textContent()).toContain("The player needs JavaScript");
    await page.locator("summary", { hasText: "Transcript" }).click();
    expect(await page.locator(".script").textContent()).toContain("Hello, 世界");
    await page.getByRole("button", { name: "Share" }).click();
    await page.locator("#share-t").fill("1:05");
    await page.getByRole("button", { name: "Update" }).click();
    await page.waitForURL(/share=1&t=1%3A05/);
    expect(await page.locator("#share").textContent()).toContain("/a/1?t=65");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("the share sheet follows its options and closes with Escape", async () => {
    const { page, problems } = await open("/a/1");
    await page.getByRole("button", { name: "Share" }).click();
    await page.locator("#share-t").fill("0:12");
    await page.getByText("Loop").click();
    const out = (name: string) => page.locator(`[data-out="${name}"]`).textContent();
    expect(await out("Link")).toMatch(/\/a\/1\?t=12&loop=1$/);
    expect(await out("Script")).toContain('id="asciicast-1"');
    expect(await out("Script")).toContain('data-start-at="12"');
    await page.keyboard.press("Escape");
    expect(await page.locator("#share").isVisible()).toBe(false);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a script puts the recording into a page elsewhere, in a frame of the right height", async () => {
    const script = `<script async id="asciicast-1" src="${url}/a/1.js" data-start-at="12" data-theme="nord"></script>`;
    const { port } = elsewhere.address() as AddressInfo;
    const { page, problems } = await open(`http://127.0.0.1:${port}/?script=${encodeURIComponent(script)}`);
    const frame = page.locator("iframe#asciicast-iframe-1");
    await frame.waitFor();
    expect(await frame.getAttribute("src")).toBe(`${url}/a/1/iframe?startAt=12&theme=nord`);
    await page.waitForFunction(() => (document.querySelector("iframe")?.clientHeight ?? 0) > 300);
    const inside = page.frameLocator("iframe");
    await inside.locator(".ap-player").waitFor();
    expect(await inside.locator(".credit").textContent()).toContain("A short tour of a terminal");
    const fits = await inside.locator("body").evaluate((body) => body.scrollHeight <= innerHeight);
    expect(fits).toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test.each([
    [1280, "light"],
    [390, "dark"],
    [320, "light"],
  ] as const)("nothing is wider than %i px (%s)", async (width, colorScheme) => {
    const long = `${"a-very-long-word".repeat(8)}`;
    const header = { version: 3, term: { cols: 200, rows: 50 }, title: long, command: long };
    const path = await upload(`${JSON.stringify(header)}\n[0.1, "o", "${long}"]\n[1, "m", "${long}"]\n`, {
      description: `\`${long}\`\n\n    ${long}`,
    });
    for (const place of ["/", path, `${path}/iframe`, "/record", "/about", "/explore/recordings/recent", "/a/999"]) {
      const { page } = await open(place, { viewport: { width, height: 800 }, colorScheme });
      await page.waitForTimeout(100);
      expect([place, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([place, width]);
      await page.context().close();
    }
  });
});
