// Installs the locked dependencies, only when they differ from what is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs `npm ci` when the lock file asks for something that is not there; throws when that fails. */
export function install() {
  if (isInstalled()) return;
  console.error("Installing the dependencies…");
  const result = npm(["ci"], root);
  if (result.status !== 0) throw new Error("the dependencies could not be installed: see npm's message above");
}

/** Runs npm in a folder, its output on stderr, so that stdout stays ours. */
export function npm(args, cwd) {
  const script = process.env["npm_execpath"];
  const [command, first] = script?.endsWith(".js") ? [process.execPath, [script]] : ["npm", []];
  return spawnSync(command, [...first, ...args, "--no-audit", "--no-fund"], { cwd, stdio: ["ignore", 2, 2] });
}

/** Whether every package of the lock file lies in node_modules in the locked version. Other platforms' may be missing. */
function isInstalled() {
  const installedFile = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(locked).every(([path, wanted]) => {
    if (!path.includes("node_modules")) return true;
    const found = installed[path];
    return found ? found.version === wanted.version : wanted.optional === true || wanted.peer === true;
  });
}
