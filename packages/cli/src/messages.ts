// What the user is told: information on standard output, warnings on standard error.

let quiet = false;
let toError = false;
let raw = false;

/** Silences information and warnings. */
export function beQuiet(): void {
  quiet = true;
}

export function isQuiet(): boolean {
  return quiet;
}

/** Sends information to standard error, when standard output carries a recording. */
export function keepOutputClean(): void {
  toError = true;
}

/** Ends lines as a terminal in raw mode needs it, where messages go to a terminal. */
export function useTerminalLines(on: boolean): void {
  raw = on;
}

/** Says what happens. */
export function info(text: string): void {
  if (!quiet) print(toError ? process.stderr : process.stdout, visible(`::: ${text}\n`));
}

/** Says what could go wrong, or went wrong in part. */
export function warn(text: string): void {
  if (!quiet) print(process.stderr, visible(`!!! ${text}\n`));
}

/** Text without anything that a terminal would obey: names of files, what is in them, and what servers say are not ours. */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "\ufffd");
}

/** Prints text as it is. */
export function print(stream: NodeJS.WriteStream, text: string): void {
  // A reader that has gone away is no reason to stop.
  if (stream.listenerCount("error") === 0) stream.on("error", () => {});
  stream.write(raw && stream.isTTY ? text.replaceAll("\n", "\r\n") : text);
}
