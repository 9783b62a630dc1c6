// Options that several commands have.
import { checkPositive, FORMATS, parseAddress, parseSize } from "./option-values.js";

export interface Option {
  long: string;
  short?: string;
  /** The placeholder of the option's value; without it the option is a switch. */
  value?: string;
  /** The value may be left out, and is then this. */
  implied?: string;
  /** Checks the value; returns what is wrong with it. */
  check?: (value: string) => string | undefined;
  /** The only values allowed. */
  choices?: readonly string[];
  required?: boolean;
  /** One line, for `-h`. */
  help: string;
  /** What `--help` adds. */
  details?: string;
  /** Accepted, but not shown: other names of this option, or options of earlier versions. */
  aliases?: readonly string[];
  hidden?: boolean;
  /** The `long` of an option that cannot be used together with this one. */
  conflicts?: string;
}

export const QUIET: Option = {
  long: "quiet",
  short: "q",
  help: "Say nothing but errors",
  details: "Silences information (`:::`) and warnings (`!!!`). Results and errors are still printed.",
};

export const FORMAT: Option = {
  long: "output-format",
  short: "f",
  value: "FORMAT",
  choices: FORMATS,
  help: "Format of the file [default: by its name, else asciicast-v3]",
  details:
    "asciicast-v3 and asciicast-v2 keep times and can be replayed; raw is the output as it was sent to the terminal; " +
    "txt is the text that was on the screen. A name that ends in .txt means txt, and one that ends in .gz (or .zst, where " +
    "Node can write it) that the file is compressed.",
};
export const COMMAND: Option = {
  long: "command",
  short: "c",
  value: "COMMAND",
  help: "Command to run [default: $SHELL]",
  details: "Run by /bin/sh -c. The session ends when it ends. The configuration's session.command is used without it.",
};
export const CAPTURE_INPUT: Option = {
  long: "capture-input",
  short: "I",
  help: "Record what is typed, too",
  details:
    "Keys are kept as input events. What is typed where the terminal takes a line without showing it, as it does for " +
    "passwords, is not kept.",
};
export const CAPTURE_ENV: Option = {
  long: "capture-env",
  value: "VARS",
  help: "Environment variables to keep, separated by commas [default: SHELL]",
};
export const APPEND: Option = {
  long: "append",
  short: "a",
  help: "Continue an existing recording",
  details:
    "The new session follows the old one without a gap; a marker with the time shows where. A last line that was torn " +
    "off is cut first.",
};
export const OVERWRITE: Option = {
  long: "overwrite",
  conflicts: "append",
  help: "Replace the file if it exists",
};
export const TITLE: Option = { long: "title", short: "t", value: "TITLE", help: "Title of the recording" };
export const IDLE_LIMIT: Option = {
  long: "idle-time-limit",
  short: "i",
  value: "SECS",
  check: checkPositive,
  help: "Shorten pauses to this many seconds when replayed",
  details: "Kept in the file for players. Recorded times stay as they were.",
};
export const HEADLESS: Option = {
  long: "headless",
  help: "Run without a terminal",
  details: "Nothing is shown and no keys are read. Chosen by itself where there is no terminal.",
};
export const WINDOW_SIZE: Option = {
  long: "window-size",
  value: "COLSxROWS",
  check: (value) => {
    const size = parseSize(value);
    return typeof size === "string" ? size : undefined;
  },
  help: "Size of the session's terminal: 80x24, 80x or x24",
  details: "A dimension that is left out follows the terminal.",
};
export const RETURN: Option = {
  long: "return",
  help: "End with the session's exit status",
  details: "Without it the status is 0 whatever the command does, and 1 when recording fails.",
};
export const STRICT: Option = {
  long: "strict",
  help: "Fail when not everything could be recorded",
  details: "The status is then 1. The session itself goes on after a write error in any case.",
};
export const LOG_FILE: Option = { long: "log-file", value: "PATH", help: "File to write a log to" };
export const SERVER_URL: Option = {
  long: "server-url",
  value: "URL",
  help: "Address of the server [default: from the configuration]",
};

export const LOCAL: Option = {
  long: "local",
  short: "l",
  value: "IP:PORT",
  implied: "127.0.0.1:0",
  check: (value) => (parseAddress(value) ? undefined : "invalid socket address syntax"),
  help: "Stream from this machine; viewers open the address that is shown",
  details:
    "Without IP:PORT, a free port of 127.0.0.1, which only this machine reaches. On any other address the page has a path " +
    "that cannot be guessed: whoever knows it can watch.",
};
export const REMOTE: Option = {
  long: "remote",
  short: "r",
  value: "STREAM-ID|WS-URL",
  implied: "",
  check: (value) => {
    const target = value.trim();
    if (!URL.canParse(target) || /^wss?:$/.test(new URL(target).protocol)) return undefined;
    return "must be a WebSocket URL (ws:// or wss://)";
  },
  help: "Stream through a server",
  details:
    "Without a value the server creates a stream. STREAM-ID is one of yours on the server, or how its ID begins; WS-URL the " +
    "address that a server gave for a stream's producer. What the network cannot take is made up for when it can again; the " +
    "session never waits.",
};
