import { readFileSync } from "node:fs";

// As far from here as from the bundle that this becomes part of.
const file = new URL("../../package.json", import.meta.url);

/** The version of this package. */
export const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
