// Short messages beside the session, where they are in nobody's way: desktop or tmux notifications.
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Environment } from "./config.js";
import { type Call, commandCall } from "./system.js";

export type Notify = (text: string) => void;

/** How this user can be notified: the configured command, tmux, or the desktop; nothing when there is no way.
 *
 *  Notifications are sent one after another in the background. After one that failed no more are sent. */
export function notifier(settings: { enabled: boolean; command: string | undefined }, env: Environment): Notify {
  const command = settings.enabled ? backend(settings.command, env) : undefined;
  if (!command) return () => {};
  let last = Promise.resolve(true);
  return (text) => {
    last = last.then((working) => working && send(command(text), env));
  };
}

/** A program, and what is added to its environment. */
type Message = Call & { env?: Record<string, string> };

function backend(command: string | undefined, env: Environment): ((text: string) => Message) | undefined {
  if (command) return (text) => ({ ...commandCall(command, env), env: { TEXT: text } });
  if (env["TMUX"] && inPath("tmux", env)) {
    // tmux expands formats in messages.
    return (text) => ({ file: "tmux", args: ["display-message", `asciinema: ${text.replaceAll("#", "##")}`] });
  }
  if (inPath("notify-send", env)) return (text) => ({ file: "notify-send", args: ["asciinema", text] });
  if (inPath("osascript", env)) {
    const quoted = (text: string) => JSON.stringify(text);
    return (text) => ({
      file: "osascript",
      args: ["-e", `display notification ${quoted(text)} with title "asciinema"`],
    });
  }
  return undefined;
}

function send({ file, args, env: extra }: Message, env: Environment): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, typeof args === "string" ? [args] : args, {
      env: { ...env, ...extra },
      stdio: "ignore",
      windowsVerbatimArguments: typeof args === "string",
    });
    child.unref();
    child.on("error", () => resolve(false));
    child.on("exit", (status) => resolve(status === 0));
  });
}

function inPath(program: string, env: Environment): boolean {
  return (env["PATH"] ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return directory !== "";
    } catch {
      return false;
    }
  });
}
