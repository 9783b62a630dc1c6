// What differs from one operating system to another, besides terminals.
import type { Environment } from "./config.js";

/** A program with its arguments; on Windows these are one text, quoted already. */
export interface Call {
  file: string;
  args: string[] | string;
}

/** How a command line is run. */
export function commandCall(command: string, env: Environment, platform = process.platform): Call {
  if (platform !== "win32") return { file: "/bin/sh", args: ["-c", command] };
  // With /s the outermost quotes are taken off and the rest is left as it is.
  return { file: interpreter(env), args: `/d /s /c "${command}"` };
}

/** The command line of the user's shell. */
export function userShell(env: Environment, platform = process.platform): string {
  return platform === "win32" ? `"${interpreter(env)}"` : env["SHELL"] || "/bin/sh";
}

function interpreter(env: Environment): string {
  return env["ComSpec"] || "cmd.exe";
}
