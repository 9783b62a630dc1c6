// A child process on a pseudo-terminal, and all of its output.
//
// Stock readers lose the end of the output in two ways: some stop a moment after the child has ended, and libuv takes
// the hang-up that follows the last close of the slave for the end of data although there is more to read. Here the
// slave stays open, so no hang-up comes, and when the child has ended the master is read until it is empty. What the
// child wrote is in the kernel's queue by then, in order, so the queue's size bounds that read even when background
// processes go on writing.
import { closeSync, constants, openSync, readSync } from "node:fs";
import { ReadStream } from "node:tty";
import { spawnOnConsole } from "./conpty.js";
import { loadNative } from "./native.js";
import { Outlet, writeNow } from "./outlet.js";

/** The most that one read from a Linux master returns; a full buffer makes libuv read again in the same turn. */
const READ = 4095;
/** What is delivered at once at most. */
const SLAB = 64 * 1024;
/** Milliseconds after which a child that did not take everything that was typed is tried again, at first and at last. */
const RETRY = 2;
const IDLE = 50;
/** More than the kernel holds between slave and master (64 KB and a line). */
const KERNEL_QUEUE = 256 * 1024;

export interface PtyOptions {
  /** Run by `/bin/sh -c`, on Windows by `cmd /c`. */
  command: string;
  cols: number;
  rows: number;
  env: Record<string, string | undefined>;
  /** Gets the output in order, what came in one turn of the event loop at once. The memory is used again for the next
   *  one. */
  onOutput(chunk: Uint8Array): void;
}

/** A running child on its pseudo-terminal. */
export interface Pty {
  readonly pid: number;
  /** A descriptor of the slave, for reading its settings; Windows has none. */
  readonly slave: number | undefined;
  /** Resolves when the child has ended and all of its output has been delivered: its exit status, or 128 + signal. */
  readonly exited: Promise<number>;
  /** Bytes written that the child has not been able to take yet. */
  readonly pending: number;
  /** Types `data`; calls `taken` when everything written so far has been taken, or the child has ended. */
  write(data: Uint8Array, taken?: () => void): void;
  resize(cols: number, rows: number): void;
  /** Stops reading, so that the child blocks when the kernel's queue is full. */
  pause(): void;
  resume(): void;
  /** Signals the child itself, without its descendants. */
  kill(signal: NodeJS.Signals): void;
}

/** Starts `command` on a new pseudo-terminal that is its controlling terminal.
 *
 *  @throws CliError where there is no pseudo-terminal support */
export function spawn(options: PtyOptions): Pty {
  return process.platform === "win32" ? spawnOnConsole(options) : spawnOnUnix(options);
}

function spawnOnUnix(options: PtyOptions): Pty {
  const { native, helper } = loadNative();
  let ended: (status: number, signal: number) => void = () => {};
  const env = Object.entries(options.env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const args = ["-c", options.command];
  const child = native.fork(
    "/bin/sh",
    args,
    env,
    workingDirectory(),
    options.cols,
    options.rows,
    -1,
    -1,
    true,
    helper,
    (s, n) => ended(s, n),
  );
  const slave = openSync(child.pty, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);

  let running = true;
  const input = Buffer.allocUnsafe(READ);
  const slab = Buffer.allocUnsafeSlow(SLAB);
  let filled = 0;
  let scheduled = false;
  const deliver = () => {
    scheduled = false;
    const length = filled;
    filled = 0;
    if (length > 0) options.onOutput(slab.subarray(0, length));
  };
  const taken = (length: number) => {
    filled += input.copy(slab, filled, 0, length);
    // Less than there was room for: it was all.
    if (length < READ || SLAB - filled < READ) deliver();
    else if (!scheduled) {
      scheduled = true;
      setImmediate(deliver);
    }
    return true;
  };
  const stream = new ReadStream(child.fd, { onread: { buffer: input, callback: taken } } as object);
  // Nothing is lost by an error here: the exit handler reads what is left.
  stream.on("error", () => {});
  stream.resume();
  /** libuv would try again and again without doing anything else, while the child may be waiting for us to read. */
  const sendPatiently = (piece: Uint8Array, done: () => void, pause = RETRY) => {
    const length = running ? writeNow(child.fd, piece) : piece.length;
    if (length === piece.length) done();
    else setTimeout(sendPatiently, pause, piece.subarray(length), done, length > 0 ? RETRY : Math.min(pause * 2, IDLE));
  };
  const outlet = new Outlet(child.fd, sendPatiently);

  const exited = new Promise<number>((resolve) => {
    ended = (status, signal) => {
      running = false;
      stream.pause();
      for (let drained = 0; drained < KERNEL_QUEUE; ) {
        const length = readNow(child.fd, input);
        if (length === 0) break;
        drained += length;
        taken(length);
      }
      deliver();
      stream.destroy();
      closeSync(slave);
      resolve(signal > 0 ? 128 + signal : status);
    };
  });

  return {
    pid: child.pid,
    slave,
    exited,
    get pending() {
      return outlet.pending;
    },
    // Afterwards the descriptor's number may be another file's.
    write: (data, done) => (running ? outlet.write(data, done) : done?.()),
    resize: (cols, rows) => running && native.resize(child.fd, cols, rows),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    kill: (signal) => {
      // Afterwards the number may be another process's.
      if (!running) return;
      try {
        process.kill(child.pid, signal);
      } catch {
        // It has ended in this moment.
      }
    },
  };
}

/** Makes sure that sessions can be run here, before anything is done for one.
 *
 *  @throws CliError where there is no pseudo-terminal support */
export function requirePty(): void {
  if (process.platform !== "win32") loadNative();
}

/** Reads what is there without waiting; 0 when there is nothing. */
function readNow(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer);
  } catch {
    return 0;
  }
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "/"; // The directory we were started in has been removed.
  }
}
