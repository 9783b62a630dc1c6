import { pipeline, Readable } from "node:stream";
import { createGzip, gunzipSync } from "node:zlib";
import { Terminal } from "@asciinema-ts/vt";
import { type Context, Hono } from "hono";
import type { Profiles } from "../accounts/profile.js";
import type { Config } from "../config.js";
import type { Studio } from "../live/studio.js";
import { may } from "../policy.js";
import { embedScript } from "../recordings/embed.js";
import { pageOptions } from "../recordings/playback.js";
import type { Previews } from "../recordings/previews.js";
import type { RecordingRepository } from "../recordings/repository.js";
import { type FieldError, notFound, Refusal } from "../refusal.js";
import type { Assets } from "../web/assets.js";
import type { Forms } from "../web/forms.js";
import { acceptsGzip, matchesEtag } from "../web/negotiation.js";
import { framedPolicy, pagePolicy, picturePolicy } from "../web/security.js";
import type { Site } from "../web/site.js";
import { goTo, type PageEnv, signedIn } from "../web/visit.js";
import { calendar } from "./calendar.js";
import type { ScreenPicture } from "./drawing.js";
import { dayAndTime, type StreamItem } from "./list-items.js";
import { OwnStreamsPage, StreamListPage } from "./list-pages.js";
import type { StreamPictures } from "./pictures.js";
import { streamPageOptions } from "./playback.js";
import type { ListedStream, StreamRepository, StreamScope } from "./repository.js";
import { parseSchedule } from "./schedule.js";
import { nextTimes, type StreamService, streamTitle } from "./service.js";
import { DeleteStreamPage, StreamSettingsPage, settingsOfStreamForm } from "./settings-pages.js";
import { FramedStreamPage, Status, StreamPage, type StreamState } from "./stream-page.js";

interface Parts {
  config: Config;
  site: Site;
  assets: Assets;
  forms: Forms;
  streams: StreamService;
  allStreams: StreamRepository;
  studio: Studio;
  pictures: StreamPictures;
  previews: Previews;
  allRecordings: RecordingRepository;
  profiles: Profiles;
}

const PER_PAGE = 14;
const OWN_PER_PAGE = 24;
/** Earlier recordings on a stream's page, and when somebody wants all of them. */
const EARLIER = 4;
const ALL_EARLIER = 200;
const page = { "content-security-policy": pagePolicy };
/** What changes all the time, and what only some may see, is kept by nobody without asking. */
const FRESH = "private, no-cache";

/** Everything about streams that a browser shows or fetches. */
export function streamPages(parts: Parts): Hono<PageEnv> {
  const { config, site, assets, forms, streams, studio, pictures, previews, allRecordings, profiles } = parts;
  const app = new Hono<PageEnv>();

  app.get("/s/:file", async (c) => {
    const match = /^([A-Za-z0-9]{16,64})(?:\.(svg|png|txt|cast|js|ics))?$/.exec(c.req.param("file"));
    if (!match) throw notFound();
    const [, token, ending] = match as unknown as [string, string, string | undefined];
    const stream = await streams.show(c.var.visit.actor, token);
    switch (ending) {
      case "svg":
        return picture(c, stream, c.req.query("f") === "t" ? "corner" : "screen");
      case "png":
        return picture(c, stream, "card");
      case "txt":
        return text(c, stream);
      case "cast":
        return kept(c, stream);
      case "js":
        return embedScript(c, assets);
      case "ics":
        return dates(c, stream);
      default:
        return player(c, stream);
    }
  });
  app.get("/s/:token/status", async (c) => {
    const stream = await streams.show(c.var.visit.actor, c.req.param("token"));
    const state = stateOf(stream);
    // What scripts want to know, in seconds of the stream: now, and from when to when of it can be watched again.
    const headers: Record<string, string> = { "cache-control": "no-store", "x-stream-live": state.live ? "1" : "0" };
    if (state.live) headers["x-stream-time"] = String(state.time / 1e6);
    if (state.kept) headers["x-stream-kept"] = `${state.kept.from / 1e6} ${state.kept.until / 1e6}`;
    return c.html(<Status site={site} stream={stream} state={state} />, 200, headers);
  });
  app.get("/s/:token/iframe", async (c) => {
    const stream = await streams.show(c.var.visit.actor, c.req.param("token"));
    const options = streamPageOptions(c.req.query());
    const view = <FramedStreamPage site={site} stream={stream} state={stateOf(stream)} options={options} />;
    return c.html(view, 200, { "content-security-policy": framedPolicy });
  });

  app.get("/s/:token/edit", async (c) => {
    const stream = await own(c);
    return settings(c, stream, {});
  });
  app.post("/s/:token/edit", async (c) => {
    const stream = await own(c);
    const values = await forms.read(c);
    try {
      await streams.update({ user: signedIn(c) }, stream.public_token, settingsOfStreamForm(values));
      return goTo(c, `/s/${stream.public_token}`, "saved");
    } catch (error) {
      if (!(error instanceof Refusal) || error.type !== "validation_failed") throw error;
      return settings(c, stream, { values, wrong: (error.details ?? []).map(forPeople) });
    }
  });
  app.get("/s/:token/delete", async (c) => {
    const stream = await own(c);
    const view = <DeleteStreamPage site={c.var.visit.site} token={forms.token(c)} stream={stream} />;
    return c.html(view, 200, page);
  });
  app.post("/s/:token/delete", async (c) => {
    const stream = await own(c);
    await forms.read(c);
    await streams.delete({ user: signedIn(c) }, stream.public_token);
    return goTo(c, stream.user_id === signedIn(c).id ? "/user/streams" : "/", "stream-deleted");
  });

  app.get("/user/streams", (c) => ownStreams(c, {}));
  app.post("/user/streams", async (c) => {
    const user = signedIn(c);
    await forms.read(c);
    const stream = await streams.create(user, {});
    return goTo(c, `/s/${stream.public_token}/edit`, "stream-made");
  });
  app.post("/user/streams/settings", async (c) => {
    const user = signedIn(c);
    const values = await forms.read(c);
    try {
      await streams.settle(user, values);
      return goTo(c, "/user/streams", "saved");
    } catch (error) {
      if (!(error instanceof Refusal) || error.type !== "validation_failed") throw error;
      return ownStreams(c, { values, wrong: error.details ?? [] });
    }
  });

  // What a schedule that is being typed means.
  app.get("/user/streams/dates", (c) => {
    const user = signedIn(c);
    return c.text(datesOf(c.req.query("schedule") ?? "", site.now(), user.timezone), 200, { "cache-control": FRESH });
  });

  app.get("/explore/streams", (c) => c.redirect("/explore/streams/live"));
  for (const kind of ["live", "upcoming"] as const) {
    app.get(`/explore/streams/${kind}`, (c) => list(c, kind, "public", undefined, "/explore"));
    app.get(`/:name{~[^/]+}/streams/${kind}`, async (c) => {
      const user = await profiles.find(c.req.param("name").slice(1));
      if (!user?.username) throw notFound("Page");
      return list(c, kind, { userId: user.id }, user.name ?? user.username, `/~${user.username}`);
    });
  }

  return app;

  async function own(c: Context<PageEnv>): Promise<ListedStream> {
    const user = signedIn(c);
    streams.admit(user);
    return streams.own({ user }, c.req.param("token")!);
  }

  function stateOf(stream: ListedStream): StreamState {
    const channel = studio.find(stream.id);
    return {
      live: channel?.live ?? false,
      produced: channel?.produced ?? false,
      viewers: channel?.hub.viewers ?? 0,
      startedAt: channel?.startedAt,
      time: channel?.hub.time ?? 0,
      kept: channel?.recordedSpan,
    };
  }

  async function player(c: Context<PageEnv>, stream: ListedStream): Promise<Response> {
    const state = stateOf(stream);
    const isOwn = may(c.var.visit.actor, "change", stream);
    const most = c.req.query("earlier") === "all" ? ALL_EARLIER : EARLIER;
    const earlier = await allRecordings.ofStream(stream.id, isOwn, most);
    const allEarlier = earlier.length < EARLIER ? earlier.length : await allRecordings.countOfStream(stream.id, isOwn);
    const view = (
      <StreamPage
        site={c.var.visit.site}
        stream={stream}
        state={state}
        options={streamPageOptions(c.req.query())}
        from={state.kept === undefined ? undefined : momentOf(c.req.query())}
        sharing={c.req.query("share") !== undefined}
        next={await nextOf(stream, 3)}
        earlier={earlier.map((recording) => ({ recording, picture: previews.picture(recording) }))}
        allEarlier={allEarlier}
        isOwn={isOwn}
      />
    );
    const headers: Record<string, string> = { ...page };
    if (stream.visibility !== "public") headers["referrer-policy"] = "origin";
    return c.html(view, 200, headers);
  }

  async function picture(c: Context, stream: ListedStream, variant: ScreenPicture["variant"]): Promise<Response> {
    const { content, key } = await pictures.picture(stream, variant);
    const gzip = variant !== "card" && acceptsGzip(c.req.header("accept-encoding"));
    const etag = `"${key}${gzip ? "-gz" : ""}"`;
    const headers: Record<string, string> = {
      etag,
      vary: "accept-encoding",
      "cache-control": stream.visibility === "private" ? FRESH : "no-cache",
      "access-control-allow-origin": "*",
    };
    if (matchesEtag(c.req.header("if-none-match"), etag)) return new Response(null, { status: 304, headers });
    if (variant === "card") headers["content-security-policy"] = picturePolicy;
    headers["content-type"] = variant === "card" ? "image/png" : "image/svg+xml; charset=utf-8";
    if (gzip) headers["content-encoding"] = "gzip";
    const bytes = gzip || variant === "card" ? content : gunzipSync(content);
    return new Response(new Uint8Array(bytes), { headers });
  }

  async function text(c: Context, stream: ListedStream): Promise<Response> {
    const screen = studio.screen(stream.id) ?? (await parts.allStreams.screen(stream.id));
    const terminal = new Terminal(screen ?? { cols: 80, rows: 24 });
    if (screen) terminal.feed(screen.dump);
    const content = terminal.text().join("\n").trimEnd();
    return c.text(content === "" ? "" : `${content}\n`, 200, { "cache-control": FRESH });
  }

  /** What was on so far, as long as it is on. */
  async function kept(c: Context, stream: ListedStream): Promise<Response> {
    const content = await studio.kept(stream.id);
    if (!content) throw notFound();
    const gzip = acceptsGzip(c.req.header("accept-encoding"));
    const source = Readable.from(content);
    // Whoever leaves ends it, at whichever end.
    const body = gzip ? pipeline(source, createGzip(), () => {}) : source;
    return new Response(Readable.toWeb(body) as ReadableStream, {
      headers: {
        "content-type": "application/x-asciicast",
        "cache-control": "no-store",
        vary: "accept-encoding",
        ...(gzip && { "content-encoding": "gzip" }),
      },
    });
  }

  async function dates(c: Context, stream: ListedStream): Promise<Response> {
    const { host, url, now } = site;
    const facts = { title: streamTitle(stream), url: `${url}/s/${stream.public_token}`, host, now: now() };
    return c.body(calendar({ ...facts, times: await nextOf(stream, 10) }), 200, {
      "content-type": "text/calendar; charset=utf-8",
      "content-disposition": `attachment; filename="${stream.public_token}.ics"`,
      "cache-control": FRESH,
    });
  }

  async function nextOf(stream: ListedStream, count: number): Promise<number[]> {
    return nextTimes(stream.schedule, site.now(), await streams.timezoneOf(stream), count);
  }

  async function settings(
    c: Context<PageEnv>,
    stream: ListedStream,
    form: { values?: Record<string, string>; wrong?: FieldError[] },
  ): Promise<Response> {
    const view = (
      <StreamSettingsPage
        site={c.var.visit.site}
        token={forms.token(c)}
        stream={stream}
        dates={datesOf(
          form.values?.["schedule"] ?? stream.schedule ?? "",
          site.now(),
          await streams.timezoneOf(stream),
        )}
        timezone={await streams.timezoneOf(stream)}
        {...form}
      />
    );
    return c.html(view, form.wrong ? 422 : 200, page);
  }

  function item(stream: ListedStream): StreamItem {
    return streamItem(studio, stream);
  }

  async function ownStreams(
    c: Context<PageEnv>,
    form: { values?: Record<string, string>; wrong?: FieldError[] },
  ): Promise<Response> {
    const user = signedIn(c);
    const number = pageOf(c);
    const { streams: found, count } = await streams.of(user, number, OWN_PER_PAGE);
    const pages = Math.max(1, Math.ceil(count / OWN_PER_PAGE));
    if (number > pages) throw notFound("Page");
    const view = (
      <OwnStreamsPage
        site={c.var.visit.site}
        token={forms.token(c)}
        user={user}
        streams={found.map(item)}
        total={count}
        page={number}
        pages={pages}
        recording={config.streams.recording}
        visibility={user.default_stream_visibility ?? config.streams.visibility}
        {...form}
      />
    );
    return c.html(view, form.wrong ? 422 : 200, page);
  }

  async function list(
    c: Context<PageEnv>,
    kind: "live" | "upcoming",
    scope: StreamScope,
    author: string | undefined,
    prefix: string,
  ): Promise<Response> {
    const number = pageOf(c);
    const most = c.var.visit.actor.user ? undefined : config.guestPaginationMaxPages;
    const { streams: found, count } = await streams.list(kind, scope, number, PER_PAGE);
    const pages = Math.min(most ?? Number.POSITIVE_INFINITY, Math.max(1, Math.ceil(count / PER_PAGE)));
    if (number > pages) throw notFound("Page");
    const { upcoming } = await streams.shown(scope, 1);
    const view = (
      <StreamListPage
        site={c.var.visit.site}
        kind={kind}
        author={author}
        prefix={prefix}
        streams={found.map(item)}
        total={count}
        page={number}
        pages={pages}
        next={upcoming[0]}
      />
    );
    return c.html(view, 200, page);
  }
}

/** Where in what is kept of a stream a page is to begin, in seconds; `undefined`: it shows the present. */
function momentOf(query: Record<string, string | undefined>): number | undefined {
  return query["from"] === "start" ? 0 : pageOptions(query).startAt;
}

/** A stream and what is on there. */
export function streamItem(studio: Studio, stream: ListedStream): StreamItem {
  const channel = studio.find(stream.id);
  const live = channel?.live ?? false;
  return {
    stream: { ...stream, live },
    trace: live ? channel!.activity.levels() : undefined,
    viewers: channel?.hub.viewers ?? 0,
  };
}

function pageOf(c: Context): number {
  const asked = c.req.query("page") ?? "1";
  if (!/^[1-9]\d{0,6}$/.test(asked)) throw notFound("Page");
  return Number(asked);
}

/** The next dates of a schedule, or what is wrong with it, in words. */
function datesOf(schedule: string, now: number, timezone: string | null): string {
  if (schedule.trim() === "") return "";
  const parsed = parseSchedule(schedule);
  if ("problem" in parsed) return `It ${parsed.problem}.`;
  const times = nextTimes(schedule, now, timezone, 3);
  return times.length === 0 ? "Never again." : `Next: ${times.map((time) => `${dayAndTime(time)} UTC`).join(", ")}.`;
}

/** What to type instead, for each field that did not fit. */
function forPeople({ field, message }: FieldError): FieldError {
  const texts: Record<string, string> = {
    title: "128 characters at most.",
    description: "4,096 characters at most.",
    buffer_time: "Seconds, 0 to 30.",
    term_line_height: "1 to 2.",
    audio_url: "An address that starts with https:// or http://.",
    schedule: `It ${message}. Such as 0 18 * * sat, for every Saturday at 18:00.`,
  };
  return { field, message: texts[field] ?? "Choose one of those." };
}
