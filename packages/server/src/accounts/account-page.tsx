import { themes } from "@asciinema-ts/render";
import type { FC } from "hono/jsx";
import type { Session, User } from "../db/schema.js";
import {
  Ago,
  Check,
  Command,
  count,
  Day,
  Field,
  Form,
  type FormProps,
  Icon,
  Notice,
  Select,
  saidAbout,
  VisibilityChoice,
} from "../web/components.js";
import { NarrowPage, Page } from "../web/layout.js";
import type { Site } from "../web/site.js";
import { ColorChecks, FontSelect } from "../web/terminal-fields.js";
import { ThemeChoice, themeLabels } from "../web/theme-choice.js";
import { timezones } from "./preferences.js";
import type { Machine } from "./repository.js";

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
            <Select
              name="timezone"
              label="Time zone"
              value={values?.["timezone"] ?? user.timezone ?? ""}
              options={[
                ["", "Not set"],
                ...timezones.map((zone): [string, string] => [zone, zone.replaceAll("_", " ")]),
              ]}
            />
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
          <TerminalForm token={token} user={user} />
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

/** How terminals look where a recording does not say. */
const TerminalForm: FC<{ token: string; user: User }> = ({ token, user }) => (
  <Form action="/user/terminal" token={token} class="group">
    <h2>Terminals</h2>
    <p class="small soft">How your recordings look, unless their own settings say otherwise.</p>
    <fieldset>
      <legend>Theme</legend>
      <div class="themes">
        {Object.entries(themes).map(([name, theme]) => (
          <ThemeChoice
            name={name}
            label={themeLabels[name] ?? name}
            colors={theme}
            checked={name === (user.term_theme_name ?? "asciinema")}
          />
        ))}
      </div>
    </fieldset>
    <div>
      <Check
        name="term_theme_prefer_original"
        label="Recorded colours first"
        hint="the theme is for recordings without"
        checked={user.term_theme_prefer_original}
      />
    </div>
    <FontSelect value={user.term_font_family ?? undefined} unset="The reader's" />
    <ColorChecks
      bright={user.term_bold_is_bright}
      adaptive={user.term_adaptive_palette}
      hint="in what you upload from now on"
    />
    <div>
      <button class="btn" type="submit">
        Save
      </button>
    </div>
  </Form>
);

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
