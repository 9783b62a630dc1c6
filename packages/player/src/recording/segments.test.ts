import { Terminal } from "@asciinema-ts/vt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { screens } from "../../test/screens.js";
import type { Driver, Events } from "../driver.js";
import { type Options, settle } from "../options.js";
import { recordingDriver } from "./driver.js";
import "./segments.js"; // the driver loads it when it is needed, which takes a while here

type Line = [time: number, code: string, data: string];

const session: Line[] = [
  [0.1, "o", "zero "],
  [0.9, "m", "first"],
  [1, "o", "one "],
  [1.5, "i", "x"],
  [2, "o", "\x1b[1mtwo "],
  [2.5, "r", "30x3"],
  [3, "o", "three "],
  [3.2, "m", "second"],
  [3.5, "o", "four"],
];
const starts = [0, 1, 2, 3];

/** The session as a server would cut it. */
function cut(): { index: Record<string, unknown>; segments: { snapshot: object; events: Line[] }[] } {
  const terminal = new Terminal({ cols: 20, rows: 2 });
  const segments = starts.map((start, i) => {
    const snapshot = { cols: terminal.text().length && size.cols, rows: size.rows, init: i ? terminal.dump() : "" };
    const events = session.filter(([time]) => time >= start && time < (starts[i + 1] ?? 9));
    for (const [, code, data] of events) {
      if (code === "o") terminal.feed(data);
      if (code === "r") {
        [size.cols, size.rows] = data.split("x").map(Number) as [number, number];
        terminal.resize(size.cols, size.rows);
      }
    }
    return { snapshot, events };
  });
  size = { cols: 20, rows: 2 };
  return {
    index: {
      version: 1,
      duration: 3.5,
      term: { cols: 20, rows: 2, theme: { fg: "#112233", bg: "#445566", palette: Array(8).fill("#777777").join(":") } },
      markers: [
        [0.9, "first"],
        [3.2, "second"],
      ],
      segments: starts.map((start, i) => ({ url: `${i}.json`, start })),
    },
    segments,
  };
}
let size = { cols: 20, rows: 2 };

/** What was fetched, and what answers wait for. */
let fetched: string[];
let gates: Map<string, Promise<void>>;
let files: Map<string, unknown>;
const drivers: Driver[] = [];

beforeEach(() => {
  fetched = [];
  gates = new Map();
  files = new Map();
  vi.stubGlobal("document", { baseURI: "https://example.org/page" });
  vi.stubGlobal("fetch", async (url: string) => {
    const name = url.split("/").at(-1)!;
    fetched.push(name);
    await gates.get(name);
    const body = files.get(name);
    const response =
      body === undefined ? new Response(null, { status: 404, statusText: "Not Found" }) : Response.json(body);
    // As after a redirect: the segments lie beside where the index was found.
    return Object.defineProperty(response, "url", { value: `https://cdn.example.org/rec/${name}` });
  });
});
afterEach(() => {
  for (const driver of drivers.splice(0)) driver.stop?.();
  vi.unstubAllGlobals();
});

/** A driver with a terminal at its end. */
function player(options: Options = {}, change: (recording: ReturnType<typeof cut>) => void = () => {}, source = {}) {
  const recording = cut();
  change(recording);
  files.set("index.json", recording.index);
  for (const [i, segment] of recording.segments.entries()) files.set(`${i}.json`, segment);
  const { dispatch, log, all, text, dump } = screens({ cols: 20, rows: 2 });
  const warn = vi.fn();
  const settings = settle({ speed: 20, ...options });
  const driver = recordingDriver({ url: "index.json", format: "segmented", ...source })(
    { dispatch, logger: { ...settings.logger, warn } },
    settings.driver,
  ) as Required<Driver>;
  drivers.push(driver);
  const names = () => log.map(([name]) => name).filter((name) => name !== "output");
  const happens = (name: keyof Events, times = 1) =>
    vi.waitFor(() => expect(all(name)).toHaveLength(times), { interval: 2, timeout: 10_000 });
  return {
    driver,
    log,
    names,
    all,
    happens,
    warn,
    text,
    cells: dump,
  };
}

/** Keeps an answer back until the function that it gives is called. */
function hold(name: string): () => void {
  let open!: () => void;
  gates.set(name, new Promise((resolve) => (open = resolve)));
  return open;
}

describe("playing", () => {
  test("goes through all segments without a break in the screen, loading one ahead", async () => {
    const { driver, names, all, happens, text } = player({ speed: 5 });
    expect(await driver.play()).toBe(true);
    expect(fetched).toEqual(["index.json", "0.json", "1.json"]);
    expect(driver.getDuration()).toBe(3.5);
    await happens("ended");
    expect(text()).toBe("zero one two three four");
    expect(fetched).toEqual(["index.json", "0.json", "1.json", "2.json", "3.json"]);
    expect(names()).toEqual("play metadata reset playing marker input resize marker ended".split(" "));
    expect(all("metadata")).toEqual([
      {
        duration: 3.5,
        markers: [
          [0.9, "first"],
          [3.2, "second"],
        ],
        hasAudio: false,
      },
    ]);
    expect(all("marker")).toEqual([
      { index: 0, time: 0.9, label: "first" },
      { index: 1, time: 3.2, label: "second" },
    ]);
    expect(all("reset")).toMatchObject([{ size: { cols: 20, rows: 2 }, theme: { foreground: "#112233" } }]);
    expect(driver.getCurrentTime()).toBe(3.5);
    expect(driver.getTrace(128)).toEqual([]);
  });

  test("shows on its line what the index says", async () => {
    const trace = Array.from({ length: 128 }, (_, i) => i / 127);
    const { driver } = player({}, ({ index }) => (index["trace"] = trace));
    await driver.play();
    expect(driver.getTrace(128)).toEqual(trace);
  });

  test("again and again", async () => {
    const { driver, happens, all, text } = player({ loop: 2 });
    await driver.play();
    await happens("ended");
    expect(text()).toBe("zero one two three four");
    expect(all("marker")).toHaveLength(6);
    expect(all("reset")).toHaveLength(3);
  });

  test("waits at a boundary for what is not there, and says so after a second", async () => {
    const open = hold("1.json");
    const { driver, happens, names, text } = player();
    await driver.play();
    await happens("loading");
    expect(driver.getCurrentTime()).toBe(1);
    expect(text()).toBe("zero");
    open();
    await happens("ended");
    expect(names().join(" ")).toContain("playing marker loading playing input");
    expect(text()).toBe("zero one two three four");
  });

  test("stays paused when what was waited for comes", async () => {
    const open = hold("1.json");
    const { driver, happens, text } = player();
    await driver.play();
    await vi.waitFor(() => expect(driver.getCurrentTime()).toBe(1));
    expect(driver.pause()).toBe(true);
    open();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([driver.getCurrentTime(), text()]).toEqual([1, "zero"]);
    await driver.play();
    await happens("ended");
    expect(text()).toBe("zero one two three four");
  });

  test("a seek away ends the waiting", async () => {
    const open = hold("1.json");
    const { driver, text } = player({ speed: 1, startAt: 0.95 });
    await driver.play();
    await vi.waitFor(() => expect(driver.getCurrentTime()).toBe(1), { timeout: 5000 });
    await driver.seek(3.1);
    open();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(text()).toBe("zero one two three");
    expect(driver.getCurrentTime()).toBeLessThan(3.4);
  });

  test("begins where it is told to, with nothing from before", async () => {
    const { driver } = player({ startAt: 2.2 });
    await driver.play();
    expect(fetched).toEqual(["index.json", "2.json", "3.json"]);
  });
});

describe("seeking", () => {
  test("anywhere shows what playing there shows", async () => {
    const { driver, cells } = player();
    for (const to of [3.3, 0.5, 1, 0.95, 3.5, 2, 2.4, 2.6, 0, 1.2, 0.1]) {
      expect(await driver.seek(to)).toBe(true);
      const terminal = new Terminal({ cols: 20, rows: 2 });
      for (const [time, code, data] of session) {
        if (time > to) break;
        if (code === "o") terminal.feed(data);
        if (code === "r") terminal.resize(...(data.split("x").map(Number) as [number, number]));
      }
      expect(cells(), `at ${to}`).toBe(terminal.dump());
      expect(driver.getCurrentTime()).toBe(to);
    }
  });

  test("loads only what it needs, and forgets what is far away", async () => {
    const { driver } = player();
    await driver.seek(3.1);
    expect(fetched).toEqual(["index.json", "3.json"]);
    await driver.seek("50%");
    await driver.seek({ marker: 1 });
    await driver.seek({ marker: "prev" });
    expect(fetched).toEqual(["index.json", "3.json", "1.json", "0.json"]);
    await expect(driver.seek({ marker: 2 })).rejects.toThrow("invalid marker index: 2");
  });

  test("step by step goes over the boundaries, both ways", async () => {
    const { driver, text, all } = player();
    const shown: string[] = [];
    for (const n of [1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]) {
      await driver.step(n);
      shown.push(`${driver.getCurrentTime()} ${text().split(" ").filter(Boolean).at(-1)}`);
    }
    const there = ["0.1 zero", "1 one", "2 two", "3 three", "3.5 four", "3.5 four"];
    expect(shown).toEqual([...there, ...there.slice(0, 4).reverse(), "0.1 zero"]);
    expect(all("ended").length).toBeGreaterThan(0);
  });

  test("a poster is taken from its segment", async () => {
    const { driver, text } = player({ poster: "npt:2.1" });
    await driver.init();
    expect(text()).toBe("zero one two");
    expect(fetched).toEqual(["index.json", "2.json"]);
    await driver.play();
    expect(fetched).toEqual(["index.json", "2.json", "0.json", "1.json"]);
    expect(driver.getCurrentTime()).toBeLessThan(2);
  });
});

describe("failures", () => {
  test("of what is loaded ahead are tried again when it is needed", async () => {
    const { driver, happens, warn, text } = player({ speed: 4 }, () => {});
    const segment = files.get("1.json");
    files.delete("1.json");
    await driver.play();
    await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce());
    files.set("1.json", segment);
    await happens("ended");
    expect(text()).toBe("zero one two three four");
  });

  test("of what is needed end it", async () => {
    const { driver, happens, all } = player();
    files.delete("1.json");
    await driver.play();
    await happens("error");
    expect(all("error")).toEqual([
      { name: "Error", message: expect.stringMatching(/^failed fetching recording from .*1\.json: 404 Not Found$/) },
    ]);
    await expect(driver.seek(0)).rejects.toThrow("404");
  });

  test.each<[string, (recording: ReturnType<typeof cut>) => void]>([
    ["version 2 is not supported", ({ index }) => (index["version"] = 2)],
    ["the duration is out of range", ({ index }) => (index["duration"] = "3")],
    ["the size is missing", ({ index }) => (index["term"] = { cols: 80 })],
    ["there are no segments", ({ index }) => (index["segments"] = [])],
    ["segment 1 has no url", ({ index }) => ((index["segments"] as { url: string }[])[1]!.url = "")],
    ["start of segment 0 is out of range", ({ index }) => ((index["segments"] as { start: number }[])[0]!.start = -1)],
    ["ascending from 0", ({ index }) => ((index["segments"] as { start: number }[])[0]!.start = 0.5)],
    ["ascending from 0", ({ index }) => ((index["segments"] as { start: number }[])[2]!.start = 1)],
    ["ascending from 0", ({ index }) => ((index["segments"] as { start: number }[])[3]!.start = 3.5)],
    ["the markers are no list", ({ index }) => (index["markers"] = {})],
    ["marker 0 is not [time, label]", ({ index }) => (index["markers"] = [1])],
    [
      "marker 1 is before the one before it",
      ({ index }) =>
        (index["markers"] = [
          [2, ""],
          [1, ""],
        ]),
    ],
    ["marker 0 is out of range", ({ index }) => (index["markers"] = [[4, ""]])],
    ["no snapshot in segment 0", ({ segments }) => (segments[0]!.snapshot = { cols: 80, rows: 24 })],
    ["no events in segment 0", ({ segments }) => (segments[0]!.events = [])],
    ["no event at 1 in segment 0", ({ segments }) => (segments[0]!.events[1] = [0.2, "o"] as never)],
    ["a marker without a label at 1 in segment 0", ({ segments }) => (segments[0]!.events[1] = [0.9, "m", 5 as never])],
    ["event 1 out of order in segment 0", ({ segments }) => (segments[0]!.events[1] = [0.05, "o", ""])],
    ["event 1 out of order in segment 0", ({ segments }) => (segments[0]!.events[1] = [1, "o", ""])],
  ])("an index or a segment that is not right: %s", async (message, change) => {
    const { driver, all } = player({}, change);
    await expect(driver.play()).rejects.toThrow(message);
    expect(all("error")).toMatchObject([{ message: expect.stringContaining(message) }]);
  });

  test.each<[string, number, (recording: ReturnType<typeof cut>) => void]>([
    ["no event at the start in segment 1", 1, ({ segments }) => (segments[1]!.events[0]![0] = 1.1)],
    ["the last event is not at the end", 3, ({ segments }) => segments[3]!.events.pop()],
  ])("a later segment that is not right: %s", async (message, to, change) => {
    const { driver } = player({}, change);
    await expect(driver.seek(to)).rejects.toThrow(message);
  });

  test("options that a segmented recording cannot have are refused, before anything is fetched", async () => {
    const { driver } = player({ idleTimeLimit: 2, markers: [] }, undefined, { encoding: "latin1", inputOffset: 1 });
    const all = "segmented recordings do not support option: idleTimeLimit, markers, inputOffset, encoding";
    await expect(driver.play()).rejects.toThrow(all);
    expect(fetched).toEqual([]);
  });
});
