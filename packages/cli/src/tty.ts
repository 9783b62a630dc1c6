// The user's terminal: always /dev/tty, so that the standard streams stay free for files and pipes; on Windows the console
// that they are connected to.
import { closeSync, constants, openSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { Outlet } from "./outlet.js";
import { RawMode } from "./termios.js";

export interface Size {
  cols: number;
  rows: number;
}

/** Bytes read at a time. */
const READ = 64 * 1024;
const FLAGS = constants.O_RDWR | constants.O_NOCTTY;

/** A terminal, in raw mode between `raw()` and `restore()`. */
export abstract class Tty {
  /** Gets what is typed as bytes in a string (see `Key`), from the first `resume()` on. */
  onInput: (bytes: string) => void = () => {};
  /** Called once when the terminal goes away. */
  onEnd: () => void = () => {};

  /** The present size, or the last that is known; 80×24 when the terminal does not know it. */
  abstract get size(): Size;
  /** Bytes written that the terminal has not taken yet. */
  abstract get pending(): number;
  /** Writes without blocking; calls `taken` when everything written so far has been taken, at once where it is. */
  abstract write(data: Uint8Array | string, taken?: () => void): void;
  abstract raw(): Promise<void>;
  abstract restore(): Promise<void>;
  abstract resume(): void;
  abstract pause(): void;
  /** Restores the settings if that has not been done, and lets the terminal go. */
  abstract close(): void;

  /** Resolves when everything written has been taken, or the terminal has gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => this.write("", resolve));
  }

  /** Resolves when everything written has been taken, or after `timeout` milliseconds. */
  flush(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeout);
      this.write("", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** The controlling terminal of this process. */
class DevTty extends Tty {
  readonly #fd: number;
  /** For writing, without blocking. */
  readonly #out: number;
  readonly #stream: ReadStream;
  readonly #outlet: Outlet;
  readonly #mode: RawMode;
  readonly #onContinue = () => void this.#mode.enter();
  #open = true;
  #size: Size = { cols: 80, rows: 24 };

  /** @throws the system's error when this process has no controlling terminal */
  constructor() {
    super();
    this.#fd = openSync("/dev/tty", FLAGS);
    // The stream opens its own description, so that not blocking stays its affair. What is typed is handed over as it is read, without the stream's queue in between.
    const buffer = Buffer.allocUnsafe(READ);
    const typed = (length: number) => {
      this.onInput(buffer.toString("latin1", 0, length));
      return true;
    };
    this.#stream = new ReadStream(this.#fd, { onread: { buffer, callback: typed } } as object);
    this.#out = openSync("/dev/tty", constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    this.#outlet = new Outlet(this.#out, (piece, done) => this.#stream.write(piece, () => done()));
    this.#mode = new RawMode(this.#fd);
    const end = () => {
      if (!this.#open) return;
      this.#open = false;
      this.onEnd();
    };
    this.#stream.on("end", end).on("error", end);
    this.#stream.pause();
  }

  get size(): Size {
    try {
      const stream = new WriteStream(openSync("/dev/tty", FLAGS));
      const { columns, rows } = stream;
      stream.destroy();
      this.#size = { cols: columns || 80, rows: rows || 24 };
    } catch {
      // It has gone; whoever reads from it will be told.
    }
    return this.#size;
  }

  get pending(): number {
    return this.#open ? this.#outlet.pending : 0;
  }

  write(data: Uint8Array | string, taken?: () => void): void {
    if (this.#open) this.#outlet.write(typeof data === "string" ? Buffer.from(data) : data, taken);
    else taken?.();
  }

  async raw(): Promise<void> {
    await this.#mode.enter();
    // Whoever stopped us has put its own settings in place.
    process.on("SIGCONT", this.#onContinue);
  }

  async restore(): Promise<void> {
    process.off("SIGCONT", this.#onContinue);
    await this.#mode.leave();
  }

  resume(): void {
    if (this.#open) this.#stream.resume();
  }

  pause(): void {
    this.#stream.pause();
  }

  close(): void {
    process.off("SIGCONT", this.#onContinue);
    this.#open = false;
    this.#mode.close();
    this.#stream.destroy();
    closeSync(this.#out);
    try {
      closeSync(this.#fd);
    } catch {
      // The stream could not open its own and has closed this one.
    }
  }
}

/** The console of a Windows process, which Node's own raw mode suits: what is written to it is not processed there. */
export class ConsoleTty extends Tty {
  readonly #input: ReadStream;
  readonly #output: WriteStream;

  /** @throws Error when standard input and output are not connected to a console */
  constructor(input: ReadStream, output: WriteStream) {
    super();
    if (!input.isTTY || !output.isTTY) throw new Error("standard input and output are no console");
    this.#input = input;
    this.#output = output;
    input.on("data", (chunk: Buffer) => this.onInput(chunk.toString("latin1")));
    input.once("end", () => this.onEnd()).on("error", () => this.onEnd());
    input.pause();
  }

  get size(): Size {
    return { cols: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  get pending(): number {
    return this.#output.writableLength;
  }

  write(data: Uint8Array | string, taken?: () => void): void {
    this.#output.write(data, taken && (() => taken()));
  }

  async raw(): Promise<void> {
    this.#input.setRawMode(true);
  }

  async restore(): Promise<void> {
    this.#input.setRawMode(false);
  }

  resume(): void {
    this.#input.resume();
  }

  pause(): void {
    this.#input.pause();
  }

  close(): void {
    this.#input.setRawMode(false);
    this.#input.pause();
  }
}

/** The terminal of this process.
 *
 *  @throws the system's error when it has none */
export function connectTty(): Tty {
  return process.platform === "win32" ? new ConsoleTty(process.stdin, process.stdout) : new DevTty();
}

/** The same, or nothing when it has none. */
export function openTty(): Tty | undefined {
  try {
    return connectTty();
  } catch {
    return undefined;
  }
}
