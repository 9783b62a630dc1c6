import type { FC } from "hono/jsx";
import { Field, Form, type FormProps, Icon, Notice, saidAbout } from "../web/components.js";
import { NarrowPage, Page } from "../web/layout.js";
import type { Site } from "../web/site.js";
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
        <input type="hidden" name="timezone" data-timezone />
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
