import type { Child, FC } from "hono/jsx";
import type { Visibility } from "../config.js";
import type { User } from "../db/schema.js";
import { Card } from "../recordings/list-items.js";
import { Feed } from "../recordings/list-pages.js";
import type { Picture } from "../recordings/previews.js";
import type { ListedRecording } from "../recordings/repository.js";
import { Command, count, Face, Icon } from "../web/components.js";
import { Page } from "../web/layout.js";
import { Pages } from "../web/listing.js";
import type { Site } from "../web/site.js";

/** A person and their recordings. */
export const ProfilePage: FC<{
  site: Site;
  user: User & { username: string };
  isOwn: boolean;
  recordings: { recording: ListedRecording; picture: Picture }[];
  counts: Partial<Record<Visibility, number>>;
  shown: Visibility;
  page: number;
  pages: number;
  /** What is on and what is to come. */
  streams: Child;
}> = (props) => {
  const { site, user, isOwn, recordings, counts, shown, page, pages } = props;
  const address = (visibility: Visibility) =>
    visibility === "public" ? `/~${user.username}` : `/~${user.username}?show=${visibility}`;
  const tabs = (["public", "unlisted", "private"] as const).filter((one) => counts[one] !== undefined);
  const total = counts.public ?? 0;
  return (
    <Page
      site={site}
      title={user.name ?? user.username}
      current={isOwn ? "reader" : undefined}
      indexed={shown === "public" && page === 1}
      head={<Feed path={`/~${user.username}/feed.atom`} title={user.name ?? user.username} />}
    >
      <main id="main" class="wrap page">
        <div class="stackv">
          <div class="person">
            <Face id={user.id} />
            <div>
              <h1>{user.name ?? user.username}</h1>
              <p class="meta">
                <span class="mono">~{user.username}</span>
                <span>
                  Joined <Month time={user.created_at} />
                </span>
                <span>
                  {count(total)} public {total === 1 ? "recording" : "recordings"}
                </span>
                {user.is_admin ? <span>Administrator</span> : null}
              </p>
            </div>
            {isOwn ? (
              <div class="acts">
                <a class="btn" href="/user/streams">
                  <Icon site={site} name="dot" />
                  Streams
                </a>
                <a class="btn" href="/user/edit">
                  <Icon site={site} name="sliders" />
                  Account
                </a>
                <a class="btn main" href="/record">
                  <Icon site={site} name="upload" />
                  Upload
                </a>
              </div>
            ) : null}
          </div>
          {tabs.length > 1 ? (
            <nav class="tabs" aria-label={user.username}>
              {tabs.map((one) => (
                <a href={address(one)} aria-current={one === shown ? "page" : undefined}>
                  {one[0]!.toUpperCase() + one.slice(1)} <span class="count">{count(counts[one]!)}</span>
                </a>
              ))}
            </nav>
          ) : null}
        </div>
        {props.streams}
        <section class="sect">
          <header>
            <h2>Recordings</h2>
            <span class="count">{count(counts[shown] ?? 0)}</span>
          </header>
          {recordings.length > 0 ? (
            <div class="grid lead">
              {recordings.map((item) => (
                <Card site={site} {...item} ofOneAuthor />
              ))}
            </div>
          ) : isOwn ? (
            <div class="empty">
              <div class="flat" />
              <h3>Nothing here yet</h3>
              <p>
                {shown === "public"
                  ? "Your recordings show up here when they are public."
                  : `None of your recordings is ${shown}.`}
              </p>
              <Command text={`ASCIINEMA_SERVER_URL=${site.url} asciinema upload demo.cast`} />
            </div>
          ) : (
            <div class="empty">
              <div class="flat" />
              <p>
                {user.username} has no {shown} recordings.
              </p>
            </div>
          )}
        </section>
        {pages > 1 ? <Pages page={page} pages={pages} address={address(shown)} /> : null}
      </main>
    </Page>
  );
};

const Month: FC<{ time: number }> = ({ time }) => {
  const date = new Date(time);
  const words = date.toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
  return <time datetime={date.toISOString()}>{words}</time>;
};
