import type { Config } from "../config.js";
import type { Assets } from "./assets.js";

/** Schemes of colours to choose from. */
export const schemes = ["light", "dark"] as const;
export type Scheme = (typeof schemes)[number];

/** What every page needs to know about the server it is on. */
export interface Site {
  name: string;
  version: string;
  /** Without a slash at the end. */
  url: string;
  /** Host and port, for people. */
  host: string;
  contactEmail: string | undefined;
  /** Whether nobody can make an account. */
  signUpDisabled: boolean;
  /** Who is reading, if somebody has signed in. */
  reader?: { username: string; id: number };
  /** The colours that the reader wants; those of their system unless set. */
  scheme?: Scheme;
  /** The path and query of the page that is read. */
  path: string;
  /** What the page says once about what was done before it. */
  note?: string;
  asset(name: string): string;
  now(): number;
}

/** The site of a configuration. */
export function siteOf(config: Config, assets: Assets, version: string, clock: () => number): Site {
  return {
    name: "asciinema-ts",
    version,
    url: config.url,
    host: new URL(config.url).host,
    signUpDisabled: config.signUpDisabled,
    contactEmail: config.contactEmail,
    path: "/",
    asset: (name) => assets.url(name),
    now: clock,
  };
}
