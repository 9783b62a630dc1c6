// The console that Windows has, tried on a terminal of this system. The other terminal is what most tests run on.
import { openSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { expect, test } from "vitest";
import { spawn } from "./pty.js";
import { ConsoleTty } from "./tty.js";

test("a console shows, is typed on, knows its size and gets its settings back", async () => {
  let shown = "";
  const onOutput = (chunk: Uint8Array) => {
    shown += Buffer.from(chunk).toString();
    return undefined;
  };
  const pty = spawn({ command: "sleep 60", cols: 90, rows: 20, env: process.env, onOutput });
  const path = `/proc/${process.pid}/fd/${pty.slave}`;
  const input = new ReadStream(openSync(path, "r"));
  const tty = new ConsoleTty(input, new WriteStream(openSync(path, "w")));
  expect(tty.size).toEqual({ cols: 90, rows: 20 });
  await tty.raw();
  expect(input.isRaw).toBe(true);
  const typed = new Promise<string>((resolve) => {
    tty.onInput = (bytes) => resolve(Buffer.from(bytes, "latin1").toString());
  });
  tty.resume();
  pty.write(Buffer.from("ż"));
  expect(await typed).toBe("ż");
  tty.write("hello");
  await tty.drained();
  for (let n = 0; n < 500 && !shown.includes("hello"); n++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(shown).toContain("hello");
  await tty.restore();
  expect(input.isRaw).toBe(false);
  tty.close();
  pty.kill("SIGKILL");
  await pty.exited;
  input.destroy();
});

test("without a console there is none", () => {
  const nothing = { isTTY: false } as unknown as ReadStream & WriteStream;
  expect(() => new ConsoleTty(nothing, nothing)).toThrow("standard input and output are no console");
});
