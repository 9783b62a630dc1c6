// Words of the command line → a command with its values, with the conventions and messages of clap, which scripts and
// fingers know.

import { COMMANDS, type Command } from "./command-table.js";
import { CliError } from "./error.js";
import { type Option, QUIET } from "./options.js";

/** What was asked for. */
export type Invocation =
  | { kind: "run"; command: Command; values: Values; quiet: boolean }
  | { kind: "help"; command: Command | undefined; long: boolean; failed: boolean }
  | { kind: "version" };

/** The values of one command. Names are those of the table; asking for another one is a mistake of ours. */
export class Values {
  readonly #options = new Map<string, string | true>();
  readonly #words: string[] = [];

  has(long: string): boolean {
    return this.#options.has(long);
  }

  get(long: string): string | undefined {
    const value = this.#options.get(long);
    return value === true ? undefined : value;
  }

  number(long: string): number | undefined {
    const value = this.get(long);
    return value === undefined ? undefined : Number(value);
  }

  /** The positional arguments. */
  get words(): readonly string[] {
    return this.#words;
  }

  set(long: string, value: string | true): void {
    this.#options.set(long, value);
  }

  add(word: string): void {
    this.#words.push(word);
  }
}

/** A mistake in the command line. */
export class UsageError extends CliError {
  constructor(
    message: string,
    parts: { tip?: string; command?: Command | undefined; given?: readonly Option[]; usage?: boolean } = {},
  ) {
    const { tip, command, given, usage = true } = parts;
    const paragraphs = [`error: ${message}`];
    if (tip) paragraphs.push(`  tip: ${tip}`);
    if (usage) paragraphs.push(`Usage: ${usageLine(command, given)}`);
    paragraphs.push("For more information, try '--help'.");
    super(paragraphs.join("\n\n"), { exitCode: 2 });
  }
}

/** Parses the words after the name of the program.
 *
 *  @throws UsageError */
export function parse(words: readonly string[]): Invocation {
  let quiet = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "-q" || word === "--quiet") quiet = true;
    else if (word === "-h" || word === "--help")
      return { kind: "help", command: undefined, long: word === "--help", failed: false };
    else if (word === "-V" || word === "--version") return { kind: "version" };
    else if (word.startsWith("-") && word !== "-") throw unexpected(word, undefined, [QUIET]);
    else return parseCommand(find(word), words.slice(at + 1), quiet);
  }
  return { kind: "help", command: undefined, long: false, failed: true };
}

/** How a command is called.
 *
 *  @param given  the options that were given, to be shown in place of "any" */
export function usageLine(command: Command | undefined, given?: readonly Option[]): string {
  if (!command) return "asciinema [OPTIONS] <COMMAND>";
  const required = command.options.filter((option) => option.required && !given?.includes(option)).map(display);
  const group = command.options.filter((option) => command.oneOf?.includes(option.long));
  if (group.length > 0 && !group.some((option) => given?.includes(option))) required.push(displayGroup(group));
  const names = command.arguments.filter((argument) => !argument.hidden).map(usageOf);
  return ["asciinema", command.name, ...(given?.map(display) ?? ["[OPTIONS]"]), ...required, ...names].join(" ");
}

export function usageOf(argument: Command["arguments"][number]): string {
  const name = argument.optional ? `[${argument.name}]` : `<${argument.name}>`;
  return argument.many ? `${name}...` : name;
}

/** How an option is named in messages. */
function display(option: Option): string {
  return `--${option.long}${placeholder(option)}`;
}

function displayGroup(options: readonly Option[]): string {
  return `<${options.map(display).join("|")}>`;
}

/** How the value of an option is shown after its name. */
export function placeholder({ value, implied }: Option): string {
  if (value === undefined) return "";
  return implied === undefined ? ` <${value}>` : ` [<${value}>]`;
}

/** The command of this name or alias, or the only one that begins so.
 *
 *  @throws UsageError */
export function find(word: string): Command {
  const names = (command: Command) => (command.alias ? [command.name, command.alias] : [command.name]);
  const exact = COMMANDS.find((command) => names(command).includes(word));
  if (exact) return exact;
  const abbreviated = COMMANDS.filter((command) => !command.exact);
  const matching = abbreviated.filter((command) => names(command).some((name) => name.startsWith(word)));
  if (matching.length === 1 && word !== "") return matching[0]!;
  const near = similar(
    word,
    (matching.length > 0 ? abbreviated : COMMANDS).flatMap((command) => names(command)),
  );
  const list = near.map((name) => `'${name}'`).join(", ");
  throw new UsageError(
    `unrecognized subcommand '${word}'`,
    near.length === 0
      ? {}
      : { tip: near.length === 1 ? `a similar subcommand exists: ${list}` : `some similar subcommands exist: ${list}` },
  );
}

function parseCommand(command: Command, words: readonly string[], quiet: boolean): Invocation {
  const values = new Values();
  const options = [...command.options, QUIET];
  let ended = false;
  let at = 0;

  const isOption = (word: string) => options.some(({ long, short }) => word === `--${long}` || word === `-${short}`);
  /** The value of an option: what follows it in the same word, or the next word. */
  const argumentOf = (option: Option, attached: string | undefined): string => {
    if (attached !== undefined) return attached;
    const next = words[at + 1];
    if (next?.startsWith("-") && next !== "-" && next !== "--" && !isOption(next)) {
      throw unexpected(next.startsWith("--") ? next.replace(/=.*/s, "") : next.slice(0, 2), command, options);
    }
    if (next === undefined || (next.startsWith("-") && next !== "-")) {
      if (option.implied !== undefined) return option.implied;
      throw new UsageError(`a value is required for '${display(option)}' but none was supplied`, { usage: false });
    }
    at++;
    return next;
  };
  const take = (option: Option, attached: string | undefined) => {
    if (values.has(option.long)) {
      throw new UsageError(`the argument '${display(option)}' cannot be used multiple times`, { command });
    }
    values.set(option.long, option.value === undefined ? true : checked(option, argumentOf(option, attached)));
  };

  for (; at < words.length; at++) {
    const word = words[at]!;
    if (ended || !word.startsWith("-") || word === "-") {
      const limit = command.arguments.at(-1)?.many ? Number.POSITIVE_INFINITY : command.arguments.length;
      if (values.words.length >= limit) throw unexpected(word, command, options);
      const argument = command.arguments[Math.min(values.words.length, command.arguments.length - 1)]!;
      values.add(chosen(argument.choices, word, usageOf(argument)));
    } else if (word === "--") {
      ended = true;
    } else if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const name = word.slice(2, equals < 0 ? undefined : equals);
      const attached = equals < 0 ? undefined : word.slice(equals + 1);
      if (name === "help") return { kind: "help", command, long: true, failed: false };
      const option = options.find(({ long, aliases }) => long === name || aliases?.includes(name));
      if (!option) throw unexpected(`--${name}`, command, options);
      if (option.value === undefined && attached !== undefined) {
        const message = `unexpected value '${attached}' for '--${name}' found; no more were expected`;
        throw new UsageError(message, { command });
      }
      take(option, attached);
    } else {
      for (let letter = 1; letter < word.length; letter++) {
        const short = word[letter]!;
        if (short === "h") return { kind: "help", command, long: false, failed: false };
        const option = options.find((option) => option.short === short);
        if (!option) throw unexpected(`-${short}`, command, options);
        const rest = word.slice(letter + 1);
        take(option, option.value === undefined || rest === "" ? undefined : rest.replace(/^=/, ""));
        if (option.value !== undefined) break;
      }
    }
  }

  const given = options.filter((option) => values.has(option.long));
  for (const { conflicts, long } of given) {
    if (conflicts && values.has(conflicts)) {
      throw new UsageError(`the argument '--${conflicts}' cannot be used with '--${long}'`, {
        command,
        given: given.filter((option) => option.long !== long),
      });
    }
  }
  const group = options.filter((option) => command.oneOf?.includes(option.long));
  const missing = [
    ...options.filter((option) => option.required && !values.has(option.long)).map(display),
    ...(group.length === 0 || group.some((option) => values.has(option.long)) ? [] : [displayGroup(group)]),
    ...command.arguments
      .slice(values.words.length)
      .filter((argument) => !argument.optional)
      .map(usageOf),
  ];
  if (missing.length > 0) {
    const list = missing.map((name) => `  ${name}`).join("\n");
    throw new UsageError(`the following required arguments were not provided:\n${list}`, { command, given });
  }
  if (command.name === "help") {
    const [word] = values.words;
    return { kind: "help", command: word === undefined ? undefined : find(word), long: true, failed: false };
  }
  return { kind: "run", command, values, quiet: quiet || values.has("quiet") };
}

function checked(option: Option, value: string): string {
  chosen(option.choices, value, display(option));
  const wrong = option.check?.(value);
  if (wrong !== undefined) {
    throw new UsageError(`invalid value '${value}' for '${display(option)}': ${wrong}`, { usage: false });
  }
  return value;
}

function chosen(choices: readonly string[] | undefined, value: string, name: string): string {
  if (!choices || choices.includes(value)) return value;
  const list = `  [possible values: ${choices.join(", ")}]`;
  throw new UsageError(`invalid value '${value}' for '${name}'\n${list}`, { usage: false });
}

function unexpected(word: string, command: Command | undefined, options: readonly Option[]): UsageError {
  const names = options.filter((option) => !option.hidden).map((option) => `--${option.long}`);
  const [near] = word.startsWith("--") ? similar(word, names) : [];
  const value = word.startsWith("-") && command && command.arguments.length > 0;
  const tips = [
    ...(near === undefined ? [] : [`a similar argument exists: '${near}'`]),
    ...(near === undefined && value ? [`to pass '${word}' as a value, use '-- ${word}'`] : []),
  ];
  return new UsageError(`unexpected argument '${word}' found`, { ...(tips[0] && { tip: tips[0] }), command });
}

/** Names that begin with the word, or that differ from it in little. */
function similar(word: string, names: readonly string[]): string[] {
  const near = (name: string) => name.startsWith(word) || (word.length > 2 && distance(word, name) <= 2);
  return names.filter(near).sort();
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
