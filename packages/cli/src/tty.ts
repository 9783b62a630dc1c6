// The user's terminal: always /dev/tty, so that the standard streams stay free for files and pipes.
import { closeSync, constants, openSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { RawMode } from "./termios.js";

export interface Size {
  cols: number;
  rows: number;
}

/** Bytes read at a time. */
const READ = 64 * 1024;
const FLAGS = constants.O_RDWR | constants.O_NOCTTY;

/** The controlling terminal of this process, in raw mode between `raw()` and `restore()`. */
export class Tty {
  /** Gets what is typed, from the first `resume()` on. The chunk may be kept. */
  onInput: (chunk: Uint8Array) => void = () => {};
  /** Called once when the terminal goes away. */
  onEnd: () => void = () => {};

  readonly #fd: number;
  readonly #stream: ReadStream;
  readonly #mode: RawMode;
  readonly #onContinue = () => void this.#mode.enter();
  #open = true;
  #size: Size = { cols: 80, rows: 24 };

  /** @throws the system's error when this process has no controlling terminal */
  constructor() {
    this.#fd = openSync("/dev/tty", FLAGS);
    // The stream opens its own description, so that not blocking stays its affair. What is typed is handed over as it is read, without the stream's queue in between.
    const buffer = Buffer.allocUnsafe(READ);
    const typed = (length: number) => {
      this.onInput(Uint8Array.prototype.slice.call(buffer, 0, length));
      return true;
    };
    this.#stream = new ReadStream(this.#fd, { onread: { buffer, callback: typed } } as object);
    this.#mode = new RawMode(this.#fd);
    const end = () => {
      if (!this.#open) return;
      this.#open = false;
      this.onEnd();
    };
    this.#stream.on("end", end).on("error", end);
    this.#stream.pause();
  }

  /** The present size, or the last that is known; 80×24 when the terminal does not know it. */
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

  /** Bytes written that the terminal has not taken yet. */
  get pending(): number {
    return this.#open ? this.#stream.writableLength : 0;
  }

  /** Writes without blocking; calls `taken` when everything written so far has been taken. */
  write(data: Uint8Array | string, taken?: () => void): void {
    if (this.#open) this.#stream.write(data, taken && (() => taken()));
    else taken?.();
  }

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

  /** Restores the settings if that has not been done, and lets the terminal go. */
  close(): void {
    process.off("SIGCONT", this.#onContinue);
    this.#open = false;
    this.#mode.close();
    this.#stream.destroy();
    try {
      closeSync(this.#fd);
    } catch {
      // The stream could not open its own and has closed this one.
    }
  }
}

/** The terminal of this process, or nothing when it has none. */
export function openTty(): Tty | undefined {
  try {
    return new Tty();
  } catch {
    return undefined;
  }
}
