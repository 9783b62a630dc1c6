// Terminal settings without a native binding: Node's own raw mode keeps OPOST and so ruins cursor movement by bare line
// feeds. A shell kept running beside us calls stty, which costs a millisecond instead of a process start, and because
// it sees our end as the end of its input, it puts the settings back even when we are killed.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { Socket } from "node:net";

/** Milliseconds after which a script is not expected to answer any more. */
const TIMEOUT = 3_000;

/** A shell script that answers each line it reads with one line. */
class Attendant {
  readonly #child: ChildProcess;
  #waiting: ((line: string | undefined) => void)[] = [];
  #text = "";
  #ended = false;

  /** @param fd  becomes the script's descriptor 3 */
  constructor(script: string, fd: number) {
    // A session of its own, so that no key and no hang-up of the terminal ends it, and stty may act from there.
    this.#child = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "pipe", "ignore", fd], detached: true });
    this.#child.on("error", () => this.#end());
    this.#child.on("close", () => this.#end());
    this.#child.stdin!.on("error", () => this.#end());
    this.#child.stdout!.setEncoding("latin1").on("data", (text: string) => {
      const lines = (this.#text + text).split("\n");
      this.#text = lines.pop()!;
      for (const line of lines) this.#waiting.shift()?.(line);
    });
    // It must not keep us running.
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout]) (stream as Socket).unref();
  }

  /** Sends one line; resolves with the answer, or with nothing when there is none in time. After that there is none at
   *  all: which question a late answer belongs to would be uncertain. */
  ask(line: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.#ended) return resolve(undefined);
      const timer = setTimeout(() => this.#end(), TIMEOUT);
      this.#waiting.push((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#child.stdin!.write(`${line}\n`);
    });
  }

  /** Lets the script see the end of its input. */
  close(): void {
    this.#child.stdin!.end();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #end(): void {
    this.#ended = true;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }
}

// At the end of its input the script restores only what is still as it set it: an interactive shell that we were
// started from may have taken its terminal back already. It must live until then, also when nobody reads its answers.
const RAW = `
trap '' PIPE
saved=$(stty -g <&3)
while read -r command; do
  case $command in
    raw) stty raw -echo -iexten <&3; ours=$(stty -g <&3) ;;
    *) stty "$saved" <&3; ours= ;;
  esac
  echo "$saved"
done
if [ "$ours" ] && [ "$(stty -g <&3)" = "$ours" ]; then stty "$saved" <&3; fi`;

/** Raw mode of the user's terminal, and the way back. */
export class RawMode {
  readonly #fd: number;
  readonly #attendant: Attendant;
  readonly #onExit = () => this.#restoreNow();
  #saved: string | undefined;
  #raw = false;

  /** @param fd  the terminal; it must stay open as long as this is used */
  constructor(fd: number) {
    this.#fd = fd;
    this.#attendant = new Attendant(RAW, fd);
    process.on("exit", this.#onExit);
  }

  /** Resolves when the terminal passes every byte as it is, in both directions. */
  async enter(): Promise<void> {
    this.#saved = (await this.#attendant.ask("raw")) ?? this.#saved;
    this.#raw = this.#saved !== undefined;
  }

  /** Resolves when the settings are what they were. */
  async leave(): Promise<void> {
    if (!this.#raw) return;
    if ((await this.#attendant.ask("restore")) === undefined) this.#restoreNow();
    this.#raw = false;
  }

  close(): void {
    process.off("exit", this.#onExit);
    this.#restoreNow();
    this.#attendant.close();
  }

  /** Restores without waiting, for the last moment of the process. */
  #restoreNow(): void {
    if (!this.#raw || this.#saved === undefined) return;
    this.#raw = false;
    this.#attendant.kill();
    spawnSync("stty", [this.#saved], { stdio: [this.#fd, "ignore", "ignore"], timeout: TIMEOUT });
  }
}

/** Tells whether what is typed on a terminal now may be kept. */
export interface Echo {
  /** Resolves to true when it must not. */
  secret(): Promise<boolean>;
  close(): void;
}

/** @param slave  that of the session's pseudo-terminal; without one nobody can tell, and everything is secret */
export function watchEcho(slave: number | undefined): Echo {
  return slave === undefined ? { secret: async () => true, close() {} } : new EchoWatch(slave);
}

const ECHO = "while read -r _; do echo $(stty -a <&3); done";

/** Asks for the terminal's settings. */
export class EchoWatch implements Echo {
  readonly #attendant: Attendant;

  /** @param fd  the slave of the session's pseudo-terminal */
  constructor(fd: number) {
    this.#attendant = new Attendant(ECHO, fd);
  }

  /** Resolves to true when the terminal takes lines without showing them, as it does for passwords.
   *
   *  Programs that read single keys (shells' line editors, full-screen programs) also switch ECHO off, because they
   *  draw what is typed themselves; they switch ICANON off too, which tells the two apart. When the settings cannot be
   *  read the answer is true. */
  async secret(): Promise<boolean> {
    const settings = (await this.#attendant.ask(""))?.split(/[\s;]+/);
    return settings === undefined || (settings.includes("-echo") && !settings.includes("-icanon"));
  }

  close(): void {
    this.#attendant.close();
  }
}
