// Live streams through a server: the command streams, players watch in a real browser.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Wire } from "../packages/alis/test/receiver.js";
import { Screen, scratch } from "../packages/cli/test/command.js";
import { installId } from "../packages/server/test/harness.js";
import { type LiveServer, startLiveServer, TestProducer, TestViewer } from "../packages/server/test/live.js";
import { killDuringStream } from "../packages/server/test/stream-kills.js";
import { launchChromium } from "./chromium.js";
import { Site } from "./player-page.js";

let server: LiveServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startLiveServer(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A page on which nothing may go wrong but what is expected. */
async function open(url: string, options: { javaScriptEnabled?: boolean } = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
  const page = Object.assign(await context.newPage(), { complaints: [] as string[] });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(error.message));
  // So that what a page does every few seconds need not be waited for; time goes on as ever otherwise.
  await page.clock.install();
  await page.goto(url);
  return page;
}

/** What our player's terminal shows. */
async function text(page: Page): Promise<string> {
  await page.locator(".ap-term-text").dispatchEvent("pointerenter");
  const rows = await page.$$eval(".ap-line", (lines) => lines.map((line) => line.textContent ?? ""));
  return rows
    .map((row) => row.trimEnd())
    .join("\n")
    .trimEnd();
}

async function shows(page: Page, expected: string): Promise<void> {
  await expect.poll(() => text(page), { timeout: 20_000 }).toBe(expected);
}

const page = (token: string, port = server.port) => `http://127.0.0.1:${port}/s/${token}`;

describe("a stream's page", () => {
  test("shows the whole screen at once to one who comes late, then what happens", async () => {
    const stream = await server.stream({ title: "Late" });
    const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5 });
    producer.output("first\r\n\x1b[1msecond\x1b[0m\r\n");
    const viewer = await open(page(stream.token));
    await shows(viewer, "first\nsecond");
    producer.output("third");
    await shows(viewer, "first\nsecond\nthird");
    expect(await viewer.title()).toBe("Live: Late - asciinema-ts");
    await viewer.waitForFunction(() => /1 watching/.test(document.querySelector(".status")!.textContent!));
    producer.event({ time: 1, type: "exit", status: 0 });
    await producer.close(1000);
    await viewer.waitForFunction(() => /Offline since/.test(document.querySelector(".status")!.textContent!));
    expect(viewer.complaints).toEqual([]);
    await viewer.context().close();
  });

  test("that is off begins to play when the stream does", async () => {
    const stream = await server.stream({ title: "Soon" });
    const viewer = await open(page(stream.token));
    expect(await viewer.locator(".away").textContent()).toBe("Not on yet. It plays here as soon as it is on.");
    const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5, dump: "here I am" });
    await expect
      .poll(async () => (await server.fetch(`/s/${stream.token}/status`)).headers.get("x-stream-live"))
      .toBe("1");
    await viewer.clock.fastForward(5000);
    await viewer.locator(".ap-term-text").waitFor({ timeout: 20_000 });
    await shows(viewer, "here I am");
    expect(await viewer.locator(".away").count()).toBe(0);
    producer.cut();
    await viewer.context().close();
  });

  test("goes on after the network was gone", async () => {
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5, dump: "before\r\n" });
    const wire = await new Wire(server.port).listening();
    const viewer = await open(page(stream.token, Number(new URL(wire.url).port)));
    await shows(viewer, "before");
    wire.down = true;
    wire.cut();
    producer.output("meanwhile\r\n");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    wire.down = false;
    producer.output("after");
    await shows(viewer, "before\nmeanwhile\nafter");
    producer.cut();
    await viewer.context().close();
    wire.close();
  });

  test("is a picture and a text without script", async () => {
    const stream = await server.stream({ title: "Still" });
    const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5, dump: "plain" });
    await expect
      .poll(async () => (await server.fetch(`/s/${stream.token}.txt`)).text(), { timeout: 20_000 })
      .toBe("plain\n");
    const viewer = await open(page(stream.token), { javaScriptEnabled: false });
    const picture = viewer.locator(".still");
    expect(await picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBeGreaterThan(
      0,
    );
    expect(await viewer.locator("noscript").textContent()).toContain("needs JavaScript");
    producer.cut();
    await viewer.context().close();
  });

  test("plays what was on so far, and goes live again", async () => {
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5 });
    producer.output("one\r\n", 1000);
    producer.output("two", 600_000_000);
    const cast = async () => (await server.fetch(`/s/${stream.token}.cast`)).text();
    await expect.poll(cast, { timeout: 20_000 }).toContain("two");
    const viewer = await open(`${page(stream.token)}?from=start`);
    await shows(viewer, "one");
    // It can be sought in like a recording.
    await viewer.locator(".ap-wrapper").press("9");
    await viewer.getByRole("link", { name: "Go live" }).click();
    await shows(viewer, "one\ntwo");
    expect(viewer.complaints).toEqual([]);
    await viewer.context().close();
    producer.cut();
  });

  test("is rewound and paused where it is live, and is live again", async () => {
    const stream = await server.stream();
    // The recording begins at 500 s of the session.
    const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5, time: 500_000_000 });
    producer.output("long ago\r\n", 501_000_000);
    producer.output("lately\r\n", 3_500_000_000);
    producer.output("now", 3_500_000_000);
    const cast = async () => (await server.fetch(`/s/${stream.token}.cast`)).text();
    await expect.poll(cast, { timeout: 20_000 }).toContain("now");
    const viewer = await open(page(stream.token));
    await shows(viewer, "long ago\nlately\nnow");
    const asked = () => Number(new URL(viewer.url()).searchParams.get("t"));
    await viewer.getByRole("link", { name: "Back 30 s" }).click();
    await viewer.waitForURL(/[?]t=/);
    expect(asked()).toBeGreaterThan(2969);
    expect(asked()).toBeLessThan(3000);
    await shows(viewer, "long ago");
    await viewer.waitForFunction(() => /\d behind/.test(document.querySelector(".status")!.textContent!));
    // At the end of what was kept it is live.
    await viewer.getByRole("slider").press("End");
    await viewer.waitForURL((url) => url.search === "");
    await shows(viewer, "long ago\nlately\nnow");

    await viewer.locator(".ap-wrapper").press("Space");
    await viewer.getByText("Go on from here").waitFor();
    producer.output(" and then", 3_501_000_000);
    await viewer.locator(".ap-wrapper").press("Space");
    await shows(viewer, "long ago\nlately\nnow and then");
    await viewer.getByText("Back 30 s").waitFor();
    await viewer.locator(".ap-wrapper").press("ArrowLeft");
    await viewer.waitForURL(/[?]t=/);
    expect(viewer.complaints).toEqual([]);
    producer.cut();
    await viewer.context().close();
  });

  test("goes back to the beginning when it cannot be had how far back that is", async () => {
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5 });
    producer.output("one", 1000);
    const cast = async () => (await server.fetch(`/s/${stream.token}.cast`)).text();
    await expect.poll(cast, { timeout: 20_000 }).toContain("one");
    for (const answer of [{ status: 429 }, undefined]) {
      const viewer = await open(page(stream.token));
      await shows(viewer, "one");
      await viewer.route("**/status", (route) => (answer ? route.fulfill(answer) : route.abort()));
      await viewer.locator(".ap-wrapper").press("ArrowLeft");
      await viewer.waitForURL(/[?]from=start/);
      expect(viewer.complaints.filter((one) => !one.startsWith("Failed to load resource"))).toEqual([]);
      await viewer.context().close();
    }
    producer.cut();
  });

  test("can stand in another page", async () => {
    const stream = await server.stream({ title: "Framed" });
    const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5, dump: "inside" });
    const site = await Site.start();
    site.policy = undefined;
    site.files.set(
      "/embed.html",
      `<!doctype html><title>Elsewhere</title><body><p>Watch:</p><script async id="asciicast-${stream.token}" src="${page(stream.token)}.js"></script>`,
    );
    const viewer = await open(`${site.url}/embed.html`);
    const frame = viewer.frameLocator("iframe");
    await frame.locator(".ap-term-text").waitFor({ timeout: 20_000 });
    await frame.locator(".ap-term-text").dispatchEvent("pointerenter");
    await expect.poll(() => frame.locator(".ap-term-text").textContent(), { timeout: 20_000 }).toContain("inside");
    producer.cut();
    await viewer.context().close();
    await site.stop();
  });
});

test("cards in lists say how it goes, and when it is over", async () => {
  const stream = await server.stream({ title: "Listed", visibility: "public" });
  const producer = await TestProducer.begin(server, stream, { dump: "here" });
  const context = await browser.newContext();
  const list = await context.newPage();
  await list.clock.install();
  const address = `http://127.0.0.1:${server.port}/explore/streams/live`;
  await expect.poll(async () => (await fetch(address)).text()).toContain(stream.token);
  await list.goto(address);
  const card = list.locator(`[data-card="${stream.token}"]`);
  expect(await card.textContent()).toContain("0 watching");
  const viewer = await TestViewer.open(server, stream.token);
  await viewer.shows("here");
  await list.clock.fastForward(11_000);
  await expect.poll(() => card.textContent()).toContain("1 watching");
  await expect.poll(() => card.locator("img").getAttribute("src")).toMatch(/[?]f=t&n=\d+$/);
  producer.event({ time: 1, type: "exit", status: 0 });
  await producer.close(1000);
  await expect.poll(async () => (await fetch(address)).text()).not.toContain(stream.token);
  await list.clock.fastForward(11_000);
  await expect.poll(() => card.locator(".time").textContent()).toBe("off");
  await viewer.close();
  await context.close();
});

test("the original player watches", async () => {
  const stream = await server.stream();
  const producer = await TestProducer.begin(server, stream, { cols: 40, rows: 5 });
  producer.output("to the \x1b[32moriginal\x1b[0m\r\n");
  const bundle = join(dirname(createRequire(import.meta.url).resolve("asciinema-player")), "bundle");
  const site = await Site.start();
  site.policy = undefined;
  for (const file of ["asciinema-player.min.js", "asciinema-player.css"]) {
    site.files.set(`/${file}`, readFileSync(join(bundle, file)));
  }
  const setup = { driver: "websocket", url: server.ws(`/ws/s/${stream.token}`) };
  site.files.set("/start.js", `AsciinemaPlayer.create(${JSON.stringify(setup)}, box, { autoPlay: true });`);
  site.files.set(
    "/original.html",
    '<!doctype html><title>Original</title><link rel="stylesheet" href="/asciinema-player.css"><div id="box"></div>' +
      '<script src="/asciinema-player.min.js"></script><script src="/start.js"></script>',
  );
  const viewer = await open(`${site.url}/original.html`);
  const screen = () =>
    viewer.$$eval(".ap-line", (lines) =>
      lines
        .map((line) => (line.textContent ?? "").trimEnd())
        .join("\n")
        .trimEnd(),
    );
  await expect.poll(screen, { timeout: 20_000 }).toBe("to the original");
  producer.output("żółw 🐢\r\n");
  await expect.poll(screen, { timeout: 20_000 }).toContain("żółw");
  producer.event({ time: 1, type: "exit", status: 0 });
  await producer.close(1000);
  await expect.poll(() => viewer.locator("body").textContent(), { timeout: 20_000 }).toContain("Stream ended");
  // The next session, on the same connection.
  await server.api("PATCH", `/api/v1/streams/${stream.id}`, { live: true });
  const again = await TestProducer.begin(server, stream, { cols: 40, rows: 5, dump: "once more" });
  await expect.poll(screen, { timeout: 20_000 }).toBe("once more");
  again.cut();
  await viewer.context().close();
  await site.stop();
}, 120_000);

describe("the command", () => {
  const home = scratch();
  const script = resolve("packages/cli/bin/asciinema.js");
  mkdirSync(join(home, ".local/state/asciinema"), { recursive: true });
  writeFileSync(join(home, ".local/state/asciinema/install-id"), installId);
  const terminal = (args: string) =>
    new Screen(`exec ${process.execPath} ${script} stream ${args}`, {
      home,
      env: { ASCIINEMA_SERVER_URL: `http://127.0.0.1:${server.port}` },
      answer: { question: "\x1b[c", text: "\x1b[?64;1c" },
    });

  test("streams to a page, which becomes a recording", async () => {
    const screen = terminal("--remote -t 'From a shell' -c 'echo begun; exec cat'");
    await screen.shows("begun");
    const token = /\/s\/([A-Za-z0-9]{16})/.exec(screen.text)![1]!;
    const viewer = await open(page(token));
    await expect.poll(() => text(viewer), { timeout: 20_000 }).toContain("begun");
    screen.type("typed\r");
    await expect.poll(() => text(viewer), { timeout: 20_000 }).toContain("typed\ntyped");
    screen.type("\x04");
    expect(await screen.ended).toBe(0);
    const rows = () => server.db.selectFrom("recordings").selectAll().where("title", "=", "From a shell").execute();
    await expect.poll(async () => (await rows()).length, { timeout: 20_000 }).toBe(1);
    const [recording] = await rows();
    const cast = await (await server.fetch(`/a/${recording!.secret_token}.cast`)).text();
    expect(cast).toContain('"begun\\r\\n"');
    expect(JSON.parse(cast.trimEnd().split("\n").at(-1)!).slice(1)).toEqual(["x", "0"]);
    await viewer.context().close();
  });
});

test("a server that is killed again and again loses nothing of a stream, and makes one recording of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "asciinema-kills-"));
  try {
    expect(await killDuringStream(folder, 3)).toBeGreaterThan(100);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
