import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundle, pause, run, Screen, scratch, until } from "../../test/command.js";

const home = scratch();
const script = await bundle();
const asciinema = `exec ${process.execPath} ${script}`;

let count = 0;
/** A name that no other test has. */
const fresh = (extension = "cast") => join(home, `recording-${++count}.${extension}`);
const lines = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n");
const header = (path: string) => JSON.parse(lines(path)[0]!);
const events = (path: string): [number, string, string][] =>
  lines(path)
    .slice(1)
    .filter((line) => !line.startsWith("#"))
    .map((line) => JSON.parse(line));
const printed = (path: string, code = "o") =>
  events(path)
    .filter((event) => event[1] === code)
    .map((event) => event[2])
    .join("");
const ANSWERS =
  "\x1bP>|XTerm(380)\x1b\\\x1b]10;rgb:aaaa/bbbb/cccc\x07\x1b]11;rgb:1111/2222/3333\x07" +
  Array.from({ length: 16 }, (_, n) => `\x1b]4;${n};rgb:${(n + 16).toString(16)}/00/ff\x07`).join("") +
  "\x1b[?64;1c";
const answer = { question: "\x1b[c", text: ANSWERS };

test("without a terminal a command is recorded whole, and its status can be kept", async () => {
  const path = fresh();
  const done = await run(script, ["rec", "--return", "-t", "A title", "-i", "2", "-c", "seq 1 20000; exit 3", path], {
    home,
  });
  expect(done.stdout).toBe(
    "::: TTY not available, recording in headless mode\n::: asciinema session started\n" +
      `::: Recording to ${path}\n::: asciinema session ended\n::: Recorded to ${path}\n`,
  );
  expect(done.status).toBe(3);
  expect(printed(path)).toBe(Array.from({ length: 20_000 }, (_, n) => `${n + 1}\r\n`).join(""));
  expect(events(path).at(-1)!.slice(1)).toEqual(["x", "3"]);
  expect(header(path)).toMatchObject({
    version: 3,
    term: { cols: 80, rows: 24 },
    idle_time_limit: 2,
    command: "seq 1 20000; exit 3",
    title: "A title",
    env: { SHELL: "/bin/bash" },
  });
  expect(Math.abs(header(path).timestamp - Date.now() / 1000)).toBeLessThan(10);
});

test("without --return the status is 0; a signal is 128 and its number", async () => {
  expect((await run(script, ["rec", "-q", "-c", "exit 3", fresh()], { home })).status).toBe(0);
  const path = fresh();
  expect((await run(script, ["rec", "-q", "--return", "-c", "kill -9 $$", path], { home })).status).toBe(137);
  expect(events(path).at(-1)![2]).toBe("137");
});

test("the child knows that it is recorded, and gets what session adds", async () => {
  const path = fresh();
  await run(script, ["rec", "-q", "-c", "echo $ASCIINEMA_REC-$ASCIINEMA_SESSION", path], { home });
  expect(printed(path)).toMatch(/^1-[0-9a-f]{20,32}\r\n$/);
  const other = fresh();
  await run(script, ["session", "-q", "-o", other, "-c", "echo $A-$ASCIINEMA_REC", "A=b=c"], { home });
  expect(printed(other)).toBe("b=c-\r\n");
});

test("a character that is cut between two reads is one character", async () => {
  const path = fresh();
  await run(script, ["rec", "-q", "-c", "printf '\\305'; sleep 0.1; printf '\\274\\377!'; printf '\\360\\237'", path], {
    home,
  });
  expect(printed(path)).toBe("ż\ufffd!\ufffd");
});

test("formats: by option, by name, at a fixed size", async () => {
  const v2 = fresh();
  await run(script, ["rec", "-q", "-f", "asciicast-v2", "--window-size", "100x30", "-c", "stty size", v2], { home });
  expect(header(v2)).toMatchObject({ version: 2, width: 100, height: 30 });
  expect(printed(v2)).toBe("30 100\r\n");
  const raw = fresh("raw");
  await run(script, ["rec", "-q", "-f", "raw", "-c", "echo hi", raw], { home });
  expect(readFileSync(raw, "utf8")).toBe("\x1b[8;24;80thi\r\n");
  const txt = fresh("txt");
  await run(script, ["rec", "-q", "-c", "echo one; printf '\\033[31mtwo\\033[0m  '", txt], { home });
  expect(readFileSync(txt, "utf8")).toBe("one\ntwo\n");
});

test("an existing file is not touched unless told", async () => {
  const path = fresh();
  writeFileSync(path, "mine");
  const refused = await run(script, ["rec", "-c", "echo hi", path], { home });
  expect(refused).toEqual({
    status: 1,
    stdout: "",
    stderr: `Error: file exists, use --overwrite or --append: ${path}\n`,
  });
  expect(readFileSync(path, "utf8")).toBe("mine");
  expect((await run(script, ["rec", "-q", "--overwrite", "-c", "echo hi", path], { home })).status).toBe(0);
  expect(printed(path)).toBe("hi\r\n");
  writeFileSync(path, "");
  expect((await run(script, ["rec", "-q", "-c", "echo ho", path], { home })).status).toBe(0);
  const deep = join(home, "a/b/c.cast");
  expect((await run(script, ["rec", "-q", "-c", "echo deep", deep], { home })).status).toBe(0);
  expect(printed(deep)).toBe("deep\r\n");
  const directory = await run(script, ["rec", "-c", "true", join(home, "a")], { home });
  expect(directory.stderr).toBe(`Error: can't open ${join(home, "a")}: Is a directory (os error 21)\n`);
  expect(directory.status).toBe(1);
});

test("a recording is continued, in its own format and time, after a torn line is cut", async () => {
  const v3 = fresh();
  await run(script, ["rec", "-q", "-c", "echo one", v3], { home });
  writeFileSync(v3, '[0.1, "o", "to', { flag: "a" });
  const again = await run(script, ["rec", "-a", "-c", "echo two", v3], { home });
  expect(again.stderr).toContain("the last line is torn: 14 bytes are cut");
  expect(printed(v3)).toBe("one\r\ntwo\r\n");
  expect(events(v3).map((event) => event[1])).toEqual(["o", "x", "r", "m", "o", "x"]);
  expect(events(v3)[3]![2]).toMatch(/^continued \d{4}-\d\d-\d\dT[\d:.]+Z$/);

  const v2 = fresh();
  writeFileSync(v2, '{"version":2,"width":80,"height":24}\n[1.5,"o","one"]');
  await run(script, ["rec", "-q", "-a", "-c", "echo two", v2], { home });
  expect(events(v2)[1]).toEqual([1.5, "r", "80x24"]);
  expect(events(v2)[2]).toEqual([1.5, "m", expect.stringMatching(/^continued /)]);
  expect(events(v2)[3]![0]).toBeGreaterThan(1.5);

  const v1 = fresh();
  writeFileSync(v1, '{"version":1,"width":80,"height":24,"stdout":[[1,"a"]]}');
  expect((await run(script, ["rec", "-a", "-c", "true", v1], { home })).stderr).toBe(
    "Error: appending to asciicast v1 files is not supported\n",
  );
  expect((await run(script, ["rec", "-a", "-f", "asciicast-v2", "-c", "true", v3], { home })).status).toBe(1);
  const picture = fresh();
  writeFileSync(picture, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa]));
  const refused = await run(script, ["rec", "-a", "-c", "true", picture], { home });
  expect(refused.stderr).toMatch(/^Error: can't append: .*PNG/);
  expect(readFileSync(picture).length).toBe(8);
});

test("in a terminal: what is typed arrives, resizes are recorded, the settings come back", async () => {
  const path = fresh();
  const screen = new Screen(
    `stty intr ^X; ${asciinema.replace("exec", "")} rec -t x ${path}; echo status $?; stty -a`,
    {
      home,
      answer,
    },
  );
  await screen.shows("Press <ctrl+d> or type 'exit' to end");
  await screen.shows(/[#$]$/);
  screen.type("echo zażółć $((6*7))\r");
  await screen.shows("zażółć 42");
  screen.resize(90, 30);
  await pause(100);
  screen.type("stty size\r");
  await screen.shows("30 90");
  screen.type("exit\r");
  expect(await screen.ended).toBe(0);
  expect(screen.text).toContain(`::: Recorded to ${path}`);
  expect(screen.text).toContain("status 0");
  expect(screen.text).toContain("intr = ^X");
  const settings = screen.text.split(/\s+/);
  expect(settings).toEqual(expect.arrayContaining(["icanon", "echo", "opost", "icrnl", "ixon", "isig", "iexten"]));
  expect(
    events(path)
      .filter((event) => event[1] === "r")
      .map((event) => event[2]),
  ).toEqual(["90x30"]);
  expect(header(path).term).toMatchObject({
    cols: 80,
    rows: 24,
    type: "xterm-256color",
    version: "XTerm(380)",
    theme: { fg: "#aabbcc", bg: "#112233" },
  });
  expect(printed(path, "i")).toBe("");
});

test("what is typed while the terminal is asked is not lost, and a silent terminal costs little", async () => {
  const path = fresh();
  const start = Date.now();
  const screen = new Screen(`${asciinema} rec -q -c 'read line; echo "got $line"' ${path}`, { home });
  await until(
    () => screen.output.includes("\x1b[c"),
    () => "the questions",
  );
  screen.type("early\r");
  expect(await screen.ended).toBe(0);
  expect(Date.now() - start).toBeLessThan(5_000);
  expect(printed(path)).toContain("got early");
});

test("answers that come late are not typed into the session", async () => {
  const path = fresh();
  const screen = new Screen(`${asciinema} rec -q -c 'stty -echo; echo ready; read line; echo "got <$line>"' ${path}`, {
    home,
  });
  await screen.shows("ready");
  screen.type(`${ANSWERS}late\r`);
  await screen.ended;
  expect(printed(path)).toContain("got <late>");
});

test("job control works in a recorded shell", async () => {
  const path = fresh();
  const screen = new Screen(`${asciinema} rec -q ${path}`, { home, answer });
  await screen.shows(/[#$]$/);
  screen.type("sleep 100\r");
  await pause(150);
  screen.type("\x1a");
  await screen.shows("Stopped");
  screen.type("fg\r");
  await screen.shows(/fg\nsleep 100/);
  await pause(100);
  screen.type("\x03");
  await screen.shows("^C");
  screen.type("exit\r");
  expect(await screen.ended).toBe(0);
});

test("pausing leaves out what happens meanwhile, without a gap in time; markers stay", async () => {
  const start = Date.now();
  const path = fresh();
  const config = join(home, "keys");
  const screen = new Screen(
    `mkdir -p ${config} && echo 'session.add_marker_key = "^x"' > ${config}/config.toml && ${asciinema} rec -q -I -c 'cat' ${path}`,
    {
      home,
      answer,
      env: { ASCIINEMA_CONFIG_HOME: config },
    },
  );
  await until(
    () => existsSync(path),
    () => "the file",
  );
  await pause(50);
  // Keys count wherever they are in what is read at once.
  screen.type("before\r");
  await screen.shows("before\nbefore");
  screen.type("\x1chidden\r");
  await screen.shows("hidden\nhidden");
  await pause(1_500);
  screen.type("\x18\x1c");
  await pause(50);
  screen.type("after\r");
  await screen.shows("after\nafter");
  screen.type("\x04");
  await screen.ended;
  expect(printed(path)).toContain("before");
  expect(printed(path)).not.toContain("hidden");
  expect(printed(path, "i")).toBe("before\rafter\r\x04");
  expect(printed(path)).toContain("after");
  expect(events(path).filter((event) => event[1] === "m")).toHaveLength(1);
  const recorded = events(path).reduce((time, event) => time + event[0], 0);
  expect(recorded).toBeLessThan((Date.now() - start) / 1000 - 1.4);
  // When that was is left in the file, for people.
  const remarks = lines(path).filter((line) => line.startsWith("#"));
  expect(remarks.map((line) => line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z$/, "TIME"))).toEqual([
    "# paused TIME",
    "# resumed TIME",
  ]);
  const [paused, resumed] = remarks.map((line) => Date.parse(line.split(" ")[2]!));
  expect(resumed! - paused!).toBeGreaterThan(1_400);
  const at = (start: string) => lines(path).findIndex((line) => line.startsWith(start));
  expect(lines(path).findIndex((line) => line.includes("before"))).toBeLessThan(at("# paused"));
  expect(lines(path).findIndex((line) => line.includes("after"))).toBeGreaterThan(at("# resumed"));
});

test.each([
  ["asciicast-v3", 1],
  ["asciicast-v2", 0],
])("quitting while paused ends the session as always (%s)", async (format, remarks) => {
  const path = fresh();
  const screen = new Screen(`${asciinema.replace("exec", "")} rec -f ${format} ${path}; stty -a`, { home, answer });
  await screen.shows(/[#$]$/);
  screen.type("\x1c");
  await until(
    () => remarks === 0 || readFileSync(path, "utf8").includes("# paused"),
    () => screen.text,
  );
  screen.type("exit\r");
  await screen.ended;
  expect(screen.text).toContain(`::: Recorded to ${path}`);
  expect(screen.output).toContain("!!! The recording was paused when the session ended");
  expect(screen.text).toContain(" icanon");
  expect(events(path).at(-1)!.slice(1)).toEqual(["x", "0"]);
  expect(printed(path)).not.toContain("exit");
  expect(lines(path).filter((line) => line.startsWith("#"))).toHaveLength(remarks);
});

test("with a prefix key, keys act only after it; the prefix twice is the prefix", async () => {
  const path = fresh();
  const config = join(home, "prefix");
  const toml = '[session]\\nprefix_key = "^b"\\npause_key = "p"\\nadd_marker_key = "m"\\n';
  const screen = new Screen(
    `mkdir -p ${config} && printf '${toml}' > ${config}/config.toml && ${asciinema} rec -q -c 'stty -icanon -echo; echo ready; dd bs=1 count=5 2>/dev/null | od -c' ${path}`,
    {
      home,
      answer,
      env: { ASCIINEMA_CONFIG_HOME: config },
    },
  );
  await screen.shows("ready");
  screen.type("pm\x02m\x02\x02\x02qx");
  await screen.ended;
  expect(printed(path)).toMatch(/0000000\s+p\s+m\s+002\s+q\s+x/);
  expect(events(path).filter((event) => event[1] === "m")).toHaveLength(1);
});

test("with -I what is typed is kept, but not what the terminal does not show", async () => {
  const path = fresh();
  const command = "cat; sleep 0.1; stty -echo; echo Password:; read secret; stty echo; echo thanks; cat";
  const screen = new Screen(`${asciinema} rec -q -I -c '${command}' ${path}`, { home, answer });
  await until(
    () => existsSync(path),
    () => "the file",
  );
  await pause(100);
  screen.type("one\r");
  await screen.shows("one\none");
  screen.type("\x04");
  await screen.shows("Password:");
  screen.type("hunter2\r");
  await screen.shows("thanks");
  screen.type("two\r");
  await screen.shows("two\ntwo");
  screen.type("\x04");
  await screen.ended;
  expect(printed(path, "i")).toBe("one\r\x04two\r\x04");
  expect(readFileSync(path, "utf8")).not.toContain("hunter2");
});

test("with -I what is typed into a shell's line editor is kept, its secrets are not", async () => {
  const path = fresh();
  const screen = new Screen(`${asciinema} rec -q -I ${path}`, { home, answer });
  await screen.shows(/[#$]$/);
  screen.type("read -s -p 'Password: ' x");
  await screen.shows(/x$/);
  screen.type("\r");
  await screen.shows(/Password:$/);
  screen.type("hunter2\r");
  await pause(200);
  screen.type("exit\r");
  await screen.ended;
  expect(printed(path, "i")).toMatch(/^read -s -p 'Password: ' x\r?exit\r$/);
});

test("with -I a password is not kept either where a program reads single keys to show stars", async () => {
  const path = fresh();
  const command =
    'stty -icanon -echo; printf "[sudo] password for tester: "; dd bs=1 count=7 >/dev/null 2>&1; printf "\\nready "; dd bs=1 count=3 >/dev/null 2>&1';
  const screen = new Screen(`${asciinema} rec -q -I -c '${command}' ${path}`, { home, answer });
  await screen.shows("password for tester:");
  for (const key of "hunter2") screen.type(key);
  await screen.shows("ready");
  screen.type("yes");
  await screen.ended;
  expect(printed(path, "i")).toBe("yes");
});

test("a slow file holds the child back, and gets everything", async () => {
  const [pipe, go, copy] = [fresh("pipe"), fresh("go"), fresh()];
  const reader = `(until [ -e ${go} ]; do sleep 0.05; done; cat > ${copy}) < ${pipe}`;
  const screen = new Screen(
    `mkfifo ${pipe}; ${reader} & exec ${process.execPath} ${script} rec -q -c 'seq 1 300000' ${pipe}; wait`,
    { home, answer },
  );
  await until(
    () => screen.output.length > 100_000,
    () => screen.text,
  );
  await pause(300);
  // Of two million.
  expect(screen.output.length).toBeLessThan(1_000_000);
  writeFileSync(go, "");
  await screen.ended;
  await until(
    () => readFileSync(copy, "utf8").endsWith('"x", "0"]\n'),
    () => "the end of the copy",
  );
  expect(printed(copy)).toBe(Array.from({ length: 300_000 }, (_, n) => `${n + 1}\r\n`).join(""));
});

test("a large paste passes while the child answers it", async () => {
  const path = fresh();
  const command = "stty raw -echo; printf ready; head -c 300000; printf over";
  const screen = new Screen(`exec ${process.execPath} ${script} rec -q -c '${command}' ${path}`, { home, answer });
  await screen.shows("ready");
  screen.type("0123456789".repeat(30_000));
  expect(await screen.ended).toBe(0);
  expect(printed(path)).toBe(`ready${"0123456789".repeat(30_000)}over`);
});

test("a log tells what happened", async () => {
  const log = fresh("log");
  await run(script, ["rec", "-q", "-c", "exit 5", "--log-file", log, fresh()], { home });
  expect(readFileSync(log, "utf8")).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}INFO asciinema: session started.*\n.* INFO asciinema: session ended with status 5\n$/,
  );
  const refused = await run(script, ["rec", "--log-file", home, fresh()], { home });
  expect(refused.stderr).toBe(`Error: cannot open log file ${home}: Is a directory (os error 21)\n`);
});

test("a signal ends the session, the terminal is sane and the file is whole", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    const path = fresh();
    const screen = new Screen(`${asciinema.replace("exec", "")} rec -q ${path}; stty -a`, { home, answer });
    await screen.shows(/[#$]$/);
    const pid = await screen.child();
    process.kill(pid, signal);
    await screen.ended;
    expect(screen.text).toContain(" icanon");
    expect(events(path).at(-1)![1]).toBe("x");
  }
});

test("after kill -9 the file plays to the last whole event and the terminal is sane", async () => {
  const path = fresh();
  const command = "for i in $(seq 1 1000); do echo line $i; sleep 0.002; done";
  const screen = new Screen(`${asciinema.replace("exec", "")} rec -q -c '${command}' ${path}; sleep 0.2; stty -a`, {
    home,
    answer,
  });
  await screen.shows("line 50");
  const pid = await screen.child();
  process.kill(pid, "SIGKILL");
  await screen.ended;
  expect(screen.text).toMatch(/ icanon[\s\S]* echo /);
  const text = fresh("txt");
  expect((await run(script, ["convert", path, text], { home })).status).toBe(0);
  expect(readFileSync(text, "utf8")).toMatch(/^line 1\nline 2\n[\s\S]*line [45]\d/);
});

test("a full disk is said at once and at the end, and the session goes on", async () => {
  const screen = new Screen(
    `${asciinema.replace("exec", "")} rec -c 'echo one; sleep 0.1; echo two; read x; echo $x' /dev/full; echo status $?`,
    { home, answer },
  );
  // Here not even the header finds room.
  await screen.shows("status 1");
  expect(screen.text).toContain("Error: can't write /dev/full: No space left on device (os error 28)");

  const pipe = fresh("pipe");
  const later = new Screen(
    `mkfifo ${pipe}; head -c 200 ${pipe} > /dev/null & ${asciinema.replace("exec", "")} rec --strict -c 'seq 1 200; sleep 0.2; seq 1 200; read x; echo "got $x"' ${pipe}; echo status $?`,
    { home, answer, cols: 200 },
  );
  const said = "\r\n!!! Write error, recording suspended: Broken pipe (os error 32)\r\n";
  await until(
    () => later.output.includes(said),
    () => later.output,
  );
  later.type("more\r");
  await later.shows("got more");
  await later.shows("status 1");
  expect(later.text).toContain(`!!! Write error: ${pipe} ends before the session did: Broken pipe (os error 32)`);
});

test("what found room before a write error can be played", async () => {
  const path = fresh();
  const screen = new Screen(
    // 64 KB, in the units of this shell: a single burst is more than that.
    `ulimit -f 128; ${process.execPath} ${script} rec -c 'seq 1 20000; read x' ${path}; echo status $?`,
    { home, answer, cols: 200 },
  );
  await until(
    () => screen.output.includes("!!! Write error, recording suspended: File too large (os error 27)\r\n"),
    () => screen.output,
  );
  screen.type("\r");
  await screen.shows("status 0");
  expect(screen.text).toContain(`!!! Write error: ${path} ends before the session did: File too large (os error 27)`);
  const text = fresh("txt");
  const done = await run(script, ["convert", path, text], { home });
  expect(done.status).toBe(0);
  expect(done.stderr).toMatch(/^!!! /);
  expect(readFileSync(text, "utf8").length).toBeGreaterThan(35_000);
  const again = await run(script, ["rec", "-q", "-a", "-c", "echo more", path], { home });
  expect(again.status).toBe(0);
  expect(printed(path)).toMatch(/more\r\n$/);
});

test("a terminal that is stuck does not hang the end", async () => {
  const path = fresh();
  const screen = new Screen(`${asciinema} rec -q -c 'seq 1 5000; sleep 0.1' ${path}`, { home, answer });
  await until(
    () => existsSync(path),
    () => "the file",
  );
  screen.freeze();
  const start = Date.now();
  expect(await screen.ended).toBe(0);
  expect(Date.now() - start).toBeLessThan(15_000);
  expect(printed(path)).toContain("5000\r\n");
});

test("notifications go to the configured command", async () => {
  const path = fresh();
  const config = join(home, "notify");
  const heard = join(home, "heard");
  const toml = `[notifications]\\ncommand = "echo \\"$TEXT\\" >> ${heard}"\\n`;
  const screen = new Screen(
    `mkdir -p ${config} && printf '%b' '${toml.replaceAll('\\"', '\\\\"')}' > ${config}/config.toml && ${asciinema} rec -q -c 'cat' ${path}`,
    {
      home,
      answer,
      env: { ASCIINEMA_CONFIG_HOME: config },
    },
  );
  await until(
    () => existsSync(path),
    () => "the file",
  );
  await pause(50);
  screen.type("\x1c");
  await until(
    () => existsSync(heard),
    () => screen.text,
  );
  screen.type("\x1c");
  await until(
    () => readFileSync(heard, "utf8").includes("Resumed"),
    () => screen.text,
  );
  expect(readFileSync(heard, "utf8")).toBe("Paused recording\nResumed recording\n");
  screen.type("\x04");
  await screen.ended;
});

test("broken settings are named with their file and key", async () => {
  const config = scratch();
  writeFileSync(join(config, "config.toml"), '[session]\ncapture_input = "maybe"\n');
  const wrong = await run(script, ["rec", "-c", "true", fresh()], { home, env: { ASCIINEMA_CONFIG_HOME: config } });
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toBe(
    `Error: invalid type: string "maybe", expected a boolean for key \`session.capture_input\` in ${config}/config.toml, line 2\n`,
  );
  writeFileSync(join(config, "config.toml"), "[session\n");
  expect((await run(script, ["play", "x"], { home, env: { ASCIINEMA_CONFIG_HOME: config } })).stderr).toContain(
    `in ${config}/config.toml`,
  );
  writeFileSync(join(config, "config.toml"), '[session]\npause_key = "F5"\n');
  expect((await run(script, ["auth"], { home, env: { ASCIINEMA_CONFIG_HOME: config } })).stderr).toBe(
    `Error: invalid key definition 'F5' for key \`session.pause_key\` in ${config}/config.toml, line 2\n`,
  );
});
