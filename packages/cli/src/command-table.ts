// Every command with its arguments and options, in one table: the parser, the help texts, and whatever is generated from
// the command line's shape read it.
import { checkPositive, checkTime, SHELLS } from "./option-values.js";
import {
  APPEND,
  CAPTURE_ENV,
  CAPTURE_INPUT,
  COMMAND,
  FORMAT,
  HEADLESS,
  IDLE_LIMIT,
  LOCAL,
  LOG_FILE,
  type Option,
  OVERWRITE,
  REMOTE,
  RETURN,
  SERVER_URL,
  STRICT,
  TITLE,
  WINDOW_SIZE,
} from "./options.js";

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
    { long: "speed", short: "s", value: "FACTOR", check: checkPositive, help: "Play faster (2) or slower (0.5)" },
    { long: "loop", short: "l", help: "Begin again at the end" },
    { ...IDLE_LIMIT, details: "The recording's own limit is used without it.", help: "Shorten pauses to this" },
    {
      long: "start-at",
      value: "TIME",
      check: checkTime,
      help: "Show at once what comes before: seconds or MM:SS",
      details: "Times are those of the playback at normal speed, with pauses shortened.",
    },
    { long: "end-at", value: "TIME", check: checkTime, help: "End there" },
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
