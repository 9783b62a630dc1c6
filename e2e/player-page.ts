import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { bundleScript } from "../scripts/player-bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The policy under which everything of the player works. */
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self'";

/** The player's style sheet as pages include it. */
export async function styleSheet(): Promise<string> {
  const css = readFileSync(`${root}packages/player/src/style.css`, "utf8");
  return (await transform(css, { loader: "css", minify: true })).code;
}

/** What the server answers at a path: a body, or a function that writes one. */
export type Answer = string | Uint8Array | ((response: ServerResponse) => void);

const types: Record<string, string> = { js: "text/javascript", css: "text/css", html: "text/html", ttf: "font/ttf" };

/** A site on this machine that includes the player under the strict policy. */
export class Site {
  readonly files = new Map<string, Answer>();
  /** Sent with everything. */
  policy: string | undefined = policy;
  /** For what is more than files: sockets. */
  readonly server: Server;
  #tab: (Page & { complaints: string[] }) | undefined;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<Site> {
    const site: Site = new Site(createServer((request, response) => site.#answer(request.url!, response)));
    await new Promise<void>((resolve) => site.server.listen(0, "127.0.0.1", resolve));
    site.files.set("/player.js", (await bundleScript("asciinema-player.min.js")).script);
    site.files.set("/asciinema-player-more.min.js", (await bundleScript("asciinema-player-more.min.js")).script);
    site.files.set("/player.css", await styleSheet());
    site.files.set("/page.css", "body { margin: 0 } #box { width: 100%; height: 100% }");
    site.files.set(
      "/page.html",
      '<!doctype html><html lang="en"><meta charset="utf-8"><title>Player</title>' +
        '<meta name="viewport" content="width=device-width, initial-scale=1">' +
        '<link rel="stylesheet" href="/player.css"><link rel="stylesheet" href="/page.css">' +
        '<main id="box"></main><script src="/player.js"></script>',
    );
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  #answer(url: string, response: ServerResponse): void {
    const path = url.split("?")[0]!;
    const answer = path === "/favicon.ico" ? "" : this.files.get(path);
    if (answer === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (this.policy) response.setHeader("content-security-policy", this.policy);
    response.setHeader("content-type", types[path.split(".").at(-1)!] ?? "application/octet-stream");
    if (typeof answer === "function") answer(response);
    else response.end(answer);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Opens the page. `complaints` collects console messages, errors and violations.
   *
   *  In the tab of the last call, since a new one takes longer than most tests; whoever did to a tab what does not go by
   *  loading another page (zoom, the network) closes it. */
  async open(
    browser: Browser,
    { width, height } = { width: 800, height: 600 },
  ): Promise<Page & { complaints: string[] }> {
    if (!this.#tab || this.#tab.isClosed()) {
      const context = await browser.newContext();
      const tab = Object.assign(await context.newPage(), { complaints: [] as string[] });
      tab.on("console", (message) => tab.complaints.push(`${message.type()}: ${message.text()}`));
      tab.on("pageerror", (error) => tab.complaints.push(`error: ${error.message}`));
      this.#tab = tab;
    }
    const tab = this.#tab;
    await tab.setViewportSize({ width, height });
    await tab.emulateMedia({ colorScheme: null, reducedMotion: null, forcedColors: null });
    await tab.mouse.move(-1, -1);
    await tab.goto("about:blank"); // what the last page still has to say is not for this one
    tab.complaints.length = 0;
    await tab.goto(`${this.url}/page.html`);
    return tab;
  }
}

/** A recording: a header and events with times in seconds. */
export function cast(events: [time: number, code: string, data: string][], header: object = {}): string {
  const lines = [{ version: 2, width: 40, height: 6, ...header }, ...events];
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}
