// What fixtures/vt holds.
import type { Screen } from "./screen.js";

/** What a program printed, and what xterm shows of it. */
export interface Session {
  name: string;
  cols: number;
  rows: number;
  /** Text up to a moment, since the one before, and the screen then. */
  moments: ({ input: string } & Screen)[];
}

/** Without the empty rows at the end. */
export function trimmed(screen: Screen): Screen {
  const full = (list: string[]) => list.slice(0, list.findLastIndex((row) => row !== "") + 1);
  return { text: full(screen.text), pens: full(screen.pens), cursor: screen.cursor };
}

/** A stream as functions.txt has it, in which \e is ESC. */
export function unescaped(line: string): string {
  return JSON.parse(
    `"${line
      .replaceAll("\\e", "\\u001b")
      .replace(/\\x(..)/g, "\\u00$1")
      .replaceAll('"', '\\"')}"`,
  );
}
