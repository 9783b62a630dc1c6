import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import { type Visibility, visibilities } from "../config.js";
import type { User } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import type { Studio } from "../live/studio.js";
import type { Outbox } from "../mail/mailer.js";
import { visitor } from "../policy.js";
import { atomFeed } from "../recordings/feed.js";
import { FEED } from "../recordings/pages.js";
import type { Previews } from "../recordings/previews.js";
import type { RecordingRepository } from "../recordings/repository.js";
import type { RecordingService } from "../recordings/service.js";
import { notFound, Refusal } from "../refusal.js";
import { StreamGroups } from "../streams/list-items.js";
import { streamItem } from "../streams/pages.js";
import type { StreamService } from "../streams/service.js";
import { clearCookie, setPrivateCookie } from "../web/cookies.js";
import type { Forms } from "../web/forms.js";
import { pagePolicy } from "../web/security.js";
import { goTo, type PageEnv, rememberedPage, SESSION_COOKIE, signedIn } from "../web/visit.js";
import { AccountPage, DeleteAccountPage, NewEmailPage } from "./account-page.js";
import { ConnectPage } from "./connect-page.js";
import { exported } from "./export.js";
import { avatarSvg } from "./face.js";
import { masked } from "./identity.js";
import type { Machines } from "./machines.js";
import type { Profiles } from "./profile.js";
import { ProfilePage } from "./profile-page.js";
import { SESSION_LIFETIME, type Sessions } from "./sessions.js";
import type { SignIn } from "./sign-in.js";
import { DeadLinkPage, InvitationPage, SentPage, SignInPage } from "./sign-in-pages.js";

interface Parts {
  url: string;
  forms: Forms;
  outbox: Outbox;
  signIn: SignIn;
  sessions: Sessions;
  profiles: Profiles;
  machines: Machines;
  recordings: RecordingService;
  allRecordings: RecordingRepository;
  files: FileStore;
  previews: Previews;
  streams: StreamService;
  studio: Studio;
}

const PER_PAGE = 15;
const PER_FEED = 30;
const page = { "content-security-policy": pagePolicy };
/** Pages whose address holds a link's token tell it to no other site. With "no-referrer" browsers would not tell this one
 *  either where their forms come from. */
const secretPage = { ...page, "referrer-policy": "same-origin", "cache-control": "no-store" };

/** Signing in and out, people's pages, and what they settle about their accounts. */
export function accountPages(parts: Parts): Hono<PageEnv> {
  const { url, forms, outbox, signIn, sessions, profiles, machines, recordings, files, previews, streams, studio } =
    parts;
  const app = new Hono<PageEnv>();

  app.get("/login", (c) => c.redirect("/login/new"));
  app.get("/login/new", (c) => {
    return c.html(<SignInPage site={c.var.visit.site} token={forms.token(c)} />, 200, page);
  });
  app.post("/login", async (c) => {
    const values = await forms.read(c);
    const asked = (values["identity"] ?? "").trim();
    try {
      // What fills in the field that nobody sees is told the same, and gets nothing.
      if (!values["website"]) signIn.request(asked);
    } catch (error) {
      const { wrong } = fieldsOf(error);
      const view = <SignInPage site={c.var.visit.site} token={forms.token(c)} values={values} wrong={wrong} />;
      return c.html(view, 422, page);
    }
    setPrivateCookie(c, url, "sent_to", asked.includes("@") ? masked(asked) : asked, 600);
    return goTo(c, "/login/sent");
  });
  app.get("/login/sent", (c) => {
    const view = <SentPage site={c.var.visit.site} to={getCookie(c, "sent_to")} logged={outbox.logs} />;
    return c.html(view, 200, page);
  });

  app.get("/session/new", (c) => invitation(c, c.req.query("t") ?? "", {}));
  app.post("/session", async (c) => {
    const values = await forms.read(c);
    const { actor, session } = c.var.visit;
    let user: User;
    try {
      user = await signIn.confirm(values["t"] ?? "", values, actor.user);
    } catch (error) {
      if (error instanceof Refusal && error.type === "gone") return invitation(c, "", {});
      const { wrong } = fieldsOf(error);
      return invitation(c, values["t"] ?? "", { values, wrong });
    }
    await profiles.place(user, values["timezone"] ?? "");
    if (session) await sessions.end(session.user_id, { only: session.id });
    const token = await sessions.start(user.id, c.req.header("user-agent"));
    setPrivateCookie(c, url, SESSION_COOKIE, token, SESSION_LIFETIME / 1000);
    clearCookie(c, url, "sent_to");
    return goTo(c, rememberedPage(c) ?? `/~${user.username}`);
  });
  app.post("/session/end", async (c) => {
    await forms.read(c);
    const { session } = c.var.visit;
    if (session) await sessions.end(session.user_id, { only: session.id });
    clearCookie(c, url, SESSION_COOKIE);
    return goTo(c, "/", "signed-out");
  });

  app.get("/user", (c) => c.redirect("/user/edit"));
  app.get("/user/edit", (c) => account(c, {}));
  app.post("/user", async (c) => {
    const user = signedIn(c);
    const values = await forms.read(c);
    try {
      await profiles.save(user, values);
    } catch (error) {
      return account(c, { ...fieldsOf(error), values });
    }
    // Schedules mean the time zone that was just settled.
    await streams.reschedule(user.id);
    return goTo(c, "/user/edit", "saved");
  });

  app.post("/user/terminal", async (c) => {
    const user = signedIn(c);
    const values = await forms.read(c);
    try {
      await profiles.prefer(user, values);
    } catch (error) {
      return account(c, fieldsOf(error));
    }
    return goTo(c, "/user/edit", "saved");
  });

  app.post("/user/email", async (c) => {
    const user = signedIn(c);
    const values = await forms.read(c);
    try {
      const to = profiles.changeEmail(user, values);
      setPrivateCookie(c, url, "sent_to", to, 600);
    } catch (error) {
      return account(c, { ...fieldsOf(error), values });
    }
    return goTo(c, "/user/edit?sent=1");
  });
  app.get("/user/email", async (c) => {
    const user = signedIn(c);
    const { site } = c.var.visit;
    const link = c.req.query("t") ?? "";
    const email = await profiles.newEmail(user, link);
    if (email === undefined) return deadLink(c, "Account", "/user/edit");
    const view = <NewEmailPage site={site} token={forms.token(c)} email={email} link={link} />;
    return c.html(view, 200, secretPage);
  });
  app.post("/user/email/confirm", async (c) => {
    const user = signedIn(c);
    const { t = "" } = await forms.read(c);
    try {
      await profiles.confirmEmail(user, t);
    } catch (error) {
      if (error instanceof Refusal && error.type === "gone") return deadLink(c, "Account", "/user/edit");
      throw error;
    }
    clearCookie(c, url, "sent_to");
    return goTo(c, "/user/edit", "email-changed");
  });

  app.post("/user/sessions/end-others", async (c) => {
    const user = signedIn(c);
    await forms.read(c);
    await sessions.end(user.id, { allBut: c.var.visit.session!.id });
    return goTo(c, "/user/edit", "sessions-ended");
  });
  app.post("/user/sessions/:id{[0-9]{1,15}}/end", async (c) => {
    const user = signedIn(c);
    await forms.read(c);
    await sessions.end(user.id, { only: Number(c.req.param("id")) });
    return goTo(c, "/user/edit", "session-ended");
  });
  app.post("/clis/:id{[0-9]{1,15}}/revoke", async (c) => {
    const user = signedIn(c);
    await forms.read(c);
    await machines.revoke(user.id, Number(c.req.param("id")));
    return goTo(c, "/user/edit", "revoked");
  });

  app.get("/user/export", (c) => {
    const user = signedIn(c);
    const everything = { recordings: parts.allRecordings, streams, files };
    const archive = Readable.from(exported(user, everything, c.var.visit.site.now()));
    return new Response(Readable.toWeb(archive) as ReadableStream, {
      headers: {
        "content-type": "application/x-tar",
        "content-disposition": `attachment; filename="${user.username}.tar"`,
        "cache-control": "private, no-store",
      },
    });
  });
  app.get("/user/delete", (c) => {
    const { username } = signedIn(c);
    const { site } = c.var.visit;
    return c.html(<DeleteAccountPage site={site} token={forms.token(c)} username={username} />, 200, page);
  });
  app.post("/user/delete", async (c) => {
    const user = signedIn(c);
    const { username = "" } = await forms.read(c);
    const end = await streams.leaving(user.id);
    try {
      await profiles.delete(user, username);
      await end();
    } catch (error) {
      const { wrong } = fieldsOf(error);
      const { site } = c.var.visit;
      const view = <DeleteAccountPage site={site} token={forms.token(c)} username={user.username} wrong={wrong} />;
      return c.html(view, 422, page);
    }
    clearCookie(c, url, SESSION_COOKIE);
    return goTo(c, "/", "account-deleted");
  });

  app.get("/connect/:installId", async (c) => {
    const user = signedIn(c);
    const installId = c.req.param("installId");
    const prospect = await machines.prospect(user.id, installId);
    const view = (
      <ConnectPage
        site={c.var.visit.site}
        token={forms.token(c)}
        prospect={prospect}
        installId={installId}
        username={user.username}
      />
    );
    return c.html(view, 200, secretPage);
  });
  app.post("/connect/:installId", async (c) => {
    const user = signedIn(c);
    await forms.read(c);
    const installId = c.req.param("installId");
    const outcome = await machines.connect(user.id, installId);
    if (outcome === "connected") return goTo(c, `/~${user.username}`, "connected");
    if (outcome === "merged") return goTo(c, `/~${user.username}?show=unlisted`, "merged");
    return goTo(c, `/connect/${installId}`);
  });

  app.get("/:name{~[^/]+}", async (c) => {
    const user = await profiles.find(c.req.param("name").slice(1));
    const shown: Visibility | undefined = visibilities.find((one) => one === (c.req.query("show") ?? "public"));
    const number = c.req.query("page") ?? "1";
    if (!user?.username || !shown || !/^[1-9]\d{0,6}$/.test(number)) throw notFound("Page");
    if (c.req.param("name") !== `~${user.username}`) return c.redirect(`/~${user.username}`);
    const { actor, site } = c.var.visit;
    const found = await recordings.of(actor, user.id, shown, Number(number), PER_PAGE);
    const on = await streams.shown({ userId: user.id }, 2);
    const pages = Math.max(1, Math.ceil(found.counts[shown]! / PER_PAGE));
    if (Number(number) > pages) throw notFound("Page");
    const view = (
      <ProfilePage
        site={site}
        user={{ ...user, username: user.username }}
        isOwn={actor.user?.id === user.id}
        recordings={found.recordings.map((recording) => ({ recording, picture: previews.picture(recording) }))}
        counts={found.counts}
        shown={shown}
        page={Number(number)}
        pages={pages}
        streams={
          number === "1" ? (
            <StreamGroups
              site={site}
              live={on.live.map((stream) => streamItem(studio, stream))}
              upcoming={on.upcoming}
              prefix={`/~${user.username}`}
              ofOneAuthor
            />
          ) : null
        }
      />
    );
    return c.html(view, 200, page);
  });
  // Where they are on the original server.
  app.get("/:name{~[^/]+}/recordings", async (c) => {
    const user = await profiles.find(c.req.param("name").slice(1));
    if (!user?.username) throw notFound("Page");
    return c.redirect(`/~${user.username}`);
  });
  app.get("/:name{~[^/]+}/feed.atom", async (c) => {
    const user = await profiles.find(c.req.param("name").slice(1));
    if (!user?.username) throw notFound();
    const { recordings: found } = await recordings.of(visitor, user.id, "public", 1, PER_FEED);
    const items = found.map((recording) => ({ recording, picture: previews.picture(recording) }));
    return c.body(atomFeed(c.var.visit.site, user.name ?? user.username, `/~${user.username}`, items), 200, FEED);
  });
  app.get("/:name{~[^/]+}/avatar", async (c) => {
    const user = await profiles.find(c.req.param("name").slice(1));
    if (!user) throw notFound();
    return c.body(avatarSvg(user.id), 200, {
      "content-type": "image/svg+xml; charset=utf-8",
      "cache-control": "public, max-age=86400",
    });
  });

  return app;

  async function invitation(
    c: Context<PageEnv>,
    link: string,
    form: { values?: Record<string, string>; wrong?: Refusal["details"] },
  ): Promise<Response> {
    const { site, actor } = c.var.visit;
    const found = await signIn.look(link, actor.user);
    if (!found) return deadLink(c, "Get a new link", "/login/new");
    const view = <InvitationPage site={site} token={forms.token(c)} invitation={found} link={link} {...form} />;
    return c.html(view, form.wrong ? 422 : 200, secretPage);
  }

  function deadLink(c: Context<PageEnv>, way: string, href: string): Response | Promise<Response> {
    return c.html(<DeadLinkPage site={c.var.visit.site} way={way} href={href} />, 410, secretPage);
  }

  async function account(
    c: Context<PageEnv>,
    form: { values?: Record<string, string>; wrong?: Refusal["details"] },
  ): Promise<Response> {
    const user = signedIn(c);
    const { site, session } = c.var.visit;
    const view = (
      <AccountPage
        site={site}
        token={forms.token(c)}
        user={user}
        sessions={await sessions.of(user.id)}
        current={session!.id}
        machines={await machines.of(user.id)}
        sentTo={c.req.query("sent") ? getCookie(c, "sent_to") : undefined}
        {...form}
      />
    );
    return c.html(view, form.wrong ? 422 : 200, page);
  }
}

/** What is wrong with a form's fields; any other failure is passed on. */
function fieldsOf(error: unknown): { wrong: Refusal["details"] } {
  if (error instanceof Refusal && error.type === "validation_failed") return { wrong: error.details };
  throw error;
}
