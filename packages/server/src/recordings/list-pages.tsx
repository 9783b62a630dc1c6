import type { Child, FC } from "hono/jsx";
import { Command } from "../web/components.js";
import { Page } from "../web/layout.js";
import { Empty, Listing, Tabs } from "../web/listing.js";
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
          <Nothing kind="recent" />
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
  const { site, recordings, kind, ...list } = props;
  const title = `${capital(kind)} recordings`;
  return (
    <Page
      site={site}
      title={title}
      current="explore"
      indexed={list.page === 1}
      head={kind === "recent" ? <Feed path="/explore/recordings/recent.atom" title={`${site.name}: recent`} /> : null}
    >
      <main id="main" class="wrap page">
        <Tabs
          of={listKinds.map((one) => ({
            href: `/explore/recordings/${one}`,
            label: capital(one),
            current: one === kind,
          }))}
        />
        <Listing
          {...list}
          title={title}
          address={`/explore/recordings/${kind}`}
          instead={recordings.length === 0 ? <Nothing kind={kind} /> : undefined}
        >
          <div class="grid">
            {recordings.map((item) => (
              <Card site={site} {...item} />
            ))}
          </div>
        </Listing>
      </main>
    </Page>
  );
};

const Nothing: FC<{ kind: ListKind }> = ({ kind }) =>
  kind === "featured" ? (
    <Empty title="Nothing here yet">An administrator puts public recordings forward here, in their settings.</Empty>
  ) : kind === "popular" ? (
    <Empty title="Nothing here yet">A public recording shows up here when it has been watched lately.</Empty>
  ) : (
    <Empty title="Nothing here yet" command="asciinema upload demo.cast">
      A recording shows up here when its owner makes it public. It starts unlisted: only people with the link can see
      it.
    </Empty>
  );

function capital(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
