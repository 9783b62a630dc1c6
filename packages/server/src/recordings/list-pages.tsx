import type { Child, FC } from "hono/jsx";
import { Command, count } from "../web/components.js";
import { Page } from "../web/layout.js";
import type { Site } from "../web/site.js";
import { Card, Row } from "./list-items.js";
import type { Picture } from "./previews.js";
import { type ListedRecording, type ListKind, listKinds } from "./repository.js";

interface ListProps {
  site: Site;
  recordings: { recording: ListedRecording; picture: Picture }[];
}

interface HomeProps {
  site: Site;
  featured: ListProps["recordings"];
  popular: ListProps["recordings"];
  recent: ListProps["recordings"];
  /** Whether there are more recent ones. */
  more: boolean;
  /** What is on and what is to come. */
  streams: Child;
}

/** The first page: what this is, what was put forward, what is popular, what is new. Groups with nothing in them are left
 *  out. */
export const HomePage: FC<HomeProps> = ({ site, featured, popular, recent, more, streams }) => {
  const grouped = featured.length > 0 || popular.length > 0;
  const all = (kind: ListKind) => (
    <a href={`/explore/recordings/${kind}`}>
      All <span class="sr">{kind} recordings</span>
    </a>
  );
  return (
    <Page
      site={site}
      title="Explore"
      head={<Feed path="/explore/recordings/recent.atom" title={`${site.name}: recent`} />}
    >
      <main id="main" class="wrap page">
        {site.reader ? (
          <h1 class="sr">{site.name}</h1>
        ) : (
          <div class="intro">
            <div>
              <h1>Terminal recordings you can quote and copy from</h1>
              <p>Text, not video. Record a session with one command; the page it makes works without an account.</p>
            </div>
            <Command text="asciinema rec demo.cast" />
          </div>
        )}
        {streams}
        {featured.length > 0 ? (
          <section class="sect">
            <header>
              <h2>Featured</h2>
              {all("featured")}
            </header>
            <div class="grid lead">
              {featured.map((item) => (
                <Card site={site} {...item} />
              ))}
            </div>
          </section>
        ) : null}
        {grouped ? (
          <div class="two">
            {popular.length > 0 ? (
              <section class="sect">
                <header>
                  <h2>Popular</h2>
                  {all("popular")}
                </header>
                <div class="rows">
                  {popular.map((item) => (
                    <Row site={site} {...item} />
                  ))}
                </div>
              </section>
            ) : null}
            <section class="sect">
              <header>
                <h2>Recent</h2>
                {more ? all("recent") : null}
              </header>
              <div class="rows">
                {recent.slice(0, 5).map((item) => (
                  <Row site={site} {...item} />
                ))}
              </div>
            </section>
          </div>
        ) : recent.length > 0 ? (
          <section class="sect">
            <header>
              <h2>Recent</h2>
              {more ? all("recent") : null}
            </header>
            <div class="grid lead">
              {recent.slice(0, 3).map((item) => (
                <Card site={site} {...item} />
              ))}
            </div>
            {recent.length > 3 ? (
              <div class="rows pair">
                {recent.slice(3).map((item) => (
                  <Row site={site} {...item} />
                ))}
              </div>
            ) : null}
          </section>
        ) : (
          <Nothing />
        )}
      </main>
    </Page>
  );
};

/** Where feed readers find a list. */
export const Feed: FC<{ path: string; title: string }> = ({ path, title }) => (
  <link rel="alternate" type="application/atom+xml" href={path} title={title} />
);

/** A list of public recordings, page by page. */
export const ListPage: FC<ListProps & { kind: ListKind; page: number; pages: number; total: number }> = (props) => {
  const { site, recordings, kind, page, pages, total } = props;
  const title = `${kind[0]!.toUpperCase()}${kind.slice(1)} recordings`;
  return (
    <Page
      site={site}
      title={title}
      current="explore"
      indexed={page === 1}
      head={kind === "recent" ? <Feed path="/explore/recordings/recent.atom" title={`${site.name}: recent`} /> : null}
    >
      <main id="main" class="wrap page">
        <nav class="tabs" aria-label="Lists">
          {listKinds.map((one) => (
            <a href={`/explore/recordings/${one}`} aria-current={one === kind ? "page" : undefined}>
              {one[0]!.toUpperCase() + one.slice(1)}
            </a>
          ))}
        </nav>
        <section class="sect">
          <header>
            <h1>{title}</h1>
            {recordings.length > 0 ? (
              <h2 class="sr">
                Page {page} of {pages}
              </h2>
            ) : null}
            <span class="count">{count(total)}</span>
          </header>
          {recordings.length > 0 ? (
            <div class="grid">
              {recordings.map((item) => (
                <Card site={site} {...item} />
              ))}
            </div>
          ) : (
            <Nothing />
          )}
        </section>
        {pages > 1 ? <Pages page={page} pages={pages} address={`/explore/recordings/${kind}`} /> : null}
      </main>
    </Page>
  );
};

const Nothing: FC = () => (
  <div class="empty">
    <div class="flat" />
    <h2>Nothing here yet</h2>
    <p>
      A recording shows up here when its owner makes it public. It starts unlisted: only people with the link can see
      it.
    </p>
    <Command text="asciinema upload demo.cast" />
  </div>
);

/** The way from page to page of a list.
 *
 *  @param address  of the first page */
export const Pages: FC<{ page: number; pages: number; address: string }> = ({ page, pages, address: first }) => {
  const near: (number | undefined)[] = [];
  for (let n = 1; n <= pages; n++) {
    if (n === 1 || n === pages || Math.abs(n - page) <= 3) near.push(n);
    else if (near.at(-1) !== undefined) near.push(undefined);
  }
  const address = (n: number) => (n === 1 ? first : `${first}${first.includes("?") ? "&" : "?"}page=${n}`);
  return (
    <nav class="pages" aria-label="Pages">
      {page > 1 ? (
        <a href={address(page - 1)} rel="prev" aria-label="Previous page">
          ‹
        </a>
      ) : null}
      {near.map((n) =>
        n === undefined ? (
          <span>…</span>
        ) : (
          <a href={address(n)} aria-current={n === page ? "page" : undefined}>
            {n}
          </a>
        ),
      )}
      {page < pages ? (
        <a href={address(page + 1)} rel="next" aria-label="Next page">
          ›
        </a>
      ) : null}
    </nav>
  );
};
