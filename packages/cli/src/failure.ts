import { UsageError } from "./arguments.js";
import { CliError, ReaderGone, reason } from "./error.js";
import { visible } from "./messages.js";

/** Tells what went wrong, and why if that is known.
 *
 *  @returns the exit code */
export function fail(error: unknown): number {
  if (!(error instanceof ReaderGone)) process.stderr.write(visible(explain(error)));
  return error instanceof CliError ? error.exitCode : 1;
}

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
