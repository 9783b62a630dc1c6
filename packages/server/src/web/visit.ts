import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import type { Sessions } from "../accounts/sessions.js";
import type { Session } from "../db/schema.js";
import { type Actor, visitor } from "../policy.js";
import type { BodyVariables } from "../recordings/upload.js";
import { Refusal } from "../refusal.js";
import { clearCookie, setPrivateCookie } from "./cookies.js";
import { type Site, schemes } from "./site.js";

/** Who a browser's request comes from. */
export interface Visit {
  actor: Actor;
  /** In which the person has signed in. */
  session: Session | undefined;
  /** The site as this reader sees it. */
  site: Site;
}

/** What handlers of pages find in their context. */
export type PageEnv = { Variables: BodyVariables & { visit: Visit } };

/** The cookie that a session is kept in. */
export const SESSION_COOKIE = "session";
/** The cookie that a choice of colours is kept in. */
export const SCHEME_COOKIE = "scheme";
const NOTE_COOKIE = "note";
const RETURN_COOKIE = "return_to";

/** What a page says once about what was done before it. */
const notes = {
  saved: "Saved.",
  "signed-out": "You are signed out.",
  "session-ended": "Signed out there.",
  "sessions-ended": "Signed out everywhere else.",
  revoked: "Revoked. That machine cannot upload any more.",
  connected: "Connected. What this machine uploads from now on is yours.",
  merged: "Connected. What this machine has uploaded is yours now.",
  "email-changed": "Saved. That is your address now.",
  "account-deleted": "Your account is gone, with everything that was in it.",
  administrator: "You are an administrator of this server now.",
  deleted: "Deleted. Embeds of it show a note instead.",
  published: "This recording is public now.",
  uploaded: "Uploaded.",
  "uploaded-cut": "Uploaded. The last line of the file was not complete: the recording ends before it.",
  "stream-made": "There is your stream. What you settle here can be changed at any time.",
  "stream-deleted": "Deleted. Its recordings stay.",
} as const;

export type Note = keyof typeof notes;

/** Finds out who a request comes from before it is handled. Pages that show who is reading are kept by nobody. */
export function visits(site: Site, sessions: Sessions): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const token = getCookie(c, SESSION_COOKIE);
    const found = token ? await sessions.find(token) : undefined;
    const note = getCookie(c, NOTE_COOKIE);
    const text = note !== undefined && Object.hasOwn(notes, note) ? notes[note as Note] : undefined;
    const scheme = schemes.find((one) => one === getCookie(c, SCHEME_COOKIE));
    c.set("visit", {
      actor: found ? { user: found.user } : visitor,
      session: found?.session,
      site: {
        ...site,
        path: c.req.path + new URL(c.req.url).search,
        ...(scheme && { scheme }),
        ...(found?.user.username && { reader: { username: found.user.username, id: found.user.id } }),
        ...(text && { note: text }),
      },
    });
    await next();
    if (!c.res.headers.get("content-type")?.startsWith("text/html")) return;
    if (note !== undefined && c.req.method === "GET") clearCookie(c, site.url, NOTE_COOKIE);
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "private, no-cache");
    c.res.headers.append("vary", "cookie");
  };
}

/** Goes to another page of this server, which says what was done.
 *
 *  @param path  of this server: never taken from a request as it is */
export function goTo(c: Context<PageEnv>, path: string, note?: Note): Response {
  if (note) setPrivateCookie(c, c.var.visit.site.url, NOTE_COOKIE, note, 60);
  return c.redirect(path, 303);
}

/** The person who is signed in.
 *
 *  @throws Refusal  unauthenticated: browsers are sent to sign in and come back to the page that they asked for */
export function signedIn(c: Context<PageEnv>): NonNullable<Actor["user"]> & { username: string } {
  const { user } = c.var.visit.actor;
  if (user?.username) return user as typeof user & { username: string };
  throw new Refusal("unauthenticated", "Sign in first");
}

/** Remembers the page that was asked for until somebody has signed in. */
export function rememberPage(c: Context, site: Site): void {
  if (c.req.method === "GET") setPrivateCookie(c, site.url, RETURN_COOKIE, c.req.path, 3600);
}

/** The page that was asked for before somebody signed in, once. */
export function rememberedPage(c: Context<PageEnv>): string | undefined {
  const path = getCookie(c, RETURN_COOKIE);
  if (path === undefined) return undefined;
  clearCookie(c, c.var.visit.site.url, RETURN_COOKIE);
  // It comes from the browser: only a path of this server will do.
  return /^\/[A-Za-z0-9~][A-Za-z0-9~._/-]*$/.test(path) ? path : undefined;
}
