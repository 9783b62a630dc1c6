// Every command with its arguments and options, in one table: the parser, the help texts, and whatever is generated from
// the command line's shape read it.
import { isIP } from "node:net";

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

export interface Argument {
  name: string;
  help: string;
  /** Takes all remaining words. */
  many?: boolean;
  optional?: boolean;
  hidden?: boolean;
  /** The only values allowed. */
  choices?: readonly string[];
}

export interface Command {
  name: string;
  alias?: string;
  /** Has to be written out: the abbreviations that scripts may use belong to the other commands. */
  exact?: boolean;
  about: string;
  details: string;
  arguments: readonly Argument[];
  options: readonly Option[];
  /** The `long`s of options of which at least one has to be given. */
  oneOf?: readonly string[];
  /** What keys do while it runs. */
  keys?: readonly (readonly [keys: string, effect: string])[];
  examples: readonly (readonly [command: string, explanation: string])[];
}

/** The formats that can be written. */
export const FORMATS = ["asciicast-v3", "asciicast-v2", "raw", "txt"] as const;
export type OutputFormat = (typeof FORMATS)[number];

export const QUIET: Option = {
  long: "quiet",
  short: "q",
  help: "Say nothing but errors",
  details: "Silences information (`:::`) and warnings (`!!!`). Results and errors are still printed.",
};

const FORMAT: Option = {
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
const COMMAND: Option = {
  long: "command",
  short: "c",
  value: "COMMAND",
  help: "Command to run [default: $SHELL]",
  details: "Run by /bin/sh -c. The session ends when it ends. The configuration's session.command is used without it.",
};
const CAPTURE_INPUT: Option = {
  long: "capture-input",
  short: "I",
  help: "Record what is typed, too",
  details:
    "Keys are kept as input events. What is typed where the terminal takes a line without showing it, as it does for " +
    "passwords, is not kept.",
};
const CAPTURE_ENV: Option = {
  long: "capture-env",
  value: "VARS",
  help: "Environment variables to keep, separated by commas [default: SHELL]",
};
const APPEND: Option = {
  long: "append",
  short: "a",
  help: "Continue an existing recording",
  details:
    "The new session follows the old one without a gap; a marker with the time shows where. A last line that was torn " +
    "off is cut first.",
};
const OVERWRITE: Option = {
  long: "overwrite",
  conflicts: "append",
  help: "Replace the file if it exists",
};
const TITLE: Option = { long: "title", short: "t", value: "TITLE", help: "Title of the recording" };
const IDLE_LIMIT: Option = {
  long: "idle-time-limit",
  short: "i",
  value: "SECS",
  check: positive,
  help: "Shorten pauses to this many seconds when replayed",
  details: "Kept in the file for players. Recorded times stay as they were.",
};
const HEADLESS: Option = {
  long: "headless",
  help: "Run without a terminal",
  details: "Nothing is shown and no keys are read. Chosen by itself where there is no terminal.",
};
const WINDOW_SIZE: Option = {
  long: "window-size",
  value: "COLSxROWS",
  check: (value) => {
    const size = parseSize(value);
    return typeof size === "string" ? size : undefined;
  },
  help: "Size of the session's terminal: 80x24, 80x or x24",
  details: "A dimension that is left out follows the terminal.",
};
const RETURN: Option = {
  long: "return",
  help: "End with the session's exit status",
  details: "Without it the status is 0 whatever the command does, and 1 when recording fails.",
};
const STRICT: Option = {
  long: "strict",
  help: "Fail when not everything could be recorded",
  details: "The status is then 1. The session itself goes on after a write error in any case.",
};
const LOG_FILE: Option = { long: "log-file", value: "PATH", help: "File to write a log to" };
const SERVER_URL: Option = {
  long: "server-url",
  value: "URL",
  help: "Address of the server [default: from the configuration]",
};

const LOCAL: Option = {
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
const REMOTE: Option = {
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

const RECORD: Command = {
  name: "record",
  alias: "rec",
  about: "Record a terminal session",
  details:
    "Starts a shell, or the command given with -c, and writes everything it prints to a file, with the times, until it " +
    "ends. Every event reaches the file at once: what has been written can be replayed at any moment. Ctrl-\\ pauses and " +
    "resumes the recording, unless the configuration names another key.",
  arguments: [{ name: "FILE", help: "File to record to" }],
  options: [
    FORMAT,
    COMMAND,
    { ...CAPTURE_INPUT, aliases: ["stdin"] },
    CAPTURE_ENV,
    APPEND,
    OVERWRITE,
    TITLE,
    IDLE_LIMIT,
    HEADLESS,
    WINDOW_SIZE,
    RETURN,
    STRICT,
    LOG_FILE,
    { long: "cols", value: "N", hidden: true, help: "" },
    { long: "rows", value: "N", hidden: true, help: "" },
    { long: "raw", hidden: true, help: "" },
  ],
  examples: [
    ["asciinema rec demo.cast", "Record a shell"],
    ["asciinema rec -c htop -i 2 demo.cast", "Record one command, and let players shorten its pauses"],
    ["asciinema rec --append demo.cast", "Continue a recording"],
    [
      "asciinema rec --headless --return -c 'make test' test.cast",
      "Record where there is no terminal, keep the status",
    ],
  ],
};

const STREAM: Command = {
  name: "stream",
  about: "Stream a terminal session",
  details:
    "Starts a shell, or the command given with -c, and shows it to viewers while it happens, until it ends: on a page " +
    "served by this machine, through a server, or both. Ctrl-\\ pauses and resumes what they see, unless the configuration " +
    "names another key.",
  arguments: [],
  options: [
    LOCAL,
    REMOTE,
    COMMAND,
    {
      ...CAPTURE_INPUT,
      help: "Show viewers what is typed, too",
      details:
        "The configuration's session.capture_input is not enough for that. What is typed where the terminal takes a line " +
        "without showing it, as it does for passwords, is not sent.",
    },
    { ...CAPTURE_ENV, help: "Environment variables to tell the server, separated by commas [default: SHELL]" },
    { ...TITLE, help: "Title of the stream" },
    HEADLESS,
    WINDOW_SIZE,
    { ...RETURN, details: "Without it the status is 0 whatever the command does." },
    LOG_FILE,
    SERVER_URL,
  ],
  oneOf: ["local", "remote"],
  examples: [
    ["asciinema stream -l", "Stream on a page of this machine"],
    ["asciinema stream -l 0.0.0.0:8080", "For others on the network"],
    ["asciinema stream -r", "Through the server, as a new stream"],
    ["asciinema stream -r abc123 -t 'Friday hacking'", "As the stream whose ID begins with abc123"],
  ],
};

const SESSION: Command = {
  name: "session",
  about: "Record a session, stream it, or both",
  details: "The general form of record and stream: the outputs are options.",
  arguments: [{ name: "NAME=VALUE", help: "", many: true, optional: true, hidden: true }],
  options: [
    { long: "output-file", short: "o", value: "PATH", help: "File to record to" },
    { ...LOCAL, long: "stream-local" },
    { ...REMOTE, long: "stream-remote" },
    FORMAT,
    COMMAND,
    {
      ...CAPTURE_INPUT,
      details: `${CAPTURE_INPUT.details} Viewers get it with --stream-input, or when there is no output file.`,
    },
    { long: "stream-input", help: "Show viewers what is captured of the input" },
    CAPTURE_ENV,
    APPEND,
    OVERWRITE,
    TITLE,
    IDLE_LIMIT,
    HEADLESS,
    WINDOW_SIZE,
    RETURN,
    { ...STRICT, help: "Fail when not everything could be recorded, or sent to the server" },
    LOG_FILE,
    SERVER_URL,
  ],
  oneOf: ["output-file", "stream-local", "stream-remote"],
  examples: [
    ["asciinema session -o demo.cast", "Record a shell"],
    ["asciinema session -o demo.cast -r", "Record a shell and stream it through the server"],
    ["asciinema session -l -r", "Stream from this machine and through the server"],
  ],
};

const PLAY: Command = {
  name: "play",
  about: "Replay a recording in the terminal",
  details:
    "Plays a file, an address or standard input (-) as it was recorded. What a recording could do to the terminal beyond " +
    "drawing (titles, the clipboard, notifications, questions that the terminal answers) is left out.\n" +
    "Going anywhere but on continues on the alternate screen, at the size of the recording. What has not arrived yet, " +
    "from a pipe for one, cannot be gone to.",
  arguments: [{ name: "FILE", help: "File, http(s) address, or - for standard input" }],
  options: [
    { long: "speed", short: "s", value: "FACTOR", check: positive, help: "Play faster (2) or slower (0.5)" },
    { long: "loop", short: "l", help: "Begin again at the end" },
    { ...IDLE_LIMIT, details: "The recording's own limit is used without it.", help: "Shorten pauses to this" },
    {
      long: "start-at",
      value: "TIME",
      check: time,
      help: "Show at once what comes before: seconds or MM:SS",
      details: "Times are those of the playback at normal speed, with pauses shortened.",
    },
    { long: "end-at", value: "TIME", check: time, help: "End there" },
    { long: "pause-on-markers", short: "m", help: "Pause at every marker" },
    { long: "resize", short: "r", help: "Ask the terminal to take the recording's size" },
    { long: "raw", help: "Send everything to the terminal, including what is left out otherwise" },
  ],
  keys: [
    ["space", "Pause and resume"],
    ["left, right", "Go back and forth by 5 seconds"],
    ["0 to 9", "Go to that tenth of the recording"],
    ["[ ]", "Go to the marker before and after"],
    [", .", "Go back and forth by one event, while paused"],
    ["< >", "Slower and faster"],
    ["/ n N", "Search the text on the screen, on and back; escape ends it"],
    ["s", "Show and hide the line with the time"],
    ["q, ctrl+c", "End"],
  ],
  examples: [
    ["asciinema play demo.cast", "Replay a file"],
    ["asciinema play -s 2 -i 1 demo.cast", "Twice as fast, no pause above a second"],
    ["ssh host cat demo.cast | asciinema play -", "Replay while it arrives"],
  ],
};

const UPLOAD: Command = {
  name: "upload",
  about: "Upload a recording to a server",
  details:
    "The whole file is checked first. Prints the address of the recording. Where the network fails or the server is " +
    "busy, it tries three times.",
  arguments: [{ name: "FILE", help: "File to upload" }],
  options: [
    SERVER_URL,
    { long: "title", short: "t", value: "TITLE", help: "Title of the recording on the server" },
    { long: "description", value: "TEXT", help: "Description of the recording, in Markdown" },
    {
      long: "visibility",
      value: "VISIBILITY",
      choices: ["public", "unlisted", "private"],
      help: "Who can see it [default: the server's]",
    },
  ],
  examples: [["asciinema upload demo.cast", "Upload a file"]],
};

const AUTH: Command = {
  name: "auth",
  about: "Connect this machine to an account on a server",
  details: "Prints an address; opening it in a browser where you are logged in connects this machine to your account.",
  arguments: [],
  options: [SERVER_URL],
  examples: [["asciinema auth", "Show the address"]],
};

const CAT: Command = {
  name: "cat",
  about: "Join recordings, or print the output of one",
  details:
    "Two or more recordings are written as one to standard output, in the format of the first. Of a single one the " +
    "recorded output is printed, at once.",
  arguments: [{ name: "FILE", help: "Files or http(s) addresses", many: true }],
  options: [],
  examples: [
    ["asciinema cat one.cast two.cast > both.cast", "Join two recordings"],
    ["asciinema cat demo.cast", "Print what was printed"],
  ],
};

const CONVERT: Command = {
  name: "convert",
  about: "Convert a recording to another format",
  details:
    "Reads asciicast 1, 2 and 3, ttyrec (by the name .ttyrec) and typescripts of script(1), also compressed with gzip or " +
    "zstd. The output " +
    "appears under its name when it is complete.",
  arguments: [
    { name: "INPUT", help: "File, http(s) address, or - for standard input" },
    { name: "OUTPUT", help: "File, or - for standard output" },
  ],
  options: [
    { ...FORMAT, help: "Format of the output [default: txt for names in .txt, else asciicast-v3]" },
    { long: "overwrite", help: "Replace the file if it exists" },
    {
      long: "timing",
      value: "PATH",
      help: "Timing file of a typescript",
      details: "INPUT is then the output file of script(1), as written by script --log-out, and this its --log-timing.",
    },
  ],
  examples: [
    ["asciinema convert old.json new.cast", "To the newest format"],
    ["asciinema convert -f asciicast-v2 demo.cast demo-v2.cast", "For tools that read version 2"],
    ["asciinema convert demo.cast -f txt - | less", "As plain text"],
  ],
};

/** The shells that can be taught to complete our command line. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

const COMPLETIONS: Command = {
  name: "completions",
  exact: true,
  about: "Print a script that makes a shell complete this command",
  details: "The shell has to read it when it starts; the examples show where each looks for it.",
  arguments: [{ name: "SHELL", help: "Shell", choices: SHELLS }],
  options: [],
  examples: [
    ["asciinema completions bash > ~/.local/share/bash-completion/completions/asciinema", "bash"],
    ["asciinema completions zsh > ~/.zfunc/_asciinema", "zsh, with ~/.zfunc in fpath"],
    ["asciinema completions fish > ~/.config/fish/completions/asciinema.fish", "fish"],
    ["asciinema completions powershell >> $PROFILE", "PowerShell"],
  ],
};

const MAN: Command = {
  name: "man",
  exact: true,
  about: "Print a manual page",
  details: "Prints the source of the page, for man(1). Without COMMAND it is the page of asciinema itself.",
  arguments: [{ name: "COMMAND", help: "Command", optional: true }],
  options: [],
  examples: [
    ["asciinema man record | man -l -", "Read a page"],
    ["asciinema man > ~/.local/share/man/man1/asciinema.1", "Install one"],
  ],
};

const HELP: Command = {
  name: "help",
  about: "Print help, or the help of a command",
  details: "",
  arguments: [{ name: "COMMAND", help: "Command", optional: true }],
  options: [],
  examples: [],
};

/** In the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  RECORD,
  STREAM,
  SESSION,
  PLAY,
  UPLOAD,
  AUTH,
  CAT,
  CONVERT,
  COMPLETIONS,
  MAN,
  HELP,
];

/** A size with one dimension or both, or what is wrong with it. */
export function parseSize(value: string): { cols?: number; rows?: number } | string {
  const at = value.indexOf("x");
  if (at < 0) return "expected COLSxROWS, COLSx or xROWS";
  if (value === "x") return "cannot parse integer from empty string";
  const size: { cols?: number; rows?: number } = {};
  const parts = [["cols", value.slice(0, at)] as const, ["rows", value.slice(at + 1)] as const];
  for (const [dimension, digits] of parts) {
    if (digits === "") continue;
    if (!/^\+?\d+$/.test(digits)) return "invalid digit found in string";
    const number = Number(digits);
    if (number > 65535) return "number too large to fit in target type";
    if (number === 0) return `${dimension} must be at least 1`;
    size[dimension] = number;
  }
  return size;
}

/** An IPv4 address or an IPv6 address in brackets, and a port; undefined when it is none of these. */
export function parseAddress(value: string): { host: string; port: number } | undefined {
  const [, v4, v6, digits] = /^(?:([\d.]+)|\[([\da-f:.]+)\]):(\d{1,5})$/i.exec(value) ?? [];
  const host = v4 ?? v6 ?? "";
  const port = Number(digits);
  return isIP(host) === (v4 === undefined ? 6 : 4) && port <= 65535 ? { host, port } : undefined;
}

/** Microseconds: of seconds, `minutes:seconds` or `hours:minutes:seconds`; undefined when it is none of these. */
export function parseTime(value: string): number | undefined {
  const [, hours = 0, minutes = 0, seconds] = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)$/.exec(value) ?? [];
  if (seconds === undefined) return undefined;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e6);
}

function time(value: string): string | undefined {
  return parseTime(value) === undefined ? "neither seconds nor MM:SS" : undefined;
}

function positive(value: string): string | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return "invalid float literal";
  return Number(value) > 0 ? undefined : "must be more than 0";
}
