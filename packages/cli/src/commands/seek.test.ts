// Going back and forth while playing, with real keys.
import { execFileSync } from "node:child_process";
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundle, Screen, scratch, until } from "../../test/command.js";

const home = scratch();
const script = await bundle();
const play = `${process.execPath} ${script} play -q`;
const RIGHT = "\x1b[C";
const LEFT = "\x1b[D";

let count = 0;
function recording(events: readonly unknown[], header: object = {}): string {
  const path = join(home, `recording-${++count}.cast`);
  const first = { version: 3, term: { cols: 40, rows: 10 }, ...header };
  writeFileSync(path, `${[first, ...events].map((line) => JSON.stringify(line)).join("\n")}\n`);
  return path;
}

/** A line each second for 100 seconds, a marker every 25. */
const hundred = recording(
  Array.from({ length: 100 }, (_, n) => n + 1).flatMap((n) => [
    [1, "o", `line ${n}\r\n`],
    ...(n % 25 === 0 ? [[0, "m", `at ${n}`]] : []),
  ]),
);
/** The last line of the recording that is shown. */
const at = (n: number) => new RegExp(`line ${n}\\n(?!line)`);

test("arrows go by five seconds, digits to a tenth, and the line under the screen tells where that is", async () => {
  const screen = new Screen(`stty -a > before; echo prompt; ${play} ${hundred}; stty -a > after; echo status $?`, {
    home,
  });
  await screen.shows("line 1");
  screen.type(`${RIGHT}${RIGHT} `);
  await screen.shows(at(11));
  await screen.shows(/‖ 0:11 \/ 1:40 {2}1× ━/);
  screen.type("5");
  await screen.shows(at(50));
  screen.type(LEFT);
  await screen.shows(at(45));
  screen.type("\x1bOD\x1bOC\x1bOC");
  await screen.shows(at(50));
  screen.type("0");
  await screen.shows("‖ 0:00 / 1:40");
  expect(screen.text).not.toContain("line");
  // Going beyond the end stays there, so that one can go back.
  screen.type(`9${RIGHT}${RIGHT}${RIGHT}`);
  await screen.shows(at(100));
  await screen.shows("‖ 1:40 / 1:40");
  screen.type(LEFT);
  await screen.shows(at(95));
  screen.type("q");
  await screen.ended;
  // The screen from before, with what had been played until then.
  expect(screen.text).toMatch(/^prompt\nline 1\nstatus 0$/);
  expect(screen.terminal.alternate).toBe(false);
  expect(screen.terminal.cursor.visible).toBe(true);
  execFileSync("cmp", ["before", "after"], { cwd: home });
});

test("playing on from there, faster, to the end", async () => {
  const screen = new Screen(`${play} ${hundred}; echo status $?`, { home });
  await screen.shows("line 1");
  screen.type("9>>>>>>>");
  await screen.shows("16×");
  await screen.shows("status 0");
  expect(screen.terminal.alternate).toBe(false);
  const slower = new Screen(`${play} -s 2 ${hundred}`, { home });
  await slower.shows("line 1");
  slower.type("s<");
  await slower.shows("1.5×");
  slower.type("<<<<<<<<");
  await slower.shows("0.25×");
  slower.type("q");
  await slower.ended;
});

test("brackets go to markers, comma and dot by one event", async () => {
  const screen = new Screen(`${play} ${hundred}`, { home });
  await screen.shows("line 1");
  screen.type("] ");
  await screen.shows(at(25));
  screen.type("]");
  await screen.shows(at(50));
  screen.type(",");
  await screen.shows(at(50)); // The marker itself was an event.
  screen.type(",");
  await screen.shows(at(49));
  screen.type(",");
  await screen.shows(at(48));
  screen.type(".");
  await screen.shows(at(49));
  screen.type("[");
  await screen.shows(at(25));
  screen.type("[");
  await screen.shows("‖ 0:00");
  screen.type("9]");
  await screen.shows(at(100));
  screen.type("]");
  await screen.shows("no marker after this");
  screen.type("q");
  await screen.ended;
});

test("a slash searches the text, n and N go on", async () => {
  const screen = new Screen(`${play} ${hundred}`, { home });
  await screen.shows("line 1");
  screen.type("/Line 4");
  await screen.shows("/Line 4");
  // Capitals count where they are typed.
  screen.type("\r");
  await screen.shows("not found: Line 4");
  screen.type("/xx\x7f\x15line 4x\x7f\r");
  await screen.shows(at(4));
  const marked = Array.from({ length: 24 }, (_, row) => [...screen.terminal.line(row).cells()])
    .flat()
    .filter(({ pen }) => pen.bg === 3)
    .map(({ text }) => text);
  expect(marked.join("")).toBe("line 4");
  screen.type("n");
  await screen.shows(at(40));
  screen.type("n");
  await screen.shows(at(41));
  screen.type("N");
  await screen.shows(at(40));
  // Around, where it is only on the other side.
  screen.type("/line 39\r");
  await screen.shows("from the beginning");
  await screen.shows(at(39));
  screen.type("N");
  await screen.shows("from the end");
  screen.type("/zażółć");
  await screen.shows("/zażółć");
  screen.type("\x1b");
  await screen.shows("‖ 0:39");
  screen.type("\x03");
  expect(await screen.ended).toBe(0);
});

test("the line can be hidden; another size of the terminal is followed", async () => {
  const screen = new Screen(`${play} ${hundred}`, { home, rows: 11 });
  await screen.shows("line 1");
  screen.type("5 ");
  await screen.shows("/ 1:40");
  screen.type("s");
  await until(
    () => !screen.text.includes("/ 1:40"),
    () => screen.text,
  );
  screen.type("s");
  await screen.shows("/ 1:40");
  screen.resize(30, 6);
  await until(
    () => /line 50$/m.test(screen.terminal.text()[3]!) && screen.terminal.text()[5]!.includes("0:50"),
    () => screen.text,
  );
  screen.type("q");
  await screen.ended;
});

test("full-screen programs are right after going back, at the size they were recorded at", async () => {
  const path = recording([
    [0.1, "o", "$ vim\r\n"],
    [0.1, "o", "\x1b[?1049h\x1b[2J\x1b[10;30Hin the corner"],
    [1, "r", "60x10"],
    [1, "o", "\x1b[5;50Hwider"],
    [1, "o", "\x1b[?1049l$ done"],
    [50, "o", "."],
  ]);
  const screen = new Screen(`${play} ${path}`, { home });
  await screen.shows("in the corner");
  screen.type(` ${RIGHT}`);
  await screen.shows(/^\$ vim\n\$ done$/m);
  screen.type(",");
  await screen.shows("wider");
  screen.type(",,");
  await screen.shows(/^ {29}in the corn\ner/m);
  screen.kill("SIGKILL");
  await screen.ended;
});

test("from a pipe one can go as far as it has come", async () => {
  const fifo = join(home, "pipe");
  execFileSync("mkfifo", [fifo]);
  const screen = new Screen(`${play} ${fifo}`, { home });
  const writer = createWriteStream(fifo);
  const events = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => `[1, "o", "line ${from + n + 1}\\r\\n"]\n`).join("");
  writer.write(`{"version":3,"term":{"cols":40,"rows":10}}\n${events(0, 20)}`);
  await screen.shows("line 1");
  screen.type("9");
  await screen.shows(at(18));
  await screen.shows("/ 0:20+");
  screen.type(RIGHT);
  await screen.shows(at(20));
  writer.write(events(20, 40));
  await screen.shows("/ 0:40+");
  await screen.shows(at(21));
  screen.type(`${LEFT}${LEFT} `);
  await screen.shows(/line 1\d\n(?!line)/);
  writer.end();
  await screen.shows(/\/ 0:40 /);
  screen.type("q");
  expect(await screen.ended).toBe(0);
});

test("--start-at and --end-at", async () => {
  const screen = new Screen(`${play} --start-at 0:30 --end-at 31.5 ${hundred}; echo over`, { home, rows: 40 });
  const start = Date.now();
  await screen.shows("line 29");
  expect(Date.now() - start).toBeLessThan(5_000);
  await screen.shows("over");
  expect(screen.text).toMatch(/line 1\n[\s\S]*line 31\n+over/);
  expect(screen.text).not.toContain("line 32");
  const nothing = new Screen(`${play} --start-at 200 ${hundred}; echo over`, { home });
  await nothing.shows("over");
  expect(nothing.text).toContain("line 100");
  const wrong = new Screen(`${play} --start-at soon ${hundred}`, { home, cols: 120 });
  expect(await wrong.ended).toBe(2);
  expect(wrong.text).toContain("error: invalid value 'soon' for '--start-at <TIME>': neither seconds nor MM:SS");
});

test("a hostile recording does nothing else when it is painted either", async () => {
  const nasty =
    "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[6n\x1b[c\x1bP$qm\x1b\\\x05\x1b[?1000h\x1b]8;;file:///x\x07link\x1b]8;;\x07";
  const path = recording([
    [0.1, "o", `a${nasty}b\r\n`],
    [0.1, "o", "more\r\n"],
    [90, "o", "end"],
  ]);
  const screen = new Screen(`${play} ${path}; stty -a`, { home });
  await screen.shows("more");
  screen.type(`,s,,${LEFT}5`);
  await screen.shows("0:45");
  screen.kill("SIGTERM");
  screen.type("q");
  await screen.ended;
  for (const part of ["owned", "b3duZWQ", "\x1b[6n", "\x1b[c", "\x1bP", "\x05", "1000h", "file:"]) {
    expect(screen.output).not.toContain(part);
  }
});

test("ended by a signal while it paints, the terminal is restored", async () => {
  const screen = new Screen(`echo before; ${play} ${hundred}; stty -a`, { home });
  await screen.shows("line 1");
  screen.type("5");
  await screen.shows("0:50");
  process.kill(await screen.child(), "SIGTERM");
  await screen.ended;
  expect(screen.text).toMatch(/^before\nline 1\n/);
  expect(screen.text.split(/\s+/)).toEqual(expect.arrayContaining(["icanon", "echo", "opost"]));
  expect(screen.terminal.alternate).toBe(false);
});
