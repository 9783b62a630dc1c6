import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const installed = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];

/** Starts a headless browser: the one that `CHROMIUM` names or an installed one. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? installed.find(existsSync);
  if (!executablePath)
    throw new Error("no Chromium found: install one, or run the tests by npm test, which brings one");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox", // Chromium refuses to run as root otherwise; tests load only our own pages
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
