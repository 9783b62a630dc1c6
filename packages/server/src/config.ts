import { readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { Font } from "@asciinema-ts/render";
import { OperatorError } from "./operator-error.js";

/** Who can see a recording: everybody, those who have its address, or only its owner. */
export type Visibility = "public" | "unlisted" | "private";

/** The three visibilities, most open first. */
export const visibilities: readonly Visibility[] = ["public", "unlisted", "private"];

/** Everything that an operator can set, read once at the start. */
export interface Config {
  /** The address and port to listen on. */
  host: string;
  port: number;
  /** Where the server is reached from outside, without a slash at the end: `https://casts.example.org`. */
  url: string;
  /** Where rows, files and the secret live. */
  dataDir: string;
  /** Where derived things live; everything in it can be deleted at any time. */
  cacheDir: string;
  /** The address of a PostgreSQL database; `undefined` for SQLite in the data directory. */
  databaseUrl: string | undefined;
  /** How many connections to PostgreSQL are opened at most. */
  databasePoolSize: number;
  /** Signs tokens; `undefined` when the server keeps one of its own in the data directory. */
  secret: string | undefined;
  /** The largest upload accepted, in bytes as sent. */
  uploadSizeLimit: number;
  /** Refuses uploads from install ids that belong to no account. */
  uploadAuthRequired: boolean;
  /** How many recordings an install id without account may have; `undefined`: any number. */
  unregisteredUploadCountLimit: number | undefined;
  /** What becomes of recordings that nobody claims; `undefined`: they stay. */
  unclaimed: UnclaimedLimits | undefined;
  /** The visibility of new recordings. */
  defaultRecordingVisibility: Visibility;
  /** What streams may do. */
  streams: StreamConfig;
  /** Refuses new accounts. */
  signUpDisabled: boolean;
  /** The server that mail is sent through; `undefined`: messages are written into the log. */
  smtp: SmtpConfig | undefined;
  /** The addresses that mail comes from and that answers go to. */
  mailFrom: string;
  mailReplyTo: string;
  /** How many pages of a list guests can turn; `undefined`: all. */
  guestPaginationMaxPages: number | undefined;
  /** Paths of TrueType fonts for what those that come with the server lack in pictures: Chinese, for example. */
  previewFonts: string[];
  /** What lets somebody read the metrics; `undefined`: only this machine can, see request-metrics.ts. */
  metricsToken: string | undefined;
  /** Shown on the page about this server. */
  contactEmail: string | undefined;
}

/** What streams may do, and how much of it. */
export interface StreamConfig {
  /** Whether accounts may stream that nobody has allowed or forbidden it. */
  enabled: boolean;
  /** How many streams of one account may be live at once, unless it has a limit of its own; `undefined`: any number. */
  liveLimit: number | undefined;
  /** The visibility of new streams of accounts that have settled nothing else. */
  visibility: Visibility;
  /** Whether streams are recorded: never, when their owner wants it, or always. */
  recording: "disabled" | "allowed" | "forced";
  /** For how many seconds a stream stays live without its producer. */
  gracePeriod: number;
  /** What a producer may send: so many bytes at once, and so many a second in the long run; 0: any number. */
  burstLimit: number;
  rateLimit: number;
  /** How large a message of a producer may be, in bytes. */
  messageLimit: number;
  /** How many may watch one stream, and all streams of this server. */
  viewerLimit: number;
  serverViewerLimit: number;
  /** The largest recording made of a stream, in bytes; the stream goes on when it is reached. */
  recordingSizeLimit: number;
}

/** For how many days recordings of machines without account are kept. */
export interface UnclaimedLimits {
  /** After so many they are hidden; `undefined`: not before they are deleted. */
  hide: number | undefined;
  delete: number;
}

/** How to reach an SMTP server. */
export interface SmtpConfig {
  host: string;
  /** With 465, encryption comes before anything is said. */
  port: number;
  username: string | undefined;
  password: string | undefined;
  auth: "always" | "if_available" | "never";
  /** Whether the connection turns to encryption. */
  tls: "always" | "if_available" | "never";
  /** The oldest and the newest allowed; `undefined`: what Node allows. */
  tlsVersions: TlsVersion[] | undefined;
  /** Whether the certificate has to be for the host, and from somebody known. */
  verifyHost: boolean;
  verifyCert: boolean;
  /** How often a message that was not delivered is tried again. */
  retries: number;
}

type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** A setting that cannot be used; the message names the variable, its value and what would be right. */
export class ConfigError extends OperatorError {
  override readonly name = "ConfigError";
}

type Environment = Record<string, string | undefined>;

/** Reads the configuration from environment variables; an empty variable counts as not set.
 *
 *  @throws ConfigError  for a value that does not fit
 *  @see docs/self-hosting.md for the list */
export function readConfig(env: Environment): Config {
  const port = integer(env, "PORT", 0, 65535) ?? 4000;
  const dataDir = resolve(text(env, "DATA_DIR") ?? "data");
  const url = publicUrl(env, port);
  const { hostname } = new URL(url);
  return {
    host: text(env, "HOST") ?? (flag(env, "BIND_ALL") ? "0.0.0.0" : "127.0.0.1"),
    port,
    url,
    dataDir,
    cacheDir: resolve(text(env, "CACHE_PATH") ?? join(dataDir, "cache")),
    ...database(env),
    secret: secret(env),
    uploadSizeLimit: integer(env, "UPLOAD_SIZE_LIMIT", 1) ?? 8_000_000,
    uploadAuthRequired: flag(env, "UPLOAD_AUTH_REQUIRED") ?? false,
    unregisteredUploadCountLimit: integer(env, "UNREGISTERED_UPLOAD_COUNT_LIMIT", 0),
    unclaimed: unclaimed(env),
    defaultRecordingVisibility: choice(env, "DEFAULT_RECORDING_VISIBILITY", visibilities) ?? "unlisted",
    streams: {
      enabled: flag(env, "DEFAULT_STREAMING_ENABLED") ?? true,
      liveLimit: integer(env, "DEFAULT_LIVE_STREAM_LIMIT", 0) ?? integer(env, "DEFAULT_STREAM_LIMIT", 0),
      visibility: choice(env, "DEFAULT_STREAM_VISIBILITY", visibilities) ?? "unlisted",
      recording: choice(env, "STREAM_RECORDING", ["disabled", "allowed", "forced"]) ?? "allowed",
      gracePeriod: integer(env, "STREAM_GRACE_PERIOD", 1, 86_400) ?? 300,
      burstLimit: integer(env, "STREAM_BURST_LIMIT", 1) ?? 60_000_000,
      rateLimit: integer(env, "STREAM_RATE_LIMIT", 0) ?? 100_000,
      messageLimit: integer(env, "STREAM_MESSAGE_LIMIT", 1024) ?? 8_000_000,
      viewerLimit: integer(env, "STREAM_VIEWER_LIMIT", 1) ?? 10_000,
      serverViewerLimit: integer(env, "STREAM_SERVER_VIEWER_LIMIT", 1) ?? 20_000,
      recordingSizeLimit: integer(env, "STREAM_RECORDING_SIZE_LIMIT", 1) ?? 250_000_000,
    },
    signUpDisabled: flag(env, "SIGN_UP_DISABLED") ?? false,
    smtp: smtp(env),
    mailFrom: text(env, "MAIL_FROM_ADDRESS") ?? text(env, "SMTP_FROM_ADDRESS") ?? `hello@${hostname}`,
    mailReplyTo: text(env, "MAIL_REPLY_TO_ADDRESS") ?? text(env, "SMTP_REPLY_TO_ADDRESS") ?? `admin@${hostname}`,
    guestPaginationMaxPages: integer(env, "GUEST_PAGINATION_MAX_PAGES", 1),
    previewFonts: fonts(env),
    metricsToken: metricsToken(env),
    contactEmail: text(env, "CONTACT_EMAIL_ADDRESS"),
  };
}

function publicUrl(env: Environment, listening: number): string {
  const scheme = choice(env, "URL_SCHEME", ["http", "https"]) ?? "http";
  const host = text(env, "URL_HOST");
  // A name of its own means that a proxy stands in front, on the scheme's own port.
  const port = integer(env, "URL_PORT", 1, 65535) ?? (host ? undefined : listening);
  try {
    const url = new URL(`${scheme}://${host ?? "localhost"}${port === undefined ? "" : `:${port}`}`);
    if (url.pathname !== "/" || url.username || url.search || url.hash) throw new TypeError();
    return url.origin;
  } catch {
    throw new ConfigError(`URL_HOST is "${host}": a host name without scheme, port or path is needed`);
  }
}

function database(env: Environment): Pick<Config, "databaseUrl" | "databasePoolSize"> {
  const size = integer(env, "DB_POOL_SIZE", 1, 1000);
  const address = text(env, "DATABASE_URL");
  if (address === undefined) return { databaseUrl: undefined, databasePoolSize: size ?? 10 };
  // Never the value itself in a message: it holds a password.
  const wrong = new ConfigError("DATABASE_URL cannot be used: postgres://user:password@host:port/name is needed");
  if (!URL.canParse(address)) throw wrong;
  const url = new URL(address);
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") throw wrong;
  const inAddress = url.searchParams.get("pool_size");
  url.searchParams.delete("pool_size");
  if (inAddress !== null && !/^[1-9]\d{0,2}$/.test(inAddress)) throw wrong;
  return { databaseUrl: url.href, databasePoolSize: size ?? Number(inAddress ?? 10) };
}

function unclaimed(env: Environment): UnclaimedLimits | undefined {
  const value = text(env, "UNCLAIMED_RECORDING_TTL");
  if (value === undefined) return undefined;
  const [first, second] = (/^([1-9]\d{0,4})(?:\s*,\s*([1-9]\d{0,4}))?$/.exec(value) ?? []).slice(1).map(Number);
  if (first === undefined || Number.isNaN(first)) {
    throw new ConfigError(`UNCLAIMED_RECORDING_TTL is "${value}": days until they are deleted, or hidden,deleted`);
  }
  if (second === undefined || Number.isNaN(second)) return { hide: undefined, delete: first };
  if (second > first) return { hide: first, delete: second };
  throw new ConfigError(`UNCLAIMED_RECORDING_TTL is "${value}": they have to be hidden before they are deleted`);
}

function smtp(env: Environment): SmtpConfig | undefined {
  const host = text(env, "SMTP_HOST");
  if (host === undefined) return undefined;
  const when = ["always", "if_available", "never"] as const;
  const versions = text(env, "SMTP_ALLOWED_TLS_VERSIONS")
    ?.split(",")
    .map((name) => {
      const found = { "tlsv1.2": "TLSv1.2", "tlsv1.3": "TLSv1.3" }[name.trim().toLowerCase()];
      if (found) return found as TlsVersion;
      throw new ConfigError(`SMTP_ALLOWED_TLS_VERSIONS has "${name.trim()}": tlsv1.2, tlsv1.3 are possible`);
    });
  const username = text(env, "SMTP_USERNAME");
  const auth = choice(env, "SMTP_AUTH", when) ?? "if_available";
  if (auth === "always" && username === undefined) {
    throw new ConfigError("SMTP_AUTH is always, but there is no SMTP_USERNAME");
  }
  return {
    host,
    port: integer(env, "SMTP_PORT", 1, 65535) ?? 587,
    username,
    password: text(env, "SMTP_PASSWORD"),
    auth,
    tls: choice(env, "SMTP_TLS", when) ?? "if_available",
    tlsVersions: versions?.sort(),
    verifyHost: flag(env, "SMTP_TLS_VERIFY_HOST") ?? true,
    verifyCert: flag(env, "SMTP_TLS_VERIFY_CERT") ?? true,
    retries: integer(env, "SMTP_RETRIES", 0, 10) ?? 1,
  };
}

function fonts(env: Environment): string[] {
  const paths = (text(env, "PREVIEW_FONTS") ?? "").split(delimiter).filter((path) => path !== "");
  return paths.map((path) => {
    try {
      new Font(readFileSync(path));
      return resolve(path);
    } catch (error) {
      throw new ConfigError(`PREVIEW_FONTS has "${path}": ${error instanceof Error ? error.message : error}`);
    }
  });
}

function secret(env: Environment): string | undefined {
  const value = text(env, "SECRET_KEY_BASE");
  if (value !== undefined && value.length < 32) {
    throw new ConfigError("SECRET_KEY_BASE is too short: 32 characters or more are needed");
  }
  return value;
}

function metricsToken(env: Environment): string | undefined {
  const value = text(env, "METRICS_TOKEN");
  if (value !== undefined && value.length < 16) {
    throw new ConfigError("METRICS_TOKEN is too short: 16 characters or more are needed");
  }
  return value;
}

function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value ? value : undefined;
}

function flag(env: Environment, name: string): boolean | undefined {
  const value = text(env, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (["1", "true", "yes", "on"].includes(value)) return true;
  if (["0", "false", "no", "off"].includes(value)) return false;
  throw new ConfigError(`${name} is "${value}": 1, true, yes, on or 0, false, no, off are possible`);
}

function integer(env: Environment, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  throw new ConfigError(`${name} is "${value}": a whole number ${range} is needed`);
}

function choice<T extends string>(env: Environment, name: string, options: readonly T[]): T | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const found = options.find((option) => option === value.toLowerCase());
  if (found) return found;
  throw new ConfigError(`${name} is "${value}": ${options.join(", ")} are possible`);
}
