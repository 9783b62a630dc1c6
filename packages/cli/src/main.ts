// Where the command begins: what needs no command is done here.
import { parse } from "./arguments.js";
import { fail } from "./failure.js";
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
      return (await import("./run.js")).run(invocation);
    default:
      return invocation satisfies never;
  }
}

// Whatever is still open by then (a pipe that nobody ends, a download) is not waited for.
main(process.argv.slice(2))
  .catch(fail)
  .then((code) => process.exit(code));
