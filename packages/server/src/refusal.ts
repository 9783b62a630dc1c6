/** Why a request is refused: the API's `type`, and the status it is answered with. */
const statuses = {
  bad_request: 400,
  unauthenticated: 401,
  account_required: 401,
  access_denied: 403,
  upload_limit_reached: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  gone: 410,
  content_too_large: 413,
  validation_failed: 422,
  live_stream_limit_reached: 422,
  too_many_requests: 429,
  internal_error: 500,
  busy: 503,
} as const;

export type RefusalType = keyof typeof statuses;
export type RefusalStatus = (typeof statuses)[RefusalType];

/** One field that does not fit. */
export interface FieldError {
  field: string;
  message: string;
}

/** A request that is not served. Everything below the routes throws it; one place turns it into an answer. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: RefusalStatus;
  readonly details: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  /** @param message  for the person who asked, in a sentence without a full stop */
  constructor(
    readonly type: RefusalType,
    message: string,
    options: { details?: FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = statuses[type];
    this.details = options.details;
    this.headers = { ...(type === "busy" && { "retry-after": "5" }), ...options.headers };
  }
}

/** The answer for what does not exist, and the very same for what the asker may not see. */
export function notFound(what = "Resource"): Refusal {
  return new Refusal("not_found", `${what} not found`);
}
