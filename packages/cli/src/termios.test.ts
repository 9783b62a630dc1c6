import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { spawn } from "./pty.js";
import { EchoWatch, RawMode } from "./termios.js";

/** A terminal on which nobody reads. */
function terminal() {
  const pty = spawn({ command: "exec sleep 100", cols: 80, rows: 24, env: process.env, onOutput: () => undefined });
  const stty = (...args: string[]) =>
    new Promise<string[]>((resolve, reject) => {
      const child = execFile("/bin/sh", ["-c", `exec stty ${args.join(" ")} < ${slave()}`], (error, stdout) =>
        error ? reject(error) : resolve(stdout.split(/[\s;]+/)),
      );
      child.stdin?.end();
    });
  const slave = () => `/proc/${process.pid}/fd/${pty.slave}`;
  const end = async () => {
    pty.kill("SIGKILL");
    await pty.exited;
  };
  return { fd: pty.slave!, stty, end };
}

test("raw mode passes everything as it is, and the way back restores what was", async () => {
  const { fd, stty, end } = terminal();
  await stty("intr", "^X", "-ixany");
  const before = await stty("-a");
  const mode = new RawMode(fd);
  await mode.enter();
  expect(await stty("-a")).toEqual(
    expect.arrayContaining(["-icanon", "-echo", "-isig", "-iexten", "-opost", "-icrnl", "-ixon"]),
  );
  await mode.leave();
  expect(await stty("-a")).toEqual(before);
  await mode.enter();
  mode.close();
  expect(await stty("-a")).toEqual(before);
  await end();
});

test("a terminal is secret while it takes lines without showing them", async () => {
  const { fd, stty, end } = terminal();
  const watch = new EchoWatch(fd);
  expect(await watch.secret()).toBe(false);
  await stty("-echo");
  expect(await watch.secret()).toBe(true);
  await stty("-icanon");
  expect(await watch.secret()).toBe(false);
  await stty("echo", "icanon");
  expect(await watch.secret()).toBe(false);
  watch.close();
  await end();
});

test("what cannot be asked is taken for secret", async () => {
  const { fd, end } = terminal();
  const watch = new EchoWatch(fd);
  await watch.secret();
  watch.close();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await watch.secret()).toBe(true);
  await end();
});
