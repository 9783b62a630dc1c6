import { html } from "hono/html";
import type { Child, FC, PropsWithChildren } from "hono/jsx";
import { Face, Icon, Notice } from "./components.js";
import { type Site, schemes } from "./site.js";

interface PageProps {
  site: Site;
  title: string;
  /** The entry of the navigation that this page is. */
  current?: "explore" | "live" | "record" | "sign-in" | "reader" | undefined;
  /** More for the document's head. */
  head?: Child;
  /** Whether search engines may show the page; so unless told otherwise. */
  indexed?: boolean;
}

/** A whole page: head, navigation, content, foot. */
export const Page: FC<PropsWithChildren<PageProps>> = ({ site, title, current, head, indexed = true, children }) => (
  <Document site={site} title={title} head={head} indexed={indexed}>
    <body>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <div class="wrap">
          <a class="brand" href="/">
            <Icon site={site} name="cell" />
            {site.name}
          </a>
          <button type="button" class="btn plain square burger" {...{ popovertarget: "nav" }} aria-label="Menu">
            <Icon site={site} name="menu" />
          </button>
          <nav class="nav" id="nav" popover="auto" aria-label="Main">
            <a href="/explore/recordings/recent" aria-current={current === "explore" ? "page" : undefined}>
              Explore
            </a>
            <a href="/explore/streams/live" aria-current={current === "live" ? "page" : undefined}>
              Live
            </a>
            <a href="/record" aria-current={current === "record" ? "page" : undefined}>
              Record
            </a>
            {site.reader ? (
              <a
                class="who"
                href={`/~${site.reader.username}`}
                aria-current={current === "reader" ? "page" : undefined}
              >
                <Face id={site.reader.id} />
                {site.reader.username}
              </a>
            ) : (
              <a href="/login/new" aria-current={current === "sign-in" ? "page" : undefined}>
                Sign in
              </a>
            )}
          </nav>
        </div>
        {site.note ? (
          <div class="said">
            <div class="wrap">
              <Notice site={site} kind="good">
                {site.note}
              </Notice>
            </div>
          </div>
        ) : null}
      </header>
      {children}
      <footer class="foot">
        <div class="wrap">
          <a href="/about">About this server</a>
          <SchemeChoice site={site} />
          <span class="end mono">
            {site.host} · {site.version}
          </span>
        </div>
      </footer>
    </body>
  </Document>
);

/** Light or dark, for those whose system says something else. */
const SchemeChoice: FC<{ site: Site }> = ({ site }) => (
  <form class="scheme" method="post" action="/scheme">
    <input type="hidden" name="to" value={site.path} />
    <span id="scheme">Colours</span>
    {(["system", ...schemes] as const).map((name) => (
      <button
        type="submit"
        name="scheme"
        value={name}
        aria-describedby="scheme"
        aria-pressed={name === (site.scheme ?? "system") ? "true" : "false"}
      >
        {name}
      </button>
    ))}
  </form>
);

/** A page about one small thing, which search engines do not show. */
export const NarrowPage: FC<PropsWithChildren<Pick<PageProps, "site" | "title" | "current">>> = (props) => (
  <Page site={props.site} title={props.title} current={props.current} indexed={false}>
    <main id="main" class="wrap page">
      <div class="narrow">
        <h1>{props.title}</h1>
        {props.children}
      </div>
    </main>
  </Page>
);

/** A page without navigation, for use inside a frame. */
export const FramedPage: FC<PropsWithChildren<PageProps>> = ({ site, title, head, children }) => (
  <Document site={site} title={title} head={head} indexed={false}>
    <body class="embed">{children}</body>
  </Document>
);

const Document: FC<PropsWithChildren<PageProps>> = ({ site, title, head, indexed, children }) => html`<!doctype html>
${(
  <html lang="en" data-scheme={site.scheme}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>
        {title} - {site.name}
      </title>
      <link rel="icon" href={site.asset("icon.svg")} type="image/svg+xml" />
      <link rel="stylesheet" href={site.asset("site.css")} />
      {indexed ? null : <meta name="robots" content="noindex, nofollow" />}
      {head}
      <script src={site.asset("site.js")} data-icons={site.asset("icons.svg")} defer />
    </head>
    {children}
  </html>
)}`;
