// Settings from files and the environment. Later sources win, key by key:
//   /etc/asciinema/config.toml, <config home>/defaults.toml (written by us), <config home>/config.toml,
//   ASCIINEMA_API_URL, ASCIINEMA_SERVER_URL; options of the command line come on top.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CliError, reason } from "./error.js";
import { type Key, parseKey } from "./keys.js";
import { warn } from "./messages.js";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  /** `origin`: where the address was named, for messages about it. */
  server: { url: string | undefined; origin: string | undefined };
  session: {
    command: string | undefined;
    captureInput: boolean;
    captureEnv: string | undefined;
    /** In microseconds. */
    idleTimeLimit: number | undefined;
    prefixKey: Key | undefined;
    pauseKey: Key | undefined;
    addMarkerKey: Key | undefined;
  };
  playback: {
    speed: number | undefined;
    /** In microseconds. */
    idleTimeLimit: number | undefined;
    pauseKey: Key | undefined;
    stepKey: Key | undefined;
    nextMarkerKey: Key | undefined;
  };
  notifications: { enabled: boolean; command: string | undefined };
}

const SYSTEM = "/etc/asciinema/config.toml";

/** The directory of the user's settings.
 *
 *  @throws CliError when the environment names none */
export function configHome(env: Environment): string {
  return home(env, "ASCIINEMA_CONFIG_HOME", "XDG_CONFIG_HOME", ".config", "APPDATA");
}

/** The directory of what we remember for the user.
 *
 *  @throws CliError when the environment names none */
export function stateHome(env: Environment): string {
  return home(env, "ASCIINEMA_STATE_HOME", "XDG_STATE_HOME", ".local/state", "LOCALAPPDATA");
}

function home(env: Environment, own: string, base: string, below: string, windows: string): string {
  if (env[own]) return env[own];
  if (env[base]) return join(env[base], "asciinema");
  if (process.platform === "win32" && env[windows]) return join(env[windows], "asciinema");
  if (env["HOME"]) return join(env["HOME"], below, "asciinema");
  throw new CliError(`need $HOME or $${base} or $${own}`);
}

/** Reads all settings.
 *
 *  @param system  the settings of the machine
 *  @throws CliError naming the file, the line, and the key if it is about one */
export async function loadConfig(env: Environment, system = SYSTEM): Promise<Config> {
  const directory = configHome(env);
  const settings = new Settings();
  for (const path of [system, join(directory, "defaults.toml"), join(directory, "config.toml")]) {
    if (existsSync(path)) await settings.read(path);
  }
  for (const name of ["ASCIINEMA_API_URL", "ASCIINEMA_SERVER_URL"]) {
    if (env[name]) settings.set("server.url", env[name], `the environment variable ${name}`);
  }
  return {
    server: { url: settings.text("server.url"), origin: settings.origin("server.url") },
    session: {
      command: settings.text("session.command"),
      captureInput: settings.truth("session.capture_input") ?? false,
      captureEnv: settings.text("session.capture_env"),
      idleTimeLimit: settings.microseconds("session.idle_time_limit"),
      prefixKey: settings.key("session.prefix_key", ""),
      pauseKey: settings.key("session.pause_key", "^\\"),
      addMarkerKey: settings.key("session.add_marker_key", ""),
    },
    playback: {
      speed: settings.number("playback.speed"),
      idleTimeLimit: settings.microseconds("playback.idle_time_limit"),
      pauseKey: settings.key("playback.pause_key", " "),
      stepKey: settings.key("playback.step_key", "."),
      nextMarkerKey: settings.key("playback.next_marker_key", "]"),
    },
    notifications: {
      enabled: settings.truth("notifications.enabled") ?? true,
      command: settings.text("notifications.command"),
    },
  };
}

/** Keeps the server to use when nothing else names one. */
export function saveDefaultServer(env: Environment, url: string): void {
  const directory = configHome(env);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "defaults.toml"), `[server]\nurl = ${JSON.stringify(url)}\n`);
}

/** Warns users of version 2 whose settings are in a file that is not read any more. */
export function warnAboutLegacyConfig(env: Environment): void {
  let path: string;
  try {
    path = join(configHome(env), "config");
  } catch {
    return;
  }
  if (!existsSync(path) || existsSync(`${path}.toml`)) return;
  warn(`Your config file at ${path} uses the location and format from asciinema 2.x.`);
  warn(`For asciinema 3.x (this version) create a new config file at ${path}.toml.`);
  warn("Read the documentation (CLI -> Configuration) for details.\n");
}

/** The sections that there are. Others, and keys that we do not know, may be another version's. */
const SECTIONS = ["server", "session", "playback", "notifications"];

/** Values by dotted key, each with the place it comes from. */
class Settings {
  readonly #values = new Map<string, { value: unknown; origin: string }>();

  origin(key: string): string | undefined {
    return this.#values.get(key)?.origin;
  }

  async read(path: string): Promise<void> {
    const { parse } = await import("smol-toml");
    let text: string;
    let sections: Record<string, unknown>;
    try {
      text = readFileSync(path, "utf8");
      sections = parse(text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code) throw new CliError(`can't read ${path}: ${reason(error)}`);
      throw new CliError(`${reason(error).trimEnd()}\nin ${path}`);
    }
    for (const [section, keys] of Object.entries(sections)) {
      if (!SECTIONS.includes(section)) continue;
      if (!isTable(keys)) {
        throw new CliError(`invalid type: ${described(keys)}, expected a table for key \`${section}\` in ${path}`);
      }
      for (const [key, value] of Object.entries(keys)) {
        const line = lineOf(text, section, key);
        this.set(`${section}.${key}`, value, line === undefined ? path : `${path}, line ${line}`);
      }
    }
  }

  set(key: string, value: unknown, origin: string): void {
    this.#values.set(key, { value, origin });
  }

  text(key: string): string | undefined {
    const value = this.#values.get(key)?.value;
    if (value === undefined || typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.#invalid(key, "a string");
  }

  truth(key: string): boolean | undefined {
    const value = this.#values.get(key)?.value;
    if (value === undefined || typeof value === "boolean") return value;
    if (typeof value === "number") return value !== 0;
    if (typeof value === "string") {
      if (/^(yes|true|on|1)$/i.test(value)) return true;
      if (/^(no|false|off|0)$/i.test(value)) return false;
    }
    throw this.#invalid(key, "a boolean");
  }

  /** More than 0. */
  number(key: string): number | undefined {
    const value = this.#values.get(key)?.value;
    if (value === undefined) return undefined;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || Number.isNaN(number)) throw this.#invalid(key, "a number");
    if (number > 0 && number < Number.POSITIVE_INFINITY) return number;
    throw new CliError(`invalid value: ${number}, expected a number above 0 for key \`${key}\` in ${this.origin(key)}`);
  }

  microseconds(key: string): number | undefined {
    const seconds = this.number(key);
    return seconds === undefined ? undefined : Math.round(seconds * 1e6);
  }

  key(name: string, otherwise: string): Key | undefined {
    const text = this.text(name) ?? otherwise;
    try {
      return parseKey(text);
    } catch (error) {
      throw new CliError(`${reason(error)} for key \`${name}\` in ${this.origin(name)}`);
    }
  }

  #invalid(key: string, expected: string): CliError {
    const { value, origin } = this.#values.get(key)!;
    return new CliError(`invalid type: ${described(value)}, expected ${expected} for key \`${key}\` in ${origin}`);
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A value as messages name it. */
function described(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "date";
  return typeof value === "object" ? "table" : `${typeof value} ${JSON.stringify(value)}`;
}

/** The number of the line that sets a key, as it is usually written. */
function lineOf(text: string, section: string, key: string): number | undefined {
  const name = (word: string) => `["']?${word.replaceAll(/[^\w-]/g, "\\$&")}["']?`;
  const header = new RegExp(`^\\s*\\[\\s*${name(section)}\\s*\\]`);
  const inside = new RegExp(`^\\s*${name(key)}\\s*=`);
  const dotted = new RegExp(`^\\s*${name(section)}\\s*\\.\\s*${name(key)}\\s*=`);
  let current = false;
  let before = true;
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*\[/.test(line)) {
      current = header.test(line);
      before = false;
    } else if (current ? inside.test(line) : before && dotted.test(line)) return index + 1;
  }
  return undefined;
}
