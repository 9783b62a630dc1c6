// Short streams shown by us and by a real xterm, for as long as told: `npx tsx packages/vt/fuzz/xterm.ts [seconds]
// [seed] [topic]`. Prints the shortest stream found for every kind of difference and ends with exit status 1 if there is one.
import { isDeepStrictEqual } from "node:util";
import { Terminal } from "../src/index.js";
import { type Screen, screenOf } from "../test/screen.js";
import { sequences, TOPIC_NAMES } from "../test/sequences.js";
import { missing, Xterm } from "../test/xterm.js";

const COLS = 20;
const ROWS = 8;
const seconds = Number(process.argv[2] ?? 10);
let seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const first = seed;
const topics = process.argv[4] ? TOPIC_NAMES.filter((name) => name === process.argv[4]) : TOPIC_NAMES;

/** What xterm gets wrong itself, told from the shortest stream and from what it shows: counted, not reported. */
const ODDITIES: { what: string; shown(parts: readonly string[], screen: Screen): boolean }[] = [
  {
    what: "DECSEL 1 erases protected characters once the screen has scrolled",
    shown: (parts) => parts.some((part) => part.includes("\x1b[?1K")) && parts.some((part) => part.includes('"q')),
  },
  {
    what: "EL 1 and DECSEL 1 leave a pending wrap once the whole screen has scrolled",
    shown: (parts) =>
      parts.some((part) => /\x1b\[\??1K/.test(part)) && parts.some((part) => /\x1b\[\d*[ST]/.test(part)),
  },
  {
    what: "DECCRA from a rectangle that reaches the last column copies colours that do not exist",
    shown: (_, { pens }) => pens.some((row) => /8:5:\d{4,}/.test(row)),
  },
];

function random(below: number): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
  return Math.floor(((seed >>> 8) / 2 ** 24) * below);
}

function ours(input: string): Screen {
  const terminal = new Terminal({ cols: COLS, rows: ROWS });
  terminal.feed(input);
  return screenOf(terminal);
}

async function differs(xterm: Xterm, parts: readonly string[]): Promise<boolean> {
  const input = parts.join("");
  try {
    return !isDeepStrictEqual(await xterm.show(input), ours(input));
  } catch (cause) {
    throw new Error(`after ${JSON.stringify(input)}`, { cause });
  }
}

async function shrink(xterm: Xterm, parts: string[]): Promise<string[]> {
  for (let smaller = true; smaller; ) {
    smaller = false;
    for (let i = 0; i < parts.length; i++) {
      const next = parts.toSpliced(i, 1);
      if (!(await differs(xterm, next))) continue;
      parts = next;
      smaller = true;
      i--;
    }
  }
  return parts;
}

async function main(): Promise<void> {
  const absent = missing();
  if (absent !== undefined) {
    console.log(`vt xterm: skipped: ${absent}`);
    return;
  }
  const xterm = await Xterm.start({ cols: COLS, rows: ROWS });
  let cases = 0;
  const found = new Set<string>();
  const odd = new Map(ODDITIES.map(({ what }) => [what, 0]));
  try {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end && found.size < 12) {
      const topic = topics[random(topics.length)]!;
      const parts = sequences(topic, 12, random);
      cases++;
      if (!(await differs(xterm, parts))) continue;
      const least = await shrink(xterm, parts);
      const kind = JSON.stringify(least.map((part) => part.replace(/\d+/g, "")));
      if (found.has(kind)) continue;
      const input = least.join("");
      const theirs = await xterm.show(input);
      const oddity = ODDITIES.find(({ shown }) => shown(least, theirs));
      if (oddity) {
        odd.set(oddity.what, odd.get(oddity.what)! + 1);
        continue;
      }
      found.add(kind);
      console.error(`${topic}: ${JSON.stringify(least)}`);
      report(theirs, ours(input));
    }
  } finally {
    await xterm.stop();
  }
  console.log(
    `vt xterm: ${cases} cases in ${seconds} s, seed ${first}: ${found.size} kinds of difference, ${xterm.lost} times no answer`,
  );
  for (const [what, times] of odd) if (times > 0) console.log(`  known of xterm, ${times} times: ${what}`);
  if (found.size > 0) process.exitCode = 1;
}

function report(theirs: Screen, ours: Screen): void {
  for (let row = 0; row < ROWS; row++)
    for (const part of ["text", "pens"] as const)
      if (theirs[part][row] !== ours[part][row])
        console.error(
          `  ${part} ${row}: xterm ${JSON.stringify(theirs[part][row])}, we ${JSON.stringify(ours[part][row])}`,
        );
  if (!isDeepStrictEqual(theirs.cursor, ours.cursor))
    console.error(`  cursor: xterm ${theirs.cursor}, we ${ours.cursor}`);
}

await main();
