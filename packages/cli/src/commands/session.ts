// record, stream and session: one session to the outputs that were asked for.
import type { Header } from "@asciinema-ts/asciicast";
import type { Values } from "../arguments.js";
import { type Config, type Environment, loadConfig } from "../config.js";
import { byteEncoding } from "../encoding.js";
import { CliError, reason } from "../error.js";
import { fnv1a } from "../fnv.js";
import { type Log, openLog } from "../log.js";
import { info, keepOutputClean, useTerminalLines, warn } from "../messages.js";
import { type Notify, notifier } from "../notify.js";
import { type OutputFormat, parseSize } from "../option-values.js";
import { FileOutput } from "../output.js";
import { Probe, QUERIES } from "../probe.js";
import { requirePty } from "../pty.js";
import { openRecordingFile, type RecordingFile } from "../recording-file.js";
import { run as runSession } from "../session.js";
import type { LiveOptions, LiveOutput } from "../stream/live-output.js";
import { userShell } from "../system.js";
import { openTty, type Size, type Tty } from "../tty.js";

/** Milliseconds of silence after which a terminal is taken not to answer. */
const SILENCE = 250;

/** Milliseconds after which one wants to know what is being waited for. */
const HASTE = 1_000;

/** Where a session goes. */
interface Outputs {
  /** A file. */
  path?: string | undefined;
  /** Addresses to listen on and to send to, as the options have them. */
  local?: string | undefined;
  remote?: string | undefined;
  /** Whether viewers get what is typed. */
  input?: boolean;
}

/** Runs `record`: a session that is recorded to the file named by the only argument. */
export function record(values: Values, env: Environment): Promise<number> {
  return session(values, env, { path: values.words[0]! }, { ASCIINEMA_REC: "1" });
}

/** Runs `stream`: a session that is shown to viewers. */
export function stream(values: Values, env: Environment): Promise<number> {
  const [local, remote] = [values.get("local"), values.get("remote")];
  return session(values, env, { local, remote, input: values.has("capture-input") }, {});
}

/** Runs `session`: the outputs are options, and further words set environment variables. */
export function runOutputs(values: Values, env: Environment): Promise<number> {
  const [path, local, remote] = ["output-file", "stream-local", "stream-remote"].map((name) => values.get(name));
  const input = values.has("stream-input") || (path === undefined && values.has("capture-input"));
  const pairs = values.words.filter((word) => word.includes("="));
  return session(values, env, { path, local, remote, input }, Object.fromEntries(pairs.map((pair) => cut(pair, "="))));
}

async function session(values: Values, env: Environment, outputs: Outputs, extra: Environment): Promise<number> {
  const { path } = outputs;
  if (path !== undefined && /^\/dev\/(stdout|fd\/1)$|^\/proc\/self\/fd\/1$/.test(path)) keepOutputClean();
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
  const captureInput = values.has("capture-input") || config.session.captureInput;
  if (captureInput && process.platform === "win32") {
    warn("Input is not recorded: on Windows nobody can tell whether a password is being typed");
  }
  if (values.has("stream-input") && !captureInput) warn("--stream-input does nothing without --capture-input");
  const server = asksServer(outputs) ? await (await import("../server.js")).chooseServer(values, env) : undefined;
  const tty = headless ? undefined : openTty();
  try {
    const size = () => {
      const actual = fixed.cols && fixed.rows ? undefined : tty?.size;
      return { cols: fixed.cols ?? actual?.cols ?? 80, rows: fixed.rows ?? actual?.rows ?? 24 };
    };
    // First of all, while ctrl+c still works: a named pipe waits for its reader.
    const append = values.has("append");
    const format = values.get("output-format") as OutputFormat | undefined;
    const file =
      path === undefined
        ? undefined
        : { path, ...(await openRecordingFile(path, { format, append, overwrite: values.has("overwrite") })) };
    const asked = tty ? await ask(tty, env) : { probe: undefined, typed: "" };
    const { probe } = asked;
    const header = headerOf(values, config, env, size(), explicit, tty ? probe : undefined);
    const { live, typed } = await goLive(outputs, { header, server: server?.url, env, notify, log }, tty, asked);
    server?.keep();
    const recording = file && (await startRecording(file, header, { tty, notify, desktop, log }, live));

    if (!tty && !headless) info("TTY not available, recording in headless mode");
    info("asciinema session started");
    if (recording) info(`Recording to ${path}`);
    for (const url of live?.urls ?? []) info(`Live streaming at ${url}`);
    if (explicit === undefined) info("Press <ctrl+d> or type 'exit' to end");
    log("INFO", ["session started", ...(recording ? [`recording to ${path}`] : []), ...(live?.urls ?? [])].join(", "));

    const { status, paused } = await runSession({
      command: explicit ?? userShell(env),
      env: { ...env, ...extra, ...live?.environment, ASCIINEMA_SESSION: fnv1a(String(process.pid)) },
      tty,
      size,
      probe,
      typed,
      keys: {
        prefix: config.session.prefixKey,
        pause: config.session.pauseKey,
        addMarker: config.session.addMarkerKey,
      },
      captureInput: path === undefined ? captureInput && outputs.input === true : captureInput,
      outputs: [...(recording ? [recording.output] : []), ...(live ? [live] : [])],
      notify,
    });
    await tty?.restore();
    useTerminalLines(false);
    log("INFO", `session ended with status ${status}`);

    info("asciinema session ended");
    const problems = recording?.problems ?? [];
    if (paused && recording) {
      warn("The recording was paused when the session ended: what came after the pause is not in it");
    }
    for (const problem of problems) warn(problem);
    if (recording && problems.length === 0) info(`Recorded to ${path}`);
    if (live) {
      if (paused) warn("The stream was paused when the session ended: viewers did not see what came after the pause");
      await takeLeave(live);
      for (const problem of live.problems) warn(problem);
      problems.push(...live.problems);
    }
    if (problems.length > 0 && values.has("strict")) return 1;
    return values.has("return") ? status : 0;
  } finally {
    tty?.close();
    useTerminalLines(false);
  }
}

/** Begins the recording.
 *
 *  @param live  ends when that fails */
async function startRecording(
  file: RecordingFile & { path: string },
  header: Header,
  to: { tty: Tty | undefined; notify: Notify; desktop: Notify; log: Log },
  live: LiveOutput | undefined,
): Promise<{ output: FileOutput; problems: string[] }> {
  const { path } = file;
  const problems: string[] = [];
  const encoder = await byteEncoding(file.format, header, file.append === undefined ? {} : { append: file.append });
  // A limit on the size of files is then a write error like any other, and does not end us.
  process.on("SIGXFSZ", () => {});
  const output = new FileOutput(file.sink, encoder, (error) => {
    problems.push(`Write error: ${path} ends before the session did: ${reason(error)}`);
    to.log("ERROR", `can't write ${path}: ${reason(error)}`);
    to.desktop("Write error, recording suspended");
    // Losing a recording is worth a line in the middle of whatever the screen shows.
    to.tty?.write(`\r\n!!! Write error, recording suspended: ${reason(error)}\r\n`);
  });
  await output.start().catch(async (error) => {
    to.notify("Write error, session won't be recorded");
    await live?.close();
    throw new CliError(`can't write ${path}: ${reason(error)}`);
  });
  // What lies between the sessions takes no time in the recording, but leaves a mark.
  if (file.append !== undefined) {
    output.write({ time: 0, type: "marker", label: `continued ${new Date().toISOString()}` });
  }
  return { output, problems };
}

/** Whether a stream of the server is wanted. */
function asksServer({ remote }: Outputs): boolean {
  return remote !== undefined && !URL.canParse(remote.trim());
}

/** Begins to stream, if that is wanted. ctrl+c stops it.
 *
 *  @returns the stream, and everything that was typed before the session */
async function goLive(
  { local, remote, input = false }: Outputs,
  options: Omit<LiveOptions, "local" | "remote" | "input" | "signal">,
  tty: Tty | undefined,
  asked: { probe: Probe | undefined; typed: string },
): Promise<{ live?: LiveOutput; typed: string }> {
  let { typed } = asked;
  if (local === undefined && remote === undefined) return { typed };
  const { LiveOutput } = await import("../stream/live-output.js");
  const control = new AbortController();
  if (tty) {
    tty.onInput = (bytes) => {
      if (bytes.includes("\x03")) control.abort();
      typed += asked.probe && !asked.probe.done ? asked.probe.read(bytes) : bytes;
    };
    tty.resume();
  }
  const live = await LiveOutput.open({ ...options, local, remote, input, signal: control.signal });
  tty?.pause();
  return { live, typed };
}

/** Sends the rest of a stream, and says so when that takes a while. */
async function takeLeave(live: LiveOutput): Promise<void> {
  const timer = setTimeout(() => info("Sending the rest of the stream..."), HASTE);
  await live.close();
  clearTimeout(timer);
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
    tty.onInput = (bytes) => {
      typed += probe.read(bytes);
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
