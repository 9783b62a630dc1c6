import type { Generated, Insertable, Selectable, Updateable } from "kysely";
import type { Visibility } from "../config.js";

/** The tables. Times are milliseconds since 1970; durations inside recordings are microseconds. */
export interface Schema {
  users: UsersTable;
  links: LinksTable;
  sessions: SessionsTable;
  clis: ClisTable;
  recordings: RecordingsTable;
  recording_stats: RecordingStatsTable;
  streams: StreamsTable;
  stream_screens: StreamScreensTable;
  stream_sessions: StreamSessionsTable;
  stream_pieces: StreamPiecesTable;
}

/** A person, or the placeholder that owns what an unknown install id uploads. */
export interface UsersTable {
  id: Generated<number>;
  username: string | null;
  /** The operating system's user name that came with the first upload. */
  temporary_username: string | null;
  /** In lower case; `null` for placeholders: nobody can sign in. */
  email: string | null;
  /** What the person is called, for people. */
  name: string | null;
  /** Whether this person may do everything on this server. */
  is_admin: Generated<boolean>;
  default_recording_visibility: Visibility;
  /** What the account may do with streams; `null`: what the configuration says. */
  streaming_enabled: Generated<boolean | null>;
  stream_recording_enabled: Generated<boolean | null>;
  /** How many of its streams may be live at once. */
  live_stream_limit: Generated<number | null>;
  default_stream_visibility: Generated<Visibility | null>;
  /** IANA name of the time zone that its schedules mean; `null`: UTC. */
  timezone: Generated<string | null>;
  /** How terminals look where a recording or stream does not say: a theme, and whether recorded colours come before it. */
  term_theme_name: Generated<string | null>;
  term_theme_prefer_original: Generated<boolean>;
  term_font_family: Generated<string | null>;
  term_bold_is_bright: Generated<boolean>;
  term_adaptive_palette: Generated<boolean>;
  created_at: number;
}

/** A link that does something once for whoever holds it. */
export interface LinksTable {
  id: Generated<number>;
  /** SHA-256 of the token in the link, in hex. */
  token_hash: string;
  purpose: "sign-in" | "administrator" | "change-email";
  /** The address that it was sent to. */
  email: string | null;
  /** Whose address is to be changed. */
  user_id: number | null;
  created_at: number;
  /** `null` for one that works until it is used or replaced. */
  expires_at: number | null;
}

/** A browser in which somebody has signed in. */
export interface SessionsTable {
  id: Generated<number>;
  user_id: number;
  /** SHA-256 of the cookie, in hex. */
  token_hash: string;
  user_agent: string | null;
  created_at: number;
  /** When it was last used, within an hour. */
  used_at: number;
}

/** A machine that uploads, known by its install id. */
export interface ClisTable {
  id: Generated<number>;
  user_id: number;
  /** SHA-256 of the install id, in hex: the id itself is a key and is never stored. */
  token_hash: string;
  revoked_at: number | null;
  created_at: number;
}

/** One recording: what its file says, then what its owner says. */
export interface RecordingsTable {
  id: Generated<number>;
  user_id: number;
  cli_id: number | null;
  secret_token: string;
  visibility: Visibility;

  /** Where the file store keeps the content. */
  file_key: string;
  /** The name it was uploaded with. */
  file_name: string | null;
  /** SHA-256 of the content, uncompressed, in hex. */
  content_hash: string;
  compressed_size: number;
  uncompressed_size: number;

  /** Version of the asciicast format. */
  version: 1 | 2 | 3;
  term_cols: number;
  term_rows: number;
  term_type: string | null;
  term_version: string | null;
  /** `fg`, `bg` and `palette` (8 or 16 colours) as JSON. */
  term_theme: string | null;
  command: string | null;
  shell: string | null;
  recorded_at: number | null;
  user_agent: string | null;
  /** Length with the header's idle time limit applied, in microseconds. */
  duration: number;
  /** How much it printed over time: 64 levels from 0 to 15, one hexadecimal digit each. */
  trace: string;

  title: string | null;
  description: string | null;
  /** One marker per line, `seconds - label`; instead of those in the file. */
  markers: string | null;
  audio_url: string | null;
  term_cols_override: number | null;
  term_rows_override: number | null;
  term_theme_name: string | null;
  term_bold_is_bright: boolean;
  term_adaptive_palette: boolean;
  term_line_height: number | null;
  term_font_family: string | null;
  term_cursor_mode: "blinking" | "steady" | "hidden" | null;
  keystroke_overlay: boolean;
  /** In seconds, like the player's option. */
  idle_time_limit: number | null;
  speed: number | null;
  /** In seconds: the moment that the preview shows. */
  snapshot_at: number | null;

  /** Put forward on the home page by an administrator. */
  featured: Generated<boolean>;
  /** The stream that it was recorded from. */
  stream_id: Generated<number | null>;
  archived_at: number | null;
  created_at: number;
  updated_at: number;
}

/** Counters that change often, apart from the rows that do not. */
export interface RecordingStatsTable {
  recording_id: number;
  total_views: number;
  /** Logarithmic, see recordings/popularity.ts; `null` before the first view that was counted in it. */
  popularity: number | null;
}

/** A stream: an address at which somebody can be watched, now and again. */
export interface StreamsTable {
  id: Generated<number>;
  user_id: number;
  public_token: string;
  /** Where the producer's secret address begins; the rest is signed by the server and not stored. */
  producer_key: string;
  visibility: Visibility;
  /** Whether a producer may connect, or has. */
  live: boolean;
  title: string | null;
  description: string | null;
  audio_url: string | null;
  /** Seconds that players wait for late frames; `null`: as they see fit. */
  buffer_time: number | null;
  /** When it is to be live, as a cron expression in the owner's time zone, and the next of these times. */
  schedule: string | null;
  next_start_at: number | null;
  /** For how many seconds a stream whose producer was cut off stays live. */
  grace_period: number;

  /** What the producer said about itself when it came last. */
  protocol: string | null;
  user_agent: string | null;
  shell: string | null;
  /** A JSON object of texts. */
  env: string | null;
  term_type: string | null;
  term_version: string | null;
  term_cols: number | null;
  term_rows: number | null;
  /** `fg`, `bg` and `palette` as JSON. */
  term_theme: string | null;

  term_theme_name: string | null;
  term_theme_prefer_original: boolean;
  term_bold_is_bright: boolean;
  term_adaptive_palette: boolean;
  term_line_height: number | null;
  term_font_family: string | null;
  term_cursor_mode: "blinking" | "steady" | "hidden" | null;
  keystroke_overlay: boolean;

  /** One more each time that somebody takes the stream over: what an earlier one still does no longer counts. */
  epoch: number;
  last_started_at: number | null;
  last_ended_at: number | null;
  last_activity_at: number | null;
  current_viewer_count: number;
  peak_viewer_count: number;
  created_at: number;
  updated_at: number;
}

/** The screen of a stream as it was last stored: what is shown while it is off, and what a restart continues from. */
export interface StreamScreensTable {
  stream_id: number;
  /** The session that it belongs to, if that is recorded. */
  session_id: number | null;
  /** The last event in it, and the time of the stream then, in microseconds. */
  last_id: number;
  time: number;
  cols: number;
  rows: number;
  theme: string | null;
  /** Control sequences that rebuild it. */
  dump: string;
  saved_at: number;
}

/** A session of a stream that is being recorded, until its pieces are joined into a recording. */
export interface StreamSessionsTable {
  id: Generated<number>;
  stream_id: number | null;
  user_id: number;
  /** The first line of the recording. */
  header: string;
  /** What the recording takes over from the stream, as JSON. */
  settings: string;
  /** The time of the stream at which the recording begins, in microseconds. */
  base: number;
  started_at: number;
  ended_at: number | null;
}

/** A part of a session's recording that is stored for good. */
export interface StreamPiecesTable {
  session_id: number;
  /** From 1, without gaps. */
  number: number;
  /** Of the stream when it was stored. */
  epoch: number;
  file_key: string;
  size: number;
  /** The last event in it, and the time of the recording then, in microseconds. */
  last_id: number;
  time: number;
}

export type Stream = Selectable<StreamsTable>;
export type NewStream = Insertable<StreamsTable>;
export type StreamChanges = Updateable<StreamsTable>;
export type StreamScreen = Selectable<StreamScreensTable>;
export type StreamSession = Selectable<StreamSessionsTable>;
export type StreamPiece = Selectable<StreamPiecesTable>;
export type Recording = Selectable<RecordingsTable>;
export type NewRecording = Insertable<RecordingsTable>;
export type RecordingChanges = Updateable<RecordingsTable>;
export type User = Selectable<UsersTable>;
export type Cli = Selectable<ClisTable>;
export type Link = Selectable<LinksTable>;
export type Session = Selectable<SessionsTable>;
