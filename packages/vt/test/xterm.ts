// A real xterm on a display of its own, asked what it shows.
//
// Its text comes from its printer (media copy), its attributes from XTREPORTSGR, cell by cell, its cursor from CPR. So
// screens are compared exactly, without fonts and pixels.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { constants, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { widthOf } from "../src/index.js";
import { blankCodes, runs, type Screen } from "./screen.js";

const NEEDED = ["xterm", "Xvfb", "mkfifo"];
const PATIENCE = 4_000;

/** What is missing here to run xterm; undefined when nothing is. */
export function missing(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const absent = NEEDED.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return absent.length > 0 ? `${absent.join(", ")} not installed` : undefined;
}

/** An xterm whose screen can be written and read. */
export class Xterm {
  readonly display: string;
  /** Called with what xterm sends to the program in it. */
  answered: ((text: string) => void) | undefined;
  private readonly directory: string;
  private readonly server: ChildProcess;
  private terminal: ChildProcess;
  private readonly launch: () => ChildProcess;
  private readonly input: Socket;
  private readonly output: Socket;
  private readonly printer: Socket;
  private answers = "";
  private printed = "";
  private marks = 0;
  /** How often xterm did not answer. */
  lost = 0;
  private heard: () => void = () => {};

  private constructor(o: {
    cols: number;
    rows: number;
    display: string;
    directory: string;
    server: ChildProcess;
    options: readonly string[];
  }) {
    this.display = o.display;
    this.directory = o.directory;
    this.server = o.server;
    const [input, output, printer] = ["in", "out", "printer"].map((name) => join(o.directory, name)) as [
      string,
      string,
      string,
    ];
    execFileSync("mkfifo", [input, output, printer]);
    const resources = {
      allowWindowOps: "true",
      disallowedWindowOps: "",
      printerCommand: `cat > ${printer}`,
      printerAutoClose: "true",
      printAttributes: "0",
      boldColors: "false",
      cursorBlink: "false",
      visualBell: "true",
      scrollBar: "false",
    };
    // When we are gone, input ends, and with it xterm; the display likewise.
    const args = [
      ...["-u8", "-fa", "DejaVu Sans Mono", "-fs", "10", "-geometry", `${o.cols}x${o.rows}`],
      ...Object.entries(resources).flatMap(([name, value]) => ["-xrm", `*${name}: ${value}`]),
      ...o.options,
      ...["-e", "sh", "-c", `stty raw -echo; cat < /dev/tty > '${output}' & exec cat '${input}'`],
    ];
    const env = { ...process.env, DISPLAY: o.display, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
    this.launch = () => spawn("xterm", args, { stdio: "ignore", env });
    this.terminal = this.launch();
    // Opened for both directions, so that neither end waits for the other.
    const open = (path: string) => openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.input = new Socket({ fd: open(input), readable: false, writable: true });
    this.output = new Socket({ fd: open(output), readable: true, writable: false });
    this.output.setEncoding("latin1").on("data", (text: string) => {
      this.answers += text;
      this.heard();
      this.answered?.(text);
    });
    this.printer = new Socket({ fd: open(printer), readable: true, writable: false });
    this.printer.setEncoding("utf8").on("data", (text: string) => {
      this.printed += text;
      this.heard();
    });
  }

  /** Starts a display and an xterm on it.
   *
   *  @param options.xterm  more options for xterm */
  static async start(options: { cols: number; rows: number; xterm?: readonly string[] }): Promise<Xterm> {
    const directory = mkdtempSync(join(tmpdir(), "xterm-"));
    const args = ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
    const run = 'Xvfb "$@" & cat > /dev/null; kill $!';
    const server = spawn("sh", ["-c", run, "sh", ...args], { stdio: ["pipe", "ignore", "ignore", "pipe"] });
    const number = await new Promise<string>((resolve, reject) => {
      server.once("error", reject).once("exit", () => reject(new Error("Xvfb ended at once")));
      server.stdio[3]!.once("data", (data) => resolve(String(data).trim()));
    });
    const { cols, rows, xterm = [] } = options;
    const it = new Xterm({ cols, rows, directory, server, display: `:${number}`, options: xterm });
    await it.ask("");
    return it;
  }

  async stop(): Promise<void> {
    this.input.destroy();
    this.output.destroy();
    this.printer.destroy();
    await end(this.terminal);
    const closed = new Promise((resolve) => this.server.once("exit", resolve));
    this.server.stdin!.end();
    await closed;
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Prints `text`, which may end within a sequence. */
  print(text: string): void {
    this.input.write(text);
  }

  /** Prints `text` and resolves when xterm has obeyed it, with what it answered. */
  async ask(text: string): Promise<string> {
    this.answers = "";
    this.input.write(text);
    const end = this.mark();
    await this.hear(
      () => this.answers.endsWith("\x1b\\") && this.answers.includes(end),
      () => `the end of its answers: ${JSON.stringify(this.answers.slice(-200))}`,
    );
    return this.answers.slice(0, this.answers.indexOf(end));
  }

  /** Asks for a checksum, whose answer carries the number of the question; returns how the answer begins. */
  private mark(): string {
    this.marks = (this.marks % 9999) + 1;
    this.input.write(`\x1b[${this.marks};1;1;1;1;1*y`);
    return `\x1bP${this.marks}!~`;
  }

  /** Makes xterm as it was when it started. */
  async reset(): Promise<void> {
    // RIS leaves the alternate screen as it was, and its saved cursor.
    this.input.write("\x18\x1bc\x1b[?1049h\x1b[H\x1b7\x1b[?1049l\x1bc");
    // It also drops what xterm has read and not obeyed yet: asked again and again until there is an answer.
    let end = this.mark();
    const again = setInterval(() => (end = this.mark()), 200);
    try {
      await this.hear(
        () => this.answers.includes(end),
        () => "an answer after RIS",
      );
    } finally {
      clearInterval(again);
    }
  }

  private hear(enough: () => boolean, what: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = () => {
        const { exitCode, signalCode } = this.terminal;
        const ended = exitCode !== null || signalCode !== null ? ` and ended by ${signalCode ?? exitCode}` : "";
        reject(new Error(`xterm did not send ${what()}${ended}`));
      };
      const late = setTimeout(fail, PATIENCE);
      this.heard = () => {
        if (!enough()) return;
        clearTimeout(late);
        this.heard = () => {};
        resolve();
      };
      this.heard();
    });
  }

  /** What xterm shows after `input`, printed on a fresh screen. */
  async show(input: string): Promise<Screen> {
    try {
      await this.reset();
      await this.ask(input);
      return await this.read();
    } catch {
      // Now and then xterm stops answering.
      this.lost++;
      await end(this.terminal);
      this.terminal = this.launch();
    }
    await this.reset();
    await this.ask(input);
    return this.read();
  }

  /** What xterm shows. The cursor and origin mode are reset by it. */
  async read(): Promise<Screen> {
    const first = await this.ask("\x1b[18t\x1b[6n\x1b[?6$p\x1bP$qr\x1b\\\x1bP$qs\x1b\\\x1b[?69$p");
    const position = /\x1b\[(\d+);(\d+)R/.exec(first);
    if (!position) throw new Error(`no cursor position in ${JSON.stringify(first)}`);
    const [rows, cols] = /\x1b\[8;(\d+);(\d+)t/.exec(first)!.slice(1).map(Number) as [number, number];
    const origin = first.includes("\x1b[?6;1$y");
    const top = origin ? Number(/(\d+);\d+r/.exec(first)![1]) - 1 : 0;
    const left = origin && first.includes("\x1b[?69;1$y") ? Number(/(\d+);\d+s/.exec(first)![1]) - 1 : 0;
    let question = "\x1b[?19h\x1b[i\x1b[?6l";
    for (let row = 1; row <= rows; row++)
      for (let col = 1; col <= cols; col++) question += `\x1b[${row};${col};${row};${col}#|`;
    this.printed = "";
    const answers = await this.ask(question);
    // The printer's command runs beside xterm.
    const lines = () => this.printed.split("\n").length - 1;
    await this.hear(
      () => lines() >= rows,
      () => `the screen's text, but ${lines()} lines`,
    );
    const cells = [...answers.matchAll(/\x1b\[([\d;:]*)m/g)].map(([, codes]) => canonical(codes!));
    if (cells.length !== rows * cols) throw new Error(`${cells.length} answers about cells`);
    const printed = this.printed.replace(/[\f\r]/g, "").split("\n");
    const text: string[] = [];
    const pens: string[] = [];
    for (let row = 0; row < rows; row++) {
      // The second halves of wide characters are printed as U+FFFF.
      const line = printed[row] ?? "";
      const columns = [...line].filter((char) => char === "\uffff" || widthOf(char.codePointAt(0)!) > 0);
      const codes = cells.slice(row * cols, (row + 1) * cols);
      text.push(line.replaceAll("\uffff", "").trimEnd().normalize("NFC"));
      pens.push(runs(codes.map((code, col) => ((columns[col] ?? " ") === " " ? blankCodes(code) : code))));
    }
    return { text, pens, cursor: [Number(position[1]) - 1 + top, Number(position[2]) - 1 + left] };
  }

  /** A picture of the display, as PNG. */
  picture(path: string): void {
    execFileSync("import", ["-display", this.display, "-window", "root", path]);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
}

/** SGR codes in the order of `Screen.pens`. */
function canonical(codes: string): string {
  const order = ["1", "2", "3", "4", "21", "5", "7", "9"];
  const given = codes.split(";").filter((code) => code !== "0" && code !== "");
  const attributes = order.filter((code) => given.includes(code) && !(code === "4" && given.includes("21")));
  const colors = given.filter((code) => !order.includes(code) && code !== "8");
  colors.sort((a, b) => Number(/^(4|10)/.test(a)) - Number(/^(4|10)/.test(b)));
  return [...attributes, ...colors].join(";");
}
