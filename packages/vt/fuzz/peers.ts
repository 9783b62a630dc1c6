// The same streams through this emulator, that of asciinema-player and @xterm/headless, for as long as told:
// `npx tsx packages/vt/fuzz/peers.ts [seconds] [seed]`. Streams hold only what all are meant to do alike; text and
// cursor are compared, and what they show of a dump of ours. Ends with exit status 1 and the shortest stream found for
// the first difference.
import { createXterm, loadAvt } from "../../../bench/vt/peers.js";
import { Terminal } from "../src/terminal.js";
import { textWidth } from "../src/unicode.js";

const seconds = Number(process.argv[2] ?? 10);
let seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const first = seed;
const avt = loadAvt();

function random(below: number): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
  return Math.floor(((seed >>> 8) / 2 ** 24) * below);
}

const pick = (list: readonly string[]) => list[random(list.length)]!;

/** Pieces that all three are meant to do alike. */
const COMMON: (() => string)[] = [
  () => pick(["a", "hello", "The quick brown fox jumps over it", "  ", "éß", "xxxxxxxxxxxxxxxxxxxxxxxx"]),
  () => pick(["a", "bc", "def"]),
  () => pick(["\r\n", "\r\n", "\r", "\r\n\r\n"]),
  () => `\x1b[${random(12)};${random(26)}H`,
  () => `\x1b[${random(6)}${pick(["A", "B", "C", "D", "E", "F", "G", "d", "`", "e", "a"])}`,
  () => `\x1b[${random(12)};${random(26)}H\x1b[${random(4)}${pick(["@", "P", "X"])}`,
  () => `\x1b[${random(12)};${random(26)}H\x1b[${random(3)}${pick(["J", "K"])}`,
  () => `\x1b[${pick(["", "1", "31", "7", "0", "38;5;9", "48;2;1;2;3", "4", "9"])}m`,
  () => pick(["\r\x1b7", "\x1b8", "\r\x1b[s", "\x1b[u"]),
  () => pick(["\r\x1bM", "\r\x1bD", "\x1bE"]),
  () => `\x1b[${1 + random(3)}${pick(["S", "T"])}`,
];

/** What differs by design is kept out: see docs/sequences.md. */
const XTERM = [
  ...COMMON,
  // That of the player moves a wide character that is printed onto the second half of another.
  () => pick(["日本", "漢字かな"]),
  () => pick(["\n", "\b", "\t", "\x0b"]),
  () => `\x1b[${random(5)};${random(12)}r`,
  () => `\r\x1b[${random(4)}${pick(["L", "M"])}`,
  () => pick(["\x1b[4h", "\x1b[4l"]),
  () => "\x1b(0qqx\x1b(B",
  // Margins belong to the terminal; in xterm.js each screen has its own.
  () => `\x1b[r${pick(["\x1b[?1049l\x1b[?1049h", "\x1b[?1049l"])}`,
  () => pick(["e\u0301", "x\x1b[3b", "\x1b[2I", "\b\x1b[Z", "\x1b[r\x1b#8"]),
];

interface Screen {
  rows: string[];
  cursor: string;
}

function ours(text: string, cols: number, rows: number): Screen {
  const terminal = new Terminal({ cols, rows });
  terminal.feed(text);
  return { rows: terminal.text(), cursor: `${terminal.cursor.row},${terminal.cursor.col}` };
}

function xterm(text: string, cols: number, rows: number): Screen {
  const { write, terminal } = createXterm(cols, rows, 0);
  write(text);
  const b = terminal.buffer.active;
  const list: string[] = [];
  for (let row = 0; row < rows; row++) list.push((b.getLine(b.baseY + row)?.translateToString(true) ?? "").trimEnd());
  const cursor = `${b.cursorY},${Math.min(cols - 1, b.cursorX)}`;
  terminal.dispose();
  return { rows: list, cursor };
}

function player(text: string, cols: number, rows: number): Screen {
  const terminal = avt.create(cols, rows, 0);
  terminal.feed(text);
  const list: string[] = [];
  for (let row = 0; row < rows; row++) {
    let line = "";
    for (const span of avt.read(terminal, row)) line += " ".repeat(span.col - textWidth(line)) + span.text;
    list.push(line.trimEnd());
  }
  const [col = 0, at = 0] = [...(terminal.getCursor() ?? [])];
  terminal.free();
  return { rows: list, cursor: `${at},${Math.min(cols - 1, col)}` };
}

/** A peer that is fed our dump instead. */
function dumped(peer: typeof xterm): typeof xterm {
  return (text, cols, rows) => {
    const terminal = new Terminal({ cols, rows });
    terminal.feed(text);
    return peer(terminal.dump(), cols, rows);
  };
}

function difference(peer: typeof xterm, parts: string[], cols: number, rows: number): string | undefined {
  // Restoring what was never saved differs.
  const text = `\x1b[?47h\x1b7\x1b[?47l\x1b7${parts.join("")}`;
  const a = ours(text, cols, rows);
  const b = peer(text, cols, rows);
  if (a.cursor !== b.cursor) return `cursor ${a.cursor}, theirs ${b.cursor}`;
  for (let row = 0; row < rows; row++)
    if (a.rows[row]!.trimEnd() !== b.rows[row])
      return `row ${row}: ${JSON.stringify(a.rows[row])}, theirs ${JSON.stringify(b.rows[row])}`;
  return undefined;
}

let cases = 0;
const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  cases++;
  const cols = 2 + random(24);
  const rows = 2 + random(9);
  const [name, peer, kinds] = [
    ["xterm", xterm, XTERM] as const,
    ["avt", player, COMMON] as const,
    ["xterm after a dump", dumped(xterm), XTERM] as const,
    ["avt after a dump", dumped(player), COMMON] as const,
  ][cases % 4]!;
  let parts = Array.from({ length: 1 + random(30) }, () => kinds[random(kinds.length)]!());
  if (difference(peer, parts, cols, rows) === undefined) continue;
  for (let i = 0; i < parts.length; ) {
    const fewer = parts.toSpliced(i, 1);
    if (difference(peer, fewer, cols, rows) === undefined) i++;
    else {
      parts = fewer;
      i = 0;
    }
  }
  console.error(
    `vt peers: ${name} differs after ${cases} cases, seed ${first}, ${cols}x${rows}:\n${JSON.stringify(parts)}\n${difference(peer, parts, cols, rows)}`,
  );
  process.exit(1);
}
console.log(`vt peers: ${cases} cases in ${seconds} s, seed ${first}: all alike`);
