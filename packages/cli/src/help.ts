// Help texts from the table of commands, as wide as the terminal but never wider than is good to read.
import { placeholder, usageLine, usageOf } from "./arguments.js";
import { COMMANDS, type Command } from "./command-table.js";
import { type Option, QUIET } from "./options.js";

export const ABOUT = "Terminal session recorder, streamer, and player";

/** The help of one command, or of the program: one line for each option, or with paragraphs when `long`. */
export function help(command: Command | undefined, long: boolean, width: number): string {
  const wide = Math.max(40, Math.min(width, 100));
  const sections = command ? ofCommand(command, long, wide) : ofProgram(long, wide);
  return `${sections.join("\n\n")}\n`;
}

function ofProgram(long: boolean, width: number): string[] {
  const commands = COMMANDS.map(
    (command): Entry => [command.name, command.about + (command.alias ? ` [alias: ${command.alias}]` : "")],
  );
  const sections = [ABOUT, `Usage: ${usageLine(undefined)}`, `Commands:\n${list(commands, width)}`];
  const options = [...generalOptions(long), ["-V, --version", "Print version"] as const];
  sections.push(`Options:\n${list(options, width)}`);
  if (long) {
    sections.push(
      wrap(
        "Every command has its own help: asciinema help COMMAND. Commands can be shortened as far as they stay " +
          "unambiguous.",
        width,
      ),
    );
  }
  return sections;
}

function ofCommand(command: Command, long: boolean, width: number): string[] {
  const sections = [wrap(long && command.details ? `${command.about}.\n${command.details}` : command.about, width)];
  sections.push(`Usage: ${usageLine(command)}`);
  const named = command.arguments.filter((argument) => !argument.hidden);
  if (named.length > 0) {
    sections.push(
      `Arguments:\n${list(
        named.map((argument) => [usageOf(argument), argument.help + choices(argument)]),
        width,
      )}`,
    );
  }
  const shown = command.options.filter((option) => !option.hidden);
  const options = [...shown.map((option) => entryOf(option, long)), ...generalOptions(long)];
  sections.push(`Options:\n${list(options, width, long)}`);
  if (long && command.keys) sections.push(`Keys:\n${list(command.keys, width)}`);
  if (long && command.examples.length > 0) {
    const examples = command.examples.map(([line, explanation]) => `  ${explanation}:\n    ${line}`);
    sections.push(`Examples:\n${examples.join("\n")}`);
  }
  return sections;
}

type Entry = readonly [name: string, text: string];

function generalOptions(long: boolean): Entry[] {
  return [entryOf(QUIET, long), ["-h, --help", long ? "Print help" : "Print help (see more with '--help')"]];
}

function entryOf(option: Option, long: boolean): Entry {
  const name = `${option.short ? `-${option.short}, ` : "    "}--${option.long}`;
  let text = option.help;
  if (long && option.details) text += `.\n${option.details}`;
  text += choices(option, long ? "\n" : " ");
  return [name + placeholder(option), text];
}

function choices(of: { choices?: readonly string[] }, separator = " "): string {
  return of.choices ? `${separator}[possible values: ${of.choices.join(", ")}]` : "";
}

/** Names in a column and their texts beside them, or under them when there is `room` for paragraphs. */
function list(entries: readonly Entry[], width: number, room = false): string {
  if (room) {
    return entries.map(([name, text]) => `  ${name}\n${indent(wrap(text, width - 10), 10)}`).join("\n\n");
  }
  const column = Math.max(...entries.map(([name]) => name.length)) + 4;
  return entries
    .map(([name, text]) => `  ${name}`.padEnd(column) + indent(wrap(text, width - column), column).trimStart())
    .join("\n");
}

function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(by));
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line += line === "" ? word : ` ${word}`;
    }
    lines.push(line);
  }
  return lines.join("\n");
}
