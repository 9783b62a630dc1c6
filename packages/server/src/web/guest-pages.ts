import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { gzip } from "./compression.js";
import { Kept } from "./kept.js";
import { acceptsGzip } from "./negotiation.js";

/** Milliseconds that a page is kept: what is on it beside its subject may be so old. */
const AGE = 5000;
const BYTES = 16 * 1024 * 1024;

interface Page {
  html: Buffer;
  gzip: Buffer;
  until: number;
}

/** Pages as guests see them, kept in memory for some seconds, so that one that many look at is made once. Whoever asks
 *  while it is being made waits for the same one. */
export class GuestPages {
  private readonly kept = new Kept<Page>(BYTES);
  private readonly making = new Map<string, Promise<Page>>();

  constructor(private readonly clock: () => number) {}

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
    const page = found && found.until > this.clock() ? found : await this.make(c, key, write);
    const packed = acceptsGzip(c.req.header("accept-encoding"));
    const body = packed ? page.gzip : page.html;
    if (page.until > 0) c.set("sharing", { body, guestsOnly: true, until: page.until });
    return new Response(body as Uint8Array<ArrayBuffer>, {
      headers: {
        ...headers,
        "content-type": "text/html; charset=UTF-8",
        vary: `${headers["vary"]}, accept-encoding`,
        ...(packed && { "content-encoding": "gzip" }),
      },
    });
  }

  /** Forgets all of them: something has changed. */
  clear(): void {
    this.kept.clear();
    this.making.clear();
  }

  private make(c: Context, key: string, write: () => Promise<{ view: Child; whole: boolean }>): Promise<Page> {
    const others = this.making.get(key);
    if (others) return others;
    const page = this.write(c, write);
    this.making.set(key, page);
    const done = (made?: Page) => {
      // Nothing may have changed since.
      if (this.making.get(key) !== page) return;
      this.making.delete(key);
      if (made && made.until > 0) this.kept.set(key, made, 2 * key.length + made.html.length + made.gzip.length);
    };
    page.then(done, () => done());
    return page;
  }

  private async write(c: Context, write: () => Promise<{ view: Child; whole: boolean }>): Promise<Page> {
    const { view, whole } = await write();
    const html = Buffer.from(await (await c.html(view as string)).text());
    return { html, gzip: await gzip(html), until: whole ? this.clock() + AGE : 0 };
  }
}
