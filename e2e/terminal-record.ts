// Records fixtures/vt: programs run on a pseudo-terminal, what they print is kept, and a real xterm is asked what it
// shows at several moments. `npx tsx e2e/terminal-record.ts [name…]`; needs xterm, Xvfb and the programs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "../packages/cli/src/pty.js";
import { Terminal } from "../packages/vt/src/index.js";
import { screenOf } from "../packages/vt/test/screen.js";
import { type Session, trimmed, unescaped } from "../packages/vt/test/session.js";
import { Xterm } from "../packages/vt/test/xterm.js";

const folder = fileURLToPath(new URL("../fixtures/vt", import.meta.url));

/** Keys to press, each when the screen has come to rest; `wait` names a text that it must show before. */
interface Script {
  command: string;
  cols?: number;
  rows?: number;
  keys: (string | { wait: string; key: string })[];
  /** Moments kept at most. */
  most?: number;
  /** Too large or too much of the machine to be kept: only compared. */
  kept?: boolean;
  /** Then ENTER, as long as the screen shows this. */
  goOn?: string;
  /** Texts written into files of the folder that it is run in. */
  files?: Record<string, string>;
  env?: Record<string, string>;
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Runs a script, xterm answering its questions; returns what was printed up to each key and up to the last rest. */
async function run(script: Script, xterm: Xterm): Promise<string[]> {
  const { cols = 80, rows = 24, keys } = script;
  const home = mkdtempSync(join(tmpdir(), "vt-record-"));
  for (const [name, text] of Object.entries(script.files ?? {})) writeFileSync(join(home, name), text);
  const terminal = new Terminal({ cols, rows });
  const decoder = new TextDecoder();
  let output = "";
  let last = Date.now();
  const pty = spawn({
    command: `cd '${home}' && ${script.command}`,
    cols,
    rows,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
      USER: "tester",
      SHELL: "/bin/sh",
      PS1: "$ ",
      ...script.env,
    },
    onOutput: (chunk) => {
      const text = decoder.decode(chunk, { stream: true }).replaceAll(hostname(), "host");
      output += text;
      for (const part of text.split(/(?<=\x1b\[\?3[hl])/)) {
        terminal.feed(part);
        if (terminal.requestedSize) terminal.resize(terminal.requestedSize.cols, rows);
      }
      last = Date.now();
      xterm.print(text);
    },
  });
  xterm.answered = (text) => pty.write(Buffer.from(text, "latin1"));
  const parts: string[] = [];
  const rest = async (wait: string) => {
    const late = Date.now() + 15_000;
    const shows = () => terminal.text().join("\n").includes(wait);
    while (Date.now() < late && (Date.now() - last < 500 || output === "" || !shows())) await pause(50);
    if (!shows()) throw new Error(`no ${JSON.stringify(wait)} on\n${terminal.text().join("\n")}`);
    parts.push(output);
    output = "";
  };
  try {
    for (const step of keys) {
      const { wait, key } = typeof step === "string" ? { wait: "", key: step } : step;
      await rest(wait);
      pty.write(Buffer.from(key));
      last = Date.now();
    }
    await rest("");
    for (let n = 0; script.goOn !== undefined && n < 40 && terminal.text().join("\n").includes(script.goOn); n++) {
      pty.write(Buffer.from("\r"));
      last = Date.now();
      await rest("");
    }
  } finally {
    xterm.answered = undefined;
    pty.kill("SIGKILL");
    await pty.exited;
    rmSync(home, { recursive: true, force: true });
  }
  return parts;
}

/** Runs a script of `SCRIPTS` and asks xterm what it shows at every moment. */
export async function session(name: string, script: Script): Promise<Session> {
  const { cols = 80, rows = 24 } = script;
  const xterm = await Xterm.start({ cols, rows });
  const moments: Session["moments"] = [];
  try {
    await xterm.reset();
    const parts = (await run(script, xterm)).slice(0, script.most);
    let input = "";
    for (const part of parts) {
      input += part;
      moments.push({ input: part, ...trimmed(await xterm.show(input)) });
    }
  } finally {
    await xterm.stop();
  }
  return { name, cols, rows, moments };
}

const vttest = (choices: string[], extra: Partial<Script> = {}): Script => ({
  command: "vttest",
  keys: choices.map((choice) => ({ wait: "choice number", key: `${choice}\r` })),
  goOn: "Push <RETURN>",
  ...extra,
});
/** Margins of both kinds on, within VT420 features. */
const MARGINS = ["11", "3", "3", "2"];
const MOVES = ["11", "3", "2", "3"];
const COLORS = ["11", "6"];
const large = { kept: false };

const CODE = `#include <stdio.h>

/* Prints its arguments, one a line. */
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("%2d: %s\\n", i, argv[i]); // TODO: quote
    return 0;
}
`;
const CJK = `日本語の端末エミュレータ│テスト
中文：终端录像和回放。全角ＡＢＣ１２３
한국어: 터미널 세션을 녹화하고 재생합니다.
混在 mixed 文字 text と半角ﾊﾝｶﾞｸｶﾅﾊﾟ in one line 終わり
一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十
`;
const EMOJI =
  "plain 😀 😃 🚀 🎉 end\n🍎🍊🍋🍌🍉🍇🍓\n✅ done ❌ failed ⚡ fast ✨ new ⭐ star\ncafe\u0301 nai\u0308ve Z\u0335 a\u0302\u0323\n→ ← ★ ♥ ✓ ✗ … — “quotes”\n";
const LIST = `mkdir folder; touch plain script.sh archive.tar.gz picture.png; chmod +x script.sh; ln -s plain link; ln -s gone broken;
mkfifo pipe; chmod 1777 folder; ls --color=always -F --width=80; ls --color=always -a --width=40`;
const PROGRESS = `for n in 10 35 60 85 100; do printf '\\r\\033[K\\033[1mfetch\\033[0m [\\033[32m'; i=0;
while [ $i -lt 40 ]; do [ $((i * 100 / 40)) -lt $n ] && printf '█' || printf '\\033[90m░'; i=$((i + 1)); done;
printf '\\033[0m] %3d%%' $n; done; echo; printf 'a\\nb\\nc\\033[2A\\r\\033[2Kdone\\033[2B\\n'`;

/** The programs that are recorded, by the names of their fixtures. */
export const SCRIPTS: Record<string, Script> = {
  "vttest-cursor": vttest(["1"], { most: 2 }),
  "vttest-cursor-132": vttest(["1"], large),
  "vttest-screen": vttest(["2"]),
  "vttest-charsets": vttest(["3", "8"]),
  "vttest-double-size": vttest(["4"]),
  "vttest-vt102": vttest(["8"], { most: 8 }),
  "vttest-vt102-132": vttest(["8"], large),
  "vttest-bugs": vttest(["9"], large),
  "vttest-ech": vttest(["11", "1", "2", "3"]),
  "vttest-decsca": vttest(["11", "1", "2", "4"], large),
  "vttest-decstr": vttest(["11", "1", "6"]),
  "vttest-decbi": vttest([...MOVES, "7"]),
  "vttest-decfi": vttest([...MOVES, "8"], large),
  "vttest-moves-in-margins": vttest([...MOVES, "9"], large),
  "vttest-other-moves-in-margins": vttest([...MOVES, "10"], large),
  "vttest-columns": vttest([...MARGINS, "9"]),
  "vttest-scrolling": vttest([...MARGINS, "10"], large),
  "vttest-lines": vttest([...MARGINS, "11"], large),
  "vttest-characters": vttest([...MARGINS, "12"], large),
  "vttest-formatting": vttest([...MARGINS, "13"], large),
  "vttest-iso-6429-moves": vttest(["11", "5"]),
  "vttest-colors": vttest([...COLORS, "2"]),
  "vttest-color-reset": vttest([...COLORS, "3"]),
  "vttest-bce-ed": vttest([...COLORS, "4"]),
  "vttest-bce-ech": vttest([...COLORS, "5"], large),
  "vttest-bce-vt102": vttest([...COLORS, "6"], large),
  "vttest-bce-others": vttest([...COLORS, "7"], large),
  "vttest-bce-screen": vttest([...COLORS, "8"], large),
  "vttest-sgr-22": vttest([...COLORS, "9"]),
  "vttest-alternate-screen": vttest(["11", "8", "7"], large),

  vim: {
    command: "vim -u NONE -N -i NONE --cmd 'syntax on' --cmd 'set number hlsearch ruler' main.c",
    files: { "main.c": CODE },
    keys: [{ wait: "main.c", key: "/arg\r" }, "Vjj", "\x1b:split\r", "ox\t日本\x1b", ":q!\r"],
  },
  less: {
    command: "less -R text",
    files: { text: Array.from({ length: 60 }, (_, n) => `\x1b[3${n % 8}mline ${n}\x1b[0m of the text\n`).join("") },
    keys: [{ wait: "line 5", key: " " }, "/line 4\r", "b", "G"],
    env: { LESSHISTFILE: "-" },
  },
  tmux: {
    command: "tmux -f tmux.conf -L vt-record new-session sh",
    files: {
      "tmux.conf":
        "set -g status-right ''\nset -g default-terminal tmux-256color\nset -g escape-time 0\nbind K kill-server\n",
    },
    keys: [
      { wait: "$", key: "printf '\\033[1;31mred\\033[0m\\n'\r" },
      "\x02%",
      "echo right; seq 30\r",
      '\x02"',
      "exit\r",
      "\x02K",
    ],
  },
  mc: {
    command: "mkdir one two; touch one/a b c.txt; mc -u -d one two",
    keys: [{ wait: "Help", key: "\x1b[B" }, "\x1b9"],
  },
  htop: {
    // One process only, so that nothing of the machine is kept.
    command: "sleep 60 & htop -d 100 -p $!",
    keys: [{ wait: "sleep", key: "\x1bOR" }, "\x1b", "\x1bOP"],
    kept: false,
  },
  btop: { command: "btop --utf-force", keys: ["", "\x1b", "4"], kept: false, cols: 100, rows: 30 },
  "ls-color": { command: LIST, keys: [] },
  progress: { command: PROGRESS, keys: [] },
  cjk: { command: "cat text", files: { text: CJK }, keys: [] },
  emoji: { command: "cat text", files: { text: EMOJI }, keys: [] },
};

/** The input of each case of functions.txt, in which \e is ESC. */
function cases(): string[] {
  return readFileSync(join(folder, "functions.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

async function functions(): Promise<void> {
  const xterm = await Xterm.start({ cols: 20, rows: 8 });
  const shown: unknown[] = [];
  try {
    for (const input of cases()) shown.push({ input, ...trimmed(await xterm.show(unescaped(input))) });
  } finally {
    await xterm.stop();
  }
  write("functions", shown);
}

/** One moment a line, so that a difference can be read. */
function write(name: string, value: unknown): void {
  const rows = (list: unknown[]) => list.map((item) => `  ${JSON.stringify(item)}`).join(",\n");
  const { moments, ...rest } = value as Session;
  const text = Array.isArray(value)
    ? `[\n${rows(value)}\n]\n`
    : `${JSON.stringify(rest).slice(0, -1)},"moments":[\n${rows(moments)}\n]}\n`;
  writeFileSync(join(folder, `${name}.json`), text);
  console.log(`${name}: ${Buffer.byteLength(text)} bytes`);
}

/** Says where we show something else. */
function compare({ name, cols, rows, moments }: Session): void {
  const terminal = new Terminal({ cols, rows });
  for (const [n, { input, ...screen }] of moments.entries()) {
    for (const part of input.split(/(?<=\x1b\[\?3[hl])/)) {
      terminal.feed(part);
      if (terminal.requestedSize) terminal.resize(terminal.requestedSize.cols, rows);
    }
    const ours = trimmed(screenOf(terminal));
    for (let row = 0; row < rows; row++)
      for (const part of ["text", "pens"] as const)
        if (ours[part][row] !== screen[part][row])
          console.log(`${name} ${n}, ${part} ${row}:\n  xterm ${screen[part][row]}\n  we    ${ours[part][row]}`);
    if (`${ours.cursor}` !== `${screen.cursor}`)
      console.log(`${name} ${n}: cursor: xterm ${screen.cursor}, we ${ours.cursor}`);
  }
  console.log(`${name}: ${moments.length} screens compared`);
}

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  if (names.length === 0 || names.includes("functions")) await functions();
  for (const [name, script] of Object.entries(SCRIPTS))
    if (names.length === 0 || names.includes(name)) {
      const recorded = await session(name, script);
      compare(recorded);
      if (script.kept !== false) write(name, recorded);
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
