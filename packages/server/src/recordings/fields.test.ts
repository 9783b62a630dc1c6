import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Refusal } from "../refusal.js";
import { recordingSettings } from "./fields.js";
import { markerTimes } from "./markers.js";

describe("recordingSettings", () => {
  test("takes a form's texts and JSON's types alike", () => {
    const expected = {
      title: "Demo",
      term_cols_override: 100,
      speed: 1.5,
      term_bold_is_bright: true,
      visibility: "public",
    };
    expect(
      recordingSettings({
        title: "Demo",
        term_cols_override: "100",
        speed: "1.5",
        term_bold_is_bright: "on",
        visibility: "public",
      }),
    ).toEqual(expected);
    expect(recordingSettings({ ...expected })).toEqual(expected);
  });

  test("clears what is empty", () => {
    expect(recordingSettings({ title: "", speed: null, description: "" })).toEqual({
      title: null,
      speed: null,
      description: null,
    });
  });

  test("ignores what is not the owner's to set", () => {
    expect(recordingSettings({ id: 1, user_id: 2, secret_token: "x", file_key: "../x", featured: true, a: 1 })).toEqual(
      {},
    );
    expect(recordingSettings(JSON.parse('{"__proto__": {"title": "x"}, "constructor": 1}'))).toEqual({});
  });

  test.each([
    ["title", "x".repeat(129), "should be at most 128 character(s)"],
    ["title", 5, "is invalid"],
    ["description", "x".repeat(4097), "should be at most 4096 character(s)"],
    ["visibility", "secret", "is invalid"],
    ["visibility", "", "can't be blank"],
    ["term_cols_override", 721, "must be less than or equal to 720"],
    ["term_rows_override", 201, "must be less than or equal to 200"],
    ["term_rows_override", 0, "must be greater than 0"],
    ["term_cols_override", "80.5", "is invalid"],
    ["term_cols_override", "1e3", "is invalid"],
    ["term_theme_name", "pink", "is invalid"],
    ["term_line_height", 2.5, "must be less than or equal to 2.0"],
    ["term_cursor_mode", "wild", "is invalid"],
    ["term_font_family", "</style>", "is invalid"],
    ["speed", "0", "must be greater than 0"],
    ["speed", "fast", "is invalid"],
    ["speed", [1], "is invalid"],
    ["idle_time_limit", -1, "must be greater than 0"],
    ["snapshot_at", "0", "must be greater than 0"],
    ["keystroke_overlay", "maybe", "is invalid"],
    ["audio_url", "javascript:alert(1)", "has invalid format"],
    ["audio_url", "ftp://x/y", "has invalid format"],
    ["markers", "1 - a\nsoon - b", "invalid syntax in line 2"],
  ])("refuses %s = %j", (field, value, message) => {
    const refused = (() => {
      try {
        recordingSettings({ [field]: value });
      } catch (error) {
        return error as Refusal;
      }
      return undefined;
    })();
    expect(refused).toMatchObject({ type: "validation_failed", status: 422, details: [{ field, message }] });
  });

  test("any JSON gives changes or our refusal", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("title", "speed", "markers", "visibility"), fc.jsonValue()),
        (input) => {
          try {
            for (const value of Object.values(recordingSettings(input))) expect(typeof value).not.toBe("undefined");
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
        },
      ),
    );
  });
});

describe("markerTimes", () => {
  test("reads times with and without labels, in order of time", () => {
    expect(markerTimes("12.5 - build\n\n3\r\n  40 -  a - b  \n")).toEqual([
      [3, ""],
      [12.5, "build"],
      [40, "a - b"],
    ]);
    expect(markerTimes("")).toEqual([]);
  });

  test.each([
    ["x", 1],
    ["1\n-2", 2],
    ["1 label", 1],
    [`1 - ${"x".repeat(100)}`, 1],
    ["1e5", 1],
  ])("names the line of %j", (text, line) => {
    expect(markerTimes(text)).toEqual({ line });
  });
});
