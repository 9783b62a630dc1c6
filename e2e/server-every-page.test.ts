import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, readConfig, startServer } from "../packages/server/dist/index.js";
import { type LiveServer, TestProducer, type ToldStream } from "../packages/server/test/live.js";
import { launchChromium } from "./chromium.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const authorization = `Basic ${btoa("mira:01234567-89ab-cdef-0123-456789abcdef")}`;

let folder: string;
let server: RunningServer;
let browser: Browser;
let url: string;
/** Somebody who has signed in, and somebody who has not. */
let mira: BrowserContext;
let guest: BrowserContext;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-pages-"));
  const config = { ...readConfig({ DATA_DIR: folder }), port: 0 };
  const silent = { info() {}, warn() {}, error: console.error };
  server = await startServer({ config, log: silent, version: "0.0.0", sample: true });
  url = `http://127.0.0.1:${server.port}`;
  browser = await launchChromium();
  guest = await browser.newContext();
  mira = await browser.newContext();
  const page = await mira.newPage();
  const link = new URL(server.administratorLink!);
  await page.goto(url + link.pathname + link.search);
  await page.fill("[name=username]", "mira");
  await page.fill("[name=email]", "mira@example.org");
  await page.click("main button[type=submit]");
  await page.goto(`${url}/connect/01234567-89ab-cdef-0123-456789abcdef`);
  await page.click("main button[type=submit]");
  await page.close();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function upload(content: string, fields: Record<string, string>): Promise<string> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", new Blob([content]), "demo.cast");
  const answer = await fetch(`${url}/api/v1/recordings`, { method: "POST", headers: { authorization }, body });
  expect(answer.status).toBe(201);
  return new URL(((await answer.json()) as { url: string }).url).pathname;
}

/** Makes a stream that is on and shows something. It ends with the server. */
async function stream(settings: Record<string, unknown>, printed: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/streams`, {
    method: "POST",
    headers: { authorization },
    body: JSON.stringify({ live: true, visibility: "public", ...settings }),
  });
  expect(answer.status).toBe(200);
  const told = (await answer.json()) as ToldStream;
  const at = { ws: (path: string) => url.replace("http", "ws") + path } as LiveServer;
  await TestProducer.begin(at, told, { cols: 100, rows: 24, dump: printed });
  const path = new URL(told.url).pathname;
  await expect.poll(async () => (await fetch(`${url}${path}.txt`)).text(), { timeout: 20_000 }).not.toBe("");
  return path;
}

/** A page for each context, in which one after the other is looked at: a new one costs more than what is in it. */
const pagesOf = new Map<BrowserContext, { page: Page; problems: string[] }>();

async function pageOf(context: BrowserContext): Promise<{ page: Page; problems: string[] }> {
  const known = pagesOf.get(context);
  if (known) return known;
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    const text = message.text();
    // What is not there is meant to be, and says so.
    if (["error", "warning"].includes(message.type()) && !/status of 4\d\d/.test(text)) problems.push(text);
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  pagesOf.set(context, { page, problems });
  return { page, problems };
}

/** Opens a page and hands it over with everything that was wrong with it. */
async function look<T>(
  context: BrowserContext,
  path: string,
  see: (page: Page) => Promise<T>,
): Promise<{ seen: T; problems: string[] }> {
  const { page, problems } = await pageOf(context);
  await page.goto("about:blank"); // what is left of the page before belongs to that one
  problems.length = 0;
  await page.goto(url + path);
  if ((await page.locator("[data-player]:not(.off)").count()) > 0) await page.locator(".ap-player").waitFor();
  const seen = await see(page);
  return { seen, problems: [...problems] };
}

/** What axe has against a page, on a desktop and on a phone. */
async function objections(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found: string[] = [];
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    const violations = await page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
        }
      ).axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    });
    found.push(...violations.map((violation) => `${width}: ${violation}`));
  }
  return found;
}

const guests = [
  "/",
  "/explore/recordings/recent",
  "/explore/recordings/featured",
  "/a/1",
  "/a/1?share=1",
  "/a/1.gif",
  "/a/1/iframe",
];
guests.push("/record", "/about", "/login/new", "/login/sent", "/session/new?t=x", "/~mira", "/a/999");
const owners = ["/", "/a/1", "/a/1/edit", "/a/1/delete", "/record", "/user/edit", "/user/delete", "/~mira"];
owners.push("/~mira?show=unlisted", "/connect/01234567-89ab-cdef-0123-456789abcde0");
const pages = [...guests.map((path) => ["a guest", path]), ...owners.map((path) => ["the owner", path])] as const;

describe("to screen readers and keyboards", () => {
  test("a stream that is on, one that is not, and their list have nothing that axe objects to", async () => {
    const on = await stream({ title: "On", schedule: "0 18 * * sat", description: "Text" }, "$ make\r\n");
    const made = await fetch(`${url}/api/v1/streams`, {
      method: "POST",
      headers: { authorization },
      body: JSON.stringify({ title: "Off", visibility: "public", schedule: "0 18 * * sun" }),
    });
    const off = new URL(((await made.json()) as ToldStream).url).pathname;
    for (const [context, place] of [
      [guest, off],
      [guest, `${on}/iframe`],
      [mira, on],
      [mira, `${on}/edit`],
      [mira, "/user/streams"],
    ] as const) {
      const { seen, problems } = await look(context, place, objections);
      expect([place, seen, problems]).toEqual([place, [], []]);
    }
    // What a schedule means is told while it is typed.
    const { problems } = await look(mira, `${on}/edit`, async (page) => {
      await page.fill("[name=schedule]", "at noon");
      await page.getByText("It has an invalid minute: at.").waitFor();
      // An answer that comes late does not stand in the place of a newer one.
      let late: (() => void) | undefined;
      await page.route("**/user/streams/dates?schedule=late", async (route) => {
        await new Promise<void>((resolve) => {
          late = resolve;
        });
        await route.fulfill({ contentType: "text/plain", body: "too late" });
      });
      await page.fill("[name=schedule]", "late");
      await expect.poll(() => late).toBeDefined();
      await page.fill("[name=schedule]", "0 18 * * sat");
      await page.getByText("Next: Sat").waitFor();
      const answered = page.waitForResponse("**/user/streams/dates?schedule=late");
      late!();
      await (await answered).finished();
      expect(await page.locator("[data-dates]").textContent()).toContain("Next: Sat");
    });
    expect(problems).toEqual([]);
  });

  test.each(pages)("%s: %s has nothing that axe objects to", async (who, path) => {
    const { seen, problems } = await look(who === "a guest" ? guest : mira, path, objections);
    expect([seen, problems]).toEqual([[], []]);
  });

  test("sheets are reached by keyboard and closed with Escape", async () => {
    const { problems } = await look(guest, "/a/1", async (page) => {
      for (const name of ["Share", "Download"]) {
        await page.getByRole("button", { name, exact: true }).focus();
        await page.keyboard.press("Enter");
        const sheet = page.getByRole("dialog", { name });
        await sheet.waitFor();
        await page.evaluate(axe);
        const found = await page.evaluate(async () =>
          (
            await (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run()
          ).violations.map(({ id }) => id),
        );
        expect(found).toEqual([]);
        await page.keyboard.press("Escape");
        expect(await sheet.isVisible()).toBe(false);
      }
    });
    expect(problems).toEqual([]);
  });
});

/** Looks at pages as a guest and as the owner: what was written ran nowhere and became no markup. */
async function harmless(guests: string[], owners: string[]): Promise<void> {
  for (const [context, place] of [
    ...guests.map((place) => [guest, place] as const),
    ...owners.map((place) => [mira, place] as const),
  ]) {
    const { seen, problems } = await look(context, place, (page) =>
      page.evaluate(() => ({
        title: document.title,
        foreign: [...document.querySelectorAll("*")]
          .filter(
            (element) =>
              [...element.attributes].some(({ name, value }) => {
                if (/^on/i.test(name)) return true;
                return /^(href|src|action|xlink:href)$/i.test(name) && /^\s*(javascript|data|vbscript):/i.test(value);
              }) || element.matches("img[src=x], script:not([src])"),
          )
          .map((element) => element.outerHTML.slice(0, 200)),
      })),
    );
    // The browser's own view of a JSON or XML file has styles of its own.
    const own = /^\/oembed|\.atom$/.test(place) ? /^Applying inline style violates/ : /^$/;
    const real = problems.filter((problem) => !own.test(problem));
    expect([place, seen.foreign, real]).toEqual([place, [], []]);
    expect(seen.title).not.toBe("owned");
  }
}

describe("what people write is shown and does nothing:", () => {
  const run = "document.title='owned'";
  const texts = [
    `"><img src=x onerror="${run}">`,
    `<script>${run}</script>`,
    `</title></textarea></style><svg onload="${run}">`,
    `javascript:${run}`,
    `]]></script>'-(${run})-'{{${run}}}`,
    `\u202e\u2066${"a\u0301".repeat(9)}\u0000\u0007 &lt;b&gt;&amp;`,
  ];
  test.each(texts)("%j", async (text) => {
    const page = await mira.newPage();
    await page.goto(`${url}/user/edit`);
    await page.fill("[name=name]", text.replace(/[\u0000-\u001f]/g, "").slice(0, 64));
    await page.click("form[action='/user'] button");
    await page.getByRole("status").waitFor(); // a page that is closed while it is being replaced may hang
    await page.close();

    const printed = [
      text,
      `\x1b]2;${text}\x07`,
      `\x1b]8;;${text}\x1b\\link\x1b]8;;\x1b\\`,
      `\x1b]8;id=${text};javascript:${run}\x1b\\x`,
    ];
    const events = [
      ...printed.map((one) => [0.1, "o", `${one}\r\n`]),
      [0.1, "m", text],
      [0.1, "i", text],
      [0.1, text, text],
      [0.5, "o", "."],
    ];
    const header = {
      version: 3,
      term: { cols: 100, rows: 24, type: text, version: text },
      title: text,
      command: text,
      env: { SHELL: text, TERM: text },
    };
    const markdown = `${text}\n\n[x](${text}) ![x](${text} "${text}") <${text}> [x]\n\n[x]: ${text}\n\n\`\`\`${text}\n${text}\n\`\`\`\n`;
    const content = `${[header, ...events].map((line) => JSON.stringify(line)).join("\n")}\n`;
    const path = await upload(content, { description: markdown, visibility: "public" });

    const shown = [path, `${path}?share=1&t=${encodeURIComponent(text)}`];
    shown.push(`${path}/iframe?theme=${encodeURIComponent(text)}`);
    const drawn = [`${path}.svg`, `${path}.svg?f=t`, `${path}.png?f=c`, `/oembed?url=${path}`];
    drawn.push(`/oembed?url=${path}&format=xml`);
    await harmless([...shown, ...drawn], [`${path}/edit`, `${path}/delete`, "/user/edit"]);
    // What an embedding site gets, in a page of its own.
    const { html } = (await (await fetch(`${url}/oembed?url=${path}`)).json()) as { html: string };
    const { seen, problems } = await look(guest, "/about", (page) =>
      page.evaluate((markup) => {
        document.body.innerHTML = markup;
        return [...document.body.querySelectorAll("*")].map(({ tagName }) => tagName);
      }, html),
    );
    expect(seen).toEqual(["IFRAME"]);
    expect(problems.filter((problem) => !/frame/i.test(problem))).toEqual([]);
  });

  test("of streams, too", async () => {
    const printed = texts.flatMap((text) => [
      text,
      `\x1b]2;${text}\x07`,
      `\x1b]8;;${text}\x1b\\link\x1b]8;;\x1b\\`,
      `\x1b]8;id=${text};javascript:${run}\x1b\\x\x1b]8;;\x1b\\`,
    ]);
    const description = texts
      .map((text) => `${text}\n\n[x](${text}) ![x](${text} "${text}") <${text}>\n\n\`\`\`${text}\n${text}\n\`\`\`\n`)
      .join("\n");
    const settings = { schedule: "0 18 * * sat", shell: texts[0], term_type: texts[1], env: { SHELL: texts[2] } };
    const [a, b, c, d, e, f] = texts as [string, string, string, string, string, string];
    const paths: string[] = [];
    for (const title of [a + b + d, c + f, e]) {
      expect(title.length).toBeLessThan(129);
      paths.push(await stream({ ...settings, title, description }, `${printed.join("\r\n")}\r\n`));
    }
    const [path] = paths as [string];
    const asked = `${path}?share=1&theme=${encodeURIComponent(a)}&poster=${encodeURIComponent(a)}`;
    const drawn = [`${path}.svg`, `${path}.png`, `${path}/status`];
    await harmless([asked, ...paths.slice(1), `${path}/iframe`, ...drawn], [`${path}/edit`, "/user/streams"]);
  });

  test("nor on the pages that list all of it", async () => {
    const lists = ["/", "/explore/recordings/recent", "/~mira", "/~mira/feed.atom", "/explore/recordings/recent.atom"];
    const streams = ["/explore/streams/live", "/explore/streams/upcoming", "/~mira/streams/live"];
    await harmless([...lists, ...streams], ["/", "/~mira", "/record"]);
  });
});
