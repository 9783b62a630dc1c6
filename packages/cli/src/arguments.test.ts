import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "./arguments.js";
import { COMMANDS } from "./command-table.js";
import { help } from "./help.js";
import { VERSION } from "./version.js";

function run(line: string) {
  const invocation = parse(line.split(" "));
  if (invocation.kind !== "run") throw new Error(invocation.kind);
  return invocation;
}
const fails = (line: string) => {
  try {
    parse(line.split(" "));
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${line} was accepted`);
};
const END = "\n\nFor more information, try '--help'.";

test.each([
  ["r x", "record"],
  ["re x", "record"],
  ["rec x", "record"],
  ["reco x", "record"],
  ["se -o x", "session"],
  ["st -l", "stream"],
  ["p x", "play"],
  ["u x", "upload"],
  ["a", "auth"],
  ["ca x", "cat"],
  ["co x y", "convert"],
])("%s is short for %s", (line, name) => {
  expect(run(line).command.name).toBe(name);
});

test("what is ambiguous or unknown is refused, with what is near", () => {
  expect(fails("c")).toBe(
    `error: unrecognized subcommand 'c'\n\n  tip: some similar subcommands exist: 'cat', 'convert'\n\nUsage: asciinema [OPTIONS] <COMMAND>${END}`,
  );
  expect(fails("s")).toContain("tip: some similar subcommands exist: 'session', 'stream'");
  for (const word of ["com", "completio", "ma"]) expect(fails(word)).toContain(`unrecognized subcommand '${word}'`);
  expect(fails("completion bash")).toContain("a similar subcommand exists: 'completions'");
  expect(fails("plya x")).toContain("  tip: a similar subcommand exists: 'play'");
  expect(fails("xyzzy")).toBe(`error: unrecognized subcommand 'xyzzy'\n\nUsage: asciinema [OPTIONS] <COMMAND>${END}`);
});

test("values may follow in any of the usual ways", () => {
  for (const line of [
    "rec -c ls x",
    "rec -cls x",
    "rec -c=ls x",
    "rec --command ls x",
    "rec --command=ls x",
    "rec x -c ls",
  ]) {
    const { values } = run(line);
    expect(values.get("command")).toBe("ls");
    expect(values.words).toEqual(["x"]);
  }
  const { values } = run("rec -aIc ls -- -x");
  expect([values.has("append"), values.has("capture-input"), values.get("command")]).toEqual([true, true, "ls"]);
  expect(values.words).toEqual(["-x"]);
  expect(run("rec --stdin x").values.has("capture-input")).toBe(true);
  expect(run("rec --cols 10 --rows=5 --raw x").values.words).toEqual(["x"]);
  expect(run("rec -").values.words).toEqual(["-"]);
  expect(run("-q play x").quiet && run("play -q x").quiet).toBe(true);
  expect(run("play x").quiet).toBe(false);
});

test("a value may be left out where there is one by itself", () => {
  const values = (line: string) => [run(line).values.get("local"), run(line).values.get("remote")];
  expect(values("stream -l -r")).toEqual(["127.0.0.1:0", ""]);
  expect(values("stream -r abc -l 0.0.0.0:8080")).toEqual(["0.0.0.0:8080", "abc"]);
  expect(values("stream --local=[::1]:80 --remote wss://example.org/ws")).toEqual(["[::1]:80", "wss://example.org/ws"]);
  expect(values("stream -l127.0.0.1:1 -c ls")).toEqual(["127.0.0.1:1", undefined]);
});

test.each(["8080", "localhost:80", "127.0.0.1", "127.0.0.1:70000", "1.2.3:80", "[1.2.3.4]:80", "::1:80", "127.0.0.1:"])(
  "--local %s is no address",
  (value) => {
    expect(fails(`stream -l ${value}`)).toBe(
      `error: invalid value '${value}' for '--local [<IP:PORT>]': invalid socket address syntax${END}`,
    );
  },
);

test("--remote takes a stream or a WebSocket URL", () => {
  for (const value of ["https://example.org/x", "foo:bar"]) {
    expect(fails(`stream -r ${value}`)).toBe(
      `error: invalid value '${value}' for '--remote [<STREAM-ID|WS-URL>]': must be a WebSocket URL (ws:// or wss://)${END}`,
    );
  }
});

test("mistakes are named", () => {
  expect(fails("rec")).toBe(
    `error: the following required arguments were not provided:\n  <FILE>\n\nUsage: asciinema record <FILE>${END}`,
  );
  expect(fails("session")).toBe(
    "error: the following required arguments were not provided:\n" +
      "  <--output-file <PATH>|--stream-local [<IP:PORT>]|--stream-remote [<STREAM-ID|WS-URL>]>\n\n" +
      "Usage: asciinema session " +
      `<--output-file <PATH>|--stream-local [<IP:PORT>]|--stream-remote [<STREAM-ID|WS-URL>]>${END}`,
  );
  expect(fails("stream -I")).toContain(
    "  <--local [<IP:PORT>]|--remote [<STREAM-ID|WS-URL>]>\n\nUsage: asciinema stream --cap",
  );

  expect(fails("rec -a")).toContain("\n\nUsage: asciinema record --append <FILE>\n");
  expect(fails("convert a")).toContain("not provided:\n  <OUTPUT>\n");
  expect(fails("rec --bogus x")).toContain(
    "error: unexpected argument '--bogus' found\n\n  tip: to pass '--bogus' as a value, use '-- --bogus'\n\nUsage",
  );
  expect(fails("rec --appendd x")).toContain("found\n\n  tip: a similar argument exists: '--append'\n");
  expect(fails("rec --over x")).toContain("tip: a similar argument exists: '--overwrite'");
  expect(fails("rec -Z x")).toContain("unexpected argument '-Z' found");
  expect(fails("rec x y")).toContain("unexpected argument 'y' found");
  expect(fails("rec -f foo x")).toBe(
    `error: invalid value 'foo' for '--output-format <FORMAT>'\n  [possible values: asciicast-v3, asciicast-v2, raw, txt]${END}`,
  );
  expect(fails("rec x -t")).toBe(`error: a value is required for '--title <TITLE>' but none was supplied${END}`);
  expect(fails("rec -t -a x")).toContain("a value is required for '--title <TITLE>'");
  expect(fails("rec -t a -t b x")).toContain("error: the argument '--title <TITLE>' cannot be used multiple times");
  expect(fails("rec -a --overwrite x")).toContain(
    "error: the argument '--append' cannot be used with '--overwrite'\n\nUsage: asciinema record --append <FILE>\n",
  );
  expect(fails("rec --append=x x")).toContain(
    "error: unexpected value 'x' for '--append' found; no more were expected",
  );
  expect(fails("rec -i -1 x")).toContain("error: unexpected argument '-1' found\n\n  tip: to pass '-1' as a value");
  expect(fails("play -i=-1 x")).toContain("invalid value '-1' for '--idle-time-limit <SECS>': must be more than 0");
  expect(fails("play -s=0 x")).toBe(`error: invalid value '0' for '--speed <FACTOR>': must be more than 0${END}`);
  expect(fails("play -s=fast x")).toContain("invalid value 'fast' for '--speed <FACTOR>': invalid float literal");
});

test.each([
  ["80", "expected COLSxROWS, COLSx or xROWS"],
  ["ax24", "invalid digit found in string"],
  ["70000x24", "number too large to fit in target type"],
  ["x", "cannot parse integer from empty string"],
  ["0x24", "cols must be at least 1"],
])("--window-size %s: %s", (value, wrong) => {
  expect(fails(`rec --window-size ${value} f`)).toBe(
    `error: invalid value '${value}' for '--window-size <COLSxROWS>': ${wrong}${END}`,
  );
});

test("help, short and long, fits the width and shows no hidden options", () => {
  expect(parse([])).toMatchObject({ kind: "help", long: false, failed: true });
  expect(parse(["help", "rec"])).toMatchObject({ kind: "help", command: { name: "record" }, long: true });
  expect(parse(["play", "-h"])).toMatchObject({ kind: "help", command: { name: "play" }, long: false });
  expect(parse(["-V"])).toEqual({ kind: "version" });
  for (const command of [undefined, ...COMMANDS]) {
    for (const long of [false, true]) {
      for (const width of [60, 80, 200]) {
        const text = help(command, long, width);
        expect(text).toContain("-q, --quiet");
        expect(text).not.toMatch(/--cols|NAME=VALUE| $/m);
        const options = text
          .replace(/\nExamples:[\s\S]*/, "")
          .split("\n")
          .filter((line) => !line.startsWith("Usage"));
        expect(Math.max(...options.map((line) => line.length))).toBeLessThanOrEqual(Math.min(width, 100));
      }
    }
  }
  const listed = [...help(undefined, false, 80).matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]);
  expect(listed).toEqual([
    "record",
    "stream",
    "session",
    "play",
    "upload",
    "auth",
    "cat",
    "convert",
    "completions",
    "man",
    "help",
  ]);
});

test("the version is the package's", () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(VERSION).toBe(version);
});
