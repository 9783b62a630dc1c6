// A session: a child on a pseudo-terminal between the user's terminal and the outputs.
import type { Event } from "@asciinema-ts/asciicast";
import { type Key, KeyReader } from "./keys.js";
import type { Output } from "./output.js";
import type { Probe } from "./probe.js";
import { type Pty, spawn } from "./pty.js";
import { type Echo, watchEcho } from "./termios.js";
import type { Size, Tty } from "./tty.js";
import { Utf8Pieces } from "./utf8.js";

/** Bytes that may wait for the terminal or an output before the child has to. */
const HIGH_WATER = 256 * 1024;
/** What is left of them when the child may go on. */
const LOW_WATER = 64 * 1024;
/** The same for what is typed, before the terminal has to. */
const TYPED_HIGH_WATER = 64 * 1024;
/** Milliseconds that a terminal may take nothing at the end before the rest is given up. */
const STUCK = 2_000;
/** Milliseconds after which a child that ignores SIGTERM, as interactive shells do, sees its terminal hang up. */
const PATIENCE = 500;

/** Microseconds after which no answer to our questions comes any more; the child's own may look the same. */
const LATEST_ANSWER = 5_000_000;

export interface SessionOptions {
  command: string;
  env: Record<string, string | undefined>;
  /** The user's terminal, in raw mode; without one nothing is shown and nothing is typed. */
  tty: Tty | undefined;
  /** The size that the session has to have now. */
  size: () => Size;
  /** Takes answers of the terminal that come late out of what is typed. */
  probe: Probe | undefined;
  /** What was typed before the session began, as bytes in a string. */
  typed: string;
  keys: { prefix: Key | undefined; pause: Key | undefined; addMarker: Key | undefined };
  captureInput: boolean;
  outputs: readonly Output[];
  notify: (text: string) => void;
}

/** How a session ended. */
export interface SessionEnd {
  /** The child's exit status, or 128 + the signal that ended it. */
  status: number;
  /** Whether nothing was being recorded any more. */
  paused: boolean;
}

/** Runs a session to its end. */
export async function run(options: SessionOptions): Promise<SessionEnd> {
  const { tty, outputs } = options;
  const clock = new Clock();
  const pieces = new Utf8Pieces();
  const emit = (event: Exclude<Event, { type: "output" }>) => {
    for (const output of outputs) output.write(event);
  };
  const record = (text: Uint8Array) => {
    if (text.length === 0 || clock.paused) return;
    const time = clock.now();
    for (const output of outputs) output.print(time, text);
  };

  let size = options.size();
  let waiting = false;
  /** What the child printed last, for telling a question for a password. */
  let tail = "";
  const onOutput = (chunk: Uint8Array) => {
    tty?.write(chunk, relieve);
    const text = pieces.push(chunk);
    record(text);
    if (options.captureInput) tail = (tail + Buffer.from(text.subarray(-400)).toString()).slice(-200);
    if (!waiting && above(HIGH_WATER)) {
      waiting = true;
      pty.pause();
      for (const output of outputs) void output.drained().then(relieve);
    }
  };
  const relieve = () => {
    if (!waiting || above(LOW_WATER)) return;
    waiting = false;
    pty.resume();
  };
  const above = (mark: number) => (tty?.pending ?? 0) > mark || outputs.some(({ pending }) => pending > mark);

  const pty = spawn({ command: options.command, env: options.env, ...size, onOutput });
  const echo = options.captureInput ? watchEcho(pty.slave) : undefined;
  const input = new TypedInput(pty, tty, echo, (text) => {
    emit({ time: clock.now(), type: "input", text });
  });

  const resize = () => {
    const next = options.size();
    pty.resize(next.cols, next.rows);
    if (next.cols === size.cols && next.rows === size.rows) return;
    size = next;
    emit({ time: clock.now(), type: "resize", ...size });
  };
  const togglePause = () => {
    clock.toggle();
    for (const output of outputs) output.pause(clock.paused);
    options.notify(clock.paused ? "Paused recording" : "Resumed recording");
  };
  const addMarker = () => {
    emit({ time: clock.now(), type: "marker", label: "" });
    options.notify("Marker added");
  };

  const { prefix, pause, addMarker: markerKey } = options.keys;
  const reader = new KeyReader();
  let armed = false;
  const special = ["\x1b", ...[prefix, pause, markerKey].flatMap((key) => key ?? [])];
  const onTyped = (bytes: string) => {
    // What holds none of our keys need not be taken apart: whoever types waits for it.
    if (reader.idle && !armed && !special.some((key) => bytes.includes(key))) {
      input.type(bytes, tail, !clock.paused);
      return;
    }
    let passed = "";
    for (const { text, pasted } of reader.read(bytes)) {
      const is = (key: Key | undefined) => !pasted && key !== undefined && key.includes(text);
      if (prefix && !armed) {
        if (is(prefix)) armed = true;
        else passed += text;
        continue;
      }
      armed = false;
      const action = is(pause) ? togglePause : is(markerKey) ? addMarker : undefined;
      if (!action) passed += text;
      else {
        input.type(passed, tail, !clock.paused);
        passed = "";
        action();
      }
    }
    input.type(passed, tail, !clock.paused);
  };

  const { probe } = options;
  const withoutAnswers = (bytes: string) => {
    if (!probe || probe.done) return bytes;
    return clock.now() > LATEST_ANSWER ? probe.end() + bytes : probe.read(bytes);
  };

  const hangUp = () => pty.kill("SIGHUP");
  let patience: NodeJS.Timeout | undefined;
  const terminate = () => {
    pty.kill("SIGTERM");
    patience ??= setTimeout(hangUp, PATIENCE);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGQUIT"] as const;
  for (const signal of signals) process.on(signal, terminate);
  process.on("SIGHUP", hangUp);

  if (tty) {
    process.on("SIGWINCH", resize);
    tty.onEnd = hangUp;
    tty.onInput = (bytes) => onTyped(withoutAnswers(bytes));
    tty.resume();
    resize(); // The size may have changed before anybody listened.
  }
  onTyped(options.typed);

  const status = await pty.exited;
  clearTimeout(patience);
  tty?.pause();
  input.close();
  await input.settled;
  echo?.close();
  record(pieces.end());
  emit({ time: clock.now(), type: "exit", status });
  await Promise.all([tty && drainOrGiveUp(tty), ...outputs.map((output) => output.end())]);
  for (const signal of signals) process.off(signal, terminate);
  process.off("SIGHUP", hangUp);
  process.off("SIGWINCH", resize);
  return { status, paused: clock.paused };
}

/** Microseconds since the session began, not counting the time in which it was paused. */
class Clock {
  #origin = performance.now();
  #frozen: number | undefined;

  get paused(): boolean {
    return this.#frozen !== undefined;
  }

  now(): number {
    return Math.round(((this.#frozen ?? performance.now()) - this.#origin) * 1000);
  }

  toggle(): void {
    if (this.#frozen === undefined) this.#frozen = performance.now();
    else {
      this.#origin += performance.now() - this.#frozen;
      this.#frozen = undefined;
    }
  }
}

/** What is typed, on its way to the child, and recorded if that is wanted and it is no secret. */
class TypedInput {
  /** Resolves when everything typed so far has been passed on. */
  settled: Promise<void> = Promise.resolve();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #pty: Pty;
  readonly #tty: Tty | undefined;
  readonly #echo: Echo | undefined;
  readonly #record: (text: string) => void;
  /** Whether the terminal waits for the child. */
  #held = false;
  readonly #taken = () => {
    if (!this.#held) return;
    this.#held = false;
    this.#tty?.resume();
  };

  constructor(pty: Pty, tty: Tty | undefined, echo: Echo | undefined, record: (text: string) => void) {
    this.#pty = pty;
    this.#tty = tty;
    this.#echo = echo;
    this.#record = record;
  }

  /** @param shown  the end of what the child has printed
   *  @param wanted  whether it is to be recorded at all */
  type(bytes: string, shown: string, wanted: boolean): void {
    if (bytes === "") return;
    const data = Buffer.from(bytes, "latin1");
    const echo = this.#echo;
    if (!echo) this.#pass(data);
    else this.settled = this.settled.then(() => (wanted ? this.#passWatched(echo, data, shown) : this.#pass(data)));
  }

  /** Lets the terminal be: whatever is typed from now on is for who comes after the session. */
  close(): void {
    this.#held = false;
  }

  #pass(data: Uint8Array): void {
    this.#pty.write(data, this.#taken);
    if (this.#pty.pending <= TYPED_HIGH_WATER) return;
    this.#held = true;
    this.#tty?.pause();
  }

  /** Asks before and after: a program that stops taking secrets as soon as it has read one must not betray it. */
  async #passWatched(echo: Echo, data: Uint8Array, shown: string): Promise<void> {
    const before = await echo.secret();
    this.#pass(data);
    const secret = before || (await echo.secret()) || asksForSecret(shown);
    const text = this.#decoder.decode(data, { stream: true });
    if (text !== "" && !secret) this.#record(text);
  }
}

/** Whether the line that was printed last asks for a password. Some programs show stars for its characters, and for
 *  that they read single keys, so the terminal's settings do not tell. */
function asksForSecret(shown: string): boolean {
  return /(?:pass(?:word|phrase|code)|\bPIN\b|secret)[^\r\n]*[:?][ *•]*$/i.test(
    shown.replace(/[\b\x7f]|\x1b\[[0-9;?]*[A-Za-z]/g, ""),
  );
}

/** Waits for the terminal as long as it takes anything. */
async function drainOrGiveUp(tty: Tty): Promise<void> {
  for (let before = Number.POSITIVE_INFINITY; tty.pending > 0 && tty.pending < before; ) {
    before = tty.pending;
    await tty.flush(STUCK);
  }
}
