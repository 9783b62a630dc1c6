import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";

/** Sets a cookie that scripts cannot read and other sites' forms do not send; over https only where the server is reached
 *  by it.
 *
 *  @param url      where the server is reached from outside
 *  @param seconds  how long it is kept; until the browser ends unless given */
export function setPrivateCookie(c: Context, url: string, name: string, value: string, seconds?: number): void {
  setCookie(c, name, value, {
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    secure: url.startsWith("https:"),
    ...(seconds !== undefined && { maxAge: seconds }),
  });
}

/** Makes a browser forget a cookie. */
export function clearCookie(c: Context, url: string, name: string): void {
  deleteCookie(c, name, { path: "/", secure: url.startsWith("https:") });
}
