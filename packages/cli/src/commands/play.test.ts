import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { bundle, pause, run, Screen, scratch, until } from "../../test/command.js";

const home = scratch();
const script = await bundle();
const play = `${process.execPath} ${script} play`;

let count = 0;
function recording(events: readonly unknown[], header: object = {}): string {
  const path = join(home, `recording-${++count}.cast`);
  const first = { version: 3, term: { cols: 80, rows: 24 }, ...header };
  writeFileSync(path, `${[first, ...events].map((line) => JSON.stringify(line)).join("\n")}\n`);
  return path;
}
const abc = recording([
  [0.1, "o", "one\r\n"],
  [0.2, "o", "two\r\n"],
  [0.3, "m", "middle"],
  [0.1, "o", "three\r\n"],
  [0, "i", "typed"],
  [0, "x", "0"],
]);

/** How many milliseconds playback takes, without the start of the process. */
async function duration(screen: Screen): Promise<number> {
  await until(
    () => screen.output.includes("Replaying"),
    () => screen.text,
  );
  const start = Date.now();
  await screen.ended;
  return Date.now() - start;
}

test("what was printed is printed again, at its time", async () => {
  const screen = new Screen(`${play} ${abc}; stty -a`, { home });
  const took = await duration(screen);
  expect(took).toBeGreaterThan(650);
  expect(took).toBeLessThan(5_000);
  expect(screen.text).toMatch(/^::: Replaying session from .*\none\ntwo\nthree\n::: Playback ended\nspeed/);
  expect(screen.text.split(/\s+/)).toEqual(expect.arrayContaining(["icanon", "echo", "opost", "isig"]));
});

test("speed and the idle time limit shorten it", async () => {
  const slow = recording(
    [
      [1, "o", "a"],
      [1, "o", "b"],
      [2, "o", "c"],
    ],
    { idle_time_limit: 0.1 },
  );
  expect(await duration(new Screen(`${play} ${slow}`, { home }))).toBeLessThan(3_500);
  expect(await duration(new Screen(`${play} -i 0.5 -s 10 ${slow}`, { home }))).toBeLessThan(3_500);
  expect(await duration(new Screen(`${play} -i 0.3 ${slow}`, { home }))).toBeGreaterThan(850);
});

test("space pauses, a dot steps, a bracket goes on to the next marker", async () => {
  const path = recording([
    [0.3, "o", "a"],
    [5, "o", "b"],
    [5, "o", "c"],
    [5, "o", "d"],
    [5, "m", ""],
    [0.2, "o", "e"],
    [0.2, "o", "f"],
  ]);
  const start = Date.now();
  const screen = new Screen(`${play} ${path}`, { home });
  await screen.shows(/^a$/m);
  // Pause and two steps in one read.
  screen.type(" ..");
  await screen.shows(/^abc$/m);
  screen.type("]");
  await screen.shows(/^abcd$/m);
  await pause(500);
  expect(screen.text).toMatch(/^abcd$/m);
  screen.type(" ");
  await screen.shows(/^abcdef$/m);
  await screen.ended;
  expect(screen.text).toContain("\n::: Playback ended");
  expect(Date.now() - start).toBeLessThan(15_000);
});

test("-m pauses at markers, ctrl+c ends with status 0", async () => {
  const screen = new Screen(`${play} -m ${abc}; echo status $?`, { home });
  await screen.shows("two");
  await pause(700);
  expect(screen.text).not.toContain("three");
  screen.type("\x03");
  await screen.ended;
  expect(screen.text).toMatch(/two\n::: Playback interrupted\nstatus 0$/);
});

test("--loop begins again, from a pipe too", async () => {
  const short = recording([[0.05, "o", "x"]]);
  const screen = new Screen(`cat ${short} | ${play} --loop -`, { home });
  await screen.shows("xxx");
  screen.type("\x03");
  expect(await screen.ended).toBe(0);
});

test("-r asks for the recording's sizes", async () => {
  const path = recording([[0.01, "r", "100x40"]]);
  const screen = new Screen(`${play} -r ${path}`, { home });
  await screen.ended;
  expect(screen.output).toContain("\x1b[8;24;80t");
  expect(screen.output).toContain("\x1b[8;40;100t");
});

test("a hostile recording draws and does nothing else", async () => {
  const nasty = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[6n\x1b[c\x1bP$qm\x1b\\\x05\x1b[21t\x1b]9;hi\x07";
  const path = recording([[0.01, "o", `a${nasty}b\x1b[31mc`]]);
  const safe = new Screen(`${play} ${path}`, { home });
  await safe.ended;
  expect(safe.text).toContain("abc");
  expect(safe.terminal.title).toBe("");
  for (const part of ["owned", "b3duZWQ", "\x1b[6n", "\x1b[c", "\x1bP", "\x05", "\x1b[21t"]) {
    expect(safe.output).not.toContain(part);
  }
  const raw = new Screen(`${play} --raw ${path}`, { home });
  await raw.ended;
  expect(raw.output).toContain(nasty.replaceAll("\n", "\r\n"));
});

test("the terminal is restored, wherever the recording stops", async () => {
  const path = recording([
    [0.01, "o", "\x1b[?1049h\x1b[?25l\x1b[31;44mfull screen\x1b[5;10r"],
    [100, "o", "never"],
  ]);
  const screen = new Screen(`echo before; ${play} -q ${path}; echo after; stty -a`, { home });
  await screen.shows("full screen");
  screen.type("\x03");
  await screen.ended;
  expect(screen.text).toMatch(/^before\n+after\n/);
  expect(screen.terminal.cursor.visible).toBe(true);
  expect(screen.text.split(/\s+/)).toEqual(expect.arrayContaining(["icanon", "echo", "opost"]));

  const killed = new Screen(`${play} -q ${path}; stty -a`, { home });
  await killed.shows("full screen");
  const pid = await killed.child();
  process.kill(pid, "SIGTERM");
  await killed.ended;
  expect(killed.text).toContain("icanon");
  expect(killed.terminal.cursor.visible).toBe(true);
});

test("compressed recordings, those that are torn, and those with a broken line are played", async () => {
  const lines =
    '{"version":2,"width":80,"height":24}\n[0.1,"o","one\\r\\n"]\n[0.1,"o",]\n[0.2,"o","two\\r\\n"]\n[0.3,"o","thr';
  const path = join(home, "torn.cast.gz");
  writeFileSync(path, gzipSync(lines));
  const screen = new Screen(`${play} ${path}`, { home, cols: 120 });
  expect(await screen.ended).toBe(0);
  expect(screen.text).toMatch(/one\ntwo\n::: Playback ended\n!!! .*line 3.*\n!!! .*line 5/s);
});

test("a recording is played while it is written", async () => {
  const path = join(home, "growing.cast");
  writeFileSync(path, '{"version":3,"term":{"cols":80,"rows":24}}\n[0.0,"o","first"]\n');
  const screen = new Screen(`tail -n +1 -f ${path} | ${play} -q -`, { home });
  await screen.shows("first");
  appendFileSync(path, '[0.1,"o"," second"]\n');
  await screen.shows("first second");
  screen.type("\x03");
  await pause(300);
  // Only now, when nobody reads any more, does tail notice.
  appendFileSync(path, "# end\n");
  expect(await screen.ended).toBe(0);
});

test("addresses, and pages that name a recording", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/a/demo.cast") {
      response
        .setHeader("content-type", "application/x-asciicast")
        .end('{"version":2,"width":80,"height":24}\n[0.1,"o","from afar"]\n');
    } else if (request.url === "/a/page") {
      response
        .setHeader("content-type", "text/html; charset=utf-8")
        .end(
          '<html><head><link rel="alternate" type="application/x-asciicast" href="demo.cast"></head><body></body></html>',
        );
    } else if (request.url === "/empty") response.setHeader("content-type", "text/html").end("<head></head>");
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const path of ["/a/demo.cast", "/a/page"]) {
    const screen = new Screen(`${play} ${base}${path}`, { home });
    expect(await screen.ended).toBe(0);
    expect(screen.text).toContain("from afar");
  }
  const gone = await run(script, ["play", `${base}/gone`], { home });
  expect(gone.stderr).toBe(`Error: download failed: HTTP status client error (404 Not Found) for url (${base}/gone)\n`);
  const none = await run(script, ["play", `${base}/empty`], { home });
  expect(none.stderr).toContain(
    '<link rel="alternate" type="application/x-asciicast" href="..."> not found in the HTML page',
  );
  expect(none.status).toBe(1);
});

test("bad input is one clear line and status 1", async () => {
  const picture = join(home, "picture.png");
  writeFileSync(picture, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]));
  const empty = join(home, "empty.cast");
  writeFileSync(empty, "");
  const nine = join(home, "nine.cast");
  writeFileSync(nine, '{"version":9,"width":80,"height":24}\n');
  for (const [path, what] of [
    [picture, /PNG/],
    [empty, /empty file/],
    [nine, /9/],
    [home, /Is a directory/],
    [join(home, "missing.cast"), /No such file or directory \(os error 2\)/],
  ] as const) {
    const { status, stderr } = await run(script, ["play", "-q", path], { home });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Error: can't open [^\n]*\n$/);
    expect(stderr).toMatch(what);
  }
  const noTerminal = await run(script, ["play", "-q", abc], { home });
  expect(noTerminal).toMatchObject({
    status: 1,
    stderr:
      "Error: can't open /dev/tty: No such device or address (os error 6)\n" +
      "  play needs a terminal: asciinema cat prints what was printed, asciinema convert makes text of it\n",
  });
});
