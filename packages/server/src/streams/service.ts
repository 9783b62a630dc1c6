import { accountRequired } from "../accounts/machines.js";
import { type Config, visibilities } from "../config.js";
import type { Stream, User } from "../db/schema.js";
import { type Actor, may } from "../policy.js";
import type { Embedded } from "../recordings/oembed.js";
import { notFound, Refusal } from "../refusal.js";
import { randomToken } from "../token.js";
import { type StreamSettings, streamSettings } from "./fields.js";
import { producerKeyLength, producerToken } from "./producer-token.js";
import type { ListedStream, StreamRepository, StreamScope } from "./repository.js";
import { nextTime, parseSchedule } from "./schedule.js";

/** What is happening on this server right now, as far as a change of a row matters to it. */
export interface OnAir {
  /** A session whose producer has gone ends before another begins. */
  renew(streamId: number): Promise<void>;
  /** Ends what is on, for its producer and its viewers. */
  stop(streamId: number, why: "ended" | "deleted"): Promise<void>;
  /** Tells viewers and producer what has changed about a stream. */
  changed(stream: Stream): void;
}

/** What is decided about streams. */
export class StreamService {
  constructor(
    private readonly repository: StreamRepository,
    private readonly onAir: OnAir,
    private readonly config: Pick<Config, "url" | "streams">,
    private readonly secret: string,
    private readonly clock: () => number,
  ) {}

  /** Refuses accounts that must not stream.
   *
   *  @throws Refusal  account_required, access_denied */
  admit(user: User): void {
    if (user.email === null && user.username === null) {
      throw accountRequired();
    }
    if (!(user.streaming_enabled ?? this.config.streams.enabled)) {
      throw new Refusal("access_denied", "Streaming is disabled for this account");
    }
  }

  /** Makes a stream.
   *
   *  @throws Refusal  validation_failed, live_stream_limit_reached */
  async create(user: User, input: Record<string, unknown>): Promise<Stream> {
    this.admit(user);
    const settings = streamSettings(input);
    const now = this.clock();
    const limit = this.liveLimit(user);
    const stream = await this.repository.insert(
      {
        ...blankStream,
        user_id: user.id,
        public_token: randomToken(16),
        producer_key: randomToken(producerKeyLength),
        visibility: user.default_stream_visibility ?? this.config.streams.visibility,
        grace_period: this.config.streams.gracePeriod,
        term_theme_prefer_original: user.term_theme_prefer_original,
        term_bold_is_bright: user.term_bold_is_bright,
        term_adaptive_palette: user.term_adaptive_palette,
        created_at: now,
        updated_at: now,
        ...settings,
        ...(settings.live && { last_activity_at: now }),
        ...this.nextStart(settings, user),
      },
      limit,
    );
    if (stream === "full") throw limitReached(limit!);
    return stream;
  }

  /** Changes a stream of the actor's own.
   *
   *  @throws Refusal  not_found, also when the actor may not see it; access_denied, validation_failed,
   *                   live_stream_limit_reached */
  async update(actor: Actor, address: string, input: Record<string, unknown>): Promise<Stream> {
    const stream = await this.own(actor, address);
    const settings = streamSettings(input);
    const owner = actor.user!;
    const limit = this.liveLimit(owner);
    // Whoever sets a stream live is about to begin; what somebody was cut off from is over.
    if (settings.live) await this.onAir.renew(stream.id);
    const now = this.clock();
    const updated = await this.repository.update(
      stream,
      {
        ...settings,
        ...(settings.live && { last_activity_at: now }),
        ...this.nextStart(settings, owner),
        updated_at: now,
      },
      limit,
    );
    if (updated === "full") throw limitReached(owner.live_stream_limit ?? limit!);
    if (!updated) throw notFound("Stream");
    if (settings.live === false) await this.onAir.stop(stream.id, "ended");
    else this.onAir.changed(updated);
    return updated;
  }

  /** Deletes a stream of the actor's own. Recordings of it stay.
   *
   *  @throws Refusal  not_found, also when the actor may not see it; access_denied */
  async delete(actor: Actor, address: string): Promise<void> {
    const stream = await this.own(actor, address);
    await this.onAir.stop(stream.id, "deleted");
    await this.repository.delete(stream.id);
  }

  /** Ends everything that a user who is about to go has on.
   *
   *  @returns  to be called when they are gone: sends away who still watches */
  async leaving(userId: number): Promise<() => Promise<void>> {
    const all = await this.repository.all(userId, 1000);
    return async () => {
      for (const { id } of all) await this.onAir.stop(id, "deleted");
    };
  }

  /** A stream that the actor may change.
   *
   *  @param address  its number or its token
   *  @throws Refusal  not_found, also when the actor may not see it; access_denied */
  async own(actor: Actor, address: string): Promise<ListedStream> {
    const stream = await this.at(address);
    if (!stream) throw notFound("Stream");
    if (may(actor, "change", stream)) return stream;
    const seen = may(actor, "see", stream) && (!isNumber(address) || stream.visibility === "public");
    throw seen ? new Refusal("access_denied", "You don't have access to this resource") : notFound("Stream");
  }

  /** The stream that an actor may see at a token, or at the number of a public one.
   *
   *  @throws Refusal  not_found */
  async show(actor: Actor, address: string): Promise<ListedStream> {
    const stream = await this.find(actor, address);
    if (!stream) throw notFound();
    return stream;
  }

  /** The same, without a word about why there is none. */
  async find(actor: Actor, address: string): Promise<ListedStream | undefined> {
    const stream = await this.at(address);
    if (!stream || !may(actor, "see", stream) || !(stream.streaming_enabled ?? this.config.streams.enabled)) {
      return undefined;
    }
    return isNumber(address) && stream.visibility !== "public" ? undefined : stream;
  }

  /** A user's own streams, the oldest first, from the one after a cursor on.
   *
   *  @throws Refusal  bad_request */
  async page(
    user: User,
    query: { prefix?: string | undefined; limit?: string | undefined; cursor?: string | undefined },
  ): Promise<{ streams: Stream[]; cursor: string | undefined }> {
    this.admit(user);
    const limit = query.limit === undefined ? 10 : Number(query.limit);
    if (!Number.isInteger(limit) || limit < 1) {
      throw new Refusal("bad_request", "The parameter limit must be a whole number from 1 to 100");
    }
    const { prefix, after } =
      query.cursor === undefined ? { prefix: query.prefix ?? "", after: 0 } : from(query.cursor);
    const most = Math.min(limit, 100);
    const found = await this.repository.page(user.id, { prefix, after, limit: most + 1 });
    const streams = found.slice(0, most);
    const cursor =
      found.length > most
        ? Buffer.from(JSON.stringify({ id: streams.at(-1)!.id, prefix })).toString("base64url")
        : undefined;
    return { streams, cursor };
  }

  /** The time zone that a stream's schedule means; `null`: UTC. */
  async timezoneOf(stream: Stream): Promise<string | null> {
    return this.repository.timezone(stream.user_id);
  }

  /** Where a producer of a stream connects. */
  producerUrl(stream: Pick<Stream, "producer_key">): string {
    return `${this.config.url.replace(/^http/, "ws")}/ws/S/${producerToken(this.secret, stream.producer_key)}`;
  }

  /** Streams that are on or to come, and how many of each there are. */
  async shown(scope: StreamScope, few: number): Promise<{ live: ListedStream[]; upcoming: ListedStream[] }> {
    const { enabled } = this.config.streams;
    const [live, upcoming] = await Promise.all([
      this.repository.live(scope, enabled, few),
      this.repository.upcoming(scope, enabled, this.clock(), few),
    ]);
    return { live, upcoming };
  }

  /** A page of one of these lists.
   *
   *  @param page  from 1 */
  async list(
    kind: "live" | "upcoming",
    scope: StreamScope,
    page: number,
    perPage: number,
  ): Promise<{ streams: ListedStream[]; count: number }> {
    const { enabled } = this.config.streams;
    const now = this.clock();
    const offset = (page - 1) * perPage;
    const counts = await this.repository.counts(scope, enabled, now);
    const streams =
      kind === "live"
        ? await this.repository.live(scope, enabled, perPage, offset)
        : await this.repository.upcoming(scope, enabled, now, perPage, offset);
    return { streams, count: counts[kind] };
  }

  /** A page of all of a user's streams, and how many there are.
   *
   *  @param page  from 1 */
  async of(user: User, page: number, perPage: number): Promise<{ streams: ListedStream[]; count: number }> {
    this.admit(user);
    const [streams, count] = await Promise.all([
      this.repository.all(user.id, perPage, (page - 1) * perPage),
      this.repository.count(user.id),
    ]);
    return { streams, count };
  }

  /** All streams of a user as they may take them away: not what makes a producer's address, nor whose row it is. */
  async *exported(user: User): AsyncGenerator<Omit<Stream, "producer_key" | "user_id" | "epoch">> {
    for (let after = 0; ; ) {
      const page = await this.repository.page(user.id, { prefix: "", after, limit: 100 });
      for (const { producer_key: _, user_id: __, epoch: ___, ...stream } of page) yield stream;
      if (page.length < 100) return;
      after = page.at(-1)!.id;
    }
  }

  /** Saves what an account wants for its streams.
   *
   *  @throws Refusal  validation_failed */
  async settle(user: User, form: Record<string, string>): Promise<void> {
    this.admit(user);
    const visibility = visibilities.find((one) => one === form["visibility"]);
    if (!visibility) {
      const details = [{ field: "visibility", message: "Choose one of those." }];
      throw new Refusal("validation_failed", "Not saved", { details });
    }
    await this.repository.settle(user.id, {
      default_stream_visibility: visibility,
      stream_recording_enabled: form["record"] !== undefined,
    });
  }

  /** Works out anew when an account's streams are, in a time zone that it may have changed. */
  async reschedule(userId: number): Promise<void> {
    const timezone = await this.repository.timezone(userId);
    for (const { id, schedule } of await this.repository.all(userId, 1000)) {
      if (schedule !== null) await this.repository.schedule(id, next(schedule, this.clock(), timezone) ?? null);
    }
  }

  /** Looks for the next dates of schedules whose last one has passed, and ends streams that nobody is on any more. */
  async tend(): Promise<{ ended: number }> {
    const now = this.clock();
    for (;;) {
      const due = await this.repository.due(now, 100);
      for (const { id, schedule, timezone } of due) {
        await this.repository.schedule(id, next(schedule, now, timezone) ?? null);
      }
      if (due.length < 100) break;
    }
    return { ended: await this.repository.endAbandoned(now) };
  }

  private async at(address: string): Promise<ListedStream | undefined> {
    if (isNumber(address)) return this.repository.byId(Number(address));
    return /^[A-Za-z0-9]{16,64}$/.test(address) ? this.repository.byToken(address) : undefined;
  }

  private liveLimit(user: User): number | undefined {
    return user.live_stream_limit ?? this.config.streams.liveLimit;
  }

  private nextStart(settings: StreamSettings, owner: User): { next_start_at?: number | null } {
    if (settings.schedule === undefined) return {};
    return { next_start_at: next(settings.schedule, this.clock(), owner.timezone) ?? null };
  }
}

/** What a stream is called. */
export function streamTitle(stream: Pick<ListedStream, "title" | "author">): string {
  return stream.title ?? (stream.author ? `${stream.author}'s stream` : "A stream");
}

/** A stream as something to embed. */
export function embeddedStream(stream: ListedStream): Embedded {
  const path = `/s/${stream.public_token}`;
  return {
    path,
    title: streamTitle(stream),
    author: stream.author,
    cols: stream.term_cols ?? 80,
    rows: stream.term_rows ?? 24,
    card: `${path}.png`,
  };
}

/** The next times at which a stream is to be live, in milliseconds since 1970. */
export function nextTimes(schedule: string | null, now: number, timezone: string | null, count: number): number[] {
  const times: number[] = [];
  for (let after = now; times.length < count; after = times.at(-1)!) {
    const time = next(schedule, after, timezone);
    if (time === undefined) break;
    times.push(time);
  }
  return times;
}

/** What a new stream is before anybody has said anything about it. */
export const blankStream = {
  live: false,
  title: null,
  description: null,
  audio_url: null,
  buffer_time: null,
  schedule: null,
  next_start_at: null,
  protocol: null,
  user_agent: null,
  shell: null,
  env: null,
  term_type: null,
  term_version: null,
  term_cols: null,
  term_rows: null,
  term_theme: null,
  term_theme_name: null,
  term_line_height: null,
  term_font_family: null,
  term_cursor_mode: null,
  keystroke_overlay: false,
  epoch: 0,
  last_started_at: null,
  last_ended_at: null,
  last_activity_at: null,
  current_viewer_count: 0,
  peak_viewer_count: 0,
} as const;

function next(schedule: string | null, now: number, timezone: string | null): number | undefined {
  if (!schedule) return undefined;
  const parsed = parseSchedule(schedule);
  return "problem" in parsed ? undefined : nextTime(parsed, now, timezone ?? "UTC");
}

function isNumber(address: string): boolean {
  return /^\d{1,15}$/.test(address);
}

function from(cursor: string): { prefix: string; after: number } {
  try {
    const { id, prefix } = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as Record<string, unknown>;
    if (Number.isSafeInteger(id) && typeof prefix === "string") return { prefix, after: id as number };
  } catch {
    // Refused below.
  }
  throw new Refusal("bad_request", "The parameter cursor is not one that this server gave");
}

function limitReached(limit: number): Refusal {
  const count = limit === 1 ? "1 live stream" : `${limit} live streams`;
  return new Refusal("live_stream_limit_reached", `Maximum ${count} reached`);
}
