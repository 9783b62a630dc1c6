// record and session: one session to the outputs that were asked for.
import type { Header } from "@asciinema-ts/asciicast";
import type { Values } from "../arguments.js";
import { type Config, type Environment, loadConfig } from "../config.js";
import { liveEncoding } from "../encoding.js";
import { CliError, reason } from "../error.js";
import { fnv1a } from "../fnv.js";
import { openLog } from "../log.js";
import { info, keepOutputClean, useTerminalLines, warn } from "../messages.js";
import { notifier } from "../notify.js";
import { type OutputFormat, parseSize } from "../options.js";
import { FileOutput } from "../output.js";
import { Probe, QUERIES } from "../probe.js";
import { requirePty } from "../pty.js";
import { openRecordingFile } from "../recording-file.js";
import { run as runSession } from "../session.js";
import { openTty, type Size, type Tty } from "../tty.js";

/** Milliseconds of silence after which a terminal is taken not to answer. */
const SILENCE = 250;

/** Runs `record`: a session that is recorded to the file named by the only argument. */
export function record(values: Values, env: Environment): Promise<number> {
  return session(values, env, values.words[0]!, { ASCIINEMA_REC: "1" });
}

/** Runs `session`: the outputs are options, and further words set environment variables. */
export function runOutputs(values: Values, env: Environment): Promise<number> {
  const path = values.get("output-file")!;
  const pairs = values.words.filter((word) => word.includes("="));
  return session(values, env, path, Object.fromEntries(pairs.map((pair) => cut(pair, "="))));
}

async function session(values: Values, env: Environment, path: string, extra: Environment): Promise<number> {
  if (/^\/dev\/(stdout|fd\/1)$|^\/proc\/self\/fd\/1$/.test(path)) keepOutputClean();
  requirePty();
  const log = openLog(values.get("log-file"));
  const config = await loadConfig(env);
  const explicit = values.get("command") ?? config.session.command;
  const fixed = sizeOf(values);
  const desktop = notifier(config.notifications, env);
  const notify = (text: string) => {
    log("INFO", text);
    desktop(text);
  };

  const headless = values.has("headless");
  const tty = headless ? undefined : openTty();
  try {
    const size = () => {
      const actual = fixed.cols && fixed.rows ? undefined : tty?.size;
      return { cols: fixed.cols ?? actual?.cols ?? 80, rows: fixed.rows ?? actual?.rows ?? 24 };
    };
    // First of all, while ctrl+c still works: a named pipe waits for its reader.
    const append = values.has("append");
    const format = values.get("output-format") as OutputFormat | undefined;
    const file = await openRecordingFile(path, { format, append, overwrite: values.has("overwrite") });
    const { probe, typed } = tty ? await ask(tty, env) : { probe: undefined, typed: "" };
    const header = headerOf(values, config, env, size(), explicit, tty ? probe : undefined);
    const encoder = await liveEncoding(file.format, header, file.append === undefined ? {} : { append: file.append });
    // A limit on the size of files is then a write error like any other, and does not end us.
    process.on("SIGXFSZ", () => {});
    let failure: Error | undefined;
    const output = new FileOutput(file.sink, encoder, (error) => {
      failure = error;
      log("ERROR", `cannot write to ${path}: ${reason(error)}`);
      desktop("Write error, recording suspended");
      // Losing a recording is worth a line in the middle of whatever the screen shows.
      tty?.write(`\r\n!!! Write error, recording suspended: ${reason(error)}\r\n`);
    });
    await output.start().catch((error) => {
      notify("Write error, session won't be recorded");
      throw new CliError(`cannot write to ${path}: ${reason(error)}`);
    });
    // What lies between the sessions takes no time in the recording, but leaves a mark.
    if (file.append !== undefined) {
      output.write({ time: 0, type: "marker", label: `continued ${new Date().toISOString()}` });
    }

    if (!tty && !headless) info("TTY not available, recording in headless mode");
    info("asciinema session started");
    info(`Recording to ${path}`);
    if (explicit === undefined) info("Press <ctrl+d> or type 'exit' to end");
    log("INFO", `session started, recording to ${path}`);

    const { status, paused } = await runSession({
      command: explicit ?? (env["SHELL"] || "/bin/sh"),
      env: { ...env, ...extra, ASCIINEMA_SESSION: fnv1a(String(process.pid)) },
      tty,
      size,
      probe,
      typed,
      keys: {
        prefix: config.session.prefixKey,
        pause: config.session.pauseKey,
        addMarker: config.session.addMarkerKey,
      },
      captureInput: values.has("capture-input") || config.session.captureInput,
      outputs: [output],
      notify,
    });
    await tty?.restore();
    useTerminalLines(false);
    log("INFO", `session ended with status ${status}`);

    info("asciinema session ended");
    if (paused) warn("The recording was paused when the session ended: what came after the pause is not in it");
    if (failure) warn(`Write error: ${path} ends before the session did: ${reason(failure)}`);
    else info(`Recorded to ${path}`);
    if (failure && values.has("strict")) return 1;
    return values.has("return") ? status : 0;
  } finally {
    tty?.close();
    useTerminalLines(false);
  }
}

/** Puts the terminal into raw mode and asks it who it is and what colours it has.
 *
 *  @returns what was typed meanwhile, and the reader that takes late answers out of what is typed from now on */
async function ask(tty: Tty, env: Environment): Promise<{ probe: Probe | undefined; typed: string }> {
  await tty.raw();
  useTerminalLines(true);
  const term = env["TERM"];
  if (term === undefined || term === "dumb" || term === "linux" || env["STY"]) return { probe: undefined, typed: "" };
  const probe = new Probe();
  let typed = "";
  await new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, SILENCE);
    tty.onEnd = resolve;
    tty.onInput = (chunk) => {
      typed += probe.read(Buffer.from(chunk).toString("latin1"));
      clearTimeout(timer);
      timer = setTimeout(resolve, probe.done ? 0 : SILENCE);
    };
    tty.resume();
    tty.write(QUERIES);
  });
  tty.pause();
  return { probe, typed: typed + probe.late() };
}

function headerOf(
  values: Values,
  config: Config,
  env: Environment,
  size: Size,
  command: string | undefined,
  probe: Probe | undefined,
): Header {
  const seconds = values.number("idle-time-limit");
  const idleTimeLimit = seconds === undefined ? config.session.idleTimeLimit : Math.round(seconds * 1e6);
  const names = (values.get("capture-env") ?? config.session.captureEnv ?? "SHELL").split(",");
  const captured = names.map((name) => [name.trim(), env[name.trim()]] as const);
  const found = captured.filter((pair): pair is readonly [string, string] => pair[0] !== "" && pair[1] !== undefined);
  const title = values.get("title");
  return {
    ...size,
    timestamp: Math.floor(Date.now() / 1000),
    ...(probe && env["TERM"] !== undefined && { termType: env["TERM"] }),
    ...(probe?.version !== undefined && { termVersion: probe.version }),
    ...(probe?.theme && { theme: probe.theme }),
    ...(idleTimeLimit !== undefined && { idleTimeLimit }),
    ...(command !== undefined && { command }),
    ...(title !== undefined && { title }),
    ...(found.length > 0 && { env: Object.fromEntries(found) }),
  };
}

function sizeOf(values: Values): Partial<Size> {
  const size = parseSize(values.get("window-size") ?? "");
  return typeof size === "string" ? {} : size;
}

/** The text before and after the first separator. */
function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
