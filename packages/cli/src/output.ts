// Where a session's events go. Each output has its own queue and fails alone.
import { close, closeSync, fsync, write } from "node:fs";
import { promisify } from "node:util";
import type { Encoder, Event } from "@asciinema-ts/asciicast";

export interface Output {
  /** Takes an event; never waits and never throws. */
  write(event: Event): void;
  /** Bytes taken that are not where they belong yet. */
  readonly pending: number;
  /** Resolves when nothing is pending, or nothing more can be written. */
  drained(): Promise<void>;
  /** Makes what was written last. */
  sync(): void;
  /** Resolves when everything is where it belongs, or was given up. */
  end(): Promise<void>;
}

const writeFile = promisify(write);
const syncFile = promisify(fsync);
const closeFile = promisify(close);

/** A file that gets every event at once, as text of its format.
 *
 *  One write is on its way at a time; what comes meanwhile follows in the next. After an error nothing more is written:
 *  the file then ends within the last event that found room, which readers put up with. */
export class FileOutput implements Output {
  readonly #fd: number;
  readonly #encoder: Encoder;
  readonly #onError: (error: Error) => void;
  #queue = "";
  #buffer = Buffer.alloc(0);
  #writing: Promise<void> | undefined;
  #inFlight = 0;
  #failed = false;

  /** @param fd  open for writing; this closes it
   *  @param onError  called once, when writing fails for the first time */
  constructor(fd: number, encoder: Encoder, onError: (error: Error) => void) {
    this.#fd = fd;
    this.#encoder = encoder;
    this.#onError = onError;
  }

  /** Resolves when the beginning of the file has been written.
   *
   *  @throws the system's error */
  async start(): Promise<void> {
    const text = this.#encoder.start();
    try {
      await writeAll(this.#fd, Buffer.from(text));
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  get pending(): number {
    return this.#queue.length + this.#inFlight;
  }

  write(event: Event): void {
    if (this.#failed) return;
    this.#queue += this.#encoder.event(event);
    this.#pump();
  }

  async drained(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  sync(): void {
    // Pipes and devices cannot be synced, and need not be.
    void this.drained().then(() => syncFile(this.#fd).catch(() => {}));
  }

  async end(): Promise<void> {
    if (!this.#failed) this.#queue += this.#encoder.end();
    this.#pump();
    await this.drained();
    await syncFile(this.#fd).catch(() => {});
    await closeFile(this.#fd).catch((error) => this.#fail(error));
  }

  #pump(): void {
    if (this.#writing || this.#queue === "" || this.#failed) return;
    // One write at a time, so its memory can be used again; three bytes are the most that a UTF-16 unit takes.
    const most = this.#queue.length * 3;
    if (this.#buffer.length < most) this.#buffer = Buffer.allocUnsafeSlow(most);
    const data = this.#buffer.subarray(0, this.#buffer.write(this.#queue));
    this.#queue = "";
    this.#inFlight = data.length;
    this.#writing = writeAll(this.#fd, data)
      .catch((error) => this.#fail(error))
      .then(() => {
        this.#inFlight = 0;
        this.#writing = undefined;
        this.#pump();
      });
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#queue = "";
    this.#onError(error);
  }
}

async function writeAll(fd: number, data: Uint8Array): Promise<void> {
  for (let offset = 0; offset < data.length; ) {
    const { bytesWritten } = await writeFile(fd, data, offset, data.length - offset, null);
    offset += bytesWritten;
  }
}
