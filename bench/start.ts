// What starting costs: of ours, of Node alone, of script(1) and of Debian's asciinema 2. All take turns; medians, and what
// each takes above the first.
//
//   npm run bench start [-- --json]

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROUNDS = 31;

const ours = [process.execPath, fileURLToPath(new URL("../packages/cli/bin/asciinema.js", import.meta.url))];
const official = ["/usr/bin/asciinema"].filter(existsSync);
const script = ["/usr/bin/script"].filter(existsSync);
const directory = mkdtempSync(join(tmpdir(), "bench-start-"));
const file = (name: string) => join(directory, name);
const env: Record<string, string | undefined> = {
  ...process.env,
  HOME: directory,
  SHELL: "/bin/sh",
  TERM: "dumb",
  STY: "",
  // Node would read these certificates at every start.
  NODE_EXTRA_CA_CERTS: undefined,
};

const recording = ["rec", "-q", "--overwrite", "-c", "true"];
const rows: { name: string; command: string[]; values: number[] }[] = [
  { name: "node -e 0", command: [process.execPath, "-e", "0"] },
  { name: "ours --version", command: [...ours, "--version"] },
  { name: "ours rec -c true", command: [...ours, ...recording, file("a.cast")] },
  ...official.flatMap((path) => [
    { name: "asciinema 2 --version", command: [path, "--version"] },
    { name: "asciinema 2 rec -c true", command: [path, ...recording, file("b.cast")] },
  ]),
  ...script.map((path) => ({ name: "script -c true", command: [path, "-q", "-c", "true", file("c")] })),
].map((row) => ({ ...row, values: [] }));

for (let round = 0; round <= ROUNDS; round++) {
  for (const { command, values } of rows) {
    const [program, ...args] = command as [string, ...string[]];
    const start = performance.now();
    const { status } = spawnSync(program, args, { env, stdio: "ignore" });
    if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}`);
    if (round > 0) values.push(performance.now() - start); // The first one warms the disk's cache.
  }
}
rmSync(directory, { recursive: true });

const medians = rows.map(({ name, values }) => ({
  name,
  milliseconds: [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!,
}));
if (process.argv.includes("--json")) console.log(JSON.stringify(medians, null, 2));
else {
  console.log("starting, ms");
  for (const { name, milliseconds } of medians) {
    const above = milliseconds - medians[0]!.milliseconds;
    console.log(`  ${name.padEnd(26)} ${milliseconds.toFixed(1).padStart(8)} (+ ${above.toFixed(1)})`);
  }
}
