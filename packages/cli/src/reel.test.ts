import type { Event } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Reel } from "./reel.js";
import { wholeLine } from "./whole-line.js";

const SIZE = { cols: 20, rows: 4 };
const output = (text: string, n: number): Event => ({ time: n * 1000, type: "output", text });

/** Events in batches, as they would come from a file. */
async function* batches(events: readonly Event[], size = 3): AsyncGenerator<Event[]> {
  for (let at = 0; at < events.length; at += size) yield events.slice(at, at + size);
}

async function whole(events: readonly Event[], options = {}): Promise<Reel> {
  const reel = new Reel(SIZE, batches(events), options);
  while (!reel.ended) await reel.more();
  return reel;
}

/** The screen after the first events, without any short cut. */
function screenOf(events: readonly Event[]): string[] {
  const terminal = new Terminal(SIZE);
  for (const event of events) {
    if (event.type === "output") terminal.feed(event.text);
    if (event.type === "resize") terminal.resize(event.cols, event.rows);
  }
  return terminal.text();
}

const anyEvent = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[a-c\n]{0,30}$/).map((text) => output(text, 0)) },
  { weight: 2, arbitrary: fc.constantFrom("\x1b[2J", "\x1b[H", "\x1b[?1049h", "\x1b[?1049l").map((t) => output(t, 0)) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 2, max: 9 }).map((rows): Event => ({ time: 0, type: "resize", cols: 20, rows })),
  },
);
const recordings = fc
  .array(anyEvent, { maxLength: 40 })
  .map((events) => events.map((event, n): Event => ({ ...event, time: n * 1000 })));

test("the screen is right at any event, in whatever order they are gone to", async () => {
  await fc.assert(
    fc.asyncProperty(recordings, fc.array(fc.nat(40), { maxLength: 8 }), async (events, visits) => {
      const reel = await whole(events);
      for (const visit of visits) {
        const index = Math.min(visit, events.length);
        expect((await reel.screen(index)).text()).toEqual(screenOf(events.slice(0, index)));
      }
    }),
    { numRuns: 60 },
  );
});

test("where the beginning is forgotten, what is left is still right", async () => {
  const events = Array.from({ length: 400 }, (_, n) => output(`line ${n}\r\n`, n));
  const reel = new Reel(SIZE, batches(events), { kept: 4000 });
  let index = 0;
  for (; index < events.length; index++) {
    while (!reel.at(index)) await reel.more();
    reel.reached(index + 1);
  }
  while (!reel.ended) await reel.more();
  expect(reel.length).toBe(400);
  expect(reel.first).toBeGreaterThan(250);
  expect(reel.at(reel.first - 1)).toBeUndefined();
  for (const visit of [400, reel.first, 350, reel.first + 1]) {
    expect((await reel.screen(visit)).text()).toEqual(screenOf(events.slice(0, visit)));
  }
  // Who wants to go further back gets as far as possible.
  expect((await reel.screen(3)).text()).toEqual(screenOf(events.slice(0, reel.first)));
});

test("no more is read than playback needs, until somebody is in a hurry", async () => {
  let read = 0;
  const text = "x".repeat(1024 * 1024);
  const source = async function* () {
    for (; read < 40; read++) yield [output(text, read)];
  };
  const reel = new Reel(SIZE, source());
  for (let n = 0; n < 100; n++) await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBeLessThan(12);
  reel.hurry();
  while (!reel.ended) await reel.more();
  expect(read).toBe(40);
});

test("an error of the source ends it after the events before", async () => {
  const source = async function* () {
    yield [output("a", 1)];
    throw new Error("line 3 is broken");
  };
  const reel = new Reel(SIZE, source());
  while (!reel.ended) await reel.more();
  expect([reel.length, reel.error]).toEqual([1, new Error("line 3 is broken")]);
});

test("times and events", async () => {
  const reel = await whole([output("a", 1), output("b", 2), output("c", 2), { time: 5000, type: "marker", label: "" }]);
  expect([0, 999, 1000, 1999, 2000, 9000].map((time) => reel.indexAt(time))).toEqual([0, 0, 1, 1, 3, 4]);
  expect([reel.duration, reel.markers]).toEqual([5000, [5000]]);
});

const has = (text: string) => (line: string) => line.includes(text);
const never = () => false;

test("text is found where it appears, forwards and backwards", async () => {
  const events = ["one\r\n", "two\r\n", "\x1b[31mo\x1b[0mne again\r\n", "three\r\n", "four\r\n", "five\r\n"].map(
    output,
  );
  const reel = await whole(events);
  expect(await reel.findAfter(0, has("one"), never)).toBe(1);
  expect(await reel.findAfter(1, has("one"), never)).toBe(3);
  // It only moves up from there on.
  expect(await reel.findAfter(3, has("one"), never)).toBeUndefined();
  expect(await reel.findBefore(6, has("one"), never)).toBe(3);
  expect(await reel.findBefore(3, has("one"), never)).toBe(1);
  expect(await reel.findBefore(1, has("one"), never)).toBeUndefined();
  expect(await reel.findAfter(0, has("one"), () => true)).toBe(1);
});

test("text in the middle of much output is found, while it is on the screen", async () => {
  const lines = Array.from({ length: 1000 }, (_, n) => `line ${n}.\r\n`);
  const reel = await whole([output("start\r\n", 0), output(lines.join(""), 1), output("end\r\n", 2)]);
  const found = (await reel.findAfter(0, has("line 500."), never))!;
  expect((await reel.screen(found)).text().join()).toContain("line 500.");
  expect(reel.at(found - 1)!.time).toBe(1000);
  // The rest of that output comes afterwards, and nothing is lost.
  const all = Array.from({ length: reel.length }, (_, n) => (reel.at(n) as { text: string }).text).join("");
  expect(all).toBe(`start\r\n${lines.join("")}end\r\n`);
  const before = (await reel.findBefore(reel.length, has("line 20."), never))!;
  expect((await reel.screen(before)).text().join()).toContain("line 20.");
  expect(await reel.findAfter(before, has("line 500."), never)).toBeGreaterThan(before);
});

test("what is found is on the screen, and nothing earlier is", async () => {
  await fc.assert(
    fc.asyncProperty(recordings, fc.constantFrom("ab", "cc", "abc"), async (events, text) => {
      const reel = await whole(events);
      const found = await reel.findAfter(0, has(text), never);
      const shows = async (index: number) => {
        const screen = await reel.screen(index);
        return screen.text().some((_, row) => has(text)(wholeLine(screen, row).text));
      };
      if (found !== undefined) expect(await shows(found)).toBe(true);
      for (let index = 0; index < (found ?? reel.length); index++) expect(await shows(index)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test("text is found where its line goes on in the next row, and in lines longer than the screen", async () => {
  const reel = await whole([
    output("123456789 123456789 fo", 0),
    output("x and 123456789 1", 1),
    output("2345 end", 2),
  ]);
  expect(await reel.findAfter(0, has("789 fox"), never)).toBe(2);
  expect(await reel.findAfter(0, has("12345 end"), never)).toBe(3);
  const long = await whole([output(`${"-".repeat(30)}needle${"-".repeat(300)}`, 0)]);
  const found = await long.findAfter(0, has("needle"), never);
  expect((await long.screen(found!)).text().join("")).toContain("needle");
});
