import { raw } from "hono/html";
import type { FC, PropsWithChildren } from "hono/jsx";
import { Author, clockTime, count, Day, Form, Icon } from "../web/components.js";
import { FramedPage, Page } from "../web/layout.js";
import { markdown, plainText } from "../web/markdown.js";
import type { Site } from "../web/site.js";
import { Download } from "./download.js";
import type { Outline, OutlineMoment } from "./drawing.js";
import { Row, Visible } from "./list-items.js";
import { inAddress, ownMarkers } from "./playback.js";
import { Player, PlayerAssets, type RecordingProps } from "./player-view.js";
import type { Picture } from "./previews.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, fileEnding, titleOf } from "./service.js";
import { Share } from "./share.js";

/** A recording with its player. */
export const RecordingPage: FC<
  RecordingProps & {
    outline: Outline | undefined;
    /** Others by the same author. */
    more: { recording: ListedRecording; picture: Picture }[];
    viewToken: string;
    sharing: boolean;
    /** Shows that forms come from this page; for those who may change the recording. */
    token: string | undefined;
  }
> = ({ site, recording, options, picture, segmented, outline, more, viewToken, sharing, token }) => {
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
            <Player {...{ site, recording, options, picture, segmented, viewToken }} />
          </div>
        </div>
        <div class="wrap about">
          <div class="col a">
            <div class="head">
              <h1>{title}</h1>
              <div class="by">
                <Author of={recording} />
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
                <button class="btn" type="button" {...{ popovertarget: "download" }}>
                  <Icon site={site} name="download" />
                  Download
                </button>
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
          {more.length > 0 ? (
            <aside class="col d">
              <section class="sect">
                <header>
                  <h2>More by {recording.author}</h2>
                </header>
                <div class="rows">
                  {more.map((item) => (
                    <Row site={site} {...item} ofOneAuthor />
                  ))}
                </div>
              </section>
            </aside>
          ) : null}
        </div>
        <Download site={site} recording={recording} picture={picture} />
        <Share site={site} recording={recording} options={options} open={sharing} />
      </main>
    </Page>
  );
};

/** A recording inside somebody else's page. */
export const FramedRecordingPage: FC<RecordingProps> = ({ site, recording, options, picture, segmented }) => (
  <FramedPage site={site} title={titleOf(recording)} head={<PlayerAssets site={site} />}>
    <main id="main">
      <h1 class="sr">{titleOf(recording)}</h1>
      <Player {...{ site, recording, options, picture, segmented }} viewToken={undefined} />
      <p class="credit">
        <a href={`${site.url}/a/${addressOf(recording)}`} target="_blank" rel="noopener">
          {titleOf(recording)}
        </a>
        <span class="end">{site.host}</span>
      </p>
    </main>
  </FramedPage>
);

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
