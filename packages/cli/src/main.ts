import { find, type Invocation, parse, UsageError } from "./arguments.js";
import { warnAboutLegacyConfig } from "./config.js";
import { CliError, ReaderGone, reason } from "./error.js";
import { beQuiet, visible } from "./messages.js";
import type { Shell } from "./options.js";
import { VERSION } from "./version.js";

/** Runs the command line and resolves with the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const invocation = parse(words);
  switch (invocation.kind) {
    case "version":
      process.stdout.write(`asciinema ${VERSION}\n`);
      return 0;
    case "help": {
      const { help } = await import("./help.js");
      const stream = invocation.failed ? process.stderr : process.stdout;
      stream.write(help(invocation.command, invocation.long, stream.columns ?? 100));
      return invocation.failed ? 2 : 0;
    }
    case "run":
      return runCommand(invocation);
    default:
      return invocation satisfies never;
  }
}

async function runCommand({ command, values, quiet }: Extract<Invocation, { kind: "run" }>): Promise<number> {
  if (quiet) beQuiet();
  const { env } = process;
  warnAboutLegacyConfig(env);
  switch (command.name) {
    case "record":
      return (await import("./commands/session.js")).record(values, env);
    case "stream":
      return (await import("./commands/session.js")).stream(values, env);
    case "session":
      return (await import("./commands/session.js")).runOutputs(values, env);
    case "play":
      return (await import("./commands/play.js")).play(values, env);
    case "cat":
      return (await import("./commands/cat.js")).cat(values);
    case "convert":
      return (await import("./commands/convert.js")).convert(values);
    case "upload":
      return (await import("./commands/upload.js")).upload(values, env);
    case "auth":
      return (await import("./commands/auth.js")).auth(values, env);
    case "completions":
      process.stdout.write((await import("./completions.js")).completions(values.words[0] as Shell));
      return 0;
    case "man": {
      const { page } = await import("./man.js");
      const [word] = values.words;
      process.stdout.write(page(word === undefined ? undefined : find(word)));
      return 0;
    }
    default:
      throw new RangeError(`no such command: ${command.name}`);
  }
}

/** Tells what went wrong, and why if that is known. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n`;
  const causes: string[] = [];
  for (let cause = (error as Error).cause; cause !== undefined; cause = (cause as Error).cause) {
    causes.push(reason(cause));
  }
  const list = causes.length === 1 ? [`    ${causes[0]}`] : causes.map((cause, n) => `    ${n}: ${cause}`);
  const tail = list.length > 0 ? `\n\nCaused by:\n${list.join("\n")}` : "";
  return `Error: ${error instanceof CliError ? error.message : reason(error)}${tail}\n`;
}

// Whatever is still open by then (a pipe that nobody ends, a download) is not waited for.
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    if (!(error instanceof ReaderGone)) process.stderr.write(visible(explain(error)));
    process.exit(error instanceof CliError ? error.exitCode : 1);
  },
);
