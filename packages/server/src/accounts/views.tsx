import type { FC } from "hono/jsx";
import type { Visibility } from "../config.js";
import type { Session, User } from "../db/schema.js";
import type { Picture } from "../recordings/previews.js";
import type { ListedRecording } from "../recordings/repository.js";
import { Card, Feed, Pages } from "../recordings/views.js";
import {
  Ago,
  Command,
  count,
  Day,
  Face,
  Field,
  Form,
  type FormProps,
  Icon,
  Notice,
  saidAbout,
  VisibilityChoice,
} from "../web/components.js";
import { NarrowPage, Page } from "../web/layout.js";
import type { Site } from "../web/site.js";
import type { Prospect } from "./machines.js";
import type { Machine } from "./repository.js";
import type { Invitation } from "./sign-in.js";

/** Where people say who they are. */
export const SignInPage: FC<FormProps> = ({ site, token, values, wrong }) => (
  <NarrowPage site={site} title="Sign in" current="sign-in">
    <Form action="/login" token={token}>
      <Field
        site={site}
        name="identity"
        label="E-mail or user name"
        value={values?.["identity"]}
        wrong={saidAbout(wrong, "identity")}
        autocomplete="username"
        inputmode="email"
        required
      />
      {/* For programs that fill in whatever they find. People neither see nor reach it. */}
      <div class="honey" aria-hidden="true">
        <label for="website">Leave this empty</label>
        <input id="website" name="website" tabindex={-1} autocomplete="off" />
      </div>
      <button class="btn main" type="submit">
        <Icon site={site} name="mail" />
        Send me a link
      </button>
      <p class="hint">
        No password. The link works once, for an hour.
        {site.signUpDisabled ? "" : " New here? The same link makes your account."}
      </p>
    </Form>
    <p class="note">
      <Icon site={site} name="keyboard" />
      <span>
        From a terminal: <code>asciinema auth</code> opens this page and connects the machine.
      </span>
    </p>
  </NarrowPage>
);

/** After a link was asked for. It says the same whether there was somebody to send it to. */
export const SentPage: FC<{ site: Site; to: string | undefined; logged: boolean }> = ({ site, to, logged }) => (
  <NarrowPage site={site} title="Look in your mail" current="sign-in">
    <p class="soft">
      {to?.includes("@") ? (
        <>
          We sent a link to <b>{to}</b>; it works once, for an hour.
        </>
      ) : to ? (
        <>
          If <b>{to}</b> has an account here, a link is on its way to its address. It works once, for an hour.
        </>
      ) : (
        "A link is on its way. It works once, for an hour."
      )}
    </p>
    {logged ? (
      <Notice site={site} icon="text">
        This server sends no mail yet: whoever runs it finds the link in its log.
      </Notice>
    ) : null}
    <p class="small soft">
      Nothing there after a minute? Look among the unwanted mail, or <a href="/login/new">ask again</a>, with another
      address if that one was wrong.
    </p>
  </NarrowPage>
);

/** Where a link leads. Only the button uses it up. */
export const InvitationPage: FC<FormProps & { invitation: Invitation; link: string }> = (props) => {
  const { site, token, values, wrong, invitation, link } = props;
  const { purpose, user, needs } = invitation;
  const admin = purpose === "administrator";
  const [title, button] = admin
    ? (["Administrator of this server", user ? `Make ${user.username} the administrator` : "Make my account"] as const)
    : needs.username
      ? (["Your account", "Make my account"] as const)
      : (["Sign in", `Sign in as ${user?.username}`] as const);
  return (
    <NarrowPage site={site} title={title}>
      {admin ? (
        <p class="soft">An administrator sees and changes everything on {site.host}. This link works once.</p>
      ) : null}
      <Form action="/session" token={token}>
        <input type="hidden" name="t" value={link} />
        {needs.username ? (
          <Field
            site={site}
            name="username"
            label="User name"
            hint={`2 to 16 letters, digits and hyphens. Your page will be ${site.host}/~name.`}
            value={values?.["username"]}
            wrong={saidAbout(wrong, "username")}
            autocomplete="username"
            mono
            required
            maxlength={16}
          />
        ) : null}
        {needs.email ? (
          <Field
            site={site}
            name="email"
            label="E-mail"
            hint="To sign in with next time."
            type="email"
            value={values?.["email"]}
            wrong={saidAbout(wrong, "email")}
            autocomplete="email"
            required
          />
        ) : null}
        <button class="btn main" type="submit">
          <Icon site={site} name="user" />
          {button}
        </button>
      </Form>
    </NarrowPage>
  );
};

/** Where a link leads that does not work, or no more. */
export const DeadLinkPage: FC<{ site: Site; way: string; href: string }> = ({ site, way, href }) => (
  <Page site={site} title="This link does not work any more" indexed={false}>
    <main id="main" class="wrap page">
      <div class="fault">
        <div class="flat" />
        <p class="num">410 used up</p>
        <h1>This link does not work any more</h1>
        <p>It was used, it is older than an hour, or a part of it is missing.</p>
        <div class="acts">
          <a class="btn main" href={href}>
            {way}
          </a>
        </div>
      </div>
    </main>
  </Page>
);

/** What somebody can settle about their own account. */
export const AccountPage: FC<
  FormProps & { user: User; sessions: Session[]; current: number; machines: Machine[]; sentTo?: string | undefined }
> = (props) => {
  const { site, token, values, wrong, user, sessions, current, machines, sentTo } = props;
  return (
    <Page site={site} title="Account" current="reader" indexed={false}>
      <main id="main" class="wrap page">
        <div class="head">
          <p class="small soft">
            <a href={`/~${user.username}`}>~{user.username}</a>
          </p>
          <h1>Account</h1>
        </div>
        {wrong && wrong.length > 0 ? (
          <Notice site={site} kind="bad">
            Not saved: {wrong.map(({ message }) => message).join(" ")}
          </Notice>
        ) : null}
        <div class="form settings">
          <Form action="/user" token={token} class="group">
            <h2>Profile</h2>
            <div class="pair">
              <Field
                site={site}
                name="username"
                label="User name"
                hint="In the address of your page."
                value={values?.["username"] ?? user.username ?? ""}
                wrong={saidAbout(wrong, "username")}
                autocomplete="username"
                mono
                required
                maxlength={16}
              />
              <Field
                site={site}
                name="name"
                label="Name"
                hint="Shown with your recordings. May stay empty."
                value={values?.["name"] ?? user.name ?? ""}
                wrong={saidAbout(wrong, "name")}
                autocomplete="name"
                maxlength={64}
              />
            </div>
            <VisibilityChoice
              legend="Who can see what you upload, unless you say otherwise"
              chosen={user.default_recording_visibility}
            />
            <div>
              <button class="btn main" type="submit">
                Save
              </button>
            </div>
          </Form>
          <Form action="/user/email" token={token} class="group">
            <h2>E-mail</h2>
            {user.email ? (
              <p class="small soft">
                Now <b>{user.email}</b>. It is shown to nobody.
              </p>
            ) : null}
            {sentTo ? (
              <Notice site={site} icon="mail">
                We sent a link to {sentTo}. Open it in this browser to change your address.
              </Notice>
            ) : null}
            <Field
              site={site}
              name="email"
              label="New address"
              type="email"
              value={values?.["email"]}
              wrong={saidAbout(wrong, "email")}
              autocomplete="email"
              required
            />
            <div>
              <button class="btn" type="submit">
                Send a link there
              </button>
            </div>
          </Form>
          <section class="group" id="machines">
            <h2>Machines</h2>
            <p class="small soft">What they upload is yours. To connect another one, type on it:</p>
            <Command text={`ASCIINEMA_SERVER_URL=${site.url} asciinema auth`} />
            {machines.length > 0 ? <MachineTable site={site} token={token} machines={machines} /> : null}
          </section>
          <section class="group" id="sessions">
            <h2>Signed in</h2>
            <SessionTable site={site} token={token} sessions={sessions} current={current} />
            <div class="acts">
              <Form action="/session/end" token={token} class="acts">
                <button class="btn" type="submit">
                  Sign out
                </button>
              </Form>
              {sessions.length > 1 ? (
                <Form action="/user/sessions/end-others" token={token} class="acts">
                  <button class="btn plain" type="submit">
                    Sign out everywhere else
                  </button>
                </Form>
              ) : null}
            </div>
          </section>
          <section class="group">
            <h2>Leave</h2>
            <p class="small soft">
              Your recordings and what is known about you, as one tar file: the files as they were uploaded, the rest as
              JSON.
            </p>
            <div class="acts">
              <a class="btn" href="/user/export" download>
                <Icon site={site} name="download" />
                Download everything
              </a>
              <a class="btn bad" href="/user/delete">
                Delete this account
              </a>
            </div>
          </section>
        </div>
      </main>
    </Page>
  );
};

const MachineTable: FC<{ site: Site; token: string; machines: Machine[] }> = ({ site, token, machines }) => (
  <section class="scroll" tabindex={0} aria-label="Machines">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Connected</th>
          <th scope="col" class="n">
            Recordings
          </th>
          <th scope="col">Last upload</th>
          <th scope="col">
            <span class="sr">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {machines.map((machine) => (
          <tr>
            <td>
              <Day time={machine.created_at} />
            </td>
            <td class="n">{count(machine.recordings)}</td>
            <td>{machine.uploaded_at ? <Ago site={site} time={machine.uploaded_at} /> : "never"}</td>
            <td>
              {machine.revoked_at === null ? (
                <Form action={`/clis/${machine.id}/revoke`} token={token} class="acts">
                  <button class="btn small" type="submit" aria-label={`Revoke machine ${machine.id}`}>
                    Revoke
                  </button>
                </Form>
              ) : (
                <span class="tag">Revoked</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

const SessionTable: FC<{ site: Site; token: string; sessions: Session[]; current: number }> = (props) => (
  <section class="scroll" tabindex={0} aria-label="Sessions">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Browser</th>
          <th scope="col">Since</th>
          <th scope="col">Last used</th>
          <th scope="col">
            <span class="sr">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.sessions.map((session) => (
          <tr>
            <td>{browserOf(session.user_agent)}</td>
            <td>
              <Day time={session.created_at} />
            </td>
            <td>{session.id === props.current ? "now" : <Ago site={props.site} time={session.used_at} />}</td>
            <td>
              {session.id === props.current ? (
                <span class="tag">This one</span>
              ) : (
                <Form action={`/user/sessions/${session.id}/end`} token={props.token} class="acts">
                  <button class="btn small" type="submit" aria-label={`Sign out session ${session.id}`}>
                    Sign out
                  </button>
                </Form>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

/** Where the link to a new address leads. */
export const NewEmailPage: FC<FormProps & { email: string; link: string }> = ({ site, token, email, link }) => (
  <NarrowPage site={site} title="Your new address">
    <p class="soft">
      From now on you sign in with <b>{email}</b>.
    </p>
    <Form action="/user/email/confirm" token={token}>
      <input type="hidden" name="t" value={link} />
      <button class="btn main" type="submit">
        Make this my address
      </button>
    </Form>
  </NarrowPage>
);

/** Asks whether it is meant. */
export const DeleteAccountPage: FC<FormProps & { username: string }> = ({ site, token, wrong, username }) => (
  <NarrowPage site={site} title="Delete this account">
    <p class="soft">
      Your recordings, their files and everything known about you go at once. Embeds show a note instead. Nothing of it
      can be brought back; <a href="/user/export">download everything</a> first if you want to keep it.
    </p>
    <Form action="/user/delete" token={token}>
      <Field
        site={site}
        name="username"
        label={`Type ${username} to confirm`}
        wrong={saidAbout(wrong, "username")}
        autocomplete="off"
        mono
        required
      />
      <div class="acts">
        <button class="btn bad" type="submit">
          Delete this account
        </button>
        <a class="btn plain" href="/user/edit">
          Keep it
        </a>
      </div>
    </Form>
  </NarrowPage>
);

/** Where a machine sends its owner. */
export const ConnectPage: FC<FormProps & { prospect: Prospect; installId: string; username: string }> = (props) => {
  const { site, token, prospect, installId, username } = props;
  const way = (text: string, button: string) => (
    <>
      <p class="soft">{text}</p>
      <Form action={`/connect/${installId}`} token={token}>
        <button class="btn main" type="submit">
          <Icon site={site} name="link" />
          {button}
        </button>
      </Form>
    </>
  );
  const end = (text: string) => (
    <>
      <p class="soft">{text}</p>
      <div class="acts">
        <a class="btn main" href={`/~${username}`}>
          Your recordings
        </a>
      </div>
    </>
  );
  return (
    <NarrowPage site={site} title="Connect this machine">
      {prospect.kind === "new"
        ? way(
            `What it uploads from now on belongs to ${username}. Only do this if you sent yourself here from it.`,
            "Connect",
          )
        : prospect.kind === "unclaimed"
          ? way(
              `It has uploaded ${prospect.recordings === 1 ? "1 recording" : `${count(prospect.recordings)} recordings`} that nobody has claimed. They become ${username}'s, as does what it uploads from now on.`,
              "Connect and claim",
            )
          : prospect.kind === "known"
            ? end("It is connected to your account.")
            : prospect.kind === "taken"
              ? end(
                  "It belongs to another account. Whoever has that one can revoke it; then make a new install id on it.",
                )
              : end("It was revoked. To use it again, remove its install id, so that it makes a new one.")}
    </NarrowPage>
  );
};

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

/** A browser as its owner knows it, from what it says about itself. */
function browserOf(userAgent: string | null): string {
  const agent = userAgent ?? "";
  const found = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = found([
    [/\bEdg/, "Edge"],
    [/\bOPR\//, "Opera"],
    [/\bFirefox\//, "Firefox"],
    [/\bChrom(e|ium)\//, "Chrome"],
    [/\bSafari\//, "Safari"],
    [/^curl\//, "curl"],
  ]);
  const system = found([
    [/\bAndroid\b/, "Android"],
    [/\b(iPhone|iPad)\b/, "iOS"],
    [/\bWindows\b/, "Windows"],
    [/\bMac OS X\b/, "macOS"],
    [/\bLinux\b/, "Linux"],
  ]);
  if (!browser) return "Unknown browser";
  return system ? `${browser} on ${system}` : browser;
}
