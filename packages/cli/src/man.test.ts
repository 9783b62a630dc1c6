import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { COMMANDS } from "./command-table.js";
import { page } from "./man.js";

const pages = [undefined, ...COMMANDS].map((command) => [command?.name ?? "asciinema", page(command)] as const);

test.each(pages)(
  "the page of %s has what a page has, and no line that roff would take for a request",
  (name, source) => {
    const headings = [...source.matchAll(/^\.SH "?([A-Z ]+)"?$/gm)].map((match) => match[1]);
    expect(headings.slice(0, 3)).toEqual(["NAME", "SYNOPSIS", "DESCRIPTION"]);
    expect(headings.at(-1)).toBe("SEE ALSO");
    expect(source).toContain(name);
    expect(
      source.split("\n").filter((line) => /^[.']/.test(line) && !/^\.(TH|SH|TP|br|sp|EX|EE)\b/.test(line)),
    ).toEqual([]);
  },
);

test("options are written so that they can be copied", () => {
  expect(page(COMMANDS[0])).toContain("\\fB\\-\\-idle\\-time\\-limit\\fR \\fISECS\\fR\n");
  expect(page(COMMANDS[0])).not.toContain("\\-\\-cols");
});

const groff = spawnSync("groff", ["--version"]).status === 0;
test.runIf(groff)("groff formats every page without a warning", () => {
  for (const [, source] of pages) {
    const { stderr } = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-z"], { input: source, encoding: "utf8" });
    expect(stderr).toBe("");
  }
  const text = execFileSync("groff", ["-man", "-Tascii", "-P-c"], { input: page(COMMANDS[0]), encoding: "utf8" });
  expect(text.replace(/.\x08/g, "")).toContain("asciinema rec [OPTIONS] <FILE>");
});
