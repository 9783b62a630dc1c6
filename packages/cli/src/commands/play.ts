import { type Event, limitIdleTime } from "@asciinema-ts/asciicast";
import type { Values } from "../arguments.js";
import { type Environment, loadConfig } from "../config.js";
import { CliError, reason } from "../error.js";
import { Filter } from "../filter.js";
import { info } from "../messages.js";
import { parseTime } from "../option-values.js";
import { type Outcome, Playback } from "../playback.js";
import { Progress } from "../progress.js";
import { Reel } from "../reel.js";
import { eventsOf, openCapture, openSource, warnOf } from "../source.js";
import { connectTty, type Tty } from "../tty.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** Runs `play`: replays a recording on the terminal. */
export async function play(values: Values, env: Environment): Promise<number> {
  const name = values.words[0]!;
  const config = await loadConfig(env);
  const speed = values.number("speed") ?? config.playback.speed ?? 1;
  const seconds = values.number("idle-time-limit");
  const limit = seconds === undefined ? config.playback.idleTimeLimit : seconds * 1e6;
  const { pauseKey: pause, stepKey: step, nextMarkerKey: nextMarker } = config.playback;

  const [startAt, endAt] = ["start-at", "end-at"].map((name) => parseTime(values.get(name) ?? ""));

  const progress = new Progress("Downloading");
  const source = await openSource(name, { stdin: true, progress });
  const capture = await openCapture(name, source, { damage: "skip" }).finally(() => progress.stop());
  const tty = openTerminal();
  info(`Replaying session from ${name}`);

  const filter = new Filter({ all: values.has("raw") });
  let outcome: Outcome = "ended";
  try {
    await tty.raw();
    const loop = values.has("loop");
    const idle = limit ?? capture.header.idleTimeLimit;
    const events = idle === undefined ? eventsOf(capture, name) : limitIdleTime(eventsOf(capture, name), idle);
    // A recording that is to begin again has to be kept whole.
    const reel = new Reel(capture.header, until(endAt, events), loop ? { kept: Number.POSITIVE_INFINITY } : {});
    const playback = new Playback(tty, reel, {
      filter,
      keys: { pause, step, nextMarker },
      speed,
      startAt: startAt ?? 0,
      pauseOnMarkers: values.has("pause-on-markers"),
      resize: values.has("resize"),
      loop,
    });
    const stop = () => playback.stop();
    for (const signal of SIGNALS) process.on(signal, stop);
    for (const signal of ["SIGWINCH", "SIGCONT"]) process.on(signal, () => playback.repaint());
    outcome = await playback.play(capture.header);
  } finally {
    tty.write(filter.restore());
    await tty.flush(1_000);
    await tty.restore();
    tty.close();
  }
  info(outcome === "ended" ? "Playback ended" : "Playback interrupted");
  warnOf(capture, name);
  return 0;
}

/** The events up to a time in microseconds. */
async function* until(time: number | undefined, batches: AsyncIterable<Event[]>): AsyncGenerator<Event[]> {
  for await (const batch of batches) {
    const end = time === undefined ? -1 : batch.findIndex((event) => event.time > time);
    if (end < 0) yield batch;
    else {
      yield batch.slice(0, end);
      return;
    }
  }
}

function openTerminal(): Tty {
  try {
    return connectTty();
  } catch (error) {
    const instead = "play needs a terminal: asciinema cat prints what was printed, asciinema convert makes text of it";
    throw new CliError(`can't open /dev/tty: ${reason(error)}\n  ${instead}`);
  }
}
