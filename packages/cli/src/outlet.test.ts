import { closeSync, openSync } from "node:fs";
import { ReadStream } from "node:tty";
import { afterEach, expect, test } from "vitest";
import { loadNative } from "./native.js";
import { Outlet, writeNow } from "./outlet.js";

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/** A terminal that echoes what is written to its master, once a line has been; the rest is sent when there is time. */
async function terminal() {
  const { native, helper } = loadNative();
  const script = "stty raw -echo; printf r; read -r _; exec cat";
  const env = ["PATH=/usr/bin:/bin"];
  const child = native.fork("/bin/sh", ["-c", script], env, "/", 80, 24, -1, -1, true, helper, () => {});
  const stream = new ReadStream(child.fd);
  stream.on("error", () => {});
  let seen = "";
  stream.on("data", (data) => (seen += data));
  ended.push(() => {
    process.kill(child.pid, "SIGKILL");
    stream.destroy();
  });
  const send = (piece: Uint8Array, done: () => void) => {
    const length = writeNow(child.fd, piece);
    if (length === piece.length) done();
    else setTimeout(send, 1, piece.subarray(length), done);
  };
  const shows = async (length: number) => {
    while (seen.length < length) await new Promise((resolve) => setTimeout(resolve, 5));
    return seen.slice(0, length);
  };
  await shows(1);
  return { outlet: new Outlet(child.fd, send), shows };
}

test("what is taken at once is told at once", async () => {
  const { outlet, shows } = await terminal();
  let taken = false;
  outlet.write(Buffer.from("go\n"), () => (taken = true));
  expect([taken, outlet.pending]).toEqual([true, 0]);
  outlet.write(Buffer.from("x"));
  expect(await shows(2)).toBe("rx");
});

test("what waits comes in order, through memory that is used again, and everybody is told in turn", async () => {
  const { outlet, shows } = await terminal();
  outlet.write(Buffer.from("go\n"));
  const told: number[] = [];
  const memory = Buffer.alloc(70_000);
  let expected = "r";
  for (const [index, length] of [3, 70_000, 1, 4096, 0, 65_536, 5000, 2].entries()) {
    const piece = memory.subarray(0, length).fill("abcdefgh"[index]!);
    expected += piece.toString();
    outlet.write(piece, () => told.push(index));
    memory.fill("!");
  }
  expect(outlet.pending).toBeGreaterThan(0);
  expect(await shows(expected.length)).toBe(expected);
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(outlet.pending).toBe(0);
});

test("where nothing can be written everything counts as taken", () => {
  const fd = openSync("/dev/null", "r");
  ended.push(() => closeSync(fd));
  expect(writeNow(fd, Buffer.from("abc"))).toBe(3);
});
