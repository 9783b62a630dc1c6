// What the commands are made of. The build puts it into a file of its own, so that help and --version need not wait until it is
// read; nothing but what `run` takes and gives is shared with the other file, not even classes.
import { find, type Invocation } from "./arguments.js";
import { warnAboutLegacyConfig } from "./config.js";
import { fail } from "./failure.js";
import { beQuiet } from "./messages.js";
import type { Shell } from "./option-values.js";

type Run = Extract<Invocation, { kind: "run" }>;

/** Runs a command, tells what goes wrong, and resolves with the exit code. */
export function run(invocation: Run): Promise<number> {
  return runCommand(invocation).catch(fail);
}

async function runCommand({ command, values, quiet }: Run): Promise<number> {
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
