import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Viewer } from "@asciinema-ts/alis";
import { Decoder, type Event } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";
import { WebSocket } from "ws";
import { Wire } from "../packages/alis/test/receiver.js";
import { startLiveServer } from "../packages/server/test/live.js";

const script = resolve("packages/cli/bin/asciinema.js");

/** Streams a session of the real command through the real server to a viewer, and really cuts first the command's and then
 *  the viewer's connection for so many milliseconds. In the end the recording of the server must be that of the command,
 *  event by event, and the viewer's screen the same.
 *
 *  @param home  a folder of its own
 *  @returns how many events there were
 *  @throws AssertionError */
export async function cutStream(home: string, cuts: { producer: number; viewer: number }): Promise<number> {
  const server = await startLiveServer({ STREAM_RECORDING: "forced", STREAM_RATE_LIMIT: "0" });
  const stream = await server.stream();
  const [near, far] = await Promise.all([new Wire(server.port).listening(), new Wire(server.port).listening()]);
  const seen = { terminal: new Terminal({ cols: 80, rows: 24 }), inits: 0, lost: 0, over: false };
  const viewer = new Viewer(
    `${far.url}ws/s/${stream.token}`,
    {
      message: (message) => {
        if (message.type === "init") {
          seen.inits++;
          seen.terminal = new Terminal(message);
          seen.terminal.feed(message.dump);
        }
        if (message.type === "output") seen.terminal.feed(message.text);
        if (message.type === "resize") seen.terminal.resize(message.cols, message.rows);
        if (message.type === "eot") seen.over = true;
      },
      lost: () => seen.lost++,
    },
    { WebSocket },
  );
  try {
    const file = join(home, "session.cast");
    const stop = join(home, "stop");
    // Colours, and a screen that is never cleared, so that nothing that is missing can be made up for.
    const printing =
      `i=0; while [ ! -e ${stop} ]; do i=$((i+1)); printf '\\033[3%dmline %d\\033[0m żółw 🐢\\n' $((i % 8)) $i; ` +
      "sleep 0.005; done; printf 'the end'";
    const address = `${near.url}ws/S/${new URL(stream.ws_producer_url).pathname.split("/").at(-1)}`;
    const args = ["session", "--strict", "--headless", "-o", file, "-r", address, "-c", printing];
    const ended = command(args, home);
    await until(() => seen.terminal.text().join("").includes("line 100"), "a hundred lines at the viewer");

    near.down = true;
    near.cut();
    await wait(cuts.producer);
    const before = seen.inits;
    near.down = false;
    await until(() => numberOf(seen.terminal) >= numberIn(file), "the viewer to see what was printed during the cut");
    assert.equal(seen.inits, before, "viewers get no init when the producer goes on");

    far.down = true;
    far.cut();
    await wait(cuts.viewer);
    far.down = false;
    await until(() => seen.inits > before && numberOf(seen.terminal) >= numberIn(file), "the viewer to be back");
    assert(seen.lost > 0);

    writeFileSync(stop, "");
    const { status, stderr } = await ended;
    assert.deepEqual([status, stderr], [0, ""]);
    await until(() => seen.over, "the end at the viewer");

    const printed = eventsIn(readFileSync(file, "utf8"));
    const terminal = new Terminal({ cols: 80, rows: 24 });
    for (const event of printed) if (event.type === "output") terminal.feed(event.text);
    assert.equal(seen.terminal.dump(), terminal.dump(), "the screens");

    let stored = "";
    await until(async () => {
      const rows = await server.db.selectFrom("recordings").selectAll().where("stream_id", "=", stream.id).execute();
      assert(rows.length <= 1, "one session makes one recording");
      if (rows[0]) stored = await (await server.fetch(`/a/${rows[0].secret_token}.cast`)).text();
      return rows.length === 1;
    }, "a recording on the server");
    assert.doesNotMatch(stored, /^#/m, "no gap is noted");
    const kept = eventsIn(stored);
    const untimed = (events: Event[]) => events.map(({ time, ...event }) => event);
    assert.deepEqual(untimed(kept), untimed(printed), "the recordings");
    for (const [index, { time }] of kept.entries()) {
      assert(
        Math.abs(time - printed[index]!.time) <= 1000,
        `event ${index} is at ${time} µs, not ${printed[index]!.time}`,
      );
    }
    return kept.length;
  } finally {
    viewer.close();
    near.close();
    far.close();
    await server.close();
  }
}

/** Runs the command to its end. */
function command(args: string[], home: string): Promise<{ status: number; stderr: string }> {
  const env = { PATH: process.env["PATH"], HOME: home, SHELL: "/bin/sh", LANG: "C.UTF-8" };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...args], { env }, (_, __, stderr) => {
      resolve({ status: child.exitCode ?? -1, stderr });
    });
  });
}

/** The number of the last whole line on a screen. */
function numberOf(terminal: Terminal): number {
  return lastNumber(terminal.text().join("\n"));
}

/** The number of the last whole line in a recording that is being written. */
function numberIn(path: string): number {
  return lastNumber(readFileSync(path, "utf8").slice(-2000));
}

function lastNumber(text: string): number {
  return Number([...text.matchAll(/line (\d+)\S* żółw/g)].at(-1)?.[1] ?? 0);
}

function eventsIn(cast: string): Event[] {
  const decoder = new Decoder();
  return [...decoder.push(cast), ...decoder.end()];
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const start = Date.now(); !(await condition()); ) {
    if (Date.now() - start > 30_000) throw new Error(`waited in vain for ${what}`);
    await wait(20);
  }
}
