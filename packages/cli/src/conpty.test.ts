// Windows' pseudo-console cannot be had here. What lies between it and us is tried with the library's other half, which
// has the same face.
import { spawn as library } from "@lydell/node-pty";
import { expect, test } from "vitest";
import { spawnOnConsole } from "./conpty.js";

const { PATH = "/usr/bin:/bin" } = process.env;

function start(command: string) {
  let output = "";
  const onOutput = (chunk: Uint8Array) => {
    output += Buffer.from(chunk).toString();
    return undefined;
  };
  const pty = spawnOnConsole({ command, cols: 80, rows: 24, env: { PATH }, onOutput }, library);
  return {
    pty,
    shows: async (text: string) => {
      for (const start = Date.now(); !output.includes(text); ) {
        if (Date.now() - start > 20_000) throw new Error(`no ${text} in ${output}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

test("what the child prints, its size and its status", async () => {
  const { pty, shows } = start("read x; echo got $x; stty size; read y; exit 3");
  // A character in two pieces.
  for (const piece of [[0xc5], [0xbc, 0x0d]]) pty.write(Uint8Array.from(piece));
  await shows("got ż");
  await shows("24 80");
  pty.write(Buffer.from("\r"));
  expect(await pty.exited).toBe(3);
  // After its end nothing does harm.
  pty.resize(10, 10);
  pty.kill("SIGTERM");
  pty.write(Buffer.from("x"));
});

test("it can be resized and ended", async () => {
  const { pty, shows } = start("trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done");
  await shows("ready");
  pty.resize(100, 30);
  await shows("30 100");
  pty.kill("SIGHUP");
  await pty.exited;
});
