import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordingRow } from "../../test/rows.js";
import type { Recording } from "../db/schema.js";
import { recordingSettings } from "./fields.js";
import { formOfSettings, forPeople, settingsOfForm } from "./settings-form.js";

const row = (values: Partial<Recording>) => ({ ...recordingRow({ user_id: 1 }), id: 1, ...values }) as Recording;

test.each([
  ["1:46", 106],
  ["106", 106],
  ["1:01:01.5", 3661.5],
  [" 0:07 ", 7],
])("the preview frame %j is second %d", (text, seconds) => {
  expect(recordingSettings(settingsOfForm({ snapshot_at: text }))).toMatchObject({ snapshot_at: seconds });
});

test("chapters are written with or without a hyphen", () => {
  const markers = "0:00 pg_dump\r\n1:11 - pg_restore - fails\r\n1:54.25\r\n\r\n 130   create the role ";
  expect(recordingSettings(settingsOfForm({ markers }))).toMatchObject({
    markers: "0 - pg_dump\n71 - pg_restore - fails\n114.25\n\n130 - create the role",
  });
});

test("boxes that are not ticked are off", () => {
  const settings = recordingSettings(settingsOfForm({ keystroke_overlay: "on" }));
  expect(settings).toEqual({ keystroke_overlay: true, term_bold_is_bright: false, term_adaptive_palette: false });
});

test("a form that is sent as it was shown changes nothing", () => {
  const time = fc.integer({ min: 1, max: 1e9 }).map((thousandths) => thousandths / 1000);
  const label = fc.stringMatching(/^[a-z0-9][a-z0-9 :.-]{0,20}[a-z]$/);
  fc.assert(
    fc.property(time, fc.array(fc.tuple(time, label), { maxLength: 5 }), fc.boolean(), (snapshotAt, marks, flag) => {
      const markers = marks
        .sort(([a], [b]) => a - b)
        .map(([at, name]) => `${at} - ${name}`)
        .join("\n");
      const recording = row({ snapshot_at: snapshotAt, markers: markers || null, keystroke_overlay: flag });
      const saved = recordingSettings(settingsOfForm(formOfSettings(recording)));
      for (const [name, value] of Object.entries(saved))
        expect([name, value]).toEqual([name, recording[name as "title"]]);
    }),
  );
});

describe("what does not fit is told in words", () => {
  test.each([
    [{ idle_time_limit: "-2" }, "Seconds, more than 0."],
    [{ snapshot_at: "soon" }, "A time, such as 1:46."],
    [
      { markers: "0:00 a\nb\n" },
      "Line 2 does not fit. A time, then a name of at most 99 characters: 1:46 - create the role",
    ],
    [{ markers: "x".repeat(5000) }, "4,096 characters at most."],
    [{ audio_url: "javascript:alert(1)" }, "An address that starts with https:// or http://."],
    [{ term_theme_name: "neon" }, "Choose one of those."],
    [{ term_cols_override: "721" }, "1 to 720."],
  ])("%j: %s", (form, message) => {
    let details: { message: string }[] = [];
    try {
      recordingSettings(settingsOfForm(form));
    } catch (error) {
      details = (error as { details: { field: string; message: string }[] }).details.map(forPeople);
    }
    expect(details.map((detail) => detail.message)).toEqual([message]);
  });
});
