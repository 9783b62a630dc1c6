// Where sessions are recorded to besides plain files: pipes of all kinds, and compressed files.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundle, pause, run, Screen, scratch, until } from "../../test/command.js";

const home = scratch();
const script = await bundle();
const asciinema = `${process.execPath} ${script}`;
const answer = { question: "\x1b[c", text: "\x1b[?64;1c" };

let count = 0;
const fresh = (extension = "cast") => join(home, `output-${++count}.${extension}`);
const text = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
const printed = (content: string) =>
  content
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line))
    .filter((event) => event[1] === "o")
    .map((event) => event[2])
    .join("");
const pipe = () => {
  const path = fresh("pipe");
  execFileSync("mkfifo", [path]);
  return path;
};

test("a named pipe is played as it is written, from one terminal to another", async () => {
  const path = pipe();
  const watcher = new Screen(`${asciinema} play -q ${path}; echo played`, { home });
  const shell = new Screen(`${asciinema} rec -q -c 'echo begun; read x; echo got $x; read y' ${path}`, {
    home,
    answer,
  });
  await watcher.shows("begun");
  shell.type("one\r");
  await watcher.shows("got one");
  shell.type("\r");
  expect(await shell.ended).toBe(0);
  await watcher.shows("played");
});

test("raw output into a named pipe shows with cat as it happens", async () => {
  const path = pipe();
  const watcher = new Screen(`cat ${path}`, { home });
  const shell = new Screen(`${asciinema} rec -q -f raw -c 'printf "\\033[31mred"; read x' ${path}`, { home, answer });
  await watcher.shows("red");
  shell.type("\r");
  await shell.ended;
  expect(await watcher.ended).toBe(0);
});

/** What netcat does, for machines without it; the port it listens on goes into a file. */
const relay = fresh("cjs");
writeFileSync(
  relay,
  `const net = require("node:net"), [port, file] = process.argv.slice(2);
   if (port !== "listen") process.stdin.pipe(net.connect(Number(port), "127.0.0.1"));
   else {
     const server = net.createServer((socket) => (socket.pipe(process.stdout), server.close()));
     server.listen(0, "127.0.0.1", () => require("node:fs").writeFileSync(file, String(server.address().port)));
   }`,
);
const netcat = existsSync("/usr/bin/nc") || existsSync("/bin/nc") ? "nc 127.0.0.1" : `${process.execPath} ${relay}`;

test("a session is played over the network as it happens", async () => {
  const port = fresh("port");
  const watcher = new Screen(`${process.execPath} ${relay} listen ${port} | ${asciinema} play -q -`, { home });
  await until(
    () => text(port) !== "",
    () => "no port",
  );
  const shell = new Screen(
    `exec bash -c "${asciinema} rec -q -c 'echo begun; read x; echo got \\$x; read y' >(${netcat} ${text(port)})"`,
    { home, answer },
  );
  await watcher.shows("begun");
  shell.type("one\r");
  await watcher.shows("got one");
  shell.type("\r");
  expect(await shell.ended).toBe(0);
});

test.each([
  ["a process substitution", "<(cat FILE)", ""],
  ["a descriptor that the shell has opened", "/dev/fd/3", "3< FILE"],
  ["a descriptor of a pipe", "/dev/fd/3", "3< <(cat FILE)"],
  ["standard input", "-", "< FILE"],
])("%s is played and converted", async (_, name, redirection) => {
  const path = fresh();
  writeFileSync(path, '{"version":2,"width":80,"height":24}\n[0.01, "o", "shown"]\n');
  const play = `${asciinema} play -q ${name} ${redirection}`;
  const convert = `${asciinema} convert -f raw ${name} - ${redirection}`;
  const screen = new Screen(`bash -c "${play}; ${convert}"`.replaceAll("FILE", path), { home });
  await screen.shows("shown\nshown");
  expect(await screen.ended).toBe(0);
});

test.each([
  ["a process substitution", (copy: string) => `rec -c 'echo hi' >(cat > ${copy})`],
  ["a descriptor that the shell has opened", (copy: string) => `rec -c 'echo hi' /dev/fd/3 3> ${copy}`],
  ["a descriptor of a pipe", (copy: string) => `rec -c 'echo hi' /dev/fd/3 3> >(cat > ${copy})`],
  ["standard output into a pipe", (copy: string) => `rec -c 'echo hi' /dev/stdout | cat > ${copy}`],
  ["standard output into a file", (copy: string) => `rec -c 'echo hi' /dev/stdout > ${copy}`],
])("%s gets the recording and nothing else", async (_, line) => {
  const copy = fresh();
  const screen = new Screen(`bash -c "${asciinema} ${line(copy)}"`, { home, answer });
  expect(await screen.ended).toBe(0);
  await until(
    () => text(copy).endsWith('"x", "0"]\n'),
    () => text(copy),
  );
  expect(printed(text(copy))).toBe("hi\r\n");
});

test("what is recorded to standard output can be converted at the other end", async () => {
  const copy = fresh("txt");
  const screen = new Screen(
    `${asciinema} rec -q -c 'echo one; echo two' /dev/stdout | ${asciinema} convert - ${copy}`,
    {
      home,
      answer,
    },
  );
  expect(await screen.ended).toBe(0);
  expect(text(copy)).toBe("one\ntwo\n");
});

test("a reader that goes away ends the output, not the session", async () => {
  const screen = new Screen(
    `bash -c "${asciinema} rec -c 'for i in 1 2 3 4 5 6; do echo line \\$i; sleep 0.1; done; read x; echo got \\$x' >(head -c 150 > /dev/null)"; echo status $?`,
    { home, answer, cols: 200 },
  );
  await screen.shows("!!! Write error, recording suspended: Broken pipe (os error 32)");
  screen.type("more\r");
  await screen.shows("got more");
  await screen.shows("status 0");
});

const whole = (path: string) => gunzipSync(readFileSync(path)).toString();
/** What a file holds that may end anywhere. */
const torn = (path: string) => gunzipSync(readFileSync(path), { finishFlush: constants.Z_SYNC_FLUSH }).toString();

test("a name in .gz compresses, as one member", async () => {
  const path = fresh("cast.gz");
  expect((await run(script, ["rec", "-q", "-c", "seq 1 20000", path], { home })).status).toBe(0);
  expect(printed(whole(path))).toBe(Array.from({ length: 20_000 }, (_, n) => `${n + 1}\r\n`).join(""));
  expect(statSync(path).size).toBeLessThan(whole(path).length / 3);
  // Unlike others, this decompressor refuses whatever follows the first member.
  const stream = new Blob([readFileSync(path)]).stream().pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(stream).text()).toBe(whole(path));
  const plain = fresh("txt.gz");
  await run(script, ["rec", "-q", "-c", "echo hi", plain], { home });
  expect(whole(plain)).toBe("hi\n");
  const converted = fresh("cast.gz");
  expect((await run(script, ["convert", path, converted], { home })).status).toBe(0);
  expect(printed(whole(converted))).toBe(printed(whole(path)));
});

test("after kill -9 a compressed recording plays up to the last second", async () => {
  const path = fresh("cast.gz");
  const command = "for i in $(seq 1 1000); do echo line $i; sleep 0.01; done";
  const screen = new Screen(`${asciinema} rec -q -c '${command}' ${path}; sleep 0.2; stty -a`, { home, answer });
  await screen.shows("line 170");
  process.kill(await screen.child(), "SIGKILL");
  await screen.ended;
  expect(screen.text).toContain(" icanon");
  const output = fresh("txt");
  const done = await run(script, ["convert", path, output], { home });
  expect(done.status).toBe(0);
  // In 1.7 s and more it has been flushed at least once, at the latest 1 s after the first line.
  expect(text(output)).toMatch(/^line 1\nline 2\n[\s\S]*line 20\n/);

  // What it holds can be continued, in one piece.
  const again = await run(script, ["rec", "-a", "-c", "echo more", path], { home });
  expect(again.status).toBe(0);
  expect(printed(whole(path))).toMatch(/^line 1\r\n[\s\S]*line 20\r\n[\s\S]*more\r\n$/);
  expect(readdirSync(home).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("pausing writes out what the compressor holds", async () => {
  const path = fresh("cast.gz");
  const screen = new Screen(`${asciinema} rec -q -c 'echo before; read x' ${path}`, { home, answer });
  await screen.shows("before");
  await pause(100);
  screen.type("\x1c");
  await until(
    () => torn(path).includes("# paused"),
    () => torn(path),
  );
  expect(torn(path)).toContain("before");
  screen.type("\r");
  await screen.ended;
});

test("a compressed recording is continued as one member, and a refused one is left alone", async () => {
  const path = fresh("cast.gz");
  await run(script, ["rec", "-q", "-c", "echo one", path], { home });
  execFileSync("chmod", ["640", path]);
  await run(script, ["rec", "-q", "-a", "-c", "echo two", path], { home });
  expect(printed(whole(path))).toBe("one\r\ntwo\r\n");
  const stream = new Blob([readFileSync(path)]).stream().pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(stream).text()).toBe(whole(path));
  expect(statSync(path).mode & 0o777).toBe(0o640);

  const broken = fresh("cast.gz");
  const bytes = Buffer.concat([readFileSync(path).subarray(0, 30), Buffer.alloc(100, 0x55)]);
  writeFileSync(broken, bytes);
  const refused = await run(script, ["rec", "-a", "-c", "true", broken], { home });
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(/^Error: can't append: [^\n]+\n$/);
  expect(readFileSync(broken).equals(bytes)).toBe(true);

  // The content decides, not the name.
  const plain = fresh("cast.gz");
  writeFileSync(plain, '{"version":3,"term":{"cols":80,"rows":24}}\n[0.1, "o", "one"]\n');
  await run(script, ["rec", "-q", "-a", "-c", "echo two", plain], { home });
  expect(printed(text(plain))).toBe("onetwo\r\n");
});

test("zstd is written where Node can, and refused clearly where it cannot", async () => {
  const path = fresh("cast.zst");
  const { status, stderr } = await run(script, ["rec", "-q", "-c", "echo hi", path], { home });
  const able = "createZstdCompress" in (await import("node:zlib"));
  expect(status).toBe(able ? 0 : 1);
  if (!able) expect(stderr).toBe("Error: this Node can't write zstd: use a name in .gz, or Node 22.15 or newer\n");
  else expect((await run(script, ["cat", path], { home })).stdout).toBe("hi\r\n");
});
