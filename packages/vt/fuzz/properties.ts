// Random streams for as long as told: `npx tsx packages/vt/fuzz/properties.ts [seconds] [seed]`. Ends with exit status 1
// and the shortest stream found for the first property that fails.

import { isDeepStrictEqual } from "node:util";
import { Terminal } from "../src/terminal.js";
import { shown, state } from "../test/state.js";
import { KINDS, piece } from "../test/stream.js";
import { verify } from "../test/verify.js";

const seconds = Number(process.argv[2] ?? 10);
let seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const first = seed;

function random(below: number): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
  return Math.floor(((seed >>> 8) / 2 ** 24) * below);
}

function pieces(most: number): string[] {
  return Array.from({ length: 1 + random(most) }, () => piece(random(KINDS), random(300), random(100), random(100)));
}

interface Case {
  cols: number;
  rows: number;
  scrollback: number;
  parts: string[];
  more: string[];
  newCols: number;
  newRows: number;
}

/** Throws when a property does not hold. */
function check({ cols, rows, scrollback, parts, more, newCols, newRows }: Case): void {
  const text = parts.join("");
  const terminal = new Terminal({ cols, rows, scrollback });
  for (const part of parts) {
    terminal.feed(part);
    verify(terminal);
  }
  const start = terminal.snapshot();
  const drawn = shown(terminal);
  const { rows: changed, scrolled, all } = terminal.feed(more.join(""));
  if (!all) {
    const told = new Set(changed);
    const now = shown(terminal);
    for (let row = 0; row < rows; row++)
      if (!told.has(row)) same(`row ${row} not reported`, { row: now[row] }, { row: drawn[row + scrolled] });
  }
  terminal.restore(start);
  const whole = new Terminal({ cols, rows, scrollback });
  whole.feed(text);
  same("split", state(terminal), state(whole));
  const single = new Terminal({ cols, rows, scrollback });
  for (let i = 0; i < text.length; i++) single.feed(text.charAt(i));
  same("split at every unit", state(single), state(whole));
  const rebuilt = new Terminal({ cols, rows });
  rebuilt.feed(terminal.dump());
  same("dump", state(rebuilt), state(terminal));
  const snapshot = terminal.snapshot();
  const before = state(terminal);
  terminal.feed(more.join(""));
  rebuilt.feed(more.join(""));
  same("dump and more", state(rebuilt), state(terminal));
  const other = new Terminal({ cols: newCols, rows: newRows });
  other.restore(snapshot);
  same("snapshot", state(other), before);
  other.feed(more.join(""));
  same("snapshot and more", state(other), state(terminal));
  terminal.resize(newCols, newRows);
  verify(terminal);
  // Resized are one that was dumped, one that was not, one without a scrollback, and one that its dump rebuilt.
  const made = [scrollback, scrollback, 0, 0].map((scrollback) => new Terminal({ cols, rows, scrollback }));
  const [dumped, twin, original, copy] = made as [Terminal, Terminal, Terminal, Terminal];
  for (const one of [dumped, twin, original]) one.feed(text);
  dumped.dump();
  copy.feed(original.dump());
  for (const one of made) one.resize(newCols, newRows);
  same("resize of one never dumped", state(twin), state(dumped));
  same("resize of one rebuilt", state(copy), state(original));
  const resized = new Terminal({ cols: newCols, rows: newRows });
  resized.feed(terminal.dump());
  same("dump after resize", state(resized), state(terminal));
  terminal.feed(text);
  verify(terminal);
}

function same(what: string, a: unknown, b: unknown): void {
  if (isDeepStrictEqual(a, b)) return;
  const [x, y] = [a, b] as Record<string, unknown>[];
  const key = Object.keys(x!).find((key) => !isDeepStrictEqual(x![key], y![key]))!;
  throw new Error(`${what}: ${key} differs:\n  ${JSON.stringify(x![key])}\n  ${JSON.stringify(y![key])}`);
}

function failure(it: Case): Error | undefined {
  try {
    check(it);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function shrink(it: Case): Case {
  for (let smaller = true; smaller; ) {
    smaller = false;
    for (const list of ["parts", "more"] as const)
      for (let i = 0; i < it[list].length; i++) {
        const next = { ...it, [list]: it[list].toSpliced(i, 1) };
        if (failure(next)) {
          it = next;
          smaller = true;
          i--;
        }
      }
    for (const [name, least] of [
      ["cols", 1],
      ["rows", 1],
      ["scrollback", 0],
      ["newCols", 1],
      ["newRows", 1],
    ] as const)
      while (it[name] > least && failure({ ...it, [name]: it[name] - 1 })) {
        it = { ...it, [name]: it[name] - 1 };
        smaller = true;
      }
  }
  return it;
}

let cases = 0;
const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  const it: Case = {
    cols: 1 + random(30),
    rows: 1 + random(10),
    scrollback: random(8),
    parts: pieces(50),
    more: pieces(20),
    newCols: 1 + random(30),
    newRows: 1 + random(10),
  };
  cases++;
  if (failure(it)) {
    const least = shrink(it);
    console.error(
      `vt properties: failed after ${cases} cases, seed ${first}:\n${JSON.stringify(least)}\n${failure(least)?.stack}`,
    );
    process.exit(1);
  }
}
console.log(`vt properties: ${cases} cases in ${seconds} s, seed ${first}: all hold`);
