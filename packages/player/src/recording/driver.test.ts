import { Terminal } from "@asciinema-ts/vt";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { screens } from "../../test/screens.js";
import type { Driver } from "../driver.js";
import { type Options, settle } from "../options.js";
import type { RecordingSource } from "../source.js";
import { recordingDriver } from "./driver.js";
import { Keyframes, replay } from "./keyframes.js";
import { Timeline } from "./timeline.js";

type Line = [time: number, code: string, data: string];

const file = (lines: Line[], header: object = {}) =>
  [{ version: 2, width: 20, height: 4, ...header }, ...lines].map((line) => JSON.stringify(line)).join("\n");

/** A driver with a terminal at its end, as the player has it. */
function player(source: RecordingSource, options: Options = {}) {
  const { dispatch, log, all, text } = screens({ cols: 20, rows: 4 });
  const warn = vi.fn();
  const settings = settle({ speed: 1000, ...options });
  const driver = recordingDriver(source)({ dispatch, logger: { ...settings.logger, warn } }, settings.driver);
  const ended = () => vi.waitFor(() => expect(all("ended")).toHaveLength(1), { interval: 2 });
  return {
    driver: driver as Required<Driver>,
    log,
    all,
    ended,
    warn,
    text,
  };
}

test("it plays to the end", async () => {
  const { driver, ended, text, all } = player({
    data: file([
      [0.1, "o", "one "],
      [0.2, "i", "key"],
      [1, "o", "two"],
    ]),
  });
  expect(await driver.play()).toBe(true);
  await ended();
  expect(text()).toBe("one two");
  expect(all("input")).toEqual([{ data: "key" }]);
  expect(driver.getCurrentTime()).toBe(1);
  driver.stop();
});

test("a mistake in a seek is told without loading, and so is nothing by a poster of text", async () => {
  const data = vi.fn(() => file([[1, "o", "x"]]));
  const { driver, log } = player({ data }, { poster: "data:text/plain,hello" });
  await driver.init();
  expect(log).toEqual([["output", "hello"]]);
  await expect(driver.seek({ marker: -1 })).rejects.toThrow('invalid seek target: {"marker":-1}');
  await expect(driver.seek("soon" as never)).rejects.toThrow('invalid seek target: "soon"');
  expect(data).not.toHaveBeenCalled();
  expect(await driver.seek(1)).toBe(true);
  await expect(driver.seek({ marker: 0 })).rejects.toThrow("invalid marker index: 0");
  driver.stop();
});

test("a recording that does not say its size has the usual one, or the page's", async () => {
  const data = [{ version: 2 }, [1, "o", "x"]];
  for (const [options, size] of [
    [{}, { cols: 80, rows: 24 }],
    [
      { cols: 30, rows: 4 },
      { cols: 30, rows: 4 },
    ],
  ] as const) {
    const { driver, all } = player({ data }, options);
    await driver.seek(1);
    expect(all("reset")).toMatchObject([{ size }]);
    driver.stop();
  }
});

test("a seek to the end says so before the end, and plays nothing again", async () => {
  const { driver, log, ended } = player({ data: file([[1, "o", "x"]]) }, { speed: 0.001, loop: 1 });
  await driver.play();
  log.length = 0;
  expect(await driver.seek("100%")).toBe(true);
  await ended();
  expect(log.map(([name]) => name)).toEqual(["output", "seeked", "ended"]);
  expect(driver.getCurrentTime()).toBe(1);
  driver.stop();
});

test("what starts at its end has played", async () => {
  const { driver, log, ended } = player({ data: file([[1, "o", "x"]]) }, { startAt: 5 });
  expect(await driver.play()).toBe(true);
  await ended();
  expect(log.map(([name]) => name)).toEqual(["play", "metadata", "reset", "output", "playing", "ended"]);
  driver.stop();
});

test("output that follows closely is shown together, never across another event", async () => {
  const lines: Line[] = [
    [0.1, "o", "a"],
    [0.105, "o", "b"],
    [0.11, "m", ""],
    [0.111, "o", "c"],
    [100, "o", "d"],
  ];
  const { driver, ended, all } = player({ data: file(lines) });
  await driver.play();
  await ended();
  expect(all("output")).toEqual(["ab", "c", "d"]);
  driver.stop();
});

test("damage is skipped with a note", async () => {
  const { driver, ended, text, warn } = player({
    data: `${file([[0.1, "o", "good "]])}\n[nonsense\n[0.2,"o","still good"]\n[0.3,"o`,
  });
  await driver.play();
  await ended();
  expect(text()).toBe("good still good");
  expect(warn).toHaveBeenCalledTimes(2);
  expect(warn.mock.calls[0]![0]).toMatch(/^line 3: /);
  driver.stop();
});

test("nothing to play is an error, and stays one", async () => {
  const { driver, all } = player({ data: file([]) });
  await expect(driver.play()).rejects.toThrow("recording is missing events");
  expect(all("error")).toEqual([{ name: "Error", message: "recording is missing events" }]);
  await expect(driver.seek(1)).rejects.toThrow("recording is missing events");
  await expect(player({}).driver.play()).rejects.toThrow("failed fetching recording file: url/data missing in src");
});

test("parsers of the page's own speak in milliseconds", async () => {
  const parser = () => ({
    cols: 30,
    rows: 5,
    idleTimeLimit: 1,
    events: [
      [500, "o", "x"],
      [500_000, "r", "40x6"],
    ][Symbol.iterator]() as Iterator<[number, string, string]>,
  });
  const { driver, all } = player({ data: "anything", parser });
  await driver.seek("100%");
  expect(all("reset")).toMatchObject([{ size: { cols: 30, rows: 5 } }]);
  expect(all("resize")).toEqual([{ cols: 40, rows: 6 }]);
  expect(driver.getDuration()).toBe(1.5);
  driver.stop();
});

test("a recording that claims to be huge is shown at a size that can be shown", async () => {
  const { driver, all } = player({
    data: file(
      [
        [1, "r", "60000x60000"],
        [2, "o", "x"],
      ],
      { width: 65535, height: 3 },
    ),
  });
  await driver.seek(2);
  expect(all("reset")).toMatchObject([{ size: { cols: 1000, rows: 3 } }]);
  expect(all("resize")).toEqual([{ cols: 1000, rows: 500 }]);
  driver.stop();
});

test("steps go from output to output, and mean nothing while playing", async () => {
  const lines: Line[] = [
    [1, "o", "a"],
    [2, "m", ""],
    [3, "o", "b"],
    [4, "o", "c"],
  ];
  const { driver, text, all } = player({ data: file(lines) }, { speed: 1 });
  const shown: string[] = [];
  for (const n of [1, 1, 1, 1, -1, -1, -1, -1, 2]) {
    await driver.step(n);
    shown.push(`${text()}@${driver.getCurrentTime()}`);
  }
  expect(shown).toEqual(["a@1", "ab@3", "abc@4", "abc@4", "ab@3", "a@1", "a@1", "a@1", "abc@4"]);
  expect(all("ended").length).toBeGreaterThan(0);
  expect(all("seeked")).toEqual([]);
  driver.stop();
});

/** A file that arrives in pieces, each when it is sent. */
function download() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (of) => void (controller = of) });
  const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
  return { data: new Response(body), send, finish: () => controller.close() };
}

test("a poster from far behind keeps nobody from playing, and is shown to those who wait", async () => {
  for (const plays of [true, false]) {
    const { data, send, finish } = download();
    const { driver, text, all } = player({ data }, { poster: "npt:9", speed: 1 });
    send(`${file([[0.1, "o", "begin "]])}\n`);
    await driver.init();
    expect(text()).toBe("");
    if (plays) expect(await driver.play()).toBe(true);
    send('[8,"o","poster "]\n[10,"o","end"]\n');
    finish();
    await vi.waitFor(() => expect(all("metadata")).toHaveLength(1));
    await vi.waitFor(() => expect(text()).toBe(plays ? "begin" : "begin poster"));
    driver.stop();
  }
});

test("what is late is waited for", async () => {
  const { data, send, finish } = download();
  const { driver, text, log, ended } = player({ data });
  send(`${file([[0.1, "o", "first "]])}\n`);
  await driver.play();
  await vi.waitFor(() => expect(text()).toBe("first"));
  const seeking = driver.seek(7);
  send('[5,"o","second "]\n[7,"o","third "]\n');
  expect(await seeking).toBe(true);
  expect(text()).toBe("first second third");
  send('[9,"o","\\r\\nlast"]\n');
  finish();
  await ended();
  expect(text()).toBe("first second third\nlast");
  expect(log.map(([name]) => name)).not.toContain("error");
  driver.stop();
});

test("a download that breaks off plays as far as it came", async () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (of) => void (controller = of) });
  const { driver, ended, text, warn } = player({ data: new Response(body) });
  controller.enqueue(
    new TextEncoder().encode(
      `${file([
        [0.1, "o", "whole "],
        [0.2, "o", "lines"],
      ])}\n[0.3,"o`,
    ),
  );
  await driver.play();
  controller.error(new Error("connection lost"));
  await ended();
  expect(text()).toBe("whole lines");
  expect(warn).toHaveBeenCalledOnce();
  driver.stop();
});

test("stopping ends every command, those under way too", async () => {
  const { driver } = player({ data: new Promise<string>(() => {}) });
  const playing = driver.play();
  driver.stop();
  await expect(driver.seek(1)).rejects.toThrow("driver has been stopped");
  await expect(Promise.race([playing, Promise.resolve("waits")])).resolves.toBe("waits");
});

/** Sessions with resizes and sequences cut anywhere. */
const sessions = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        "text ",
        "\r\n",
        "\x1b[3",
        "1m",
        "\x1b[2;3H",
        "日本",
        "\x1b[J",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1bM",
      ),
    },
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 3, max: 30 }), fc.integer({ min: 2, max: 8 })) },
  ),
  { minLength: 1, maxLength: 60 },
);

test("seeking anywhere, in any order, shows what playing there shows", async () => {
  await fc.assert(
    fc.asyncProperty(sessions, fc.array(fc.nat(70), { maxLength: 8 }), async (session, places) => {
      const lines = session.map((item, i): Line => {
        return typeof item === "string" ? [i + 1, "o", item] : [i + 1, "r", item.join("x")];
      });
      const { driver, text } = player({ data: file(lines) });
      for (const place of places) {
        await driver.seek(place + 0.5);
        const terminal = new Terminal({ cols: 20, rows: 4 });
        for (const [time, code, data] of lines) {
          if (time > place + 0.5) break;
          if (code === "o") terminal.feed(data);
          else terminal.resize(...(data.split("x").map(Number) as [number, number]));
        }
        expect(text()).toBe(terminal.text().join("\n").trimEnd());
      }
      driver.stop();
    }),
    { numRuns: 60 },
  );
});

test("a keyframe is the state that replaying from the beginning gives", () => {
  fc.assert(
    fc.property(sessions, (session) => {
      const timeline = new Timeline();
      const keyframes = new Keyframes(timeline, { cols: 20, rows: 4 }, {}, 16);
      for (const [time, item] of session.entries()) {
        if (typeof item === "string") timeline.append({ time, type: "output", text: item });
        else timeline.append({ time, type: "resize", cols: item[0], rows: item[1] });
        while (keyframes.grow());
      }
      for (let index = 0; index <= timeline.length; index++) {
        const frame = keyframes.before(index);
        if (!frame) continue;
        expect(frame.index).toBeLessThanOrEqual(index);
        const played = new Terminal({ cols: 20, rows: 4 });
        const sink = (terminal: Terminal) => ({
          output: (text: string) => void terminal.feed(text),
          resize: (cols: number, rows: number) => void terminal.resize(cols, rows),
        });
        replay(timeline, 0, frame.index, {}, sink(played));
        const restored = new Terminal({ cols: 5, rows: 5 });
        restored.restore(frame.snapshot);
        expect(restored.dump()).toBe(played.dump());
      }
    }),
    { numRuns: 60 },
  );
});
