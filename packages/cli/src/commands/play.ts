import { accelerate, limitIdleTime } from "@asciinema-ts/asciicast";
import type { Values } from "../arguments.js";
import { type Environment, loadConfig } from "../config.js";
import { CliError, reason } from "../error.js";
import { Filter } from "../filter.js";
import { info } from "../messages.js";
import { type Outcome, Playback } from "../playback.js";
import { eventsOf, openCapture, openSource, warnOf } from "../source.js";
import { Tty } from "../tty.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** Runs `play`: replays a recording on the terminal. */
export async function play(values: Values, env: Environment): Promise<number> {
  const name = values.words[0]!;
  const config = await loadConfig(env);
  const speed = values.number("speed") ?? config.playback.speed ?? 1;
  const seconds = values.number("idle-time-limit");
  const limit = seconds === undefined ? config.playback.idleTimeLimit : seconds * 1e6;
  const { pauseKey: pause, stepKey: step, nextMarkerKey: nextMarker } = config.playback;

  const loop = values.has("loop");
  // What comes through a pipe comes once.
  const source = loop ? await collected(name) : await openSource(name, { stdin: true });
  info(`Replaying session from ${name}`);
  let capture = await openCapture(name, source, { damage: "skip" });

  const tty = openTerminal();
  const filter = new Filter({ all: values.has("raw") });
  let outcome: Outcome = "ended";
  try {
    await tty.raw();
    const playback = new Playback(tty, {
      filter,
      keys: { pause, step, nextMarker },
      pauseOnMarkers: values.has("pause-on-markers"),
      resize: values.has("resize"),
    });
    const stop = () => playback.stop();
    for (const signal of SIGNALS) process.on(signal, stop);
    for (;;) {
      const idle = limit ?? capture.header.idleTimeLimit;
      const events = eventsOf(capture, name);
      const limited = idle === undefined ? events : limitIdleTime(events, idle);
      outcome = await playback.play(capture.header, accelerate(limited, speed));
      if (!loop || outcome === "interrupted") break;
      capture = await openCapture(name, source, { damage: "skip" });
    }
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

async function collected(name: string): Promise<AsyncIterable<Uint8Array> & Iterable<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await openSource(name, { stdin: true })) chunks.push(chunk);
  return {
    [Symbol.iterator]: () => chunks[Symbol.iterator](),
    async *[Symbol.asyncIterator]() {
      yield* chunks;
    },
  };
}

function openTerminal(): Tty {
  try {
    return new Tty();
  } catch (error) {
    throw new CliError(`can't open /dev/tty: ${reason(error)}`);
  }
}
