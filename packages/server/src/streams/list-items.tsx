import type { FC } from "hono/jsx";
import { Visible } from "../recordings/list-items.js";
import { Ago, count, Trace } from "../web/components.js";
import type { Site } from "../web/site.js";
import type { ListedStream } from "./repository.js";
import { streamTitle } from "./service.js";

const FLAT = "1".repeat(64);

export interface StreamItem {
  stream: ListedStream;
  /** How much it has printed lately, one hexadecimal digit per bar; `undefined` while it is off. */
  trace: string | undefined;
  /** How many watch. */
  viewers: number;
}

interface ItemProps extends StreamItem {
  site: Site;
  ofOneAuthor?: boolean;
  /** It is shown to its owner, who wants to know more. */
  isOwn?: boolean;
}

/** The amber word for what happens now. */
export const Live: FC = () => <span class="live">Live</span>;

/** A stream in a list: its screen, which a script keeps up to date, title, facts. */
export const StreamCard: FC<ItemProps> = (props) => {
  const { site, stream, trace, viewers, ofOneAuthor, isOwn } = props;
  const path = `/s/${stream.public_token}`;
  return (
    <article class="card" data-card={stream.live ? stream.public_token : undefined}>
      <div class="frame">
        <img
          src={`${path}.svg?f=t`}
          width={476}
          height={307}
          alt=""
          loading="lazy"
          data-follow={stream.live ? "10" : undefined}
        />
      </div>
      <div class="time">
        <Trace levels={trace ?? FLAT} growing={trace !== undefined} />
        {stream.live ? <Live /> : <span>off</span>}
      </div>
      <h3 class="title">
        <a href={path}>{streamTitle(stream)}</a>
      </h3>
      <p class="meta">
        {stream.visibility === "public" ? null : <Visible site={site} recording={stream} />}
        {stream.author && !ofOneAuthor ? (
          <span>
            {stream.author_username ? <a href={`/~${stream.author_username}`}>{stream.author}</a> : stream.author}
          </span>
        ) : null}
        {stream.live ? (
          <span>{watching(viewers)}</span>
        ) : stream.last_ended_at ? (
          <Ago site={site} time={stream.last_ended_at} />
        ) : (
          <span>not streamed yet</span>
        )}
        {isOwn && stream.peak_viewer_count > 0 ? <span>peak {count(stream.peak_viewer_count)}</span> : null}
        {isOwn && stream.recordings > 0 ? (
          <span>
            {count(stream.recordings)} {stream.recordings === 1 ? "recording" : "recordings"}
          </span>
        ) : null}
        {stream.live && stream.last_started_at ? <span>since {hourAndMinute(stream.last_started_at)} UTC</span> : null}
      </p>
    </article>
  );
};

/** Streams to come, by date. */
export const Agenda: FC<{ site: Site; streams: ListedStream[]; ofOneAuthor?: boolean }> = (props) => (
  <ol class="agenda">
    {props.streams.map((stream) => (
      <li>
        <Moment time={stream.next_start_at!} />
        <div>
          <h3 class="title">
            <a href={`/s/${stream.public_token}`}>{streamTitle(stream)}</a>
          </h3>
          <p class="meta">
            <span>{ahead(stream.next_start_at! - props.site.now())}</span>
            {stream.author && !props.ofOneAuthor ? <span>{stream.author}</span> : null}
          </p>
        </div>
      </li>
    ))}
  </ol>
);

/** What is on and what is to come: a part of other pages, which is left out when there is neither.
 *
 *  @param prefix  of the lists' addresses, without a slash at the end */
export const StreamGroups: FC<{
  site: Site;
  live: StreamItem[];
  upcoming: ListedStream[];
  prefix: string;
  ofOneAuthor?: boolean;
}> = ({ site, live, upcoming, prefix, ofOneAuthor }) => {
  const own = ofOneAuthor ? { ofOneAuthor } : {};
  const groups = [
    live.length > 0 ? (
      <section class="sect">
        <header>
          <h2>Live now</h2>
          <a href={`${prefix}/streams/live`}>
            All <span class="sr">live streams</span>
          </a>
        </header>
        <div class="grid pairs">
          {live.map((item) => (
            <StreamCard site={site} {...item} {...own} />
          ))}
        </div>
      </section>
    ) : null,
    upcoming.length > 0 ? (
      <section class="sect">
        <header>
          <h2>Upcoming</h2>
          <a href={`${prefix}/streams/upcoming`}>
            All <span class="sr">upcoming streams</span>
          </a>
        </header>
        <Agenda site={site} streams={upcoming} {...own} />
      </section>
    ) : null,
  ].filter((group) => group !== null);
  if (groups.length === 0) return null;
  return groups.length === 2 ? <div class="now">{groups}</div> : groups;
};

/** A moment to come, in words of one line. */
export const Moment: FC<{ time: number }> = ({ time }) => (
  <time datetime={new Date(time).toISOString()}>{dayAndTime(time)} UTC</time>
);

/** `Sat 28 Nov 18:00`. */
export function dayAndTime(time: number): string {
  const words = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" } as const;
  return `${new Date(time).toLocaleDateString("en-GB", words).replace(",", "")} ${hourAndMinute(time)}`;
}

/** `18:00`. */
export function hourAndMinute(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

/** How long until something, to the minute. */
export function ahead(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000);
  if (minutes <= 0) return "any moment";
  if (minutes < 60) return `in ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `in ${hours} h` : `in ${hours} h ${minutes % 60} min`;
  return `in ${Math.round(hours / 24)} d`;
}

export function watching(viewers: number): string {
  return `${count(viewers)} watching`;
}
