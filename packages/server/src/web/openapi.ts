import type { RefusalType } from "../refusal.js";

/** A piece of JSON Schema 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What a group of routes adds to the description of the interface: OpenAPI's `paths` and `components.schemas`. */
export interface ApiDescription {
  paths: Record<string, Record<string, unknown>>;
  schemas: Record<string, JsonSchema>;
}

/** What each refusal means to a command. Those that only pages give are left out. */
const refusals: Partial<Record<RefusalType, { status: number; text: string }>> = {
  bad_request: { status: 400, text: "A broken form, no file, no JSON object." },
  unauthenticated: { status: 401, text: "No install id, one that is none, or one that was revoked." },
  account_required: { status: 401, text: "Uploads need an account here, or the machine is not known." },
  access_denied: { status: 403, text: "It may be seen but not changed." },
  upload_limit_reached: { status: 403, text: "A machine without account has as many recordings as are allowed." },
  not_found: { status: 404, text: "There is no such thing, or it is somebody else's." },
  not_acceptable: { status: 406, text: "The `Accept` header excludes JSON." },
  content_too_large: { status: 413, text: "More bytes than the server takes, as sent or unpacked." },
  validation_failed: { status: 422, text: "What was sent does not fit." },
  live_stream_limit_reached: { status: 422, text: "As many of the account's streams are live as are allowed." },
  too_many_requests: { status: 429, text: "Try again after `Retry-After` seconds." },
  internal_error: { status: 500, text: "Something broke; the message holds a reference that is also in the log." },
  busy: { status: 503, text: "Try again after `Retry-After` seconds." },
};

const problems: ApiDescription["schemas"] = {
  Problem: {
    type: "object",
    required: ["type", "message"],
    properties: {
      type: { enum: Object.keys(refusals), description: "For programs." },
      message: { type: "string", minLength: 1, description: "For people." },
      details: {
        type: "array",
        minItems: 1,
        items: { $ref: "#/components/schemas/FieldProblem" },
        description: "What does not fit, field by field.",
      },
    },
    additionalProperties: false,
  },
  FieldProblem: {
    type: "object",
    required: ["field", "message"],
    properties: { field: { type: "string" }, message: { type: "string" } },
    additionalProperties: false,
  },
};

const integer = { type: "integer", minimum: 0 };

/** The answers of an operation that is not served, by status.
 *
 *  @param types  what it may be refused as; what every operation may be refused as is added */
export function refusedAs(...types: RefusalType[]): Record<string, unknown> {
  const byStatus: Record<string, { types: RefusalType[]; texts: string[] }> = {};
  for (const type of new Set<RefusalType>([...types, "not_acceptable", "too_many_requests", "internal_error"])) {
    const refusal = refusals[type];
    if (!refusal) throw new RangeError(`Commands are not refused as ${type}`);
    const one = (byStatus[refusal.status] ??= { types: [], texts: [] });
    one.types.push(type);
    one.texts.push(refusal.text);
  }
  const answers = Object.entries(byStatus).map(([status, { types, texts }]) => {
    const problem = { $ref: "#/components/schemas/Problem" };
    const answer: Record<string, unknown> = {
      description: texts.join(" "),
      content: {
        "application/json": { schema: { allOf: [problem, { properties: { type: { enum: types } } }] } },
      },
    };
    if (status === "429" || status === "503") {
      answer["headers"] = { "retry-after": { description: "Seconds.", required: true, schema: integer } };
    }
    if (status === "401") {
      answer["headers"] = { "www-authenticate": { required: true, schema: { type: "string", pattern: "^Basic " } } };
    }
    return [status, answer];
  });
  return Object.fromEntries(answers);
}

/** An answer with a JSON body. */
export function answered(description: string, schema: JsonSchema, headers?: Record<string, unknown>) {
  return { description, ...(headers && { headers }), content: { "application/json": { schema } } };
}

/** The description of the whole interface for commands, as OpenAPI 3.1.
 *
 *  @param url    of the server, without a slash at the end
 *  @param parts  one per group of routes */
export function openApi(url: string, version: string, parts: ApiDescription[]) {
  return {
    openapi: "3.1.0",
    info: {
      title: "asciinema-ts",
      version,
      summary: "Hosting for terminal recordings",
      description:
        "What commands use. Every request names the machine that it comes from. `X-RateLimit-Limit`, " +
        "`X-RateLimit-Remaining` and `X-RateLimit-Reset` (seconds since 1970) come with every answer that was counted.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url }],
    security: [{ machine: [] }],
    paths: Object.assign({}, ...parts.map((part) => part.paths)) as ApiDescription["paths"],
    components: {
      securitySchemes: {
        machine: {
          type: "http",
          scheme: "basic",
          description: "The operating system's user name, which is informative, and the machine's install id.",
        },
      },
      schemas: Object.assign({}, problems, ...parts.map((part) => part.schemas)) as ApiDescription["schemas"],
    },
  };
}
