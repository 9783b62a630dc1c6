import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { encoder, type Header } from "@asciinema-ts/asciicast";
import type { AccountRepository } from "../accounts/repository.js";
import type { NewRecording, Stream, StreamSession } from "../db/schema.js";
import { DatabaseError } from "../db/value.js";
import type { FileStore } from "../files/files.js";
import type { Log } from "../log.js";
import type { RecordingRepository } from "../recordings/repository.js";
import type { RecordingService } from "../recordings/service.js";
import { Refusal } from "../refusal.js";
import type { StreamRepository } from "../streams/repository.js";
import type { SessionRepository } from "./sessions.js";

/** What a recording takes over from its stream, kept with the session in case the stream is deleted before it ends. */
export type SessionSettings = Partial<NewRecording> & Pick<NewRecording, "secret_token">;

interface Parts {
  files: FileStore;
  sessions: SessionRepository;
  streams: StreamRepository;
  accounts: AccountRepository;
  recordings: RecordingService;
  allRecordings: RecordingRepository;
  log: Log;
}

/** Makes recordings of sessions that are over. */
export class Joining {
  private readonly running = new Map<number, Promise<void>>();

  constructor(private readonly parts: Parts) {}

  /** Joins a session's pieces into one recording and removes them. It can be tried again at any time, after a crash at any
   *  point: there will be one recording of it. One without events leaves nothing. */
  join(session: StreamSession): Promise<void> {
    const running =
      this.running.get(session.id) ??
      this.joined(session)
        .catch((error) => {
          this.parts.log.error("stream not made a recording", { session: session.id, error: String(error) });
        })
        .finally(() => this.running.delete(session.id));
    this.running.set(session.id, running);
    return running;
  }

  /** Waits for everything that is being joined. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  /** The content of a session so far, as it will be in the recording. */
  async *content(session: Pick<StreamSession, "id" | "header">): AsyncGenerator<Uint8Array> {
    yield Buffer.from(session.header);
    for (const { file_key } of await this.parts.sessions.pieces(session.id)) {
      yield* createReadStream(await this.parts.files.local(file_key));
    }
  }

  private async joined(session: StreamSession): Promise<void> {
    const { files, sessions, accounts, allRecordings, log } = this.parts;
    const pieces = await sessions.pieces(session.id);
    const settings = JSON.parse(session.settings) as SessionSettings;
    const user = await accounts.byId(session.user_id);
    if (user && pieces.length > 0 && !(await allRecordings.byToken(settings.secret_token))) {
      const values = await this.values(session, settings);
      const path = files.draft();
      try {
        const file = await open(path, "wx", 0o600);
        try {
          for await (const chunk of this.content(session)) await file.writeFile(chunk);
        } finally {
          await file.close();
        }
        const upload = { path, fileName: "stream.cast", fields: {} };
        const { recording } = await this.parts.recordings.create({ user }, upload, settings.user_agent ?? undefined, {
          limit: Number.MAX_SAFE_INTEGER,
          values,
        });
        log.info("stream recorded", { stream: session.stream_id ?? undefined, recording: recording.id });
      } catch (error) {
        // One without events is none; one that was entered meanwhile is done.
        const done = error instanceof DatabaseError && error.isConflict;
        if (!done && !(error instanceof Refusal && error.type === "validation_failed")) throw error;
        if (!done) log.warn("stream without recording", { session: session.id, error: String(error) });
      } finally {
        await rm(path, { force: true });
      }
    }
    await this.discard(session);
  }

  /** Removes a session's pieces, and the session. */
  async discard(session: Pick<StreamSession, "id">): Promise<void> {
    const { files, sessions } = this.parts;
    for (const { file_key } of await sessions.pieces(session.id)) await files.delete(file_key);
    await sessions.delete(session.id);
  }

  /** What the stream says now, or said when the session began. */
  private async values(session: StreamSession, settings: SessionSettings): Promise<SessionSettings> {
    const stream = session.stream_id === null ? undefined : await this.parts.streams.byId(session.stream_id);
    if (!stream) return { ...settings, stream_id: null };
    return { ...settings, ...takenOver(stream), stream_id: stream.id };
  }
}

/** What a recording has from its stream. */
export function takenOver(stream: Stream): Partial<NewRecording> {
  return {
    title: stream.title,
    audio_url: stream.audio_url,
    term_theme_name: stream.term_theme_name,
    term_bold_is_bright: stream.term_bold_is_bright,
    term_adaptive_palette: stream.term_adaptive_palette,
    term_line_height: stream.term_line_height,
    term_font_family: stream.term_font_family,
    term_cursor_mode: stream.term_cursor_mode,
    keystroke_overlay: stream.keystroke_overlay,
  };
}

/** The first line of a session's recording. */
export function headerLine(header: Header): string {
  return encoder("asciicast-v3", header).start();
}
