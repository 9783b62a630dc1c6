import { FanOut, Hub, type Init, type Message } from "@asciinema-ts/alis";
import type { Event, Header, Theme } from "@asciinema-ts/asciicast";
import type { StreamConfig } from "../config.js";
import type { Stream, StreamScreen } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import type { Log } from "../log.js";
import type { ListedStream, StreamRepository } from "../streams/repository.js";
import { randomToken } from "../token.js";
import { Activity } from "./activity.js";
import { headerLine, type Joining, type SessionSettings, takenOver } from "./joining.js";
import { Recorder, type RecordingState } from "./recorder.js";
import type { SessionRepository } from "./sessions.js";

/** How often the row of a live stream is brought up to date when something has changed, and when nothing has. */
const PROGRESS_CHANGED = 5000;
const PROGRESS_SAME = 30_000;

/** The connection that a stream comes from. */
export interface ProducerEnd {
  readonly subprotocol: string | undefined;
  readonly userAgent: string | undefined;
  /** Whether it has said goodbye, although its connection is not closed yet. */
  readonly leaving: boolean;
  /** Called with the last event that is safe. */
  stored(lastId: number): void;
  close(code: number, reason: string): void;
}

/** What all channels work with. */
export interface ChannelParts {
  streams: StreamRepository;
  sessions: SessionRepository;
  joining: Joining;
  files: FileStore;
  config: StreamConfig;
  clock: () => number;
  log: Log;
  /** Milliseconds between looks at whether the row of a live stream is still right. */
  progress?: number | undefined;
}

/** What is on of a stream: who sends, what the screen is, what is recorded. */
interface Session {
  epoch: Promise<number | undefined>;
  recorder: Recorder | undefined;
  /** The time of the stream at which the recording begins, and the time of the last event, in microseconds. */
  base: number;
  time: number;
  startedAt: number;
  /** The screen at its end, once it is over: the hub may have gone on to the next one by then. */
  last?: Omit<StreamScreen, "session_id">;
  /** Nothing of it was safe, and all of it is sent again: it is no recording of its own. */
  repeated?: boolean;
}

/** A stream on this server, whether it is on or only watched: one hub, one producer at most, any number of viewers. */
export class Channel {
  readonly hub: Hub;
  readonly viewers: FanOut;
  readonly activity = new Activity();
  /** How many producers and viewers are connected. */
  connections = 0;
  private readonly forward: { input: boolean; exit: boolean };
  private producer: ProducerEnd | undefined;
  private session: Session | undefined;
  private ending: Promise<void> = Promise.resolve();
  private grace: NodeJS.Timeout | undefined;
  private progress: NodeJS.Timeout | undefined;
  /** Sessions that are over but not stored yet: what comes next has to wait for them. */
  private finishing = 0;
  private suspended = false;
  private readonly repeaters = new WeakMap<ProducerEnd, Session>();
  private noted = { viewers: -1, cols: 0, rows: 0, at: 0 };

  constructor(
    private row: ListedStream,
    private readonly parts: ChannelParts,
  ) {
    this.forward = { input: row.keystroke_overlay, exit: true };
    this.hub = new Hub({ cols: row.term_cols ?? 80, rows: row.term_rows ?? 24, forward: this.forward });
    this.hub.end();
    this.viewers = new FanOut(this.hub);
  }

  get stream(): ListedStream {
    return this.row;
  }

  get live(): boolean {
    return this.session !== undefined;
  }

  /** Whether somebody sends at this moment. */
  get produced(): boolean {
    return this.producer !== undefined && !this.producer.leaving;
  }

  /** Whether nothing happens here and nobody waits for it. */
  get idle(): boolean {
    return this.connections === 0 && !this.live && this.finishing === 0;
  }

  /** When what is on began, in milliseconds since 1970. */
  get startedAt(): number | undefined {
    return this.session?.startedAt;
  }

  /** The session that is being recorded. */
  get recordedSession(): number | undefined {
    // Its number is not known at once.
    return this.session?.recorder?.sessionId || undefined;
  }

  /** From when to when of the stream there is something in the recording that can be read already, in microseconds. */
  get recordedSpan(): { from: number; until: number } | undefined {
    const { session, recordedSession } = this;
    if (!session || recordedSession === undefined) return undefined;
    return { from: session.base, until: session.base + session.recorder!.storedTime };
  }

  /** The event after which a producer may go on; 0 when there is nothing to go on with. */
  get safeId(): number {
    const { session } = this;
    if (!session) return 0;
    return session.recorder?.active ? session.recorder.storedId : this.hub.lastId;
  }

  /** What a producer is told when it connects: the event after which it may go on. */
  greet(producer: ProducerEnd): number {
    const { session, safeId } = this;
    // Who is told that nothing of a session is safe sends all of it again.
    if (session && safeId === 0) this.repeaters.set(producer, session);
    return safeId;
  }

  /** Takes over what was changed about the stream. */
  changed(row: Partial<Stream>): void {
    this.row = { ...this.row, ...row };
    this.forward.input = this.row.keystroke_overlay;
  }

  /** Takes a message of a producer. The one who sends an init has the stream from then on.
   *
   *  @returns false when the producer does not have the stream */
  take(producer: ProducerEnd, message: Message): boolean {
    // What comes while everything is being stored is sent again to the next server.
    if (this.suspended) return false;
    if (message.type === "init") {
      this.init(producer, message);
      return true;
    }
    if (this.producer !== producer) return false;
    if (message.type === "eot") {
      this.end();
      return true;
    }
    const { session } = this;
    if (!session) return true;
    const { id, ...event } = message;
    if (!this.hub.publish(event, id)) return true;
    session.time = Math.max(session.time, event.time);
    if (event.type === "output") this.activity.add(event.text.length);
    if (session.recorder?.active) this.record(session.recorder, session, event, id);
    else producer.stored(id);
    return true;
  }

  /** A producer has gone.
   *
   *  @param final  whether it will not come back: the session is over then, at once */
  left(producer: ProducerEnd, final: boolean): void {
    if (this.producer !== producer) return;
    this.producer = undefined;
    if (final) this.end();
    else if (this.session) this.wait();
  }

  /** Ends what is on. Resolves when everything of it is stored; the recording is made after that. */
  end(): Promise<void> {
    const { session } = this;
    if (!session) return this.ending;
    this.session = undefined;
    clearTimeout(this.grace);
    clearInterval(this.progress);
    const last = this.screen(session);
    session.last = last;
    this.hub.end();
    this.finishing++;
    this.ending = this.ending.then(() => this.finish(session, last)).finally(() => this.finishing--);
    return this.ending;
  }

  /** Ends what is on, for its producer too. */
  async stop(code: number, reason: string): Promise<void> {
    const { producer } = this;
    const ended = this.end();
    this.producer = undefined;
    producer?.close(code, reason);
    await ended;
  }

  /** Stores what is not stored yet and keeps the session for the next start of the server. */
  async suspend(): Promise<void> {
    const { session } = this;
    this.suspended = true;
    clearTimeout(this.grace);
    clearInterval(this.progress);
    await session?.recorder?.flush();
    const epoch = session && (await session.epoch);
    if (session && !session.recorder && epoch !== undefined) {
      await this.parts.streams.saveScreen({ ...this.screen(session), session_id: null });
    }
    this.producer?.close(1012, "server restarts");
    this.producer = undefined;
    this.session = undefined;
    await this.ending;
  }

  /** Goes on with what was on before the server started. */
  resume(init: Init, startedAt: number, recording: (RecordingState & { base: number }) | undefined): void {
    this.hub.reset(init);
    const session: Session = {
      epoch: this.parts.streams.claim(this.row.id, this.parts.clock()),
      recorder: undefined,
      base: recording?.base ?? init.time,
      time: init.time,
      startedAt,
    };
    session.epoch.catch(() => {});
    if (recording) session.recorder = this.recorder(session, recording);
    this.session = session;
    this.noteProgress(session);
    this.wait();
  }

  private init(producer: ProducerEnd, init: Init): void {
    const former = this.producer;
    if (former && former !== producer) {
      this.producer = undefined;
      former.close(4002, "ownership lost");
    }
    this.producer = producer;
    clearTimeout(this.grace);
    const { session } = this;
    if (!session) {
      this.begin(producer, init);
      return;
    }
    if (former !== producer) {
      // Also in the database, so that nothing counts any more that another server may still do for the former one.
      session.epoch = session.epoch.then(() => this.claim(producer));
      session.epoch.catch(() => {});
    }
    if (this.hub.resume(init)) return;
    const goesOn = init.lastId > 0 && init.lastId >= this.hub.lastId && init.time >= session.time;
    if (goesOn) {
      this.catchUp(session, init);
      return;
    }
    if (init.lastId === 0 && this.repeaters.get(producer) === session) session.repeated = true;
    this.end();
    this.begin(producer, init);
  }

  /** Goes on with a session whose producer could not send some of it: the screen is told, how it came about is not. */
  private catchUp(session: Session, init: Init): void {
    const { cols, rows } = this.hub.terminal;
    const missing = init.lastId - this.hub.lastId;
    if (missing === 0 && cols === init.cols && rows === init.rows) return;
    this.hub.reset(init);
    session.time = init.time;
    const { recorder } = session;
    if (!recorder?.active) return;
    const time = Math.max(0, init.time - session.base);
    recorder.note(`the connection was lost: ${missing} ${missing === 1 ? "event is" : "events are"} missing here`);
    if (cols !== init.cols || rows !== init.rows) {
      recorder.write({ time, type: "resize", cols: init.cols, rows: init.rows }, init.lastId);
    }
    recorder.write({ time, type: "output", text: `\x1bc${init.dump}` }, init.lastId);
  }

  private begin(producer: ProducerEnd, init: Init): void {
    const { clock } = this.parts;
    this.hub.reset(init);
    this.activity.begin();
    const startedAt = clock();
    const session: Session = {
      epoch: this.ending.then(() => this.claim(producer)),
      recorder: undefined,
      base: init.time,
      time: init.time,
      startedAt,
    };
    session.epoch.catch((error) => this.parts.log.error("stream not begun", { error: String(error) }));
    this.session = session;
    const { subprotocol, userAgent } = producer;
    this.row = { ...this.row, live: true, last_started_at: startedAt, term_cols: init.cols, term_rows: init.rows };
    this.noteProgress(session);
    const begun = session.epoch.then(async (epoch) => {
      if (epoch === undefined) return undefined;
      await this.parts.streams.begin(this.row.id, epoch, {
        protocol: subprotocol ?? null,
        user_agent: userAgent?.slice(0, 255) ?? null,
        last_started_at: startedAt,
        term_cols: init.cols,
        term_rows: init.rows,
        term_theme: init.theme ? JSON.stringify(init.theme) : null,
      });
      return epoch;
    });
    begun.catch(() => {});
    if (this.recorded) this.beginRecording(session, init, begun);
    else producer.stored(init.lastId);
  }

  private get recorded(): boolean {
    const { recording } = this.parts.config;
    return recording === "forced" || (recording === "allowed" && this.row.recording_enabled !== false);
  }

  /** Starts a recording. Its row is made meanwhile; pieces wait for it. */
  private beginRecording(session: Session, init: Init, begun: Promise<number | undefined>): void {
    const state = { sessionId: 0, streamId: this.row.id, pieces: 0, lastId: init.lastId, time: 0, size: 0 };
    const recorder = this.recorder(session, state);
    session.recorder = recorder;
    session.epoch = begun.then(async (epoch) => {
      if (epoch === undefined) return undefined;
      const settings: SessionSettings = {
        ...takenOver(this.row),
        secret_token: randomToken(),
        user_agent: this.producer?.userAgent?.slice(0, 255) ?? null,
      };
      state.sessionId = await this.parts.sessions.begin({
        stream_id: this.row.id,
        user_id: this.row.user_id,
        header: headerLine(headerOf(this.row, init, session.startedAt)),
        settings: JSON.stringify(settings),
        base: session.base,
        started_at: session.startedAt,
        ended_at: null,
      });
      recorder.begun(state.sessionId);
      return epoch;
    });
    session.epoch.catch(() => {});
    if (init.dump !== "") recorder.write({ time: 0, type: "output", text: init.dump }, init.lastId);
  }

  private recorder(session: Session, state: RecordingState): Recorder {
    const { files, sessions, clock, log, config } = this.parts;
    return new Recorder(state, {
      files,
      sessions,
      clock,
      log,
      limit: config.recordingSizeLimit,
      epoch: () => session.epoch,
      screen: () => session.last ?? this.screen(session),
      onStored: (lastId) => {
        if (this.session === session) this.producer?.stored(lastId);
      },
    });
  }

  private record(recorder: Recorder, session: Session, event: Event, id: number): void {
    recorder.write({ ...event, time: Math.max(0, event.time - session.base) }, id);
  }

  /** Takes the stream over in the database, where it may have ended or gone meanwhile. */
  private async claim(producer: ProducerEnd): Promise<number | undefined> {
    const { streams, clock } = this.parts;
    let epoch = await streams.claim(this.row.id, clock());
    if (epoch === undefined) {
      // It ended while its producer stayed, to begin again; unless so many others have begun that this is one too many.
      const revived = await streams.update(
        this.row,
        { live: true },
        this.row.live_limit ?? this.parts.config.liveLimit,
      );
      if (revived !== undefined && revived !== "full") epoch = await streams.claim(this.row.id, clock());
    }
    if (epoch === undefined) {
      producer.close(4040, "stream not found");
      this.left(producer, true);
    }
    return epoch;
  }

  /** Lets a session go on without its producer for a while. */
  private wait(): void {
    clearTimeout(this.grace);
    this.grace = setTimeout(() => this.end(), this.row.grace_period * 1000);
    this.grace.unref();
  }

  private async finish(session: Session, screen: Omit<StreamScreen, "session_id">): Promise<void> {
    const { streams, sessions, joining, clock, log } = this.parts;
    try {
      const { recorder } = session;
      await recorder?.flush();
      const epoch = await session.epoch;
      const now = clock();
      // It may have been deleted, with its owner.
      if (epoch !== undefined && (await streams.byId(this.row.id))) {
        await streams.saveScreen({ ...screen, session_id: null });
        // Unless the next session has begun already.
        if (!this.session) await streams.end(this.row.id, epoch, now);
      }
      if (!recorder?.sessionId) return;
      await sessions.end(recorder.sessionId, now);
      const row = await sessions.byId(recorder.sessionId);
      if (row && session.repeated) return await joining.discard(row);
      // Joining takes a while, and what comes next need not wait for it.
      if (row) void joining.join(row);
    } catch (error) {
      // It is found again and finished later.
      log.error("stream not ended", { stream: this.row.id, error: String(error) });
    }
  }

  private screen(session: Session): Omit<StreamScreen, "session_id"> {
    const { lastId, theme, dump, cols, rows } = this.hub.init();
    return {
      stream_id: this.row.id,
      last_id: lastId,
      time: session.time,
      cols,
      rows,
      theme: theme ? JSON.stringify(theme) : null,
      dump,
      saved_at: this.parts.clock(),
    };
  }

  /** Keeps the row up to date: viewers, size, that it is still on. */
  private noteProgress(session: Session): void {
    clearInterval(this.progress);
    this.noted = { viewers: -1, cols: 0, rows: 0, at: 0 };
    this.progress = setInterval(async () => {
      const { viewers, terminal } = this.hub;
      const now = this.parts.clock();
      const { cols, rows } = terminal;
      const same = this.noted.viewers === viewers && this.noted.cols === cols && this.noted.rows === rows;
      if (same && now - this.noted.at < PROGRESS_SAME) return;
      this.noted = { viewers, cols, rows, at: now };
      try {
        const epoch = await session.epoch;
        if (epoch === undefined || this.session !== session) return;
        const ours = await this.parts.streams.progress(this.row.id, epoch, { viewers, cols, rows, now });
        if (!ours && this.session === session) await this.stop(4002, "ownership lost");
        else if (!session.recorder) await this.parts.streams.saveScreen({ ...this.screen(session), session_id: null });
      } catch (error) {
        this.parts.log.error("stream not noted", { stream: this.row.id, error: String(error) });
      }
    }, this.parts.progress ?? PROGRESS_CHANGED);
    this.progress.unref();
  }
}

function headerOf(stream: Stream, init: Init, startedAt: number): Header {
  const theme: Theme | undefined = init.theme;
  return {
    cols: init.cols,
    rows: init.rows,
    ...(stream.term_type !== null && { termType: stream.term_type }),
    ...(stream.term_version !== null && { termVersion: stream.term_version }),
    ...(theme && { theme }),
    timestamp: Math.floor(startedAt / 1000),
    ...(stream.title !== null && { title: stream.title }),
    ...(stream.env !== null && { env: JSON.parse(stream.env) as Record<string, string> }),
  };
}
