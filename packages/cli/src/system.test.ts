import { expect, test } from "vitest";
import { commandCall, userShell } from "./system.js";

test("command lines are run by the shell of the system", () => {
  expect(commandCall("ls 'a b'", {}, "linux")).toEqual({ file: "/bin/sh", args: ["-c", "ls 'a b'"] });
  expect(commandCall("ls", {}, "darwin")).toEqual({ file: "/bin/sh", args: ["-c", "ls"] });
  const windows = { ComSpec: "C:\\Windows\\system32\\cmd.exe" };
  expect(commandCall('dir "a b" & echo "c"', windows, "win32")).toEqual({
    file: "C:\\Windows\\system32\\cmd.exe",
    args: '/d /s /c "dir "a b" & echo "c""',
  });
  expect(commandCall("dir", {}, "win32").file).toBe("cmd.exe");
});

test("the shell that is recorded without a command", () => {
  expect(userShell({ SHELL: "/bin/zsh" }, "linux")).toBe("/bin/zsh");
  expect(userShell({ SHELL: "" }, "darwin")).toBe("/bin/sh");
  // There, SHELL is set by ports of Unix shells, to paths that Windows does not know.
  expect(userShell({ SHELL: "/usr/bin/bash", ComSpec: "C:\\cmd.exe" }, "win32")).toBe('"C:\\cmd.exe"');
});
