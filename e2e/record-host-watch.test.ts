import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Terminal } from "@asciinema-ts/vt";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pause, run, Screen, scratch, until } from "../packages/cli/test/command.js";
import { launchChromium } from "./chromium.js";
import { type RunningServer, startServer } from "./running-server.js";

const home = scratch();
const script = resolve("packages/cli/bin/asciinema.js");
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** What a terminal shows after the whole recording: what the player's last screen has to be. */
function finalScreen(path: string): string {
  const [header, ...events] = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { cols, rows } = header.term ?? { cols: header.width, rows: header.height };
  const terminal = new Terminal({ cols, rows });
  for (const [, code, data] of events) {
    if (code === "o") terminal.feed(data);
    if (code === "r") terminal.resize(...(data.split("x").map(Number) as [number, number]));
  }
  return terminal.text().join("\n").trimEnd();
}

/** Opens a recording's page, presses play, and returns the text that can be selected when it has ended. */
async function watch(url: string): Promise<string> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  await page.locator(".ap-overlay-start").click();
  await page.getByRole("button", { name: "Play again" }).waitFor({ timeout: 30_000 });
  // The text follows the picture within a quarter of a second.
  await pause(400);
  const rows = await page.locator(".ap-term-text .ap-line").allTextContents();
  await context.close();
  expect(complaints).toEqual([]);
  return rows
    .map((row) => row.trimEnd())
    .join("\n")
    .trimEnd();
}

function uploaded(stdout: string): string {
  const url = stdout.match(/https?:\/\/\S+\/a\/\w+/)?.[0];
  expect(url, stdout).toBeDefined();
  return url!;
}

describe("record, host, watch", () => {
  it("a shell session, recorded in a terminal, is seen in a browser as it was", async () => {
    const path = join(home, "session.cast");
    const screen = new Screen(`exec ${process.execPath} ${script} rec -c 'bash --norc --noprofile' ${path}`, {
      home,
      env: { PS1: "$ " },
    });
    await screen.shows(/^\$$/m);
    for (const key of "echo typed") {
      screen.type(key);
      await pause(20);
    }
    screen.type("\r");
    await screen.shows(/^typed$/m);
    screen.type("printf '\\e[1;32mgreen\\e[0m \\e[48;2;200;30;90mpink\\e[0m\\n'\r");
    await screen.shows("green pink");
    screen.resize(100, 30);
    // The recorder hears of the size by a signal: the shell has it when it says so.
    screen.type("until [ \"$(stty size)\" = '30 100' ]; do sleep 0.1; done; echo 世界 $(stty size)\r");
    await screen.shows("世界 30 100");
    screen.type("exit\r");
    expect(await screen.ended).toBe(0);
    await until(
      () => existsSync(path),
      () => path,
    );

    const recorded = readFileSync(path, "utf8");
    expect(recorded).toContain('"r", "100x30"');
    expect(recorded).toContain("\\u001b[1;32mgreen");

    const upload = await run(script, ["upload", path], { home, env: { ASCIINEMA_SERVER_URL: server.url } });
    expect(upload).toMatchObject({ status: 0, stderr: "" });
    const seen = await watch(uploaded(upload.stdout));
    expect(seen).toBe(finalScreen(path));
    expect(seen).toContain("世界 30 100");
  }, 60_000);

  it("kill -9 of the recorder leaves a recording that can be converted, uploaded and watched", async () => {
    const path = join(home, "killed.cast");
    const screen = new Screen(
      `{ ${process.execPath} ${script} rec -c 'for i in 1 2 3; do echo line $i; sleep 0.1; done; cat' ${path} & echo $! > pid; wait; }`,
      { home },
    );
    await screen.shows("line 3");
    // What is shown is on its way to the file, where it arrives some thousandth of a second later.
    await expect.poll(() => readFileSync(path, "utf8"), { timeout: 10_000 }).toContain("line 3");
    process.kill(Number(readFileSync(join(home, "pid"), "utf8")), "SIGKILL");
    await pause(100);
    const text = await run(script, ["convert", path, "-", "-f", "txt"], { home });
    expect(text).toMatchObject({ status: 0, stdout: "line 1\nline 2\nline 3\n" });
    const upload = await run(script, ["upload", path], { home, env: { ASCIINEMA_SERVER_URL: server.url } });
    expect(upload.status).toBe(0);
    expect(await watch(uploaded(upload.stdout))).toBe("line 1\nline 2\nline 3");
  }, 60_000);

  const official = "/usr/bin/asciinema";
  const isOfficial =
    existsSync(official) && execFileSync(official, ["--version"], { encoding: "utf8" }).startsWith("asciinema 2.");

  it.skipIf(!isOfficial)(
    "the official command 2.x records and uploads to our server",
    async () => {
      const path = join(home, "official.cast");
      const env = {
        PATH: "/usr/bin:/bin",
        HOME: home,
        USER: "tester",
        TERM: "xterm-256color",
        LANG: "C.UTF-8",
        SHELL: "/bin/bash",
        ASCIINEMA_API_URL: server.url,
      };
      const rec = spawnSync(
        official,
        ["rec", "-q", "-c", "echo official; sleep 0.5; printf '\\033[35m世界\\033[0m\\n'; sleep 0.5", path],
        { env },
      );
      expect(rec.status, String(rec.stderr)).toBe(0);
      const upload = await inTerminal(`${official} upload ${path}`, env);
      expect(upload.status, upload.output).toBe(0);
      expect(await watch(uploaded(upload.output))).toBe(finalScreen(path));
    },
    60_000,
  );
});

/** Runs a command in a terminal to its end. */
async function inTerminal(command: string, env: Record<string, string>): Promise<{ status: number; output: string }> {
  const screen = new Screen(command, { home, cols: 200, env });
  const status = await screen.ended;
  return { status, output: screen.output };
}
