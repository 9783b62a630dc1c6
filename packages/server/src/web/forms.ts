import { createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { readBody } from "../recordings/upload.js";
import { Refusal } from "../refusal.js";
import { randomToken } from "../token.js";
import { setPrivateCookie } from "./cookies.js";
import type { PageEnv } from "./visit.js";

const LIMIT = 64 * 1024;
const COOKIE = "visitor";

/** Forms that only pages of this server can send. Each carries a token that belongs to the browser's session, or, before
 *  anybody has signed in, to a cookie of its own; and what a browser says about the sending page has to fit. */
export class Forms {
  /** @param url  where the server is reached from outside */
  constructor(
    private readonly secret: string,
    private readonly url: string,
  ) {}

  /** The token for the forms of a page that is being answered. */
  token(c: Context<PageEnv>): string {
    const { session } = c.var.visit;
    if (session) return this.sign(session.token_hash);
    let visitor = getCookie(c, COOKIE);
    if (!visitor || !/^[A-Za-z0-9]{22}$/.test(visitor)) {
      visitor = randomToken();
      setPrivateCookie(c, this.url, COOKIE, visitor);
    }
    return this.sign(visitor);
  }

  /** The fields of a form that was sent.
   *
   *  @throws Refusal  access_denied when it did not come from a page of this server in the same browser */
  async read(c: Context<PageEnv>): Promise<Record<string, string>> {
    const type = c.req.header("content-type") ?? "";
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) throw new Refusal("bad_request", "A form is needed");
    const text = (await readBody(c.var.body, LIMIT)).toString("utf8");
    const fields = Object.fromEntries(new URLSearchParams(text));
    this.check(c, fields["_token"]);
    return fields;
  }

  /** Whether a form came from a page of this server in the same browser.
   *
   *  @param token  its field `_token`
   *  @throws Refusal  access_denied */
  check(c: Context<PageEnv>, token: string | undefined): void {
    const basis = c.var.visit.session?.token_hash ?? getCookie(c, COOKIE);
    if (!this.isOwn(c) || !basis || !equal(token ?? "", this.sign(basis))) {
      throw new Refusal(
        "access_denied",
        "This form is out of date or came from elsewhere. Go back, reload the page and send it again",
      );
    }
  }

  /** Whether a request comes from a page of this server, as far as browsers tell. Enough for what does no harm. */
  isOwn(c: Context): boolean {
    const origin = c.req.header("origin");
    if (origin === undefined) {
      const site = c.req.header("sec-fetch-site");
      return site === undefined || site === "same-origin" || site === "none";
    }
    // Reached by another name than the configured one, the server is its own origin still.
    return origin === this.url || (URL.canParse(origin) && new URL(origin).host === c.req.header("host"));
  }

  private sign(basis: string): string {
    return createHmac("sha256", this.secret).update(`form ${basis}`).digest("base64url");
  }
}

function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
