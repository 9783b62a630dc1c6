// The page on which a stream is watched that this machine serves, and how its files are answered.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { getAsset, isSea } from "node:sea";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const FILES: Record<string, string> = {
  "asciinema-player.css": "text/css",
  "asciinema-player.min.js": "text/javascript",
  "asciinema-player-more.min.js": "text/javascript",
  "live.css": "text/css",
  "live.js": "text/javascript",
  "live.svg": "image/svg+xml",
};
/** Where the build has put them: beside the bundle, or as seen from a bundle of the tests or from the sources. */
const FOLDERS = ["./page/", "../bundle/page/", "../../dist/bundle/page/"];

/** The address of the page is a secret, and nothing but its own files has a part in it. */
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  Vary: "Accept-Encoding",
};

interface File {
  type: string;
  content: Buffer;
  zipped?: Promise<Buffer>;
  etag: string;
  /** Its name changes with its content. */
  fixed: boolean;
}

/** The files of a page by name. */
export class Page {
  readonly #files = new Map<string, File>();

  /** @param title  what the page is called */
  constructor(title: string) {
    let index = load("index.html").toString().replaceAll("{{title}}", escaped(title));
    for (const [name, type] of Object.entries(FILES)) {
      const content = load(name);
      const hash = hashOf(content);
      const printed = name.replace(/(\.[^.]*)$/, `.${hash}$1`);
      index = index.replaceAll(`"${name}"`, `"${printed}"`);
      const file = { type, content, etag: `W/"${hash}"` };
      this.#files.set(name, { ...file, fixed: false });
      this.#files.set(printed, { ...file, fixed: true });
    }
    const content = Buffer.from(index);
    const page = { type: "text/html; charset=utf-8", content, etag: `W/"${hashOf(content)}"`, fixed: false };
    this.#files.set("", page).set("index.html", page);
  }

  /** Answers a request for one of the files; 404 for any other name. */
  async answer(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = this.#files.get(name);
    if (!file) {
      response.writeHead(404, { ...HEADERS, "Content-Type": "text/plain" }).end("404");
      return;
    }
    const headers = {
      ...HEADERS,
      "Content-Type": file.type,
      ETag: file.etag,
      "Cache-Control": file.fixed ? "public, max-age=31536000, immutable" : "public, max-age=0, must-revalidate",
    };
    if (matches(request.headers["if-none-match"], file.etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const accepts = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(request.headers["accept-encoding"] ?? ""));
    if (accepts) file.zipped ??= promisify(gzip)(file.content);
    const body = accepts ? await file.zipped! : file.content;
    const length = { "Content-Length": body.length, ...(accepts && { "Content-Encoding": "gzip" }) };
    response.writeHead(200, { ...headers, ...length });
    response.end(request.method === "HEAD" ? undefined : body);
  }
}

function load(name: string): Buffer {
  if (isSea()) return Buffer.from(getAsset(`page/${name}`));
  const paths = FOLDERS.map((folder) => fileURLToPath(new URL(folder + name, import.meta.url)));
  return readFileSync(paths.find((path) => existsSync(path)) ?? paths[0]!);
}

function hashOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

function matches(header = "", etag: string): boolean {
  const plain = (tag: string) => tag.trim().replace(/^W\//, "");
  return header.split(",").some((tag) => tag.trim() === "*" || plain(tag) === plain(etag));
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
