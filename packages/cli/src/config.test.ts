import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { configHome, loadConfig, saveDefaultServer, stateHome } from "./config.js";

const folder = mkdtempSync(join(tmpdir(), "asciinema-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const home = join(folder, "home");
const system = join(folder, "system.toml");
const env = { ASCIINEMA_CONFIG_HOME: home };
const own = join(home, "config.toml");
const load = (extra = {}) => loadConfig({ ...env, ...extra }, system);

beforeEach(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(system, { force: true });
  mkdirSync(home);
});

test("without any file everything is as it comes", async () => {
  expect(await load()).toEqual({
    server: { url: undefined, origin: undefined },
    session: {
      command: undefined,
      captureInput: false,
      captureEnv: undefined,
      idleTimeLimit: undefined,
      prefixKey: undefined,
      pauseKey: expect.arrayContaining(["\x1c"]),
      addMarkerKey: undefined,
    },
    playback: {
      speed: undefined,
      idleTimeLimit: undefined,
      pauseKey: [" "],
      stepKey: ["."],
      nextMarkerKey: ["]"],
    },
    notifications: { enabled: true, command: undefined },
  });
});

test("later sources win, key by key", async () => {
  writeFileSync(system, '[server]\nurl = "https://system"\n[session]\ncommand = "one"\ncapture_env = "A"\n');
  expect((await load()).server.url).toBe("https://system");
  saveDefaultServer(env, "https://default");
  expect((await load()).server.url).toBe("https://default");
  writeFileSync(own, '[server]\nurl = "https://own"\n[session]\ncommand = "two"\n');
  const config = await load();
  expect(config.server).toEqual({ url: "https://own", origin: `${own}, line 2` });
  expect(config.session).toMatchObject({ command: "two", captureEnv: "A" });
  const old = { ASCIINEMA_API_URL: "https://old" };
  expect((await load(old)).server.url).toBe("https://old");
  expect((await load({ ...old, ASCIINEMA_SERVER_URL: "https://new" })).server).toEqual({
    url: "https://new",
    origin: "the environment variable ASCIINEMA_SERVER_URL",
  });
  expect((await load({ ASCIINEMA_API_URL: "", ASCIINEMA_SERVER_URL: "" })).server.url).toBe("https://own");
});

test("every key", async () => {
  writeFileSync(
    own,
    `[session]
command = "fish"
capture_input = true
capture_env = "SHELL,TERM"
idle_time_limit = 2
prefix_key = "^a"
pause_key = "p"
add_marker_key = "C-m"
[playback]
speed = 1.5
idle_time_limit = 0.5
pause_key = ""
step_key = "ż"
next_marker_key = "C+n"
[notifications]
enabled = false
command = "say"
[other]
key = "of another version"
`,
  );
  expect(await load()).toMatchObject({
    session: {
      command: "fish",
      captureInput: true,
      captureEnv: "SHELL,TERM",
      idleTimeLimit: 2e6,
      prefixKey: expect.arrayContaining(["\x01"]),
      pauseKey: ["p"],
      addMarkerKey: expect.arrayContaining(["\r"]),
    },
    playback: {
      speed: 1.5,
      idleTimeLimit: 5e5,
      pauseKey: undefined,
      stepKey: ["\xc5\xbc"],
      nextMarkerKey: expect.arrayContaining(["\x0e"]),
    },
    notifications: { enabled: false, command: "say" },
  });
});

test.each([
  ["yes", true],
  ["true", true],
  ["on", true],
  ["1", true],
  ["Off", false],
  ["no", false],
  ["0", false],
])("a switch may be %j", async (text, value) => {
  writeFileSync(own, `[session]\ncapture_input = "${text}"\n`);
  expect((await load()).session.captureInput).toBe(value);
});

test("numbers are taken for switches, texts for numbers", async () => {
  writeFileSync(own, '[session]\ncapture_input = 2\nidle_time_limit = "1.5"\n[playback]\nspeed = "2"\n');
  const { session, playback } = await load();
  expect([session.captureInput, session.idleTimeLimit, playback.speed]).toEqual([true, 1.5e6, 2]);
});

test.each([
  [
    '[session]\n\ncapture_input = "maybe"',
    'invalid type: string "maybe", expected a boolean for key `session.capture_input`',
    3,
  ],
  ["session.command = []", "invalid type: array, expected a string for key `session.command`", 1],
  ['["playback"]\n"speed" = true', "invalid type: boolean true, expected a number for key `playback.speed`", 2],
  ["[playback]\nspeed = 0", "invalid value: 0, expected a number above 0 for key `playback.speed`", 2],
  [
    "[playback]\nidle_time_limit = -1",
    "invalid value: -1, expected a number above 0 for key `playback.idle_time_limit`",
    2,
  ],
  ['[a]\npause_key = "x"\n[session]\npause_key = "F1"', "invalid key definition 'F1' for key `session.pause_key`", 4],
  ["session = { command = {} }", "invalid type: table, expected a string for key `session.command`", undefined],
  ["session = 3", "invalid type: number 3, expected a table for key `session`", undefined],
])("%j is a mistake that is named with its place", async (text, message, line) => {
  writeFileSync(own, text);
  await expect(load()).rejects.toThrow(`${message} in ${own}${line === undefined ? "" : `, line ${line}`}`);
});

test("what is no TOML is shown with its line", async () => {
  writeFileSync(own, "[session]\ncommand = fish\n");
  await expect(load()).rejects.toThrow(new RegExp(`2[\\s\\S]*command = fish[\\s\\S]*in ${own}$`));
});

test("the directories", () => {
  expect(configHome({ HOME: "/h" })).toBe("/h/.config/asciinema");
  expect(configHome({ HOME: "/h", XDG_CONFIG_HOME: "/x" })).toBe("/x/asciinema");
  expect(configHome({ HOME: "/h", XDG_CONFIG_HOME: "/x", ASCIINEMA_CONFIG_HOME: "/own" })).toBe("/own");
  expect(stateHome({ HOME: "/h" })).toBe("/h/.local/state/asciinema");
  expect(stateHome({ HOME: "/h", XDG_STATE_HOME: "/x" })).toBe("/x/asciinema");
  expect(stateHome({ HOME: "/h", ASCIINEMA_STATE_HOME: "/own" })).toBe("/own");
  const windows = { APPDATA: "/roaming", LOCALAPPDATA: "/local", HOME: "/h" };
  expect(configHome(windows)).toBe("/h/.config/asciinema");
  vi.spyOn(process, "platform", "get").mockReturnValue("win32");
  expect([configHome(windows), stateHome(windows)]).toEqual(["/roaming/asciinema", "/local/asciinema"]);
  vi.restoreAllMocks();
  expect(() => configHome({})).toThrow("need $HOME or $XDG_CONFIG_HOME or $ASCIINEMA_CONFIG_HOME");
  expect(() => stateHome({})).toThrow("need $HOME or $XDG_STATE_HOME or $ASCIINEMA_STATE_HOME");
});
