import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** A file that pages refer to. It can be kept for ever, because its address changes with its content. */
export interface Asset {
  type: string;
  content: Buffer;
  gzip: Buffer;
  /** Strong, for the plain content. */
  etag: string;
}

const types: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml; charset=utf-8",
};

/** Our own files, later ones referring to earlier ones by name. */
const own = ["tokens.css", "down.svg", "icon.svg", "icons.svg", "site.css", "site.js", "embed.js"];
const player = ["asciinema-player.css", "asciinema-player.min.js", "asciinema-player-more.min.js"];

/** The style sheets, scripts and pictures of the pages, loaded once. */
export class Assets {
  private readonly byName = new Map<string, { url: string; asset: Asset }>();
  private readonly byFile = new Map<string, Asset>();

  /** @throws when a file is missing, which for the player's means that it was not built */
  constructor() {
    const folder = new URL("../../assets/", import.meta.url);
    const require = createRequire(import.meta.url);
    for (const name of own) this.add(name, readFileSync(fileURLToPath(new URL(name, folder)), "utf8"));
    for (const name of player) {
      this.add(name, readFileSync(require.resolve(`@asciinema-ts/player/dist/bundle/${name}`), "utf8"));
    }
  }

  /** The address of a file by the name it has in the sources. */
  url(name: string): string {
    return this.named(name).url;
  }

  /** A file by the name it has in the sources. */
  content(name: string): Asset {
    return this.named(name).asset;
  }

  /** A file by the last part of its address. */
  find(file: string): Asset | undefined {
    return this.byFile.get(file);
  }

  private named(name: string) {
    const found = this.byName.get(name);
    if (!found) throw new RangeError(`No asset ${name}`);
    return found;
  }

  private add(name: string, source: string): void {
    const content = Buffer.from(name.endsWith(".css") ? this.linked(source) : source);
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
    const dot = name.lastIndexOf(".");
    const file = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
    const asset = {
      type: types[name.slice(dot + 1)]!,
      content,
      gzip: gzipSync(content, { level: 9 }),
      etag: `"${hash}"`,
    };
    this.byName.set(name, { url: `/assets/${file}`, asset });
    this.byFile.set(file, asset);
  }

  /** A style sheet with its imports put in and the addresses of its pictures. */
  private linked(css: string): string {
    return css
      .replace(/@import "([^"]+)";/g, (_, name: string) => this.named(name).asset.content.toString())
      .replace(/url\("([^":]+)"\)/g, (_, name: string) => `url("${this.url(name)}")`);
  }
}
