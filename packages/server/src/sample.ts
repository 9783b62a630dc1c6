import { writeFile } from "node:fs/promises";
import { type Event, encoder, type Header } from "@asciinema-ts/asciicast";
import { AccountRepository } from "./accounts/repository.js";
import type { Config } from "./config.js";
import type { Database } from "./db/database.js";
import type { FileStore } from "./files/files.js";
import { RecordingRepository } from "./recordings/repository.js";
import { RecordingService } from "./recordings/service.js";
import type { Task } from "./recordings/worker.js";
import type { WorkerPool } from "./worker-pool.js";

const description = `This recording was made by the server itself, so that there is something to look at.

- Pause anywhere and select the text: it is text, not a picture of it.
- Chapters come from markers in the recording; press \`]\` and \`[\` to go from one to the next.
- The transcript below is what was printed, line by line.

\`\`\`
asciinema rec demo.cast
asciinema upload demo.cast
\`\`\``;

/** Gives a server without any recording a public one. Does nothing on any other server. */
export async function addSample(parts: {
  db: Database;
  files: FileStore;
  workers: WorkerPool<Task>;
  config: Config;
  clock: () => number;
}): Promise<void> {
  const { db, files, workers, config, clock } = parts;
  const repository = new RecordingRepository(db);
  if (!(await repository.isEmpty())) return;
  const accounts = new AccountRepository(db);
  const user =
    (await accounts.byUsername("sample")) ??
    (await accounts.add({ username: "sample", email: null, visibility: "public", now: clock() }));
  if (!user) throw new Error("the sample's user could not be entered");
  const path = files.draft();
  await writeFile(path, sampleCast(clock()));
  const fields = { title: "A short tour of a terminal", visibility: "public", description, snapshot_at: "19" };
  const service = new RecordingService(repository, files, workers, config, clock);
  await service.create({ user }, { path, fileName: "sample.cast", fields }, undefined);
}

/** The sample as an asciicast v3 file: typing, colours, a progress bar, wide characters, box drawing, markers.
 *
 *  @param now  when it claims to have been recorded, in milliseconds since 1970 */
export function sampleCast(now: number): string {
  const header: Header = {
    cols: 80,
    rows: 24,
    termType: "xterm-256color",
    timestamp: Math.floor(now / 1000),
    title: "A short tour of a terminal",
    env: { SHELL: "/bin/bash", TERM: "xterm-256color" },
  };
  const out = encoder("asciicast-v3", header);
  return [out.start(), ...tour().map((event) => out.event(event)), out.end()].join("");
}

const sgr = (codes: string, text: string) => `\x1b[${codes}m${text}\x1b[0m`;

/** Plays somebody at a shell. */
class Scene {
  readonly events: Event[] = [];
  private time = 300_000;
  private seed = 7;

  marker(label: string): void {
    this.events.push({ time: this.time, type: "marker", label });
  }

  print(text: string, pause: number): void {
    this.events.push({ time: this.time, type: "output", text });
    this.time += pause * 1000;
  }

  prompt(): void {
    this.print(`\r\n${sgr("90", "~/demo")} ${sgr("36", "main")}\r\n${sgr("1;32", "❯")} `, 700);
  }

  /** Types a command, a key at a time and not quite evenly, and presses Enter. */
  type(command: string): void {
    for (const key of command) {
      this.seed = (this.seed * 1103515245 + 12345) % 2147483648;
      this.print(key, 45 + (this.seed % 90) + (key === " " ? 40 : 0));
    }
    this.time += 250_000;
    this.print("\r\n", 150);
  }
}

function tour(): Event[] {
  const scene = new Scene();
  scene.marker("Hello");
  scene.prompt();
  scene.type("echo 'Hello, 世界'");
  scene.print("Hello, 世界\r\n", 900);

  scene.marker("A build");
  scene.prompt();
  scene.type("make");
  build(scene);

  scene.marker("Its tests");
  scene.prompt();
  scene.type("make test");
  tests(scene);

  scene.marker("All the colours");
  scene.prompt();
  scene.type("colours");
  colours(scene);
  scene.prompt();
  scene.type("exit");
  scene.events.push({ time: scene.events.at(-1)!.time + 400_000, type: "exit", status: 0 });
  return scene.events;
}

function build(scene: Scene): void {
  const width = 40;
  const eighths = " ▏▎▍▌▋▊▉█";
  scene.print("\x1b[?25l", 0);
  for (let percent = 0; percent <= 100; percent += 2) {
    const filled = (percent / 100) * width;
    const part = eighths[Math.floor((filled % 1) * 8)]!;
    const bar = "█".repeat(Math.floor(filled)) + (percent < 100 ? part : "");
    const color = percent < 100 ? "33" : "32";
    scene.print(
      `\r  compiling ${sgr(color, bar.padEnd(width))} ${String(percent).padStart(3)} %`,
      percent % 26 === 0 ? 320 : 70,
    );
  }
  scene.print("\x1b[?25h\r\n", 300);
  const lines = [
    "┌──────────────┬──────────┐",
    `│ ${sgr("1", "file")}         │ ${sgr("1", "size")}     │`,
    "├──────────────┼──────────┤",
    "│ demo.js      │  18.2 kB │",
    "│ demo.css     │   4.1 kB │",
    "└──────────────┴──────────┘",
  ];
  for (const line of lines) scene.print(`  ${line}\r\n`, 60);
  scene.print("", 800);
}

function tests(scene: Scene): void {
  for (const [name, milliseconds] of [
    ["reads every version", 14],
    ["keeps the colours", 9],
    ["wide characters: 日本語 中文", 21],
    ["survives a torn line", 33],
  ] as const) {
    scene.print(`  ${sgr("32", "✓")} ${name} ${sgr("90", `${milliseconds} ms`)}\r\n`, 280);
  }
  scene.print(`  ${sgr("33", "↷ a test for later")}\r\n`, 280);
  scene.print(`\r\n  ${sgr("1;32", "4 passed")}, ${sgr("33", "1 skipped")}\r\n`, 1100);
}

function colours(scene: Scene): void {
  const row = (cell: (i: number) => string) => Array.from({ length: 64 }, (_, i) => cell(i)).join("");
  const hue = (i: number) =>
    [0, 2, 4].map((shift) => Math.round(127.5 * (1 + Math.cos((i / 64) * 2 * Math.PI - (shift * Math.PI) / 3))));
  scene.print(`  ${Array.from({ length: 16 }, (_, i) => `\x1b[48;5;${i}m    `).join("")}\x1b[0m\r\n`, 350);
  scene.print(`  ${row((i) => `\x1b[48;2;${hue(i).join(";")}m `)}\x1b[0m\r\n`, 350);
  scene.print(`  ${row((i) => `\x1b[38;2;${hue(i).join(";")}m${"▁▂▃▄▅▆▇█▇▆▅▄▃▂"[i % 14]}`)}\x1b[0m\r\n`, 350);
  const styles = [
    sgr("1", "bold"),
    sgr("3", "italic"),
    sgr("4", "underlined"),
    sgr("9", "struck out"),
    sgr("7", " inverse "),
  ];
  scene.print(`  ${styles.join("  ")}\r\n`, 1200);
}
