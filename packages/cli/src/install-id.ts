import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configHome, type Environment, stateHome } from "./config.js";
import { CliError, reason } from "./error.js";

/** The secret by which servers know this machine. Made and kept at the first use, readable by its owner only.
 *
 *  @throws CliError when it can neither be read nor kept */
export function installId(env: Environment): string {
  const directory = stateHome(env);
  const path = join(directory, "install-id");
  // The second is where version 2 kept it.
  for (const place of [path, join(configHome(env), "install-id")]) {
    const id = read(place);
    if (id) return id;
  }
  const id = randomUUID();
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path, id, { mode: 0o600 });
  } catch (error) {
    throw new CliError(`can't save the install ID to ${path}: ${reason(error)}`);
  }
  return id;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CliError(`can't read the install ID from ${path}: ${reason(error)}`);
  }
}
