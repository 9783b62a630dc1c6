// Completion scripts for shells, from the table of commands.
import { COMMANDS, type Command } from "./command-table.js";
import type { Shell } from "./option-values.js";
import { type Option, QUIET } from "./options.js";

/** A script that makes a shell complete `asciinema`. */
export function completions(shell: Shell): string {
  switch (shell) {
    case "bash":
      return bash();
    case "zsh":
      return zsh();
    case "fish":
      return fish();
    case "powershell":
      return powershell();
    default:
      throw new RangeError(`no such shell: ${shell satisfies never}`);
  }
}

const HELP: Option = { long: "help", short: "h", help: "Print help" };
const VERSION: Option = { long: "version", short: "V", help: "Print version" };
/** What may stand before the command. */
const GENERAL = [QUIET, HELP, VERSION];

function optionsOf(command: Command): Option[] {
  return [...command.options.filter((option) => !option.hidden), QUIET, HELP];
}

function namesOf(command: Command): string[] {
  return command.alias ? [command.name, command.alias] : [command.name];
}

function flagsOf(option: Option): string[] {
  return option.short ? [`--${option.long}`, `-${option.short}`] : [`--${option.long}`];
}

/** What an argument or the value of an option can be: one of some words, the name of a file, or anything. */
type Kind = readonly string[] | "file" | "any";

function kindOfOption({ choices, value }: Option): Kind {
  return choices ?? (value === "PATH" ? "file" : "any");
}

/** What the command takes beside its options. */
function kindOfArguments(command: Command): Kind | undefined {
  const [first] = command.arguments.filter((argument) => !argument.hidden);
  if (!first) return undefined;
  if (first.name === "COMMAND") return COMMANDS.map(({ name }) => name);
  return first.choices ?? "file";
}

function bash(): string {
  const cases = COMMANDS.map((command) => {
    const options = optionsOf(command);
    const values = options
      // One whose value may be left out can be followed by anything.
      .filter((option) => option.value !== undefined && option.implied === undefined)
      .map((option) => {
        const kind = kindOfOption(option);
        // With nothing offered, readline completes names of files.
        const action = Array.isArray(kind)
          ? `values="${kind.join(" ")}"`
          : kind === "file"
            ? "return"
            : "compopt +o default; return";
        return `        ${flagsOf(option).join("|")}) ${action} ;;\n`;
      });
    const kind = kindOfArguments(command);
    const words = Array.isArray(kind) ? ` values="${kind.join(" ")}"` : "";
    const inner =
      values.length > 0
        ? `      case $prev in\n${values.join("")}        *) options="${flags(options)}"${words} ;;\n      esac\n`
        : `      options="${flags(options)}"${words}\n`;
    return `    ${namesOf(command).join("|")})\n${inner}      ;;\n`;
  });
  return `# bash completion for asciinema

_asciinema() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local command= word options= values=
  # --option=value is three words here.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then command=$word; break; fi
  done
  COMPREPLY=()
  case $command in
    "") options="${flags(GENERAL)}" values="${COMMANDS.flatMap(namesOf).join(" ")}" ;;
${cases.join("")}  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n $values ]]; then
    compopt +o default
    COMPREPLY=($(compgen -W "$values" -- "$cur"))
  fi
}
complete -o default -F _asciinema asciinema
`;
}

function flags(options: readonly Option[]): string {
  return options.flatMap(flagsOf).join(" ");
}

function zsh(): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const plain = (text: string) => text.replace(/[\\[\]:]/g, "\\$&");
  const action = (kind: Kind) => (Array.isArray(kind) ? `(${kind.join(" ")})` : kind === "file" ? "_files" : " ");
  const spec = (option: Option) => {
    const [long, short] = flagsOf(option);
    const value =
      option.value === undefined
        ? ""
        : `${option.implied === undefined ? "" : ":"}:${plain(option.value)}:${action(kindOfOption(option))}`;
    const one = (flag: string, equals: string) =>
      quoted(`(${flagsOf(option).join(" ")})${flag}${equals}[${plain(option.help)}]${value}`);
    const takes = option.value !== undefined;
    return [one(long!, takes ? "=" : ""), ...(short ? [one(short, takes ? "+" : "")] : [])]
      .map((text) => ` \\\n        ${text}`)
      .join("");
  };
  const cases = COMMANDS.map((command) => {
    const kind = kindOfArguments(command);
    const shown = command.arguments.filter((argument) => !argument.hidden);
    const many = shown.some((argument) => argument.many);
    const words = shown.map(
      ({ name }) => ` \\\n        ${quoted(`${many ? "*" : ""}:${plain(name)}:${action(kind!)}`)}`,
    );
    return `    ${namesOf(command).join("|")})
      _arguments -s${optionsOf(command).map(spec).join("")}${words.join("")}
      ;;
`;
  });
  const list = COMMANDS.flatMap((command) =>
    namesOf(command).map((name) => `    ${quoted(`${plain(name)}:${plain(command.about)}`)}\n`),
  );
  return `#compdef asciinema

_asciinema() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands
  commands=(
${list.join("")}  )
  _arguments -C -s${GENERAL.map(spec).join("").replaceAll("        ", "    ")} \\
    ': :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest) case $words[1] in
${cases.join("")}    esac ;;
  esac
}

if [[ $funcstack[1] == _asciinema ]]; then _asciinema "$@"; else compdef _asciinema asciinema; fi
`;
}

function fish(): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
  const none = "__fish_use_subcommand";
  const line = (condition: string, option: Option) => {
    const kind = option.value === undefined || option.implied !== undefined ? undefined : kindOfOption(option);
    const value =
      kind === undefined
        ? ""
        : Array.isArray(kind)
          ? ` -x -a ${quoted(kind.join(" "))}`
          : kind === "file"
            ? " -r -F"
            : " -x";
    const short = option.short ? ` -s ${option.short}` : "";
    return `complete -c asciinema -n ${quoted(condition)} -l ${option.long}${short}${value} -d ${quoted(option.help)}\n`;
  };
  const parts = [
    "# fish completion for asciinema\n",
    "complete -c asciinema -f\n",
    ...GENERAL.map((option) => line(none, option)),
  ];
  for (const command of COMMANDS) {
    for (const name of namesOf(command)) {
      parts.push(`complete -c asciinema -n ${none} -a ${name} -d ${quoted(command.about)}\n`);
    }
    const condition = `__fish_seen_subcommand_from ${namesOf(command).join(" ")}`;
    parts.push(...optionsOf(command).map((option) => line(condition, option)));
    const kind = kindOfArguments(command);
    if (kind === "file") parts.push(`complete -c asciinema -n ${quoted(condition)} -F\n`);
    else if (Array.isArray(kind))
      parts.push(`complete -c asciinema -n ${quoted(condition)} -a ${quoted(kind.join(" "))}\n`);
  }
  return parts.join("");
}

function powershell(): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  // A word and its explanation in one string: PowerShell would take a list of lists apart.
  const offer = (text: string, help: string) => quoted(`${text}|${help}`);
  const ofOptions = (options: readonly Option[]) =>
    options.flatMap((option) => flagsOf(option).map((flag) => offer(flag, option.help)));
  const ofWords = (words: readonly string[]) => words.map((word) => offer(word, word));
  const lines = (offers: readonly string[]) => offers.map((text) => `      ${text}\n`).join("");
  const values = (command: Command) =>
    optionsOf(command)
      .filter((option) => option.choices)
      .map((option) => {
        const flags = flagsOf(option).map(quoted).join(", ");
        return `      if ($previous -cin ${flags}) { ${ofWords(option.choices!).join("; ")}; break }\n`;
      })
      .join("");
  const cases = COMMANDS.map((command) => {
    const kind = kindOfArguments(command);
    const words = Array.isArray(kind) ? ofWords(kind as string[]) : [];
    const names = namesOf(command).map(quoted).join(", ");
    return `    { $_ -cin ${names} } {\n${values(command)}${lines([...words, ...ofOptions(optionsOf(command))])}      break\n    }\n`;
  });
  const list = COMMANDS.flatMap((command) => namesOf(command).map((name) => offer(name, command.about)));
  return `# PowerShell completion for asciinema

Register-ArgumentCompleter -Native -CommandName asciinema -ScriptBlock {
  param($word, $tree, $cursor)
  $words = @($tree.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
  $previous = $words[-1]
  $command = $words | Select-Object -Skip 1 | Where-Object { $_ -notlike '-*' } | Select-Object -First 1
  $offered = switch ("$command") {
    '' {
${lines([...list, ...ofOptions(GENERAL)])}      break
    }
${cases.join("")}  }
  # With nothing offered, PowerShell completes names of files.
  foreach ($offer in $offered) {
    $text, $help = $offer.Split('|', 2)
    if ($text.StartsWith("$word")) {
      [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $help)
    }
  }
}
`;
}
