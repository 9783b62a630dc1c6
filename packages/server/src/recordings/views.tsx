import { raw } from "hono/html";
import type { FC, PropsWithChildren } from "hono/jsx";
import { Ago, Command, clockTime, count, Day, Face, Form, Icon, Trace } from "../web/components.js";
import { FramedPage, Page } from "../web/layout.js";
import { markdown, plainText } from "../web/markdown.js";
import type { Site } from "../web/site.js";
import type { Outline, OutlineMoment } from "./drawing.js";
import { inAddress, ownMarkers, type PageOptions, playerOptions } from "./playback.js";
import type { Picture } from "./previews.js";
import { type ListedRecording, type ListKind, listKinds } from "./repository.js";
import { addressOf, fileEnding, titleOf } from "./service.js";

interface RecordingProps {
  site: Site;
  recording: ListedRecording;
  options: PageOptions;
  picture: Picture;
}

/** A recording with its player. */
export const RecordingPage: FC<
  RecordingProps & {
    outline: Outline | undefined;
    viewToken: string;
    sharing: boolean;
    /** Shows that forms come from this page; for those who may change the recording. */
    token: string | undefined;
  }
> = ({ site, recording, options, picture, outline, viewToken, sharing, token }) => {
  const path = `/a/${addressOf(recording)}`;
  const title = titleOf(recording);
  const named = ownMarkers(recording)?.map(([seconds, text]) => {
    const time = Math.round(seconds * 1e6);
    return { time, recorded: time, text };
  });
  const moments = named ?? outline?.markers ?? [];
  return (
    <Page
      site={site}
      title={title}
      indexed={recording.visibility === "public"}
      head={<RecordingHead site={site} recording={recording} picture={picture} />}
    >
      <main id="main">
        <div class="stage">
          <div class="wrap">
            <Player site={site} recording={recording} options={options} picture={picture} viewToken={viewToken} />
          </div>
        </div>
        <div class="wrap about">
          <div class="col a">
            <div class="head">
              <h1>{title}</h1>
              <div class="by">
                {recording.author_username ? (
                  <a href={`/~${recording.author_username}`}>
                    <Face id={recording.user_id} />
                    {recording.author}
                  </a>
                ) : recording.author ? (
                  <b>{recording.author}</b>
                ) : null}
                <Day time={recording.created_at} />
                <span class="tag">
                  <Visible site={site} recording={recording} />
                </span>
              </div>
              <div class="acts">
                <button class="btn main" type="button" {...{ popovertarget: "share" }}>
                  <Icon site={site} name="share" />
                  Share
                </button>
                <a class="btn" href={`${path}.${fileEnding(recording)}?dl=1`} download>
                  <Icon site={site} name="download" />
                  Download
                </a>
                <a class="btn plain" href={`${path}.txt`} download>
                  <Icon site={site} name="text" />
                  Text
                </a>
                {token ? (
                  <a class="btn" href={`${path}/edit`}>
                    <Icon site={site} name="sliders" />
                    Settings
                  </a>
                ) : null}
                {token && recording.visibility !== "public" ? (
                  <Form action={`${path}/publish`} token={token} class="acts">
                    <button class="btn" type="submit">
                      <Icon site={site} name="globe" />
                      Make public
                    </button>
                  </Form>
                ) : null}
              </div>
            </div>
            <Facts recording={recording} duration={outline?.duration ?? recording.duration} />
          </div>
          {moments.length > 0 ? (
            <section class="sect c">
              <header>
                <h2>Chapters</h2>
                <span class="count">{moments.length}</span>
              </header>
              <ol class="chap">
                {moments.slice(0, 8).map((moment) => (
                  <Chapter moment={moment} />
                ))}
              </ol>
              {moments.length > 8 ? (
                <details class="fold">
                  <summary>
                    {moments.length - 8} more
                    <Icon site={site} name="down" />
                  </summary>
                  <ol class="chap">
                    {moments.slice(8).map((moment) => (
                      <Chapter moment={moment} />
                    ))}
                  </ol>
                </details>
              ) : null}
            </section>
          ) : null}
          <div class="col b">
            {recording.description ? <div class="text">{raw(markdown(recording.description))}</div> : null}
            {outline && outline.count > 0 ? <Transcript site={site} path={path} outline={outline} /> : null}
          </div>
        </div>
        <Share site={site} recording={recording} options={options} open={sharing} />
      </main>
    </Page>
  );
};

/** A recording inside somebody else's page. */
export const FramedRecordingPage: FC<RecordingProps> = ({ site, recording, options, picture }) => (
  <FramedPage site={site} title={titleOf(recording)} head={<PlayerAssets site={site} />}>
    <main id="main">
      <Player site={site} recording={recording} options={options} picture={picture} viewToken={undefined} />
      <p class="credit">
        <a href={`${site.url}/a/${addressOf(recording)}`} target="_blank" rel="noopener">
          {titleOf(recording)}
        </a>
        <span class="end">{site.host}</span>
      </p>
    </main>
  </FramedPage>
);

const Player: FC<RecordingProps & { viewToken: string | undefined }> = (props) => {
  const { recording, options, picture, viewToken } = props;
  const path = `/a/${addressOf(recording)}`;
  const setup = {
    src: `${path}.${fileEnding(recording)}`,
    options: playerOptions(recording, options),
    cols: recording.term_cols_override ?? recording.term_cols,
    rows: recording.term_rows_override ?? recording.term_rows,
    view: viewToken ? `${path}/views?token=${viewToken}` : undefined,
  };
  return (
    <>
      <section class="screen" aria-label="Player" data-player={JSON.stringify(setup)}>
        <img
          class="still"
          src={`${path}.svg?v=${picture.key}`}
          width={picture.width}
          height={picture.height}
          alt={`The terminal at one moment of: ${titleOf(recording)}`}
        />
      </section>
      <noscript>
        <p class="note">
          <span>
            The player needs JavaScript. The <a href={`${path}.txt`}>transcript</a> and the{" "}
            <a href={`${path}.${fileEnding(recording)}?dl=1`}>recording</a> do not.
          </span>
        </p>
      </noscript>
    </>
  );
};

const RecordingHead: FC<{ site: Site; recording: ListedRecording; picture: Picture }> = ({
  site,
  recording,
  picture,
}) => {
  const url = `${site.url}/a/${addressOf(recording)}`;
  const title = titleOf(recording);
  const by = recording.author ? `Recorded by ${recording.author}` : "A terminal recording";
  const description = recording.description ? plainText(recording.description, 200) : by;
  const oembed = `${site.url}/oembed?url=${encodeURIComponent(url)}&format=`;
  const card = `${url}.png?f=c&v=${picture.key}`;
  const type = recording.version === 1 ? "application/asciicast+json" : "application/x-asciicast";
  return (
    <>
      <meta name="description" content={description} />
      <link rel="canonical" href={url} />
      <link rel="alternate" type={type} href={`${url}.${fileEnding(recording)}`} title={title} />
      <link rel="alternate" type="application/json+oembed" href={`${oembed}json`} title={title} />
      <link rel="alternate" type="text/xml+oembed" href={`${oembed}xml`} title={title} />
      <meta property="og:title" content={title} />
      <meta property="og:type" content="website" />
      <meta property="og:url" content={url} />
      <meta property="og:description" content={description} />
      <meta property="og:site_name" content={site.host} />
      <meta property="og:image" content={card} />
      <meta property="og:image:type" content="image/png" />
      <meta property="og:image:width" content="1200" />
      <meta property="og:image:height" content="630" />
      <meta property="og:image:alt" content={`The terminal at one moment of: ${title}`} />
      <meta name="twitter:card" content="summary_large_image" />
      <meta name="twitter:title" content={title} />
      <meta name="twitter:description" content={description} />
      <meta name="twitter:image" content={card} />
      <PlayerAssets site={site} />
    </>
  );
};

const PlayerAssets: FC<{ site: Site }> = ({ site }) => (
  <>
    <link rel="stylesheet" href={site.asset("asciinema-player.css")} />
    <script src={site.asset("asciinema-player.min.js")} defer />
  </>
);

/** Who can see a recording, as symbol and word. */
const Visible: FC<{ site: Site; recording: ListedRecording }> = ({ site, recording }) => {
  const [icon, word] = (
    { public: ["globe", "Public"], unlisted: ["link", "Unlisted"], private: ["lock", "Private"] } as const
  )[recording.visibility];
  return (
    <span class="seen">
      <Icon site={site} name={icon} />
      {word}
    </span>
  );
};

const Facts: FC<{ recording: ListedRecording; duration: number }> = ({ recording, duration }) => {
  const facts: [string, string | null][] = [
    [
      "size",
      `${recording.term_cols_override ?? recording.term_cols}×${recording.term_rows_override ?? recording.term_rows}`,
    ],
    ["length", clockTime(duration)],
    ["shell", recording.shell?.split("/").at(-1) ?? null],
    ["term", recording.term_version ?? recording.term_type],
    ["os", operatingSystem(recording.user_agent)],
    ["views", count(recording.views)],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value ? (
          <div>
            <dt>{name} </dt>
            <dd>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
};

/** The address names a moment by its recorded time, as the player's option does; the script seeks to the played one. */
const MomentLink: FC<PropsWithChildren<{ moment: OutlineMoment }>> = ({ moment, children }) => (
  <a href={`?t=${inAddress(moment.recorded / 1e6)}`} data-seek={inAddress(moment.time / 1e6)}>
    {children}
  </a>
);

const Chapter: FC<{ moment: OutlineMoment }> = ({ moment }) => (
  <li>
    <MomentLink moment={moment}>
      <time>{clockTime(moment.time)}</time>
      <span>{moment.text || "unnamed"}</span>
    </MomentLink>
  </li>
);

const Transcript: FC<{ site: Site; path: string; outline: Outline }> = ({ site, path, outline }) => (
  <details class="fold">
    <summary>
      <Icon site={site} name="text" />
      Transcript
      <span class="count">
        {count(outline.count)} {outline.count === 1 ? "line" : "lines"}
      </span>
      <Icon site={site} name="down" />
    </summary>
    <ol class="script" tabindex={0} aria-label="Transcript">
      {outline.lines.map((line) => (
        <li>
          <MomentLink moment={line}>
            <time class="pos">{clockTime(line.time)}</time>
          </MomentLink>
          <span>{line.text}</span>
        </li>
      ))}
    </ol>
    {outline.count > outline.lines.length ? (
      <p class="small soft">
        The first {count(outline.lines.length)} lines. <a href={`${path}.txt`}>All of them as text</a>
      </p>
    ) : null}
  </details>
);

/** Ways to pass a recording on. A form without script: its answer is the page with the sheet open. */
const Share: FC<{ site: Site; recording: ListedRecording; options: PageOptions; open: boolean }> = (props) => {
  const { site, recording, options, open } = props;
  const url = `${site.url}/a/${addressOf(recording)}`;
  const out = snippets(url, titleOf(recording), options, recording);
  return (
    <div
      class="sheet"
      id="share"
      popover={open ? undefined : "auto"}
      role="dialog"
      aria-labelledby="share-h"
      data-id={addressOf(recording)}
      data-url={url}
      data-title={titleOf(recording)}
    >
      <header>
        <h2 id="share-h">Share</h2>
        {open ? null : (
          <button
            class="btn plain square"
            type="button"
            {...{ popovertarget: "share", popovertargetaction: "hide" }}
            aria-label="Close"
          >
            <Icon site={site} name="close" />
          </button>
        )}
      </header>
      <div class="in">
        <form class="opts" method="get">
          <input type="hidden" name="share" value="1" />
          <div class="field">
            <label for="share-t">Start at</label>
            <input
              class="input mono"
              id="share-t"
              name="t"
              placeholder="0:00"
              inputmode="numeric"
              value={options.startAt ? clockTime(options.startAt * 1e6) : ""}
            />
          </div>
          <label class="check">
            <input type="checkbox" name="autoplay" value="1" checked={options.autoplay === true} />
            Play at once
          </label>
          <label class="check">
            <input type="checkbox" name="loop" value="1" checked={options.loop === true} />
            Loop
          </label>
          <button class="btn" type="submit" data-noscript>
            Update
          </button>
        </form>
        <div class="outs">
          {(["Link", "Script", "Iframe", "Markdown image"] as const).map((name) => (
            <div class="out">
              <h3>{name}</h3>
              <Command plain text={out[name]} name={name} />
              {name === "Markdown image" ? <p class="hint">For READMEs: a still picture that links here.</p> : null}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
};

/** What to paste for each way of sharing. The page's script makes the same from the same parts. */
function snippets(url: string, title: string, options: PageOptions, recording: ListedRecording) {
  const query = new URLSearchParams();
  if (options.startAt) query.set("t", inAddress(options.startAt));
  if (options.autoplay && !options.startAt) query.set("autoplay", "1");
  if (options.loop) query.set("loop", "1");
  const text = query.size > 0 ? `?${query}` : "";
  const data = [...query].map(([name, value]) => ` data-${name === "t" ? "start-at" : name}="${value}"`).join("");
  const name = title.replace(/[[\]\\]/g, "\\$&");
  return {
    Link: `${url}${text}`,
    Script: `<script async id="asciicast-${addressOf(recording)}" src="${url}.js"${data}></script>`,
    Iframe: `<iframe src="${url}/iframe${text}" width="694" height="522" allow="fullscreen"></iframe>`,
    "Markdown image": `[![${name}](${url}.svg)](${url}${text})`,
  };
}

/** The operating system behind a command's `User-Agent`. */
function operatingSystem(userAgent: string | null): string | null {
  const agent = userAgent ?? "";
  if (/microsoft|wsl/i.test(agent)) return "WSL";
  for (const [pattern, name] of [
    [/linux/i, "Linux"],
    [/darwin|macos/i, "macOS"],
    [/freebsd/i, "FreeBSD"],
    [/openbsd/i, "OpenBSD"],
    [/windows/i, "Windows"],
  ] as const) {
    if (pattern.test(agent)) return name;
  }
  return null;
}

interface ItemProps {
  site: Site;
  recording: ListedRecording;
  picture: Picture;
  /** Whether all of the list is by one person, so that nobody has to be told. */
  ofOneAuthor?: boolean;
}

/** A recording in a list: picture, trace, title, facts. */
export const Card: FC<ItemProps> = (props) => (
  <article class="card">
    <Frame {...props} />
    <Length {...props} />
    <ItemTitle {...props} />
    <ItemMeta {...props} />
  </article>
);

/** The same on less height. */
export const Row: FC<ItemProps> = (props) => (
  <article class="row">
    <Frame {...props} />
    <div>
      <ItemTitle {...props} />
      <ItemMeta {...props} />
      <Length {...props} />
    </div>
  </article>
);

const Frame: FC<ItemProps> = ({ recording, picture }) => (
  <div class="frame">
    <img src={`/a/${addressOf(recording)}.svg?f=t&v=${picture.key}`} width={476} height={307} alt="" loading="lazy" />
  </div>
);

const Length: FC<ItemProps> = ({ recording }) => (
  <div class="time">
    <Trace levels={recording.trace} />
    <span>{clockTime(recording.duration)}</span>
  </div>
);

const ItemTitle: FC<ItemProps> = ({ recording }) => (
  <h3 class="title">
    <a href={`/a/${addressOf(recording)}`}>{titleOf(recording)}</a>
  </h3>
);

const ItemMeta: FC<ItemProps> = ({ site, recording, ofOneAuthor }) => (
  <p class="meta">
    {recording.visibility === "public" ? null : <Visible site={site} recording={recording} />}
    {recording.author && !ofOneAuthor ? (
      <span>
        <Author recording={recording} />
      </span>
    ) : null}
    <Ago site={site} time={recording.created_at} />
    <span>
      {count(recording.views)} {recording.views === 1 ? "view" : "views"}
    </span>
  </p>
);

/** Whose a recording is, with a link when they have a page. */
const Author: FC<{ recording: ListedRecording }> = ({ recording }) =>
  recording.author_username ? (
    <a href={`/~${recording.author_username}`}>{recording.author}</a>
  ) : (
    <span>{recording.author}</span>
  );

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
}

/** The first page: what this is, what was put forward, what is popular, what is new. Groups with nothing in them are left
 *  out. */
export const HomePage: FC<HomeProps> = ({ site, featured, popular, recent, more }) => {
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
