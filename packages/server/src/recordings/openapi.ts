import { themes } from "@asciinema-ts/render";
import { visibilities } from "../config.js";
import { type ApiDescription, answered, type JsonSchema, refusedAs } from "../web/openapi.js";
import { MAX_COLS, MAX_ROWS } from "./limits.js";

const text = (maxLength: number, description: string): JsonSchema => ({
  type: ["string", "null"],
  maxLength,
  description,
});
const size = (maximum: number, description: string): JsonSchema => ({
  type: ["integer", "null"],
  minimum: 1,
  maximum,
  description,
});
const positive = (description: string): JsonSchema => ({
  type: ["number", "null"],
  exclusiveMinimum: 0,
  description,
});
const flag = (description: string): JsonSchema => ({ type: "boolean", description });
const choice = (values: readonly string[], description: string): JsonSchema => ({
  enum: [...values, null],
  description,
});

/** What an owner may set. `recordingSettings` accepts everything that fits this, and the same as text. */
const settings: Record<string, JsonSchema> = {
  visibility: { enum: visibilities, description: "Public ones are listed; unlisted ones are seen by their link only." },
  title: text(128, "What it is called."),
  description: text(4096, "Markdown."),
  markers: {
    type: ["string", "null"],
    maxLength: 4096,
    pattern: "^([ \\t]*\\d+(\\.\\d+)?([ \\t]+-[ \\t]+\\S.{0,97})?[ \\t]*(\\r?\\n|$)|[ \\t]*(\\r?\\n|$))*$",
    description: "Chapters, one per line: `12.5 - label`. They replace those in the file.",
    examples: ["1.5 - build\n12 - test"],
  },
  snapshot_at: positive("Seconds: the moment that the preview shows."),
  speed: positive("How fast it plays; 1 is as recorded."),
  idle_time_limit: positive("Seconds to which pauses are shortened."),
  audio_url: {
    type: ["string", "null"],
    maxLength: 255,
    pattern: "^(https?://\\S+)?$",
    description: "Sound that is played along.",
  },
  term_cols_override: size(MAX_COLS, "Columns, instead of the recorded ones."),
  term_rows_override: size(MAX_ROWS, "Rows, instead of the recorded ones."),
  term_theme_name: choice(["original", ...Object.keys(themes)], "`original` is what was recorded."),
  term_bold_is_bright: flag("Whether bold text is bright."),
  term_adaptive_palette: flag("Whether the 256 colours follow the theme."),
  term_line_height: { type: ["number", "null"], minimum: 1, maximum: 2, description: "1.33 unless set." },
  term_font_family: choice(["default", "Fira Code", "JetBrains Mono"], "Used where it is installed."),
  term_cursor_mode: choice(["blinking", "steady", "hidden"], "As recorded unless set."),
  keystroke_overlay: flag("Whether typed keys are shown, if they were recorded."),
};

const schemas: ApiDescription["schemas"] = {
  RecordingSettings: {
    type: "object",
    properties: settings,
    description: "What is left out stays as it is; `null` and an empty text clear a setting. Other names are ignored.",
  },
  Recording: {
    type: "object",
    required: ["id", "url", "file_url", "audio_url", "title", "description", "visibility", "message"],
    properties: {
      id: { type: "integer", minimum: 1 },
      url: { type: "string", pattern: "^https?://[^/]+/a/([1-9]\\d*|[A-Za-z0-9]{16,25})$", description: "Its page." },
      file_url: { type: "string", pattern: "^https?://.+\\.(cast|json)$", description: "`.json` for asciicast v1." },
      audio_url: settings["audio_url"],
      title: settings["title"],
      description: settings["description"],
      visibility: settings["visibility"],
      message: { type: "string", minLength: 1, description: "For people: where it is, and what else to know." },
    },
    additionalProperties: false,
  },
};

const recording = { $ref: "#/components/schemas/Recording" };
const location = { location: { description: "The page.", required: true, schema: { type: "string", format: "uri" } } };

/** @param field  that carries the file */
function upload(field: string, operationId: string, summary: string) {
  const file = { type: "string", contentMediaType: "application/octet-stream", description: "asciicast v1, v2 or v3" };
  return {
    operationId,
    summary,
    description:
      "The file may be compressed with gzip or zstd. A last line that was torn off is left out, and `message` says so. " +
      "An unknown machine is entered with a placeholder for its user, unless the server requires accounts.",
    requestBody: {
      required: true,
      content: {
        "multipart/form-data": {
          schema: {
            allOf: [
              { $ref: "#/components/schemas/RecordingSettings" },
              { type: "object", required: [field], properties: { [field]: file } },
            ],
          },
        },
      },
    },
    responses: {
      201: answered("It is stored.", recording, location),
      ...refusedAs(
        "bad_request",
        "unauthenticated",
        "account_required",
        "upload_limit_reached",
        "content_too_large",
        "validation_failed",
        "busy",
      ),
    },
  };
}

function update(operationId: string) {
  const body = { schema: { $ref: "#/components/schemas/RecordingSettings" } };
  return {
    operationId,
    summary: "Changes settings of a recording",
    description: "Only the machine's own user may, and administrators.",
    requestBody: {
      required: true,
      content: { "application/json": body, "application/x-www-form-urlencoded": body },
    },
    responses: {
      200: answered("They are saved.", recording),
      ...refusedAs(
        "bad_request",
        "unauthenticated",
        "account_required",
        "not_found",
        "content_too_large",
        "validation_failed",
      ),
    },
  };
}

/** The routes of `recordingApi`. */
export const recordingDescription: ApiDescription = {
  paths: {
    "/api/v1/recordings": { post: upload("file", "createRecording", "Uploads a recording") },
    "/api/v1/recordings/{id}": {
      parameters: [
        {
          name: "id",
          in: "path",
          required: true,
          description: "Its number or its secret token.",
          schema: { type: "string", pattern: "^([0-9]{1,15}|[A-Za-z0-9]{16,64})$" },
        },
      ],
      patch: update("updateRecording"),
      put: update("replaceRecordingSettings"),
      delete: {
        operationId: "deleteRecording",
        summary: "Deletes a recording; its file goes at once",
        responses: {
          204: { description: "It is gone." },
          ...refusedAs("unauthenticated", "account_required", "not_found"),
        },
      },
    },
    "/api/asciicasts": {
      post: { ...upload("asciicast", "createAsciicast", "Uploads a recording, as asciinema 2 does"), deprecated: true },
    },
  },
  schemas,
};
