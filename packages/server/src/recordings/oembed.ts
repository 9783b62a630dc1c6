import type { Site } from "../web/site.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, titleOf } from "./service.js";

/** What a page of another site needs to show a recording.
 *
 *  @see https://oembed.com */
export interface OEmbed {
  type: "rich";
  version: "1.0";
  title: string;
  author_name?: string;
  provider_name: string;
  provider_url: string;
  /** The card, in PNG; left out when it is larger than asked. */
  thumbnail_url?: string;
  thumbnail_width?: number;
  thumbnail_height?: number;
  html: string;
  width: number;
  height: number;
}

/** Below the screen: the player's bar and the line with the title. */
const BELOW = 88;

/** What is embedded: its page, and what that is called. */
export interface Embedded {
  path: string;
  title: string;
  author: string | null;
  cols: number;
  rows: number;
  /** The path of the card. */
  card: string;
}

/** A recording as something to embed. */
export function embeddedRecording(recording: ListedRecording): Embedded {
  const path = `/a/${addressOf(recording)}`;
  return {
    path,
    title: titleOf(recording),
    author: recording.author,
    cols: recording.term_cols_override ?? recording.term_cols,
    rows: recording.term_rows_override ?? recording.term_rows,
    card: `${path}.png?f=c`,
  };
}

/** Describes something for embedding, no larger than asked. */
export function oembed(
  site: Site,
  { path, title, author, cols, rows, card }: Embedded,
  limits: { width?: number | undefined; height?: number | undefined },
): OEmbed {
  const natural = { width: Math.round(cols * 8.4 + 22), height: rows * 19 + 22 };
  const scale = Math.min(
    1,
    (limits.width ?? Number.POSITIVE_INFINITY) / natural.width,
    Math.max(1, (limits.height ?? Number.POSITIVE_INFINITY) - BELOW) / natural.height,
  );
  const width = Math.max(1, Math.floor(natural.width * scale));
  const height = Math.max(1, Math.floor(natural.height * scale)) + BELOW;
  const src = `${site.url}${path}/iframe`;
  return {
    type: "rich",
    version: "1.0",
    title,
    ...(author && { author_name: author }),
    provider_name: site.name,
    provider_url: site.url,
    ...((limits.width ?? 1200) >= 1200 &&
      (limits.height ?? 630) >= 630 && {
        thumbnail_url: `${site.url}${card}`,
        thumbnail_width: 1200,
        thumbnail_height: 630,
      }),
    html: `<iframe src="${escaped(src)}" width="${width}" height="${height}" title="${escaped(title)}" allow="fullscreen" frameborder="0"></iframe>`,
    width,
    height,
  };
}

/** The same as XML. */
export function oembedXml(answer: OEmbed): string {
  const elements = Object.entries(answer).map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`);
  return `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>${elements.join("")}</oembed>\n`;
}

/** Text as it stands in XML and in attributes; characters that XML cannot have are left out. */
export function escaped(text: string): string {
  return text
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
