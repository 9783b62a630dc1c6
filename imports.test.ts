import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Named in a string that only tests run: workers are loaded from TypeScript sources by it. */
const testLoader = "tsx/esm/api";

const browserSafe = ["vt", "asciicast", "alis", "render", "player"];
const packages = [...browserSafe, "cli", "server"];

/** What each package may import, as docs/architecture.md draws it. */
const allowed: Record<string, string[]> = {
  vt: [],
  asciicast: [],
  alis: ["vt", "asciicast"],
  render: ["vt", "asciicast"],
  player: ["vt", "asciicast", "alis", "render"],
  cli: ["vt", "asciicast", "alis", "render", "player"],
  server: ["vt", "asciicast", "alis", "render", "player"],
};

interface Import {
  file: string;
  name: string;
}

/** Every module that a package's sources import by name. Tests may import more, so they are left out. */
function importsOf(name: string): Import[] {
  const folder = join("packages", name, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !/\.(test|fuzz)\.tsx?$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const names = text.matchAll(
        /(?:^|[\s;])(?:import|export)\s[^"';]*?from\s*"([^".][^"]*)"|import\(\s*"([^".][^"]*)"\s*\)|^import\s*"([^".][^"]*)"/gm,
      );
      return [...names].map((match) => ({ file: join(folder, file), name: (match[1] ?? match[2] ?? match[3])! }));
    });
}

function manifest(name: string): Record<"dependencies" | "devDependencies", Record<string, string> | undefined> {
  return JSON.parse(readFileSync(join("packages", name, "package.json"), "utf8"));
}

describe.each(packages)("%s", (name) => {
  const imports = importsOf(name);

  it("imports only packages below it, and declares them", () => {
    const workspace = imports.filter((found) => found.name.startsWith("@asciinema-ts/"));
    const upward = workspace.filter((found) => !allowed[name]!.includes(found.name.split("/")[1]!));
    expect(upward).toEqual([]);
    const { dependencies, devDependencies } = manifest(name);
    // The command is installed as one bundle, which holds what it was built with.
    const declared = Object.keys({ ...dependencies, ...(name === "cli" && devDependencies) });
    const undeclared = imports.filter(
      (found) =>
        !found.name.startsWith("node:") &&
        found.name !== testLoader &&
        !declared.some((one) => found.name === one || found.name.startsWith(`${one}/`)),
    );
    expect(undeclared.map((found) => `${found.file}: ${found.name}`)).toEqual([]);
  });

  if (browserSafe.includes(name)) {
    it("runs anywhere: no node: module, no dependency from outside", () => {
      // render/raster is the one entry that is made for Node only.
      const outside = imports.filter(
        (found) => !found.name.startsWith("@asciinema-ts/") && !found.file.includes("raster"),
      );
      expect(outside).toEqual([]);
    });
  }
});
