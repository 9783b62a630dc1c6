import type { FC } from "hono/jsx";
import { count, Form, type FormProps, Icon } from "../web/components.js";
import { NarrowPage } from "../web/layout.js";
import type { Prospect } from "./machines.js";

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
