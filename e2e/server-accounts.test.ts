import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, readConfig, startServer } from "../packages/server/dist/index.js";
import { authorization, cast } from "../packages/server/test/process.js";
import { launchChromium } from "./chromium.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let folder: string;
let server: RunningServer;
let browser: Browser;
let url: string;
/** The links that were mailed: this server has no SMTP, so they are in its log. */
const links: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-accounts-"));
  const config = { ...readConfig({ DATA_DIR: folder }), port: 0 };
  const log = {
    info(event: string, facts?: Record<string, unknown>) {
      if (event === "mail") links.push(String(facts?.["link"]));
    },
    warn() {},
    error: console.error,
  };
  server = await startServer({ config, log, version: "0.0.0" });
  url = `http://127.0.0.1:${server.port}`;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks for a link in the form that is shown, and opens it once it is there: it is sent after the answer. */
async function askForLink(page: Page, identity: string): Promise<void> {
  const before = links.length;
  await page.getByLabel("E-mail or user name").fill(identity);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/login/sent");
  for (let i = 0; i < 100 && links.length === before; i++) await wait(20);
  expect(links.length).toBe(before + 1);
}

const here = (link: string) => link.replace(/^http:\/\/[^/]+/, url);

/** Looks at the page that is shown, on a desk and on a phone, light and dark. */
async function look(page: Page): Promise<void> {
  const path = new URL(page.url()).pathname;
  for (const [width, colorScheme] of [
    [1280, "light"],
    [390, "dark"],
    [320, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, width]);
    const problems = await page.evaluate(async (source) => {
      // The pages' policy would not let it in; the browser was told to do without.
      new Function(source)();
      const { violations } = await (
        globalThis as unknown as {
          axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }
      ).axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    }, axe);
    expect([path, problems]).toEqual([path, []]);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

test("from nothing to an account with a machine, with and without script", async () => {
  for (const [name, javaScriptEnabled] of [
    ["mira", true],
    ["lin", false],
  ] as const) {
    const context = await browser.newContext({ javaScriptEnabled, baseURL: url, bypassCSP: javaScriptEnabled });
    const page = await context.newPage();
    const inspect = () => (javaScriptEnabled ? look(page) : undefined);

    const machine = `0123456${name === "mira" ? 7 : 8}-89ab-cdef-0123-456789abcdef`;
    await page.goto(`/connect/${machine}`);
    await page.waitForURL("**/login/new");
    await inspect();
    await page.getByLabel("E-mail or user name").fill(`${name}@example`);
    await page.getByRole("button", { name: "Send me a link" }).click();
    expect(await page.locator(".wrong").textContent()).toContain("That is not a whole e-mail address.");
    await inspect();
    await askForLink(page, `${name}@example.org`);
    await inspect();

    await page.goto(here(links.at(-1)!));
    await inspect();
    await page.getByLabel("User name").fill(name);
    await page.getByRole("button", { name: "Make my account" }).click();
    await page.waitForURL(`**/connect/${machine}`);
    await inspect();
    await page.getByRole("button", { name: "Connect" }).click();
    await page.waitForURL(`**/~${name}`);
    expect(await page.getByRole("status").textContent()).toContain("What this machine uploads from now on is yours.");
    await inspect();

    await page.getByRole("link", { name: "Account" }).click();
    await page.getByText("Only you, signed in.").click();
    await page.getByLabel("Name", { exact: true }).fill(`The great ${name}`);
    await page.locator("form", { hasText: "Profile" }).getByRole("button", { name: "Save" }).click();
    expect(await page.getByRole("status").textContent()).toContain("Saved.");
    expect(await page.getByRole("radio", { name: /Private/ }).isChecked()).toBe(true);
    await inspect();
    await page.reload();
    expect(await page.getByRole("status").count()).toBe(0);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download everything" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${name}.tar`);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("link", { name: "Sign in" }).first().waitFor();
    await page.goto(here(links.at(-1)!));
    expect(await page.locator("h1").textContent()).toBe("This link does not work any more");
    await inspect();
    await context.close();
  }
}, 90_000);

test("a page elsewhere cannot send forms here", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(here(server.administratorLink!));
  await page.getByLabel("User name").fill("root");
  await page.getByLabel("E-mail").fill("root@example.org");
  await page.getByRole("button", { name: "Make my account" }).click();
  await page.waitForURL("**/~root");
  await page.goto(`${url}/user/edit`);
  const token = await page.locator('form[action="/user"] input[name=_token]').getAttribute("value");
  // Another site that somehow knows the token: the browser says where the form comes from.
  await page.goto("about:blank");
  await page.setContent(
    `<form method="post" action="${url}/user"><input name="_token" value="${token}"><input name="username" value="owned">
     <input name="visibility" value="public"><button>Win</button></form>`,
  );
  await page.getByRole("button").click();
  // The browser does not send the cookie along, so nobody is signed in; with it the form would be refused.
  await page.waitForURL(`${url}/login/new`);
  expect((await fetch(`${url}/~owned`)).status).toBe(404);
  await context.close();
});

test("a private recording plays for its owner and is not there for others", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const id = "01234567-89ab-cdef-0123-456789abcdef";
  const body = new FormData();
  body.append("visibility", "private");
  body.append("file", new Blob([cast("secret words")]), "demo.cast");
  const answer = await fetch(`${url}/api/v1/recordings`, { method: "POST", headers: { authorization }, body });
  const path = new URL(((await answer.json()) as { url: string }).url).pathname;
  expect(atob(authorization.slice(6))).toContain(id);
  expect((await page.goto(url + path))!.status()).toBe(404);
  await page.goto(`${url}/login/new`);
  await askForLink(page, "mira");
  await page.goto(here(links.at(-1)!));
  await page.getByRole("button", { name: "Sign in as mira" }).click();
  await page.waitForURL("**/~mira");
  expect((await page.goto(`${url}${path}?t=0.2&autoplay=0`))!.status()).toBe(200);
  await page.waitForFunction(() => document.querySelector(".ap-term-text")?.textContent?.includes("secret words"));
  await context.close();
}, 60_000);

test("an owner settles a recording, makes it public and deletes it", async () => {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  const body = new FormData();
  body.append("visibility", "unlisted");
  body.append("file", new Blob([cast("a draft")]), "demo.cast");
  const answer = await fetch(`${url}/api/v1/recordings`, { method: "POST", headers: { authorization }, body });
  const path = new URL(((await answer.json()) as { url: string }).url).pathname;
  await page.goto(`${url}/login/new`);
  await askForLink(page, "mira");
  await page.goto(here(links.at(-1)!));
  await page.getByRole("button", { name: "Sign in as mira" }).click();
  await page.waitForURL("**/~mira");

  await page.goto(url + path);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.waitForURL(`**${path}/edit`);
  await look(page);
  await page.getByLabel("Title").fill("Finished");
  await page.getByText("Nord").click();
  await page.getByLabel("Show keystrokes").check();
  await page.getByLabel("Cut pauses to").fill("-1");
  expect(await page.locator("[data-changes]").textContent()).toBe("4 changes not saved");
  await page.getByRole("button", { name: "Save" }).click();
  expect(await page.getByRole("alert").textContent()).toContain("Not saved");
  await look(page);
  await page.getByLabel("Cut pauses to").fill("1");
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(`**${path}`);
  expect(await page.getByRole("status").first().textContent()).toContain("Saved.");
  await page.locator(".ap-player").waitFor();
  expect(await page.locator(".asciinema-player-theme-nord").count()).toBe(1);

  await page.getByRole("button", { name: "Make public" }).click();
  await page.waitForURL(/\/a\/\d+$/);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Delete this recording" }).click();
  await page.waitForURL(/\/delete$/);
  await look(page);
  await page.getByLabel("Type its title").fill("finished");
  await page.getByRole("button", { name: "Delete this recording" }).click();
  await page.waitForURL("**/~mira");
  expect((await fetch(url + path)).status).toBe(404);
  await context.close();
}, 60_000);
