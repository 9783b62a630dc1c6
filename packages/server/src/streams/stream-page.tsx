import { raw } from "hono/html";
import type { FC } from "hono/jsx";
import { Row, Visible } from "../recordings/list-items.js";
import { PlayerAssets } from "../recordings/player-view.js";
import type { Picture } from "../recordings/previews.js";
import type { ListedRecording } from "../recordings/repository.js";
import { Author, Command, clockTime, count, Icon, Sheet } from "../web/components.js";
import { FramedPage, Page } from "../web/layout.js";
import { markdown, plainText } from "../web/markdown.js";
import type { Site } from "../web/site.js";
import { ahead, dayAndTime, hourAndMinute, Live, Moment } from "./list-items.js";
import { type StreamPageOptions, streamPlayerOptions } from "./playback.js";
import type { ListedStream } from "./repository.js";
import { streamTitle } from "./service.js";

/** What is known about a stream at this moment. */
export interface StreamState {
  live: boolean;
  /** Whether the producer is there; one that was cut off is waited for. */
  produced: boolean;
  viewers: number;
  startedAt: number | undefined;
  /** The time of the stream now, and what of it can be watched again, in microseconds. */
  time: number;
  kept: { from: number; until: number } | undefined;
}

interface StreamProps {
  site: Site;
  stream: ListedStream;
  state: StreamState;
  options: StreamPageOptions;
}

/** A stream with its player. */
export const StreamPage: FC<
  StreamProps & {
    /** Where in what was on so far the page plays, in seconds, instead of the present. */
    from: number | undefined;
    sharing: boolean;
    next: number[];
    earlier: { recording: ListedRecording; picture: Picture }[];
    /** How many earlier ones there are. */
    allEarlier: number;
    isOwn: boolean;
  }
> = ({ site, stream, state, options, from, sharing, next, earlier, allEarlier, isOwn }) => {
  const path = `/s/${stream.public_token}`;
  const title = streamTitle(stream);
  return (
    <Page
      site={site}
      title={state.live ? `Live: ${title}` : title}
      current="live"
      indexed={stream.visibility === "public"}
      head={<StreamHead site={site} stream={stream} />}
    >
      <main id="main">
        <div class="stage">
          <div class="wrap">
            <Player site={site} stream={stream} state={state} options={options} from={from} />
          </div>
        </div>
        <div class="wrap about">
          <div class="col a">
            <div class="head">
              <h1>{title}</h1>
              <div class="by">
                <Author of={stream} />
                <span class="tag">
                  <Visible site={site} recording={stream} />
                </span>
              </div>
              <p class="status" data-status={`${path}/status`}>
                <Status site={site} stream={stream} state={state} />
              </p>
              <div class="acts">
                {from !== undefined ? (
                  <a class="btn main" href={path}>
                    <Icon site={site} name="dot" />
                    Go live
                  </a>
                ) : null}
                <button class={from === undefined ? "btn main" : "btn"} type="button" {...{ popovertarget: "share" }}>
                  <Icon site={site} name="share" />
                  Share
                </button>
                {from === undefined ? (
                  <>
                    {/* A script shows them when there is something to go back to; without it there is no player. */}
                    <a
                      class="btn"
                      href={`${path}?from=start`}
                      data-back
                      data-script
                      data-kept
                      hidden={state.kept === undefined}
                    >
                      <Icon site={site} name="replay" />
                      <span>Back 30 s</span>
                    </a>
                    <a class="btn" href={`${path}?from=start`} data-script data-kept hidden={state.kept === undefined}>
                      <Icon site={site} name="clock" />
                      Watch from the start
                    </a>
                  </>
                ) : null}
                {isOwn ? (
                  <a class="btn" href={`${path}/edit`}>
                    <Icon site={site} name="sliders" />
                    Settings
                  </a>
                ) : null}
              </div>
            </div>
          </div>
          <div class="col b">
            {stream.description ? <div class="text">{raw(markdown(stream.description))}</div> : null}
            {isOwn ? <HowToStream site={site} stream={stream} open={!state.live && earlier.length === 0} /> : null}
          </div>
          {earlier.length + next.length > 0 ? (
            <aside class="col d">
              {earlier.length > 0 ? (
                <section class="sect">
                  <header>
                    <h2>Earlier on this stream</h2>
                    <span class="count">{count(allEarlier)}</span>
                    {earlier.length < allEarlier ? <a href={`${path}?earlier=all`}>All {count(allEarlier)}</a> : null}
                  </header>
                  <div class="rows">
                    {earlier.map((item) => (
                      <Row site={site} {...item} ofOneAuthor />
                    ))}
                  </div>
                </section>
              ) : null}
              {next.length > 0 ? (
                <section class="sect">
                  <header>
                    <h2>Next</h2>
                    <a href={`${path}.ics`}>Add to calendar</a>
                  </header>
                  <ol class="agenda">
                    {next.map((time) => (
                      <li>
                        <Moment time={time} />
                        <p class="meta">
                          <span>{ahead(time - site.now())}</span>
                        </p>
                      </li>
                    ))}
                  </ol>
                </section>
              ) : null}
            </aside>
          ) : null}
        </div>
        <Share site={site} stream={stream} open={sharing} />
      </main>
    </Page>
  );
};

/** A stream inside somebody else's page. */
export const FramedStreamPage: FC<StreamProps> = ({ site, stream, state, options }) => (
  <FramedPage site={site} title={streamTitle(stream)} head={<PlayerAssets site={site} live />}>
    <main id="main">
      <h1 class="sr">{streamTitle(stream)}</h1>
      <Player site={site} stream={stream} state={state} options={options} from={undefined} />
      <p class="credit">
        <a href={`${site.url}/s/${stream.public_token}`} target="_blank" rel="noopener">
          {streamTitle(stream)}
        </a>
        <span class="end">{site.host}</span>
      </p>
    </main>
  </FramedPage>
);

/** What is going on, in one line; a script asks for it again and again. */
export const Status: FC<Omit<StreamProps, "options">> = ({ site, stream, state }) => {
  if (state.live) {
    return (
      <>
        <Live />
        {state.startedAt ? (
          <span>
            for <b>{clockTime(Math.max(0, site.now() - state.startedAt) * 1000)}</b>
          </span>
        ) : null}
        <span>
          <b>{count(state.viewers)}</b> watching
        </span>
        {state.produced ? null : <span>The connection was lost. Waiting for it to come back.</span>}
      </>
    );
  }
  const ended = stream.last_ended_at;
  const soon = stream.next_start_at !== null && stream.next_start_at > site.now() - 600_000;
  return (
    <>
      <span>
        {ended ? (
          <>
            Offline since <b>{sinceWhen(ended, site.now())}</b>
          </>
        ) : (
          "Not streamed yet"
        )}
      </span>
      {soon ? (
        <span>
          Next: <b>{dayAndTime(stream.next_start_at!)} UTC</b>, {ahead(stream.next_start_at! - site.now())}
        </span>
      ) : null}
    </>
  );
};

function sinceWhen(time: number, now: number): string {
  return now - time < 86_400_000 ? `${hourAndMinute(time)} UTC` : `${dayAndTime(time)} UTC`;
}

const Player: FC<StreamProps & { from: number | undefined }> = ({ stream, state, options, from }) => {
  const path = `/s/${stream.public_token}`;
  const cols = stream.term_cols ?? 80;
  const rows = stream.term_rows ?? 24;
  const buffer = stream.buffer_time === null ? {} : { bufferTime: Math.round(stream.buffer_time * 1000) };
  const played = streamPlayerOptions(stream, options);
  const isBehind = from !== undefined;
  const setup = {
    // Addresses are relative: the page may be reached by another name than the configured one.
    src: isBehind ? `${path}.cast` : { driver: "websocket", url: `/ws/s/${stream.public_token}`, ...buffer },
    options: isBehind ? { ...played, autoplay: options.autoplay ?? true, startAt: from, audioUrl: undefined } : played,
    cols,
    rows,
    /** What is off begins to play when it is on. */
    waiting: !state.live && !isBehind,
    /** Its page, and whether what plays is the past. */
    stream: { path, isBehind },
  };
  const wasOn = state.live || stream.last_started_at !== null;
  return (
    <>
      <section
        class={state.live ? "screen" : "screen off"}
        aria-label="Player"
        data-player={JSON.stringify(setup)}
        data-status-of={`${path}/status`}
      >
        {wasOn ? (
          <img
            class="still"
            src={`${path}.svg`}
            width={Math.round(cols * 8.4 + 22)}
            height={rows * 19 + 22}
            alt={`The terminal of: ${streamTitle(stream)}`}
            data-follow={state.live ? "5" : undefined}
          />
        ) : null}
        {state.live ? null : (
          <div class="away empty">
            {wasOn ? null : <div class="flat" />}
            <p>
              <b>{wasOn ? "Offline." : "Not on yet."}</b> <span data-script>It plays here as soon as it is on.</span>
            </p>
          </div>
        )}
      </section>
      <noscript>
        <p class="note">
          <span>
            Watching live needs JavaScript. This is the screen as it was when the page was loaded; the{" "}
            <a href={`${path}.txt`}>text</a> of it can be had, too.
          </span>
        </p>
      </noscript>
    </>
  );
};

const StreamHead: FC<{ site: Site; stream: ListedStream }> = ({ site, stream }) => {
  const url = `${site.url}/s/${stream.public_token}`;
  const title = streamTitle(stream);
  const by = stream.author ? `A terminal, streamed live by ${stream.author}` : "A terminal, streamed live";
  const description = stream.description ? plainText(stream.description, 200) : by;
  const oembed = `${site.url}/oembed?url=${encodeURIComponent(url)}&format=`;
  const card = `${url}.png`;
  return (
    <>
      <meta name="description" content={description} />
      <link rel="canonical" href={url} />
      <link rel="alternate" type="application/json+oembed" href={`${oembed}json`} title={title} />
      <link rel="alternate" type="text/xml+oembed" href={`${oembed}xml`} title={title} />
      {stream.schedule ? <link rel="alternate" type="text/calendar" href={`${url}.ics`} title={title} /> : null}
      <meta property="og:title" content={title} />
      <meta property="og:type" content="website" />
      <meta property="og:url" content={url} />
      <meta property="og:description" content={description} />
      <meta property="og:site_name" content={site.host} />
      <meta property="og:image" content={card} />
      <meta property="og:image:type" content="image/png" />
      <meta property="og:image:width" content="1200" />
      <meta property="og:image:height" content="630" />
      <meta property="og:image:alt" content={`The terminal of: ${title}`} />
      <meta name="twitter:card" content="summary_large_image" />
      <meta name="twitter:title" content={title} />
      <meta name="twitter:description" content={description} />
      <meta name="twitter:image" content={card} />
      <PlayerAssets site={site} live />
    </>
  );
};

/** For the owner: what to type. */
const HowToStream: FC<{ site: Site; stream: ListedStream; open: boolean }> = ({ site, stream, open }) => (
  <details class="fold" open={open}>
    <summary>
      <Icon site={site} name="keyboard" />
      Stream to this page
      <span class="tag">only you</span>
      <Icon site={site} name="down" />
    </summary>
    <div class="stackv">
      <Command text={`export ASCIINEMA_SERVER_URL=${site.url}`} />
      <Command text={`asciinema stream --remote ${stream.public_token.slice(0, 6)}`} />
      <p class="small soft">
        The machine has to be connected to your account: <code>asciinema auth</code>. What you stream is{" "}
        {stream.recording_enabled === false ? "not recorded" : "recorded, too"};{" "}
        <a href="/user/streams">your streams</a> have the switch.
      </p>
    </div>
  </details>
);

const Share: FC<{ site: Site; stream: ListedStream; open: boolean }> = ({ site, stream, open }) => {
  const url = `${site.url}/s/${stream.public_token}`;
  const name = streamTitle(stream).replace(/[[\]\\]/g, "\\$&");
  const out = {
    Link: url,
    Script: `<script async id="asciicast-${stream.public_token}" src="${url}.js"></script>`,
    Iframe: `<iframe src="${url}/iframe" width="694" height="522" allow="fullscreen"></iframe>`,
    "Markdown image": `[![${name}](${url}.svg)](${url})`,
  };
  return (
    <Sheet site={site} id="share" title="Share" open={open}>
      <div class="outs">
        {Object.entries(out).map(([kind, text]) => (
          <div class="out">
            <h3>{kind}</h3>
            <Command plain text={text} name={kind} />
            {kind === "Markdown image" ? <p class="hint">The screen as it is when the picture is loaded.</p> : null}
          </div>
        ))}
      </div>
    </Sheet>
  );
};
