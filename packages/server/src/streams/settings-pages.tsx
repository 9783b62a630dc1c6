import { themes } from "@asciinema-ts/render";
import type { FC } from "hono/jsx";
import { visibilities } from "../config.js";
import {
  Check,
  Field,
  Form,
  type FormProps,
  NotSaved,
  Select,
  saidAbout,
  VisibilityChoice,
} from "../web/components.js";
import { NarrowPage, Page } from "../web/layout.js";
import { ColorChecks, CursorSelect, FontSelect } from "../web/terminal-fields.js";
import type { ListedStream } from "./repository.js";
import { streamTitle } from "./service.js";

/** A stream's settings as a form shows them. */
export function formOfStream(stream: ListedStream): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [name, value] of Object.entries(stream)) {
    if (typeof value === "boolean" ? value : value !== null) form[name] = String(value);
  }
  return form;
}

/** Fields that a form leaves out when they are off. */
const flags = ["term_theme_prefer_original", "term_bold_is_bright", "term_adaptive_palette", "keystroke_overlay"];

/** What a settings form says, as the settings that `streamSettings` checks. */
export function settingsOfStreamForm(form: Record<string, string>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  // Browsers send every line end as two characters. Whether it is live is not for a form to say.
  for (const [name, value] of Object.entries(form)) {
    if (name !== "live") settings[name] = value.replace(/\r\n?/g, "\n");
  }
  for (const flag of flags) settings[flag] = form[flag] !== undefined;
  return settings;
}

/** What an owner can settle about a stream. */
export const StreamSettingsPage: FC<
  FormProps & {
    stream: ListedStream;
    /** What its schedule means, in words. */
    dates: string;
    timezone: string | null;
  }
> = (props) => {
  const { site, token, stream, dates, timezone, wrong } = props;
  const path = `/s/${stream.public_token}`;
  const values = props.values ?? formOfStream(stream);
  const field = (name: string) => ({ site, name, value: values[name], wrong: saidAbout(wrong, name) });
  const chosen = visibilities.find((one) => one === values["visibility"]) ?? stream.visibility;
  const zone = timezone ?? "UTC";
  return (
    <Page site={site} title={`Settings of ${streamTitle(stream)}`} indexed={false}>
      <main id="main" class="wrap page">
        <div class="head">
          <p class="small soft">
            <a href={path}>{streamTitle(stream)}</a>
          </p>
          <h1>Stream settings</h1>
        </div>
        <NotSaved site={site} wrong={wrong} />
        <div class="edit">
          <Form action={`${path}/edit`} token={token} class="form">
            <div class="group">
              <h2>About</h2>
              <Field {...field("title")} label="Title" maxlength={128} />
              <Field
                {...field("description")}
                label="Description"
                hint="Markdown. 4,096 characters at most."
                mono
                rows={5}
              />
              <VisibilityChoice legend="Who can see it" chosen={chosen} />
            </div>
            <div class="group">
              <h2>Schedule</h2>
              <Field
                {...field("schedule")}
                label="Live at"
                placeholder="0 18 * * sat"
                hint={`Minute, hour, day, month, weekday, year; * or nothing for every one. Times are ${zone}.`}
                mono
              />
              <p class="small soft">
                <span data-dates="/user/streams/dates" aria-live="polite">
                  {saidAbout(wrong, "schedule") ? "" : dates}
                </span>{" "}
                Your time zone is settled under <a href="/user/edit">your account</a>.
              </p>
            </div>
            <div class="group">
              <h2>Playback</h2>
              <Field
                {...field("buffer_time")}
                label="Buffer"
                hint="Seconds that players wait for late frames, 0 to 30. As they see fit unless set."
                placeholder="adaptive"
                inputmode="decimal"
                mono
              />
              <Field {...field("audio_url")} label="Sound" placeholder="https://" hint="Played along with it." />
              <Check
                name="keystroke_overlay"
                label="Show keystrokes"
                hint="typed keys are sent to everybody who watches, if the producer sends them"
                checked={values["keystroke_overlay"] !== undefined}
              />
            </div>
            <div class="group">
              <h2>Terminal</h2>
              <Check
                name="term_theme_prefer_original"
                label="Colours of the producer's terminal"
                hint="when it sends them"
                checked={values["term_theme_prefer_original"] !== undefined}
              />
              <div class="pair">
                <Select
                  name="term_theme_name"
                  label="Theme otherwise"
                  value={values["term_theme_name"] === "original" ? "" : (values["term_theme_name"] ?? "")}
                  options={[
                    ["", "asciinema"],
                    ...Object.keys(themes)
                      .slice(1)
                      .map((name): [string, string] => [name, name]),
                  ]}
                />
                <FontSelect value={values["term_font_family"]} unset="The reader's" />
                <CursorSelect value={values["term_cursor_mode"]} unset="As it is" />
                <Field {...field("term_line_height")} label="Line height" placeholder="1.33" inputmode="decimal" mono />
              </div>
              <ColorChecks
                bright={values["term_bold_is_bright"] !== undefined}
                adaptive={values["term_adaptive_palette"] !== undefined}
              />
            </div>
            <div class="acts">
              <button class="btn main" type="submit">
                Save
              </button>
              <a class="btn plain" href={path}>
                Back
              </a>
              <a class="btn bad" href={`${path}/delete`}>
                Delete
              </a>
            </div>
          </Form>
          <div class="look stackv">
            <img
              class="still"
              src={`${path}.svg`}
              width={Math.round((stream.term_cols ?? 80) * 8.4 + 22)}
              height={(stream.term_rows ?? 24) * 19 + 22}
              alt="The screen as it is, or was last"
            />
            <p class="hint">The screen as it is, or was last. Nothing changes until you save.</p>
          </div>
        </div>
      </main>
    </Page>
  );
};

/** Asks whether it is meant. */
export const DeleteStreamPage: FC<FormProps & { stream: ListedStream }> = ({ site, token, stream }) => (
  <NarrowPage site={site} title="Delete this stream">
    <p class="soft">
      <b>{streamTitle(stream)}</b> goes at once, and its address with it. Whoever is watching is sent away; recordings
      of it stay.
    </p>
    <Form action={`/s/${stream.public_token}/delete`} token={token}>
      <div class="acts">
        <button class="btn bad" type="submit">
          Delete this stream
        </button>
        <a class="btn plain" href={`/s/${stream.public_token}/edit`}>
          Keep it
        </a>
      </div>
    </Form>
  </NarrowPage>
);
