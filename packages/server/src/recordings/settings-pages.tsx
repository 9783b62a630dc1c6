import type { Theme as ThemeColors } from "@asciinema-ts/asciicast";
import { themes } from "@asciinema-ts/render";
import type { FC } from "hono/jsx";
import { visibilities } from "../config.js";
import { Check, Field, Form, type FormProps, NotSaved, saidAbout, VisibilityChoice } from "../web/components.js";
import { NarrowPage, Page } from "../web/layout.js";
import { ColorChecks, CursorSelect, FontSelect } from "../web/terminal-fields.js";
import { ThemeChoice, themeLabels } from "../web/theme-choice.js";
import { lookOf } from "./look.js";
import type { Picture } from "./previews.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, titleOf } from "./service.js";
import { formOfSettings } from "./settings-form.js";

/** What an owner can settle about a recording. */
export const SettingsPage: FC<FormProps & { recording: ListedRecording; picture: Picture; mayFeature: boolean }> = (
  props,
) => {
  const { site, token, recording, picture, mayFeature, wrong } = props;
  const path = `/a/${addressOf(recording)}`;
  const values = props.values ?? formOfSettings(recording);
  const field = (name: string) => ({ site, name, value: values[name], wrong: saidAbout(wrong, name) });
  const chosen = visibilities.find((one) => one === values["visibility"]) ?? recording.visibility;
  return (
    <Page site={site} title={`Settings of ${titleOf(recording)}`} indexed={false}>
      <main id="main" class="wrap page">
        <div class="head">
          <p class="small soft">
            <a href={path}>{titleOf(recording)}</a>
          </p>
          <h1>Recording settings</h1>
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
              {mayFeature ? (
                <Check
                  name="featured"
                  label="Featured"
                  hint="on the home page while it is public"
                  checked={values["featured"] !== undefined}
                />
              ) : null}
            </div>
            <div class="group">
              <h2>Playback</h2>
              <div class="pair">
                <Field {...field("snapshot_at")} label="Preview frame at" placeholder="the middle" mono />
                <Field
                  {...field("idle_time_limit")}
                  label="Cut pauses to"
                  hint="Seconds."
                  placeholder="as recorded"
                  inputmode="decimal"
                  mono
                />
                <Field {...field("speed")} label="Speed" placeholder="1" inputmode="decimal" mono />
              </div>
              <Field {...field("audio_url")} label="Sound" placeholder="https://" hint="Played along with it." />
              <Check
                name="keystroke_overlay"
                label="Show keystrokes"
                hint="typed keys appear in the corner, if they were recorded"
                checked={values["keystroke_overlay"] !== undefined}
              />
            </div>
            <div class="group">
              <h2>Terminal</h2>
              <fieldset id="term_theme_name">
                <legend>Theme</legend>
                <div class="themes">
                  {["", "original", ...Object.keys(themes)].map((name) => (
                    <Theme name={name} recording={recording} checked={name === (values["term_theme_name"] ?? "")} />
                  ))}
                </div>
              </fieldset>
              <div class="pair">
                <Field
                  {...field("term_cols_override")}
                  label="Columns"
                  placeholder={String(recording.term_cols)}
                  inputmode="numeric"
                  mono
                />
                <Field
                  {...field("term_rows_override")}
                  label="Rows"
                  placeholder={String(recording.term_rows)}
                  inputmode="numeric"
                  mono
                />
                <Field {...field("term_line_height")} label="Line height" placeholder="1.33" inputmode="decimal" mono />
              </div>
              <div class="pair">
                <FontSelect value={values["term_font_family"]} unset="As your account says" />
                <CursorSelect value={values["term_cursor_mode"]} unset="As recorded" />
              </div>
              <ColorChecks
                bright={values["term_bold_is_bright"] !== undefined}
                adaptive={values["term_adaptive_palette"] !== undefined}
              />
            </div>
            <div class="group">
              <h2>Chapters</h2>
              <Field
                {...field("markers")}
                label="One a line: time, then a name"
                hint="Instead of the markers that were recorded. Empty for those."
                placeholder="1:46 - create the role"
                mono
                rows={5}
              />
            </div>
            <div class="group">
              <h2>Delete</h2>
              <p class="small soft">The file and its previews go at once. Embeds show a note instead.</p>
              <div>
                <a class="btn bad" href={`${path}/delete`}>
                  Delete this recording
                </a>
              </div>
            </div>
            <div class="savebar">
              <button class="btn main" type="submit">
                Save
              </button>
              <a class="btn plain" href={path}>
                Cancel
              </a>
              <span class="soft" role="status" data-changes />
            </div>
          </Form>
          <div class="look stackv">
            <img
              class="still"
              src={`${path}.svg?v=${picture.key}`}
              width={picture.width}
              height={picture.height}
              alt="The preview as it is saved"
            />
            <p class="hint">The preview as it is saved. Nothing changes until you save.</p>
          </div>
        </div>
      </main>
    </Page>
  );
};

const Theme: FC<{ name: string; recording: ListedRecording; checked: boolean }> = ({ name, recording, checked }) => {
  const captured = recording.term_theme ? (JSON.parse(recording.term_theme) as ThemeColors) : undefined;
  const own = { ...recording, term_theme_name: null };
  const { recorded: asRecorded, theme } = lookOf(own);
  if (name === "original") {
    return captured ? <ThemeChoice name={name} label="As recorded" colors={captured} checked={checked} /> : null;
  }
  if (name !== "") {
    return <ThemeChoice name={name} label={themeLabels[name] ?? name} colors={themes[name]!} checked={checked} />;
  }
  const colors = asRecorded && captured ? captured : themes[theme]!;
  return <ThemeChoice name="" label="As your account says" colors={colors} checked={checked} />;
};

/** Asks whether it is meant. */
export const DeletePage: FC<FormProps & { recording: ListedRecording }> = ({ site, token, recording, wrong }) => {
  const path = `/a/${addressOf(recording)}`;
  return (
    <NarrowPage site={site} title="Delete this recording">
      <p class="soft">
        <b>{titleOf(recording)}</b> goes at once: the file and its previews. Embeds show a note instead. It cannot be
        brought back; <a href={`${path}.cast?dl=1`}>download it</a> first if you want to keep it.
      </p>
      <Form action={`${path}/delete`} token={token}>
        <Field
          site={site}
          name="title"
          label="Type its title to confirm"
          wrong={saidAbout(wrong, "title")}
          autocomplete="off"
          required
        />
        <div class="acts">
          <button class="btn bad" type="submit">
            Delete this recording
          </button>
          <a class="btn plain" href={`${path}/edit`}>
            Keep it
          </a>
        </div>
      </Form>
    </NarrowPage>
  );
};
