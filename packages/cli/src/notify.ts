// Short messages beside the session, where they are in nobody's way: desktop or tmux notifications.
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Environment } from "./config.js";

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

/** A program with its arguments, and what is added to its environment. */
type Call = { args: [string, ...string[]]; env?: Record<string, string> };

function backend(command: string | undefined, env: Environment): ((text: string) => Call) | undefined {
  if (command) return (text) => ({ args: ["/bin/sh", "-c", command], env: { TEXT: text } });
  if (env["TMUX"] && inPath("tmux", env)) {
    // tmux expands formats in messages.
    return (text) => ({ args: ["tmux", "display-message", `asciinema: ${text.replaceAll("#", "##")}`] });
  }
  if (inPath("notify-send", env)) return (text) => ({ args: ["notify-send", "asciinema", text] });
  if (inPath("osascript", env)) {
    const quoted = (text: string) => JSON.stringify(text);
    return (text) => ({
      args: ["osascript", "-e", `display notification ${quoted(text)} with title "asciinema"`],
    });
  }
  return undefined;
}

function send({ args: [program, ...args], env: extra }: Call, env: Environment): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...env, ...extra }, stdio: "ignore" });
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
