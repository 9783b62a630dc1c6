// The log that --log-file asks for.
import { appendFileSync } from "node:fs";
import { CliError, reason } from "./error.js";

export type Log = (level: "INFO" | "WARN" | "ERROR", text: string) => void;

/** A log that is appended to the file, or goes nowhere without one.
 *
 *  @throws CliError when the file cannot be written */
export function openLog(path: string | undefined): Log {
  if (path === undefined) return () => {};
  try {
    appendFileSync(path, "");
  } catch (error) {
    throw new CliError(`cannot open log file ${path}: ${reason(error)}`);
  }
  return (level, text) => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${level.padStart(5)} asciinema: ${text}\n`);
    } catch {
      // A log must not stop what it is about.
    }
  };
}
