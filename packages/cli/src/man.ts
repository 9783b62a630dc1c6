// Manual pages in the man macros of roff, from the table of commands.
import { usageOf } from "./arguments.js";
import { COMMANDS, type Command } from "./command-table.js";
import { ABOUT } from "./help.js";
import { type Option, QUIET } from "./options.js";
import { VERSION } from "./version.js";

const ENVIRONMENT: readonly (readonly [name: string, text: string])[] = [
  ["ASCIINEMA_SERVER_URL", "Address of the server; wins over the configuration. ASCIINEMA_API_URL means the same."],
  [
    "ASCIINEMA_CONFIG_HOME",
    "Directory of the configuration [default: $XDG_CONFIG_HOME/asciinema, else ~/.config/asciinema].",
  ],
  [
    "ASCIINEMA_STATE_HOME",
    "Directory of the install id [default: $XDG_STATE_HOME/asciinema, else ~/.local/state/asciinema].",
  ],
  ["SHELL", "The shell that is recorded when no command is given."],
  ["ASCIINEMA_REC", "Set to 1 in sessions of record."],
  ["ASCIINEMA_SESSION", "Set in every session, to a name of it."],
  ["ASCIINEMA_RELAY_ID", "Set in sessions that are streamed through a server, to keep them from being streamed twice."],
];

const FILES: readonly (readonly [name: string, text: string])[] = [
  ["/etc/asciinema/config.toml", "Configuration for all users."],
  ["~/.config/asciinema/config.toml", "Configuration of the user, which wins over it."],
  ["~/.config/asciinema/defaults.toml", "The server that was chosen when a command asked for one."],
  ["~/.local/state/asciinema/install-id", "What a server knows this machine by. It is a key: keep it to yourself."],
];

const STATUS: readonly (readonly [name: string, text: string])[] = [
  ["0", "Success; for recorded sessions whatever the command did, unless --return is given."],
  ["1", "Something failed; what it was is on standard error."],
  ["2", "The command line is wrong."],
  ["other", "With --return, the status of the recorded command: 128 and the signal's number when a signal ended it."],
];

/** The source of the page of a command, or of the program. */
export function page(command: Command | undefined): string {
  return command ? commandPage(command) : programPage();
}

function programPage(): string {
  const commands = COMMANDS.map(({ name, about }) => item(`\\fBasciinema\\-${name}\\fR(1)`, text(about)));
  return [
    title("asciinema", ABOUT),
    section("SYNOPSIS", "\\fBasciinema\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n"),
    section(
      "DESCRIPTION",
      text(
        "Records what is printed in a terminal, with the times, as text; replays, converts and shares such recordings. " +
          "Commands can be shortened as far as they stay unambiguous.",
      ),
    ),
    section("COMMANDS", ...commands),
    section("OPTIONS", ...general.map(option), item("\\fB\\-V\\fR, \\fB\\-\\-version\\fR", text("Print version."))),
    section("EXIT STATUS", ...STATUS.map(entry)),
    section("ENVIRONMENT", ...ENVIRONMENT.map(entry)),
    section("FILES", ...FILES.map(entry)),
    section("SEE ALSO", references(COMMANDS.map(({ name }) => `asciinema-${name}`))),
  ].join("");
}

function commandPage(command: Command): string {
  const { name, about, details, examples } = command;
  const named = command.arguments.filter((argument) => !argument.hidden);
  const required = command.options.filter((option) => option.required).map((option) => ` ${synopsis(option)}`);
  const group = command.options.filter((option) => command.oneOf?.includes(option.long));
  if (group.length > 0) required.push(` {${group.map(synopsis).join("|")}}`);
  const words = named.map((argument) => ` \\fI${roff(usageOf(argument))}\\fR`);
  const names = command.alias ? [name, command.alias] : [name];
  const lines = names.map(
    (word) => `\\fBasciinema ${word}\\fR [\\fIOPTIONS\\fR]${required.join("")}${words.join("")}\n`,
  );
  const shown = command.options.filter((option) => !option.hidden);
  return [
    title(`asciinema-${name}`, about),
    section("SYNOPSIS", lines.join(".br\n")),
    section("DESCRIPTION", text(details === "" ? `${about}.` : details)),
    ...(named.length > 0
      ? [section("ARGUMENTS", ...named.map((a) => item(`\\fI${roff(a.name)}\\fR`, text(`${a.help}.${choices(a)}`))))]
      : []),
    section("OPTIONS", ...[...shown, ...general].map(option)),
    ...(command.keys ? [section("KEYS", ...command.keys.map(entry))] : []),
    ...(examples.length > 0
      ? [section("EXAMPLES", ...examples.map(([line, what]) => item(roff(what), `.EX\n${guarded(roff(line))}\n.EE\n`)))]
      : []),
    section(
      "SEE ALSO",
      references(["asciinema", ...COMMANDS.filter((c) => c !== command).map((c) => `asciinema-${c.name}`)]),
    ),
  ].join("");
}

const general: readonly Option[] = [
  QUIET,
  { long: "help", short: "h", help: "Print help: a line for each option, or with --help paragraphs" },
];

function title(name: string, about: string): string {
  const heading = `.TH ${roff(name.toUpperCase())} 1 "" "asciinema ${roff(VERSION)}" "User Commands"\n`;
  return `${heading}.SH NAME\n${roff(name)} \\- ${roff(about)}\n`;
}

function section(name: string, ...parts: string[]): string {
  return `.SH "${name}"\n${parts.join("")}`;
}

function item(tag: string, body: string): string {
  return `.TP\n${tag}\n${body}`;
}

function entry([name, what]: readonly [string, string]): string {
  return item(`\\fB${roff(name)}\\fR`, text(what));
}

function synopsis(option: Option): string {
  return `\\fB\\-\\-${roff(option.long)}\\fR${value(option)}`;
}

function value({ value, implied }: Option): string {
  if (value === undefined) return "";
  return implied === undefined ? ` \\fI${roff(value)}\\fR` : ` [\\fI${roff(value)}\\fR]`;
}

function option(o: Option): string {
  const flags = [...(o.short ? [`\\fB\\-${o.short}\\fR`] : []), `\\fB\\-\\-${roff(o.long)}\\fR`].join(", ");
  const details = o.details ? ` ${o.details}` : "";
  return item(flags + value(o), text(`${o.help}.${details}${choices(o)}`));
}

function choices(of: { choices?: readonly string[] }): string {
  return of.choices ? ` Possible values: ${of.choices.join(", ")}.` : "";
}

function references(names: readonly string[]): string {
  return `${names.map((name) => `\\fB${roff(name)}\\fR(1)`).join(",\n")}\n`;
}

/** Paragraphs. */
function text(paragraphs: string): string {
  return `${paragraphs
    .split("\n")
    .map((line) => guarded(roff(line)))
    .join("\n.sp\n")}\n`;
}

function roff(line: string): string {
  return line
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha");
}

/** A line that begins like a request is none. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
