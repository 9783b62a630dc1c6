import { themes } from "@asciinema-ts/render";
import { visibilities } from "../config.js";
import { type ApiDescription, answered, type JsonSchema, refusedAs } from "../web/openapi.js";

const text = (maxLength: number, description: string): JsonSchema => ({
  type: ["string", "null"],
  maxLength,
  description,
});
const told = (description: string): JsonSchema => ({ type: ["string", "null"], description });
const flag = (description: string): JsonSchema => ({ type: "boolean", description });
const choice = (values: readonly string[], description: string): JsonSchema => ({
  enum: [...values, null],
  description,
});

const common: Record<string, JsonSchema> = {
  live: flag("Whether a producer may connect, or has. Setting it ends a session whose producer has gone."),
  visibility: { enum: visibilities, description: "Public ones are listed; unlisted ones are seen by their link only." },
  title: text(128, "What it is called."),
  description: text(4096, "Markdown."),
  audio_url: {
    type: ["string", "null"],
    maxLength: 255,
    pattern: "^(https?://\\S+)?$",
    description: "Sound that is played along.",
  },
};

/** What an owner may set. `streamSettings` accepts everything that fits this, and the same as text. */
const settings: Record<string, JsonSchema> = {
  ...common,
  buffer_time: {
    type: ["number", "null"],
    minimum: 0,
    maximum: 30,
    description: "Seconds; the player's own unless set.",
  },
  schedule: {
    type: ["string", "null"],
    maxLength: 255,
    pattern:
      "^((\\*|[0-5]?[0-9])( (\\*|1?[0-9]|2[0-3])( (\\*|[1-9]|[12][0-9]|3[01])( (\\*|[1-9]|1[0-2])( (\\*|[0-7]))?)?)?)?)?$",
    description:
      "A cron expression: minute hour day month weekday year. Ranges, lists, steps and names are possible too.",
    examples: ["0 18 * * 6"],
  },
  shell: told("The shell that runs; its first 255 characters are kept."),
  env: {
    type: ["object", "null"],
    additionalProperties: { type: ["string", "null"], maxLength: 100 },
    maxProperties: 100,
    propertyNames: { maxLength: 50 },
    description: "Environment variables; what is no text under a variable's name is left out.",
  },
  term_type: told("`TERM`; its first 64 characters are kept."),
  term_version: told("What the terminal says it is; its first 255 characters are kept."),
  term_theme_name: choice(["original", ...Object.keys(themes)], "`original` is the producer's own."),
  term_theme_prefer_original: flag("Whether the producer's colours are used when it sends them."),
  term_bold_is_bright: flag("Whether bold text is bright."),
  term_adaptive_palette: flag("Whether the 256 colours follow the theme."),
  term_line_height: { type: ["number", "null"], minimum: 1, maximum: 2, description: "1.33 unless set." },
  term_font_family: choice(["default", "Fira Code", "JetBrains Mono"], "Used where it is installed."),
  term_cursor_mode: choice(["blinking", "steady", "hidden"], "As the program sets it unless set."),
  keystroke_overlay: flag("Whether typed keys are shown, if they are sent."),
};

const schemas: ApiDescription["schemas"] = {
  StreamSettings: {
    type: "object",
    properties: settings,
    description: "What is left out stays as it is; `null` and an empty text clear a setting. Other names are ignored.",
  },
  Stream: {
    type: "object",
    required: ["id", "url", "ws_producer_url", ...Object.keys(common)],
    properties: {
      id: { type: "integer", minimum: 1 },
      url: { type: "string", pattern: "^https?://[^/]+/s/[A-Za-z0-9]{16}$", description: "Its page." },
      ws_producer_url: {
        type: "string",
        pattern: "^wss?://[^/]+/ws/S/[A-Za-z0-9]+$",
        description: "Where a producer connects while the stream is live. Whoever has it can stream.",
      },
      ...common,
    },
    additionalProperties: false,
  },
};

const stream = { $ref: "#/components/schemas/Stream" };
const body = { schema: { $ref: "#/components/schemas/StreamSettings" } };
const requestBody = {
  required: true,
  content: { "application/json": body, "application/x-www-form-urlencoded": body },
};
const denied = ["unauthenticated", "account_required", "access_denied"] as const;

function update(operationId: string) {
  return {
    operationId,
    summary: "Changes settings of a stream",
    description: "Only the machine's own user may, and administrators.",
    requestBody,
    responses: {
      200: answered("They are saved.", stream),
      ...refusedAs(
        "bad_request",
        ...denied,
        "not_found",
        "content_too_large",
        "validation_failed",
        "live_stream_limit_reached",
      ),
    },
  };
}

const parameter = (name: string, description: string, schema: JsonSchema) => ({
  name,
  in: "query",
  description,
  schema,
});

/** The routes of `streamApi`. */
export const streamDescription: ApiDescription = {
  paths: {
    "/api/v1/user/streams": {
      get: {
        operationId: "listStreams",
        summary: "Lists the streams of the machine's user",
        description: "The oldest first. If there are more, the `Link` header leads to them.",
        parameters: [
          parameter("prefix", "What the token in the address starts with.", { type: "string" }),
          parameter("limit", "How many, 10 unless given; 100 at most.", { type: "integer", minimum: 1 }),
          parameter("cursor", "From a `Link` header; instead of `prefix`.", { type: "string" }),
        ],
        responses: {
          200: answered(
            "A page of them.",
            { type: "array", maxItems: 100, items: stream },
            {
              link: { description: 'rel="next"', schema: { type: "string", pattern: '^<https?://.+>; rel="next"$' } },
            },
          ),
          ...refusedAs("bad_request", ...denied),
        },
      },
    },
    "/api/v1/streams": {
      post: {
        operationId: "createStream",
        summary: "Makes a stream",
        requestBody,
        responses: {
          200: answered("It is there.", stream),
          ...refusedAs("bad_request", ...denied, "content_too_large", "validation_failed", "live_stream_limit_reached"),
        },
      },
    },
    "/api/v1/streams/{id}": {
      parameters: [
        {
          name: "id",
          in: "path",
          required: true,
          description: "Its number or the token in its address.",
          schema: { type: "string", pattern: "^([0-9]{1,15}|[A-Za-z0-9]{16,64})$" },
        },
      ],
      patch: update("updateStream"),
      put: update("replaceStreamSettings"),
      delete: {
        operationId: "deleteStream",
        summary: "Deletes a stream; recordings of it stay",
        responses: { 204: { description: "It is gone." }, ...refusedAs(...denied, "not_found") },
      },
    },
  },
  schemas,
};
