import type { FC } from "hono/jsx";
import { visibilities } from "../config.js";
import type { User } from "../db/schema.js";
import { Check, Form, type FormProps, Icon, Notice, VisibilityChoice } from "../web/components.js";
import { Page } from "../web/layout.js";
import { Empty, Listing, Tabs } from "../web/listing.js";
import type { Site } from "../web/site.js";
import { Agenda, StreamCard, type StreamItem } from "./list-items.js";

/** A list of streams that are on or to come, of everybody or of one person, page by page. */
export const StreamListPage: FC<{
  site: Site;
  kind: "live" | "upcoming";
  /** Whose they are; `undefined`: everybody's. */
  author: string | undefined;
  prefix: string;
  streams: StreamItem[];
  total: number;
  page: number;
  pages: number;
  next: StreamItem["stream"] | undefined;
}> = ({ site, kind, author, prefix, streams, next, ...list }) => {
  const title = `${kind === "live" ? "Live" : "Upcoming"} streams${author ? ` of ${author}` : ""}`;
  const own = author ? { ofOneAuthor: true } : {};
  return (
    <Page site={site} title={title} current="live" indexed={list.page === 1}>
      <main id="main" class="wrap page">
        <Tabs
          of={(["live", "upcoming"] as const).map((one) => ({
            href: `${prefix}/streams/${one}`,
            label: one === "live" ? "Live" : "Upcoming",
            current: one === kind,
          }))}
        />
        <Listing
          {...list}
          title={title}
          address={`${prefix}/streams/${kind}`}
          instead={
            streams.length === 0 ? (
              <Empty
                title={kind === "live" ? "Nobody is live" : "Nothing is planned"}
                command="asciinema stream --remote"
              >
                {kind === "live" && next
                  ? "The next one is under Upcoming."
                  : kind === "live"
                    ? "A public stream shows up here as soon as it begins."
                    : "A public stream with a schedule shows up here. Its settings have the field."}
              </Empty>
            ) : undefined
          }
        >
          {kind === "live" ? (
            <div class="grid">
              {streams.map((item) => (
                <StreamCard site={site} {...item} {...own} />
              ))}
            </div>
          ) : (
            <Agenda site={site} streams={streams.map(({ stream }) => stream)} {...own} />
          )}
        </Listing>
      </main>
    </Page>
  );
};

/** All streams of whoever is signed in, and what is settled about them. */
export const OwnStreamsPage: FC<
  FormProps & {
    user: User;
    streams: StreamItem[];
    total: number;
    page: number;
    pages: number;
    recording: "disabled" | "allowed" | "forced";
    visibility: (typeof visibilities)[number];
  }
> = (props) => {
  const { site, token, user, streams, recording, wrong, values, visibility, ...list } = props;
  const chosen = visibilities.find((one) => one === values?.["visibility"]) ?? visibility;
  return (
    <Page site={site} title="Your streams" current="reader" indexed={false}>
      <main id="main" class="wrap page">
        <Listing
          {...list}
          title="Your streams"
          address="/user/streams"
          instead={
            streams.length === 0 ? (
              <Empty title="Nothing here yet" command="asciinema stream --remote">
                A stream is an address at which people can watch your terminal, now and again. This command makes one,
                too.
              </Empty>
            ) : undefined
          }
          action={
            <Form action="/user/streams" token={token} class="acts">
              <button class="btn main" type="submit">
                <Icon site={site} name="plus" />
                New stream
              </button>
            </Form>
          }
        >
          <div class="grid">
            {streams.map((item) => (
              <StreamCard site={site} {...item} ofOneAuthor isOwn />
            ))}
          </div>
        </Listing>
        <section class="sect narrow">
          <h2>For all of them</h2>
          {wrong && wrong.length > 0 ? (
            <Notice site={site} kind="bad">
              Not saved: {wrong[0]!.message}
            </Notice>
          ) : null}
          <Form action="/user/streams/settings" token={token}>
            <VisibilityChoice legend="Who can see new ones" chosen={chosen} />
            {recording === "allowed" ? (
              <Check
                name="record"
                label="Record what I stream"
                hint="it becomes a recording of yours when it ends"
                checked={values ? values["record"] !== undefined : user.stream_recording_enabled !== false}
              />
            ) : (
              <p class="hint">
                {recording === "forced" ? "This server records every stream." : "This server records no streams."}
              </p>
            )}
            <p class="hint">
              Schedules mean your time zone, {user.timezone ?? "UTC"}, which is in the settings of{" "}
              <a href="/user/edit">your account</a>.
            </p>
            <div class="acts">
              <button class="btn" type="submit">
                Save
              </button>
            </div>
          </Form>
        </section>
      </main>
    </Page>
  );
};
