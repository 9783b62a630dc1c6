import { type Context, Hono } from "hono";
import type { Config } from "../config.js";
import type { FileStore } from "../files/files.js";
import type { Studio } from "../live/studio.js";
import { may, visitor } from "../policy.js";
import { type FieldError, notFound, Refusal } from "../refusal.js";
import { StreamGroups } from "../streams/list-items.js";
import { streamItem } from "../streams/pages.js";
import { embeddedStream, type StreamService } from "../streams/service.js";
import { answerCompressed, answerPacked, answerStored } from "../web/answers.js";
import type { Assets } from "../web/assets.js";
import type { Forms } from "../web/forms.js";
import type { GuestPages } from "../web/guest-pages.js";
import { preferredForm } from "../web/negotiation.js";
import { framedPolicy, pagePolicy, picturePolicy } from "../web/security.js";
import type { Site } from "../web/site.js";
import { goTo, type PageEnv, signedIn } from "../web/visit.js";
import { conversions } from "./conversion.js";
import { embedScript } from "./embed.js";
import { atomFeed } from "./feed.js";
import { GifPage } from "./gif-page.js";
import { gonePicture } from "./gone-picture.js";
import { HomePage, ListPage } from "./list-pages.js";
import { embeddedRecording, oembed, oembedXml } from "./oembed.js";
import { pageOptions } from "./playback.js";
import type { Previews } from "./previews.js";
import { FramedRecordingPage, RecordingPage } from "./recording-page.js";
import { type ListedRecording, listKinds } from "./repository.js";
import { readSegment } from "./segments.js";
import { addressOf, fileEnding, type RecordingService, titleOf } from "./service.js";
import { forPeople, settingsOfForm } from "./settings-form.js";
import { DeletePage, SettingsPage } from "./settings-pages.js";
import { isViewToken, viewToken } from "./view-token.js";

interface Parts {
  config: Config;
  site: Site;
  assets: Assets;
  forms: Forms;
  recordings: RecordingService;
  previews: Previews;
  files: FileStore;
  guestPages: GuestPages;
  secret: string;
  streams: StreamService;
  studio: Studio;
}

const PER_HOME = 11;
const FEW = 5;
const PER_PAGE = 15;
const PER_FEED = 30;
const MORE = 4;

/** Feeds are asked for again and again. */
export const FEED = { "content-type": "application/atom+xml; charset=utf-8", "cache-control": "public, max-age=600" };
/** How long what does not depend on the address may be kept without asking. */
const HOUR = "public, max-age=3600, must-revalidate";
/** What only some may see, nobody on the way may keep. */
const OWN = "private, no-cache";
const YEAR = "public, max-age=31536000, must-revalidate";

/** Everything about recordings that a browser shows or fetches. */
export function recordingPages(parts: Parts): Hono<PageEnv> {
  const { config, site, assets, forms, recordings, previews, files, guestPages, secret, streams, studio } = parts;
  const app = new Hono<PageEnv>();
  const withPicture = (recording: ListedRecording) => ({ recording, picture: previews.picture(recording) });

  app.get("/", async (c) => {
    const [featured, popular, recent, on] = await Promise.all([
      recordings.list("featured", 1, 3),
      recordings.list("popular", 1, FEW),
      recordings.list("recent", 1, PER_HOME),
      streams.shown("public", 2),
    ]);
    const page = (
      <HomePage
        site={c.var.visit.site}
        featured={featured.recordings.map(withPicture)}
        // While all of them are in sight under Recent, this would only say them twice.
        popular={recent.count > FEW ? popular.recordings.map(withPicture) : []}
        recent={recent.recordings.map(withPicture)}
        more={recent.count > PER_HOME}
        streams={
          <StreamGroups
            site={c.var.visit.site}
            live={on.live.map((stream) => streamItem(studio, stream))}
            upcoming={on.upcoming}
            prefix="/explore"
          />
        }
      />
    );
    return c.html(page, 200, { "content-security-policy": pagePolicy });
  });

  app.get("/explore", (c) => c.redirect("/explore/recordings/recent"));
  for (const kind of listKinds) {
    app.get(`/explore/${kind === "recent" ? "public" : kind}`, (c) => c.redirect(`/explore/recordings/${kind}`));
    app.get(`/explore/recordings/${kind}`, async (c) => {
      const asked = c.req.query("page") ?? "1";
      if (!/^[1-9]\d{0,6}$/.test(asked)) throw notFound("Page");
      const page = Number(asked);
      const most = c.var.visit.actor.user ? undefined : config.guestPaginationMaxPages;
      if (page > (most ?? page)) throw notFound("Page");
      const { recordings: found, count } = await recordings.list(kind, page, PER_PAGE);
      const pages = Math.min(most ?? Number.POSITIVE_INFINITY, Math.max(1, Math.ceil(count / PER_PAGE)));
      if (page > pages) throw notFound("Page");
      const list = { kind, recordings: found.map(withPicture), page, pages, total: count };
      return c.html(<ListPage site={c.var.visit.site} {...list} />, 200, { "content-security-policy": pagePolicy });
    });
  }
  app.get("/explore/recordings/recent.atom", async (c) => {
    const { recordings: found } = await recordings.list("recent", 1, PER_FEED);
    const feed = atomFeed(site, `${site.name}: recent`, "/explore/recordings/recent", found.map(withPicture));
    return c.body(feed, 200, FEED);
  });

  app.get("/a/:file", async (c, next) => {
    await next();
    // Without an ending it depends on who asks what comes, so nobody on the way may take one answer for the other.
    if (!c.req.param("file").includes(".")) c.res.headers.append("vary", "accept");
  });
  app.get("/a/:file", async (c) => {
    const match = /^([A-Za-z0-9]+)(?:\.(cast|json|txt|svg|png|gif|js))?$/.exec(c.req.param("file"));
    if (!match) throw notFound();
    const [, address, ending] = match as unknown as [string, string, string | undefined];
    const form = ending ?? preferredForm(c.req.header("accept"));
    const recording = await recordings.show(c.var.visit.actor, address).catch((error) => {
      if (error instanceof Refusal && error.type === "gone" && (form === "svg" || form === "png")) return error;
      throw error;
    });
    if (recording instanceof Refusal) {
      const headers = { "content-type": "image/svg+xml; charset=utf-8", "cache-control": "no-cache" };
      return c.body(await gonePicture(recording.message), 410, { ...headers, "access-control-allow-origin": "*" });
    }
    switch (form) {
      case "cast":
      case "json":
        return cast(c, recording);
      case "txt":
        return transcript(c, recording);
      case "svg":
        return picture(c, recording);
      case "png":
        return raster(c, recording);
      case "gif": {
        const view = <GifPage site={c.var.visit.site} recording={recording} />;
        return c.html(view, 200, { "content-security-policy": pagePolicy });
      }
      case "js":
        return embedScript(c, assets);
      default:
        return player(c, recording, address);
    }
  });

  app.get("/a/:address/segments/:file{(index|[0-9]{1,6})\\.json}", async (c) => {
    const recording = await recordings.show(c.var.visit.actor, c.req.param("address"));
    const key = previews.segmentsKey(recording);
    const name = c.req.param("file").slice(0, -".json".length);
    // The segments of settings that have changed since do not fit to each other.
    const asked = c.req.query("v");
    if (asked !== undefined && asked !== key) throw notFound();
    const part = await readSegment(await previews.segments(recording), name === "index" ? name : Number(name));
    if (!part) throw notFound();
    return answerPacked(c, part, {
      type: "application/json",
      tag: `${key}-${name}`,
      cacheControl: recording.visibility === "private" ? OWN : asked === key ? YEAR : "no-cache",
      headers: { "access-control-allow-origin": "*" },
    });
  });

  app.get("/a/:address/iframe", async (c) => {
    const recording = await recordings.show(c.var.visit.actor, c.req.param("address"));
    const view = (
      <FramedRecordingPage
        site={site}
        recording={recording}
        {...(await playing(c, recording))}
        picture={previews.picture(recording)}
      />
    );
    return c.html(view, 200, { "content-security-policy": framedPolicy });
  });

  app.get("/a/:address/edit", async (c) => {
    const recording = await recordings.own({ user: signedIn(c) }, c.req.param("address"));
    return settings(c, recording, {});
  });
  app.post("/a/:address/edit", async (c) => {
    const actor = { user: signedIn(c) };
    const recording = await recordings.own(actor, c.req.param("address"));
    const values = await forms.read(c);
    try {
      const saved = await recordings.update(actor, recording.secret_token, settingsOfForm(values));
      if (may(actor, "feature", recording)) {
        await recordings.feature(actor, recording.secret_token, values["featured"] !== undefined);
      }
      return goTo(c, `/a/${addressOf(saved)}`, "saved");
    } catch (error) {
      if (!(error instanceof Refusal) || error.type !== "validation_failed") throw error;
      return settings(c, recording, { values, wrong: (error.details ?? []).map(forPeople) });
    }
  });
  app.post("/a/:address/publish", async (c) => {
    const actor = { user: signedIn(c) };
    await forms.read(c);
    const saved = await recordings.update(actor, c.req.param("address"), { visibility: "public" });
    return goTo(c, `/a/${addressOf(saved)}`, "published");
  });
  app.get("/a/:address/delete", async (c) => {
    const recording = await recordings.own({ user: signedIn(c) }, c.req.param("address"));
    const view = <DeletePage site={c.var.visit.site} token={forms.token(c)} recording={recording} />;
    return c.html(view, 200, { "content-security-policy": pagePolicy });
  });
  app.post("/a/:address/delete", async (c) => {
    const user = signedIn(c);
    const recording = await recordings.own({ user }, c.req.param("address"));
    const { title = "" } = await forms.read(c);
    if (plain(title) !== plain(titleOf(recording))) {
      const wrong = [{ field: "title", message: "That is not its title." }];
      const view = <DeletePage site={c.var.visit.site} token={forms.token(c)} recording={recording} wrong={wrong} />;
      return c.html(view, 422, { "content-security-policy": pagePolicy });
    }
    await recordings.delete({ user }, recording.secret_token);
    return goTo(c, recording.user_id === user.id ? `/~${user.username}` : "/", "deleted");
  });

  app.post("/a/:address/views", async (c) => {
    const token = c.req.query("token");
    if (token === undefined) throw new Refusal("bad_request", "The token is missing");
    const recording = await recordings.show(c.var.visit.actor, c.req.param("address"));
    if (isViewToken(secret, token, recording.id, site.now()) && !hasCookie(c, `a${recording.id}`)) {
      await recordings.view(recording);
      const secure = config.url.startsWith("https:") ? "; Secure" : "";
      c.header("set-cookie", `a${recording.id}=1; Max-Age=86400; Path=/a/; HttpOnly; SameSite=Lax${secure}`);
    }
    return c.body(null, 204);
  });

  app.get("/oembed", async (c) => {
    const { url, format, maxwidth, maxheight } = c.req.query();
    const [, kind, address] = /^\/([as])\/([A-Za-z0-9]+)\/?$/.exec(pathOf(url ?? "") ?? "") ?? [];
    if (address === undefined) {
      throw new Refusal("bad_request", "The parameter url must be the address of a recording or a stream");
    }
    const limits = { width: limit("maxwidth", maxwidth), height: limit("maxheight", maxheight) };
    const subject =
      kind === "s"
        ? embeddedStream(await streams.show(visitor, address))
        : embeddedRecording(await recordings.show(visitor, address));
    const answer = oembed(site, subject, limits);
    const xml = format === undefined ? /\bxml\b/.test(c.req.header("accept") ?? "") : format === "xml";
    if (format !== undefined && format !== "xml" && format !== "json") {
      throw new Refusal("bad_request", "The parameter format must be json or xml");
    }
    return xml ? c.body(oembedXml(answer), 200, { "content-type": "text/xml; charset=utf-8" }) : c.json(answer);
  });

  return app;

  function settings(
    c: Context<PageEnv>,
    recording: ListedRecording,
    form: { values?: Record<string, string>; wrong?: FieldError[] },
  ): Response | Promise<Response> {
    const view = (
      <SettingsPage
        site={c.var.visit.site}
        token={forms.token(c)}
        recording={recording}
        picture={previews.picture(recording)}
        mayFeature={may(c.var.visit.actor, "feature", recording)}
        {...form}
      />
    );
    return c.html(view, form.wrong ? 422 : 200, { "content-security-policy": pagePolicy });
  }

  async function player(c: Context<PageEnv>, recording: ListedRecording, address: string): Promise<Response> {
    const canonical = addressOf(recording);
    if (address !== canonical) return c.redirect(`/a/${canonical}${new URL(c.req.url).search}`);
    const { session, site: seen } = c.var.visit;
    const headers: Record<string, string> = { "content-security-policy": pagePolicy };
    if (recording.visibility !== "public") headers["referrer-policy"] = "origin";
    const write = async () => {
      const [outline, more, played] = await Promise.all([
        previews.outline(recording),
        recordings.more(recording, MORE),
        playing(c, recording),
      ]);
      const view = (
        <RecordingPage
          site={seen}
          recording={recording}
          {...played}
          picture={previews.picture(recording)}
          outline={outline}
          more={more.map(withPicture)}
          viewToken={viewToken(secret, recording.id, site.now())}
          sharing={c.req.query("share") !== undefined}
          token={may(c.var.visit.actor, "change", recording) ? forms.token(c) : undefined}
        />
      );
      return { view, whole: outline !== undefined };
    };
    if (session || seen.note) return c.html((await write()).view, 200, headers);
    // Guests who have chosen the same colours all see the same. Everything about the recording itself is in the key.
    return guestPages.answer(c, JSON.stringify([recording, c.req.query(), seen]), headers, write);
  }

  /** What the page's address asks of the player, and how the recording is loaded. */
  async function playing(c: Context<PageEnv>, recording: ListedRecording) {
    const options = pageOptions(c.req.query());
    // Another limit for pauses than the owner's is the player's work, which takes the whole.
    const whole = options.idleTimeLimit !== undefined;
    return { options, segmented: whole ? undefined : await previews.segmented(recording, options.startAt) };
  }

  async function cast(c: Context<PageEnv>, recording: ListedRecording): Promise<Response> {
    const asked = c.req.query("version");
    const version = conversions.find((one) => String(one) === asked && one !== recording.version);
    if (asked !== undefined && !version && asked !== String(recording.version)) {
      throw new Refusal("bad_request", `The parameter version must be one of ${conversions.join(", ")}`);
    }
    const headers: Record<string, string> = { "access-control-allow-origin": "*" };
    if (c.req.query("dl") !== undefined) {
      const ending = fileEnding(version ? { version } : recording);
      headers["content-disposition"] = `attachment; filename="${recording.id}.${ending}"`;
    }
    const tag = recording.content_hash.slice(0, 32);
    return answerCompressed(c, {
      path: () => (version ? previews.converted(recording, version) : files.local(recording.file_key)),
      type: "application/x-asciicast",
      tag: version ? `${tag}-${version}` : tag,
      cacheControl: recording.visibility === "private" ? OWN : "no-cache",
      headers,
    });
  }

  async function transcript(c: Context<PageEnv>, recording: ListedRecording): Promise<Response> {
    return answerCompressed(c, {
      path: () => previews.transcript(recording),
      type: "text/plain; charset=utf-8",
      tag: `${previews.picture(recording).key}-txt`,
      cacheControl: recording.visibility === "private" ? OWN : "no-cache",
      headers: {
        "access-control-allow-origin": "*",
        "content-disposition": `attachment; filename="${recording.id}.txt"`,
      },
    });
  }

  async function picture(c: Context<PageEnv>, recording: ListedRecording): Promise<Response> {
    const corner = c.req.query("f") === "t";
    const { key } = previews.picture(recording);
    return answerCompressed(c, {
      path: () => previews.svg(recording, corner ? "corner" : "screen"),
      type: "image/svg+xml; charset=utf-8",
      tag: corner ? `${key}-t` : key,
      cacheControl: keptFor(c, recording, key),
      headers: { "access-control-allow-origin": "*" },
    });
  }

  async function raster(c: Context<PageEnv>, recording: ListedRecording): Promise<Response> {
    const variants: Record<string, "corner" | "card"> = { t: "corner", c: "card" };
    const variant = variants[c.req.query("f") ?? ""] ?? "screen";
    const { key } = previews.picture(recording);
    const path = await previews.png(recording, variant);
    return answerStored(c, {
      path: async () => path,
      type: "image/png",
      // What a card says of its author is not in the picture's key, but in its path.
      tag: path.split(/[/\\]/).slice(-2).join(""),
      cacheControl: keptFor(c, recording, key),
      headers: { "access-control-allow-origin": "*", "content-security-policy": picturePolicy },
    });
  }

  function keptFor(c: Context<PageEnv>, recording: ListedRecording, key: string): string {
    return recording.visibility === "private" ? OWN : c.req.query("v") === key ? YEAR : HOUR;
  }
}

/** A title as people type it: case and spaces do not matter. */
function plain(title: string): string {
  return title.trim().replace(/\s+/g, " ").toLowerCase();
}

function hasCookie(c: Context<PageEnv>, name: string): boolean {
  return (c.req.header("cookie") ?? "").split(";").some((cookie) => cookie.trim().startsWith(`${name}=`));
}

function pathOf(url: string): string | undefined {
  try {
    return new URL(url, "http://localhost").pathname;
  } catch {
    return undefined;
  }
}

function limit(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new Refusal("bad_request", `The parameter ${name} must be a whole number`);
  return Number(value);
}
