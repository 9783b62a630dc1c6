// A child on Windows' pseudo-console, through the public face of the library: only that knows how to get a console's output
// without a deadlock. It hands out text, and all of it before it says that the child has ended.
import { createRequire } from "node:module";
import type { IPty, spawn } from "@lydell/node-pty";
import { CliError } from "./error.js";
import type { Pty, PtyOptions } from "./pty.js";
import { commandCall } from "./system.js";

/** Starts `command` on a new pseudo-console.
 *
 *  @param library  how the library starts it
 *  @throws CliError where there is no pseudo-console */
export function spawnOnConsole(options: PtyOptions, library: typeof spawn = load()): Pty {
  const { command, cols, rows, env, onOutput } = options;
  const { file, args } = commandCall(command, env);
  const child = library(file, args, { cols, rows, cwd: process.cwd(), env });
  child.onData((text) => onOutput(Buffer.from(text)));
  let running = true;
  const exited = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      running = false;
      resolve(exitCode);
    });
  });
  // A character can be cut between two writes, and the library wants text.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    pid: child.pid,
    slave: undefined,
    exited,
    // What is typed is taken at once.
    pending: 0,
    write: (data, taken) => {
      if (running) child.write(decoder.decode(data, { stream: true }));
      taken?.();
    },
    resize: (cols, rows) => whileRunning(child, (one) => one.resize(cols, rows)),
    pause: () => child.pause(),
    resume: () => child.resume(),
    // There are no signals: closing the console ends what runs on it.
    kill: () => whileRunning(child, (one) => one.kill()),
  };

  function whileRunning(one: IPty, act: (one: IPty) => void): void {
    if (running) act(one);
  }
}

function load(): typeof spawn {
  try {
    return (createRequire(import.meta.url)("@lydell/node-pty") as { spawn: typeof spawn }).spawn;
  } catch (cause) {
    throw new CliError(`there is no pseudo-terminal support for ${process.platform} on ${process.arch}`, { cause });
  }
}
