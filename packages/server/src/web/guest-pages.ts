import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { Changes } from "../db/changes.js";
import { gzip } from "./compression.js";
import { Kept } from "./kept.js";
import { acceptsGzip } from "./negotiation.js";

/** Milliseconds that a page is kept: what is on it beside its subject may be so old. */
const AGE = 5000;
const BYTES = 16 * 1024 * 1024;

interface Page {
  html: Buffer;
  gzip: Buffer;
  /** How often the database had changed when it was begun, and until when it is given at most. */
  changes: number;
  until: number;
}

/** Pages as guests see them, kept in memory for some seconds and as long as nothing is changed, so that one that many look
 *  at is made once. Whoever asks while it is being made waits for the same one. */
export class GuestPages {
  private readonly kept = new Kept<Page>(BYTES);
  private readonly making = new Map<string, { page: Promise<Page>; changes: number }>();

  /** @param changes  what this process has changed in the database so far; views do not matter here, those of the page's
   *                 subject being in the key */
  constructor(
    private readonly changes: Readonly<Pick<Changes, "count">>,
    private readonly clock: () => number,
  ) {}

  /** Answers with a page.
   *
   *  @param key    everything about its subject that it shows
   *  @param write  makes it; one that is not `whole` is not kept */
  async answer(
    c: Context,
    key: string,
    headers: Record<string, string>,
    write: () => Promise<{ view: Child; whole: boolean }>,
  ): Promise<Response> {
    const found = this.kept.get(key);
    const page =
      found && found.changes === this.changes.count && found.until > this.clock()
        ? found
        : await this.make(c, key, write);
    const packed = acceptsGzip(c.req.header("accept-encoding"));
    const body = packed ? page.gzip : page.html;
    if (page.until > 0) c.set("sharing", { body, guestsOnly: true, tellsViews: true, until: page.until });
    return new Response(body as Uint8Array<ArrayBuffer>, {
      headers: {
        ...headers,
        "content-type": "text/html; charset=UTF-8",
        vary: "accept-encoding",
        ...(packed && { "content-encoding": "gzip" }),
      },
    });
  }

  private make(c: Context, key: string, write: () => Promise<{ view: Child; whole: boolean }>): Promise<Page> {
    const changes = this.changes.count;
    const others = this.making.get(key);
    if (others?.changes === changes) return others.page;
    const page = this.write(c, changes, write);
    this.making.set(key, { page, changes });
    const done = (made?: Page) => {
      // Unless something has changed, and it is made once more.
      if (this.making.get(key)?.page === page) this.making.delete(key);
      if (made && made.until > 0) this.kept.set(key, made, 2 * key.length + made.html.length + made.gzip.length);
    };
    page.then(done, () => done());
    return page;
  }

  private async write(
    c: Context,
    changes: number,
    write: () => Promise<{ view: Child; whole: boolean }>,
  ): Promise<Page> {
    const { view, whole } = await write();
    const html = Buffer.from(await (await c.html(view as string)).text());
    return { html, gzip: await gzip(html), changes, until: whole ? this.clock() + AGE : 0 };
  }
}
