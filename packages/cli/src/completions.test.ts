// Completion in the shells themselves: the script is read, a line is begun, and the tab key pressed.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundle, Screen, scratch } from "../test/command.js";
import { parse } from "./arguments.js";
import { COMMANDS } from "./command-table.js";
import { completions } from "./completions.js";
import { SHELLS } from "./option-values.js";

const home = scratch();
const script = await bundle();
const bin = join(home, "bin");
mkdirSync(bin);
writeFileSync(join(bin, "asciinema"), `#!/bin/sh\nexec ${process.execPath} ${script} "$@"\n`);
chmodSync(join(bin, "asciinema"), 0o755);
writeFileSync(join(home, "my demo.cast"), "");
writeFileSync(join(home, "zsh.rc"), "");

const installed = (shell: string) => ["/bin", "/usr/bin"].some((path) => existsSync(join(path, shell)));
const PROMPT = "ready>";
const START: Record<string, { program: string; setup: string }> = {
  bash: { program: "bash --norc --noprofile -i", setup: `PS1='${PROMPT}'; source <(asciinema completions bash)` },
  zsh: {
    program: "zsh -f -i",
    setup: `PS1='${PROMPT}'; autoload -U compinit; compinit -u -D; source <(asciinema completions zsh)`,
  },
  fish: {
    program: "fish --no-config -i",
    setup: `function fish_prompt; echo '${PROMPT}'; end; asciinema completions fish | source`,
  },
};
/** What is typed, and the end of the line afterwards. */
const LINES: readonly (readonly [begun: string, completed: RegExp])[] = [
  ["asciinema stream --remo", /--remote=?$/],
  ["asciinema upl", /asciinema upload$/],
  ["asciinema rec --overw", /rec --overwrite$/],
  ["asciinema -q rec -a --idle", /--idle-time-limit=?$/],
  ["asciinema convert -f asciicast-v2 my", /my\\ demo\.cast$/],
  ["asciinema upload --visibility unl", /--visibility unlisted$/],
  ["asciinema session -o my", /-o my\\ demo\.cast$/],
  ["asciinema completions fi", /completions fish$/],
  ["asciinema help sess", /help session$/],
];

for (const shell of Object.keys(START)) {
  test.skipIf(!installed(shell))(`${shell} completes commands, options, values and files`, async () => {
    const { program, setup } = START[shell]!;
    const path = `${bin}:${process.env["PATH"]}`;
    const screen = new Screen(`exec ${program}`, { home, cols: 160, rows: 60, env: { PATH: path, SHELL: "/bin/sh" } });
    screen.type(`${setup}\r`);
    await screen.shows(new RegExp(`^${PROMPT}$`, "m"));
    for (const [begun, completed] of LINES) {
      screen.type(`${begun}\t`);
      await screen.shows(completed);
      screen.type("\x15");
      await screen.shows(new RegExp(`^${PROMPT}$`, "m"));
    }
    screen.kill("SIGKILL");
    await screen.ended;
  });
}

test("every script names every command and option", () => {
  for (const shell of SHELLS) {
    const text = completions(shell);
    for (const { name, options } of COMMANDS) {
      expect(text).toContain(name);
      for (const { long, hidden } of options) if (!hidden) expect(text).toContain(long);
    }
    expect(text).not.toMatch(/\bcols\b|NAME=VALUE/);
  }
});

test("bash finds no fault in the syntax", () => {
  execFileSync("bash", ["-n"], { input: completions("bash") });
});

test("a shell that is not known is refused", () => {
  expect(() => parse(["completions", "tcsh"])).toThrow(
    "error: invalid value 'tcsh' for '<SHELL>'\n  [possible values: bash, zsh, fish, powershell]",
  );
});
