import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { Machines } from "./accounts/machines.js";
import { accountPages } from "./accounts/pages.js";
import { Profiles } from "./accounts/profile.js";
import { AccountRepository } from "./accounts/repository.js";
import { Sessions } from "./accounts/sessions.js";
import { SignIn } from "./accounts/sign-in.js";
import { webfinger } from "./accounts/webfinger.js";
import type { Config } from "./config.js";
import type { Changes } from "./db/changes.js";
import type { Database } from "./db/database.js";
import type { DerivedFiles } from "./derived.js";
import type { FileStore } from "./files/files.js";
import type { Studio } from "./live/studio.js";
import { type Log, withoutSecrets } from "./log.js";
import type { Outbox } from "./mail/mailer.js";
import type { Metrics } from "./metrics.js";
import { clientAddress, RateLimiter, rateHeaders } from "./rate-limit.js";
import { recordingApi } from "./recordings/api.js";
import { recordingDescription } from "./recordings/openapi.js";
import { recordingPages } from "./recordings/pages.js";
import { Previews } from "./recordings/previews.js";
import { recordPages } from "./recordings/record.js";
import { RecordingRepository } from "./recordings/repository.js";
import { RecordingService } from "./recordings/service.js";
import { bodies, readBody } from "./recordings/upload.js";
import type { Task } from "./recordings/worker.js";
import { notFound, Refusal } from "./refusal.js";
import { mayMeasure, RequestMetrics, routeOf } from "./request-metrics.js";
import { streamApi } from "./streams/api.js";
import { streamDescription } from "./streams/openapi.js";
import { streamPages } from "./streams/pages.js";
import { StreamPictures } from "./streams/pictures.js";
import { StreamRepository } from "./streams/repository.js";
import { StreamService } from "./streams/service.js";
import { AboutPage } from "./web/about-page.js";
import { Assets } from "./web/assets.js";
import { compression } from "./web/compression.js";
import { clearCookie, setPrivateCookie } from "./web/cookies.js";
import { ErrorPage } from "./web/errors.js";
import { Forms } from "./web/forms.js";
import { GuestPages } from "./web/guest-pages.js";
import { acceptsGzip, acceptsJson, matchesEtag } from "./web/negotiation.js";
import { openApi } from "./web/openapi.js";
import { ReadyAnswers, type Sharing } from "./web/ready-answers.js";
import { framedPolicy, pagePolicy, securityHeaders } from "./web/security.js";
import { schemes, siteOf } from "./web/site.js";
import { type PageEnv, rememberPage, SCHEME_COOKIE, visits } from "./web/visit.js";
import type { WorkerPool } from "./worker-pool.js";

/** What the server works with. */
export interface Collaborators {
  config: Config;
  db: Database;
  /** How often it was changed. */
  changes: Changes;
  files: FileStore;
  derived: DerivedFiles;
  workers: WorkerPool<Task>;
  /** The streams that are on. */
  studio: Studio;
  outbox: Outbox;
  /** Milliseconds since 1970. */
  clock: () => number;
  log: Log;
  metrics: Metrics;
  /** Signs tokens. */
  secret: string;
  version: string;
}

/** What Node's server passes on beside the request. */
interface Bindings {
  incoming?: { socket?: { remoteAddress?: string | undefined } };
}

type App = { Bindings: Bindings; Variables: PageEnv["Variables"] & { sharing?: Sharing } };

/** Milliseconds that an answer is given again for; and the same where others may change the database, too. */
const AGE = 60_000;
const AGE_BESIDE_OTHERS = 1000;

/** The whole server as a function from requests to answers. */
export function createApp(parts: Collaborators): Hono<App> {
  const { config, db, changes, files, derived, workers, studio, outbox, clock, log, metrics, secret, version } = parts;
  const assets = new Assets();
  const site = siteOf(config, assets, version, clock);
  const accounts = new AccountRepository(db);
  const machines = new Machines(accounts, config, clock);
  const sessions = new Sessions(accounts, clock);
  const allRecordings = new RecordingRepository(db);
  const recordings = new RecordingService(allRecordings, files, workers, config, clock);
  const allStreams = new StreamRepository(db);
  const streams = new StreamService(allStreams, studio, config, secret, clock);
  const previews = new Previews(derived, files, workers, site.host, config.previewFonts);
  const profiles = new Profiles(accounts, files, outbox, config, clock);
  const forms = new Forms(secret, config.url);
  const limiter = new RateLimiter(clock);
  const https = config.url.startsWith("https:");

  const requests = new RequestMetrics(metrics);
  const ready = new ReadyAnswers(changes, clock, config.databaseUrl ? AGE_BESIDE_OTHERS : AGE);
  const guestPages = new GuestPages(changes, clock);

  const app = new Hono<App>();

  app.use(async (c, next) => {
    const start = performance.now();
    const begun = ready.begin();
    await next();
    // Nobody reads it, so whatever it is read from is to be closed.
    if (c.req.method === "HEAD") await c.res.body?.cancel();
    const route = routeOf(c);
    if (c.var.sharing) ready.keep(c, begun, c.var.sharing, route);
    note(c.req.method, c.req.path, route, c.res.status, start, addressOf(c));
  });
  app.use(securityHeaders(https));

  app.get("/assets/:file", (c) => {
    const asset = assets.find(c.req.param("file"));
    if (!asset) throw notFound();
    const gzip = acceptsGzip(c.req.header("accept-encoding"));
    const headers: Record<string, string> = {
      "content-type": asset.type,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
      etag: asset.etag,
    };
    if (matchesEtag(c.req.header("if-none-match"), asset.etag)) return new Response(null, { status: 304, headers });
    if (gzip) headers["content-encoding"] = "gzip";
    return new Response(new Uint8Array(gzip ? asset.gzip : asset.content), { headers });
  });
  app.get("/favicon.ico", (c) => c.redirect(site.asset("icon.svg")));
  app.get("/robots.txt", (c) =>
    c.text("User-agent: *\nDisallow: /a/*.json\nDisallow: /a/*.cast\nDisallow: /a/*.txt\n"),
  );
  app.get("/healthz", async (c) => {
    await allRecordings.isEmpty();
    return c.text("ok\n", 200, { "cache-control": "no-store" });
  });

  // Asked for without an upgrade.
  app.get("/ws/:end{[sS]}/:token", (c) => c.body(null, 400));

  app.get("/metrics", (c) => {
    if (!mayMeasure(config, peerOf(c.env), c.req.raw.headers)) throw notFound();
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };
    return c.body(metrics.text(), 200, headers);
  });

  app.use(compression());
  app.use(bodies());
  app.use(async (c, next) => {
    const allowance = limiter.take(c.req.method, c.req.path, addressOf(c));
    if (!allowance) return next();
    const headers = rateHeaders(allowance);
    if (!allowance.allowed) {
      const wait = Math.max(1, Math.ceil(allowance.reset - clock() / 1000));
      const message = `Too many requests. Try again in ${wait} ${wait === 1 ? "second" : "seconds"}`;
      throw new Refusal("too_many_requests", message, { headers: { ...headers, "retry-after": String(wait) } });
    }
    await next();
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  });

  const description = openApi(config.url, version, [recordingDescription, streamDescription]);
  app.get("/api/v1/openapi.json", (c) => {
    return c.json(description, 200, { "access-control-allow-origin": "*", "cache-control": "public, max-age=3600" });
  });
  app.route("/api", recordingApi({ config, machines, recordings, files }));
  app.route("/api", streamApi({ config, machines, streams }));

  app.use(visits(site, sessions));
  const page = { "content-security-policy": pagePolicy };
  app.get("/about", (c) => c.html(<AboutPage site={c.var.visit.site} config={config} />, 200, page));
  app.post("/scheme", async (c) => {
    if (!forms.isOwn(c)) throw new Refusal("access_denied", "This form came from elsewhere");
    const fields = new URLSearchParams((await readBody(c.var.body, 4096)).toString("utf8"));
    const scheme = schemes.find((one) => one === fields.get("scheme"));
    if (scheme) setPrivateCookie(c, config.url, SCHEME_COOKIE, scheme, 365 * 86_400);
    else clearCookie(c, config.url, SCHEME_COOKIE);
    const to = fields.get("to") ?? "/";
    // It comes from the browser: only a path of this server will do.
    return c.redirect(/^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : "/", 303);
  });
  app.route("/", recordPages({ config, forms, recordings, previews, files }));
  app.route(
    "/",
    recordingPages({ config, site, assets, forms, recordings, previews, files, guestPages, secret, streams, studio }),
  );
  app.route("/", webfinger({ url: config.url, profiles }));
  app.route(
    "/",
    accountPages({
      url: config.url,
      forms,
      outbox,
      signIn: new SignIn(accounts, outbox, config, clock),
      sessions,
      profiles,
      machines,
      recordings,
      allRecordings,
      files,
      previews,
      streams,
      studio,
    }),
  );
  app.route(
    "/",
    streamPages({
      config,
      site,
      assets,
      forms,
      streams,
      allStreams,
      studio,
      pictures: new StreamPictures(studio, allStreams, workers, site, config.previewFonts),
      previews,
      allRecordings,
      profiles,
    }),
  );

  app.notFound((c) => answer(c, notFound()));
  const { fetch } = app;
  app.fetch = (request, env, context) => again(request, env) ?? fetch(request, env, context);
  app.onError((error, c) => {
    if (error instanceof Refusal) return answer(c, error);
    // Who asked has gone away, and nothing is wrong here.
    if (c.req.raw.signal.aborted) return answer(c, new Refusal("bad_request", "The request was not complete"));
    const reference = randomUUID().slice(0, 9);
    log.error("failed", { reference, path: withoutSecrets(c.req.path), error: error.stack ?? String(error) });
    return answer(c, new Refusal("internal_error", reference));
  });

  return app;

  /** The same answer as before, when it is ready: everything that is done for other requests is done here, too. */
  function again(request: Request, env: App["Bindings"] | undefined): Response | undefined {
    const start = performance.now();
    const found = ready.find(request);
    if (!found) return undefined;
    const address = clientAddress(peerOf(env), request.headers.get("x-forwarded-for") ?? undefined);
    const allowance = limiter.take("GET", found.path, address);
    if (allowance?.allowed === false) return undefined; // is refused there
    note("GET", found.path, found.route, 200, start, address);
    return new Response(found.body, {
      headers: allowance ? { ...found.headers, ...rateHeaders(allowance) } : found.headers,
    });
  }

  function note(method: string, path: string, route: string, status: number, start: number, address: string): void {
    const ms = performance.now() - start;
    requests.count(method, route, status, ms);
    log.info("request", { method, path: withoutSecrets(path), status, ms: Math.round(ms), address });
  }

  /** A refusal as the one who asked can read it: JSON for commands, a page for browsers, else a line of text. */
  function answer(c: Context<App>, refusal: Refusal): Response | Promise<Response> {
    const { type, status, details } = refusal;
    const headers = { ...refusal.headers, "cache-control": "no-store" };
    const accept = c.req.header("accept");
    const html = accept !== undefined && /\btext\/html\b/.test(accept);
    if (c.req.path.startsWith("/api/") || (!html && accept !== undefined && accept !== "*/*" && acceptsJson(accept))) {
      const message = type === "internal_error" ? `Internal error, reference ${refusal.message}` : refusal.message;
      return c.json({ type, message, ...(details && { details }) }, status, headers);
    }
    const file = /^\/([as]\/[^/]+\.\w+|oembed|assets\/.*)$/.test(c.req.path);
    if (file && !html) return c.text(`${refusal.message}\n`, status, headers);
    if (type === "unauthenticated" && c.var.visit) {
      // What a script asked for is no page to come back to.
      if (html) rememberPage(c, site);
      return c.redirect("/login/new", 303);
    }
    const framed = /^\/[as]\/[^/]+\/iframe$/.test(c.req.path);
    // An address that leads nowhere is not said again: all such pages are the same.
    const shown = { ...(c.var.visit?.site ?? site), path: "/" };
    return c.html(<ErrorPage site={shown} refusal={refusal} framed={framed} />, status, {
      ...headers,
      "content-security-policy": framed ? framedPolicy : pagePolicy,
    });
  }
}

function addressOf(c: Context<App>): string {
  return clientAddress(peerOf(c.env), c.req.header("x-forwarded-for"));
}

/** The address of the connection. */
function peerOf(env: Bindings | undefined): string | undefined {
  return env?.incoming?.socket?.remoteAddress;
}
