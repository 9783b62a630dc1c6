import type { MiddlewareHandler } from "hono";

/** What a page may load: only what this server serves, and audio that an owner names. No inline script, no inline style. */
const page = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "media-src http: https:",
  "form-action 'self'",
  "base-uri 'none'",
];

/** What may be done with everything that is not a page, should a browser show it as one: nothing. */
const inert = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox";

/** The same for a picture in pixels. It says nothing about styles: browsers that show one by itself use their own, and would
 *  report them. */
export const picturePolicy = "frame-ancestors 'none'; base-uri 'none'; sandbox";

/** The policy of a page that stands by itself, and of one made to stand inside others. */
export const pagePolicy = [...page, "frame-ancestors 'none'"].join("; ");
export const framedPolicy = [...page, "frame-ancestors *"].join("; ");

/** Headers of every answer. Pages replace the content policy by their own.
 *
 *  @param https  whether the server is reached by https, and so has to stay */
export function securityHeaders(https: boolean): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const set = (name: string, value: string) => {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    };
    set("content-security-policy", inert);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "strict-origin-when-cross-origin");
    set("permissions-policy", "camera=(), geolocation=(), microphone=()");
    // Files are there to be used by other sites; a player elsewhere fetches them.
    set("cross-origin-resource-policy", "cross-origin");
    if (https) set("strict-transport-security", "max-age=31536000");
  };
}
