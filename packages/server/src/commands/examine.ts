import type { Call } from "../commands.js";
import { doctor, type Finding } from "../doctor.js";

/** Prints what {@link doctor} finds. */
export async function examine({ config, terminal }: Call): Promise<number> {
  let failed = 0;
  for await (const { level, about, text } of doctor(config, Date.now)) {
    if (level === "failure") failed++;
    terminal.out(`${marked(level, terminal.color)} ${about.padEnd(9)} ${text}\n`);
  }
  return failed > 0 ? 1 : 0;
}

function marked(level: Finding["level"], color: boolean): string {
  const [word, code] = { ok: ["ok  ", 32], warning: ["warn", 33], failure: ["FAIL", 31] }[level];
  return color ? `\x1b[${code}m${word}\x1b[0m` : String(word);
}
