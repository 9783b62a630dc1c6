import { Hono } from "hono";
import { notFound, Refusal } from "../refusal.js";
import type { PageEnv } from "../web/visit.js";
import type { Profiles } from "./profile.js";

/** Tells other programs which page belongs to `acct:NAME@HOST`.
 *
 *  @see https://www.rfc-editor.org/rfc/rfc7033 */
export function webfinger({ url, profiles }: { url: string; profiles: Profiles }): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get("/.well-known/webfinger", async (c) => {
    const resource = c.req.query("resource");
    if (resource === undefined) throw new Refusal("bad_request", "The parameter resource is missing");
    const [, name = "", host = ""] = /^acct:([^@]+)@([^@]+)$/i.exec(resource) ?? [];
    const { host: own, hostname } = new URL(url);
    const user = [own, hostname].includes(host.toLowerCase()) ? await profiles.find(name) : undefined;
    if (!user?.username) throw notFound("Account");
    const href = `${url}/~${user.username}`;
    const answer = {
      subject: `acct:${user.username}@${own}`,
      aliases: [href],
      links: [{ rel: "http://webfinger.net/rel/profile-page", type: "text/html", href }],
    };
    return c.body(JSON.stringify(answer), 200, {
      "content-type": "application/jrd+json",
      "access-control-allow-origin": "*",
    });
  });
  return app;
}
