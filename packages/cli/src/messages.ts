// What the user is told: information on standard output, warnings on standard error.

let quiet = false;
let stream: NodeJS.WriteStream = process.stdout;

/** Silences information and warnings. */
export function beQuiet(): void {
  quiet = true;
}

/** Sends information to standard error, when standard output carries a recording. */
export function keepOutputClean(): void {
  stream = process.stderr;
}

/** Says what happens. */
export function info(text: string): void {
  if (!quiet) stream.write(`::: ${text}\n`);
}

/** Says what could go wrong, or went wrong in part. */
export function warn(text: string): void {
  if (!quiet) process.stderr.write(`!!! ${text}\n`);
}
