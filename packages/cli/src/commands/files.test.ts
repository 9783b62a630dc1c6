// convert, cat, upload and auth: commands that need no terminal.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeEach, expect, test } from "vitest";
import { bundle, run, Screen, scratch } from "../../test/command.js";

const home = scratch();
const script = await bundle();
const cli = (args: string[], options: { input?: string | Uint8Array; env?: Record<string, string> } = {}) =>
  run(script, args, { home, ...options });

let count = 0;
const fresh = (extension = "cast") => join(home, `file-${++count}.${extension}`);
function file(content: string | Uint8Array, extension = "cast"): string {
  const path = fresh(extension);
  writeFileSync(path, content);
  return path;
}
const text = (path: string) => readFileSync(path, "utf8");

const V2 =
  '{"version": 2, "width": 80, "height": 24, "title": "T", "env": {"TERM": "xterm"}}\n' +
  '[0.0004, "o", "a"]\n[0.0008, "o", "\\u001b[31mb\\r\\n"]\n[0.0012, "i", "x"]\n[1.5, "m", "here"]\n[2, "o", "c"]\n';
const demo = file(V2);

const PICTURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0xff, 0xfe]);
const bad = {
  picture: file(PICTURE, "png"),
  empty: file(""),
  directory: home,
  missing: join(home, "missing.cast"),
  "v9 header": file('{"version":9,"width":80,"height":24}\n[0,"o","a"]\n'),
  "broken line 3": file('{"version":2,"width":80,"height":24}\n[0,"o","a"]\n[1,"o",\n[2,"o","b"]\n'),
};
const SAYS = {
  picture: /picture|PNG/,
  empty: /empty file/,
  directory: /Is a directory \(os error 21\)/,
  missing: /No such file or directory \(os error 2\)/,
  "v9 header": /9/,
  "broken line 3": /: line 3: (?!line)/,
};

test("convert writes every format", async () => {
  const v3 = fresh();
  expect(await cli(["convert", demo, v3])).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(text(v3).split("\n").slice(1)).toEqual([
    '[0.000, "o", "a"]',
    '[0.001, "o", "\\u001b[31mb\\r\\n"]',
    '[0.000, "i", "x"]',
    '[1.499, "m", "here"]',
    '[0.500, "o", "c"]',
    "",
  ]);
  expect(JSON.parse(text(v3).split("\n")[0]!)).toMatchObject({
    version: 3,
    term: { cols: 80, rows: 24, type: "xterm" },
    title: "T",
  });
  expect((await cli(["convert", "-f", "asciicast-v2", demo, "-"])).stdout.split("\n").slice(1, 3)).toEqual([
    '[0.0004, "o", "a"]',
    '[0.0008, "o", "\\u001b[31mb\\r\\n"]',
  ]);
  expect((await cli(["convert", "-fraw", demo, "-"])).stdout).toBe("\x1b[8;24;80ta\x1b[31mb\r\nc");
  const txt = fresh("TXT");
  await cli(["convert", demo, txt]);
  expect(text(txt)).toBe("ab\nc\n");
});

test("convert reads standard input, gzip, zstd, ttyrec and typescripts", async () => {
  expect((await cli(["convert", "-", "-", "-f=raw"], { input: V2 })).stdout).toContain("b\r\nc");
  expect((await cli(["convert", file(gzipSync(V2), "cast.gz"), "-", "-f", "raw"])).stdout).toContain("b\r\nc");
  // '{"version":2,"width":80,"height":24}\n[0,"o","zst"]\n' as one raw zstd block
  const plain = Buffer.from('{"version":2,"width":80,"height":24}\n[0,"o","zst"]\n');
  const frame = Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, plain.length]),
    Buffer.from([(plain.length << 3) | 1, plain.length >> 5, 0]),
    plain,
  ]);
  expect((await cli(["convert", file(frame, "cast.zst"), "-", "-f", "raw"])).stdout).toContain("zst");

  const head = Buffer.alloc(12);
  head.writeUInt32LE(1_700_000_000, 0);
  head.writeUInt32LE(3, 8);
  const ttyrec = file(Buffer.concat([head, Buffer.from("tty")]), "ttyrec");
  expect((await cli(["convert", ttyrec, "-"])).stdout).toContain('[0.000, "o", "tty"]');
  const typescript = file(
    'Script started on 2026-01-01 00:00:00+00:00 [TERM="xterm" COLUMNS="80" LINES="24"]\nhello',
    "log",
  );
  const timing = file("0.5 2\n1 3\n", "timing");
  expect((await cli(["convert", typescript, "-", "--timing", timing])).stdout).toContain(
    '[0.500, "o", "he"]\n[1.000, "o", "llo"]',
  );
});

test("a torn last line is cut with a note", async () => {
  const torn = file(`${V2}[3, "o", "to`);
  const output = fresh();
  const { status, stderr } = await cli(["convert", torn, output]);
  expect(status).toBe(0);
  expect(stderr).toMatch(/^!!! .*file-\d+\.cast: line 7: [^\n]+\n$/);
  expect(text(output).trimEnd().split("\n")).toHaveLength(6);
});

test.each(Object.entries(bad))(
  "convert of bad input (%s) is one clear line, and leaves nothing behind",
  async (name, path) => {
    const before = readdirSync(home);
    const { status, stdout, stderr } = await cli(["convert", path, join(home, "output.cast")]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^Error: [^\n]+\n$/);
    expect(stderr).toContain(path);
    expect(stderr).toMatch(SAYS[name as keyof typeof SAYS]);
    expect(readdirSync(home)).toEqual(before);
  },
);

test("what a broken file holds does not reach the terminal", async () => {
  const path = file('{"version":2,"width":80,"height":24}\n[0,"o","a"]\n\x1b]0;owned\x07\n[1,"o","b"]\n');
  const { status, stderr } = await cli(["convert", path, "-"]);
  expect(status).toBe(1);
  expect(stderr).toContain("line 3");
  expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

test("convert keeps what exists unless told, also when it fails", async () => {
  const output = file("mine");
  const refused = await cli(["convert", demo, output]);
  expect(refused).toMatchObject({
    status: 1,
    stderr: `Error: file exists, use --overwrite option to overwrite the file: ${output}\n`,
  });
  expect((await cli(["convert", "--overwrite", bad["broken line 3"], output])).status).toBe(1);
  expect(text(output)).toBe("mine");
  expect((await cli(["convert", "--overwrite", demo, output])).status).toBe(0);
  expect(text(output)).toContain('"version":3');
  expect((await cli(["convert", demo, file("")])).status).toBe(0);
  const nowhere = await cli(["convert", demo, join(home, "no/such/file.cast")]);
  expect(nowhere.stderr).toBe(`Error: can't open ${home}/no/such/file.cast: No such file or directory (os error 2)\n`);
});

test("output into a pipe that is closed ends, without a word", async () => {
  const long = file(`{"version":2,"width":80,"height":24}\n${'[0, "o", "some text"]\n'.repeat(50_000)}`);
  const screen = new Screen(`(${process.execPath} ${script} convert ${long} -; echo status $? >&2) | head -1`, {
    home,
  });
  await screen.ended;
  expect(screen.text).toMatch(/^\{"version":3.*\nstatus 1$/s);
});

test("cat joins recordings in the format of the first", async () => {
  const other = file('{"version":3,"term":{"cols":100,"rows":30}}\n[0.25, "o", "d"]\n[0.1, "x", "0"]\n');
  const { stdout, status } = await cli(["cat", demo, other, demo]);
  expect(status).toBe(0);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ version: 2, width: 80, height: 24, title: "T" });
  expect(lines.slice(5, 12)).toEqual([
    [2, "o", "c"],
    [2, "r", "100x30"],
    [2.25, "o", "d"],
    [2.35, "x", "0"],
    [2.35, "r", "80x24"],
    [2.3504, "o", "a"],
    [2.3508, "o", "\x1b[31mb\r\n"],
  ]);
  const v1 = file('{"version":1,"width":80,"height":24,"stdout":[[1,"a"]]}', "json");
  expect(await cli(["cat", v1, demo])).toMatchObject({
    status: 1,
    stderr: "Error: asciicast v1 files can't be concatenated\n",
  });
  expect((await cli(["cat", demo, v1])).status).toBe(0);
  const missing = await cli(["cat", demo, bad.missing]);
  expect(missing).toMatchObject({ status: 1, stdout: "" });
});

test("cat of one recording prints its output, filtered only onto a terminal", async () => {
  const title = file('{"version":2,"width":80,"height":24}\n[9, "o", "a\\u001b]0;owned\\u0007b"]\n[99, "o", "c"]\n');
  expect((await cli(["cat", title])).stdout).toBe("a\x1b]0;owned\x07bc");
  const screen = new Screen(`${process.execPath} ${script} cat ${title}`, { home });
  expect(await screen.ended).toBe(0);
  expect(screen.text).toBe("abc");
  expect(screen.output).not.toContain("owned");
});

// A server that answers as it is told and remembers what it was sent.
let answer = { status: 201, body: JSON.stringify({ url: "http://localhost/a/1" }) };
/** What goes wrong with the next requests. */
let fails: ("lost" | "busy")[] = [];
let received: { request: IncomingMessage; body: Buffer } | undefined;
const server: Server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const failure = fails.shift();
    if (failure === "lost") return request.socket.destroy();
    if (failure === "busy") return response.writeHead(503, { "retry-after": "2" }).end();
    received = { request, body: Buffer.concat(chunks) };
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
afterAll(() => server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
function formOf({ request, body }: NonNullable<typeof received>): Promise<FormData> {
  const headers = { "content-type": request.headers["content-type"]! };
  return new Response(new Uint8Array(body), { headers }).formData();
}
beforeEach(() => {
  answer = { status: 201, body: JSON.stringify({ url: "http://localhost/a/1" }) };
  received = undefined;
  fails = [];
});

test("upload sends the file as the official command does, and prints where it is", async () => {
  const { status, stdout, stderr } = await cli(["upload", "--server-url", url, demo]);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "http://localhost/a/1\n", stderr: "" });
  const { request, body } = received!;
  expect(`${request.method} ${request.url}`).toBe("POST /api/v1/recordings");
  expect(request.headers.accept).toBe("application/json");
  expect(request.headers["user-agent"]).toMatch(/^asciinema\/0\.1\.0 target\/\S+-\S+$/);
  expect(request.headers["content-length"]).toBe(String(body.length));
  const id = text(join(home, ".local/state/asciinema/install-id"));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(statSync(join(home, ".local/state/asciinema/install-id")).mode & 0o777).toBe(0o600);
  expect(Buffer.from(request.headers.authorization!.replace("Basic ", ""), "base64").toString()).toBe(`tester:${id}`);
  const form = await formOf(received!);
  const part = form.get("file") as File;
  expect([...form.keys()]).toEqual(["file"]);
  expect(part.name).toBe(demo.slice(home.length + 1));
  expect(await part.text()).toBe(V2);
});

test("title, description and visibility go along; compressed recordings are sent plain", async () => {
  const packed = file(gzipSync(V2), "cast.gz");
  const options = ["-t", "Zażółć", "--visibility", "private", "--description", "**why**\nand how"];
  await cli(["upload", "--server-url", url, ...options, packed]);
  const form = await formOf(received!);
  expect(form.get("title")).toBe("Zażółć");
  expect(form.get("visibility")).toBe("private");
  expect(form.get("description")).toBe("**why**\nand how");
  expect((form.get("file") as File).name).toMatch(/\.cast$/);
  expect(await (form.get("file") as File).text()).toBe(V2);
});

test("a torn last line is not sent", async () => {
  const { status, stderr } = await cli(["upload", "--server-url", url, file(`${V2}[3, "o", "to`)]);
  expect(status).toBe(0);
  expect(stderr).toMatch(/^!!! .*line 7/);
  const form = await formOf(received!);
  expect(await (form.get("file") as File).text()).toBe(V2);
});

test.each(Object.entries(bad))("upload of bad input (%s) is refused before anything is sent", async (name, path) => {
  const { status, stdout, stderr } = await cli(["upload", "--server-url", url, path]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^Error: [^\n]+\n$/);
  expect(stderr).toMatch(SAYS[name as keyof typeof SAYS]);
  expect(received).toBeUndefined();
});

test("what the server says is shown", async () => {
  answer = { status: 201, body: JSON.stringify({ url: "u", message: "View it at u" }) };
  expect((await cli(["upload", "--server-url", url, demo])).stdout).toBe("View it at u\n");
  answer = { status: 201, body: JSON.stringify({ message: "a\x1b]0;owned\x07\nb\x9b6n" }) };
  expect((await cli(["upload", "--server-url", url, demo])).stdout).toBe("a\ufffd]0;owned\ufffd\nb\ufffd6n\n");
  answer = { status: 422, body: JSON.stringify({ type: "invalid", message: "the title is too long" }) };
  expect(await cli(["upload", "--server-url", url, demo])).toMatchObject({
    status: 1,
    stderr: "Error: the title is too long\n",
  });
  const details = [{ field: "term_cols", message: "must be less than or equal to 720" }];
  answer = { status: 422, body: JSON.stringify({ message: "Validation failed", details }) };
  expect((await cli(["upload", "--server-url", url, demo])).stderr).toBe(
    "Error: Validation failed\n  term_cols: must be less than or equal to 720\n",
  );
  answer = { status: 413, body: "<html>" };
  expect((await cli(["upload", "--server-url", url, demo])).stderr).toBe(
    "Error: The recording exceeds the server-configured size limit\n",
  );
  answer = { status: 500, body: "oops" };
  expect((await cli(["upload", "--server-url", url, demo])).stderr).toBe(
    `Error: HTTP status server error (500) for url (${url}/api/v1/recordings)\n`,
  );
  answer = { status: 200, body: "{}" };
  expect((await cli(["upload", "--server-url", url, demo])).status).toBe(1);
  expect((await cli(["upload", "--server-url", "example.com", demo])).stderr).toContain("relative URL without a base");
});

test("where the network fails or the server is busy, it tries again", async () => {
  fails = ["lost", "busy"];
  const { status, stdout, stderr } = await cli(["upload", "--server-url", url, demo]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: "http://localhost/a/1\n" });
  const [first, second] = stderr.split("\n");
  expect(first).toMatch(/^!!! can't reach 127\.0\.0\.1:\d+: .+: trying again in 1 s$/);
  expect(second).toMatch(/^!!! 127\.0\.0\.1:\d+ is busy: trying again in 2 s$/);
  expect(await ((await formOf(received!)).get("file") as File).text()).toBe(V2);
});

test("after three times in vain it gives up", async () => {
  const { status, stderr } = await cli(["upload", "-q", "--server-url", "http://127.0.0.1:1", demo]);
  expect(status).toBe(1);
  expect(stderr).toBe("Error: can't reach 127.0.0.1:1: Connection refused (os error 111)\n");
});

test("progress of a large upload is shown on a terminal", async () => {
  const large = file(`{"version":2,"width":80,"height":24}\n${`[0, "o", "${"x".repeat(1000)}"]\n`.repeat(3_000)}`);
  const screen = new Screen(`${process.execPath} ${script} upload --server-url ${url} ${large}`, { home });
  expect(await screen.ended).toBe(0);
  expect(screen.output).toContain("::: Uploading: 100 %");
  expect(screen.text).toBe("http://localhost/a/1");
});

test("without a server one is asked for, and kept when it answers", async () => {
  const env = { ASCIINEMA_CONFIG_HOME: join(home, "settings") };
  const typo = new Screen(`${process.execPath} ${script} upload ${demo}`, { home, env });
  await typo.shows("Enter the server URL");
  typo.type("\x15localhost:4000\r");
  expect(await typo.ended).toBe(1);
  expect(typo.output).toContain("it begins with http:// or https://");
  const wrong = new Screen(`${process.execPath} ${script} upload ${demo}`, { home, env });
  await wrong.shows("Enter the server URL");
  wrong.type("\x15http://127.0.0.1:1\r");
  expect(await wrong.ended).toBe(1);
  expect(existsSync(join(home, "settings/defaults.toml"))).toBe(false);
  const none = await cli(["auth"], { env });
  expect(none).toMatchObject({ status: 1, stderr: "Error: EOF\n" });
  const screen = new Screen(`${process.execPath} ${script} upload ${demo}`, { home, env });
  await screen.shows("Enter the server URL to use by default: https://asciinema.org");
  screen.type(`\x15${url}\r`);
  expect(await screen.ended).toBe(0);
  expect(screen.text).toContain("http://localhost/a/1");
  expect(text(join(home, "settings/defaults.toml"))).toBe(`[server]\nurl = "${url}/"\n`);
  const { stdout } = await cli(["auth"], { env });
  const id = text(join(home, ".local/state/asciinema/install-id"));
  expect(stdout).toContain("authenticate this CLI with your 127.0.0.1 user account:\n");
  expect(stdout).toContain(`\n\n${url}/connect/${id}\n\n`);
  expect((await cli(["auth"], { env: { ...env, ASCIINEMA_SERVER_URL: "https://cast.example/sub" } })).stdout).toContain(
    `\nhttps://cast.example/connect/${id}\n`,
  );
});

test("the install id of version 2 is used", async () => {
  mkdirSync(join(home, "old"), { recursive: true });
  writeFileSync(join(home, "old/install-id"), "0123\n");
  const env = { ASCIINEMA_CONFIG_HOME: join(home, "old"), ASCIINEMA_STATE_HOME: join(home, "none") };
  expect((await cli(["auth", "--server-url", "https://x.org"], { env })).stdout).toContain(
    "https://x.org/connect/0123\n",
  );
  expect(existsSync(join(home, "none"))).toBe(false);
});

test("settings of version 2 are pointed out", async () => {
  mkdirSync(join(home, "legacy"), { recursive: true });
  writeFileSync(join(home, "legacy/config"), "[api]\n");
  const env = { ASCIINEMA_CONFIG_HOME: join(home, "legacy") };
  const { stderr } = await cli(["convert", demo, "-"], { env });
  expect(stderr).toBe(
    `!!! Your config file at ${home}/legacy/config uses the location and format from asciinema 2.x.\n` +
      `!!! For asciinema 3.x (this version) create a new config file at ${home}/legacy/config.toml.\n` +
      "!!! Read the documentation (CLI -> Configuration) for details.\n\n",
  );
});
