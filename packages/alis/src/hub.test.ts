import type { Event } from "@asciinema-ts/asciicast";
import { describe, expect, it } from "vitest";
import { AlisDecoder } from "./codec.js";
import { Hub, type HubOptions, type Subscriber } from "./hub.js";
import { MAGIC, type Message } from "./message.js";

/** A hub with a clock in milliseconds that the test sets. */
function hub(options: Partial<HubOptions> = {}) {
  const clock = { ms: 0 };
  return { clock, hub: new Hub({ cols: 20, rows: 3, now: () => clock.ms, ...options }) };
}

/** A viewer that keeps what it gets. */
class Keeper implements Subscriber {
  readonly frames: Uint8Array[] = [];
  readonly closed: unknown[] = [];
  full = false;

  send(frame: Uint8Array): boolean {
    this.frames.push(frame);
    return !this.full;
  }

  close(...why: unknown[]): void {
    this.closed.push(why);
  }

  /** The messages since the magic. */
  get messages(): Message[] {
    const decoder = new AlisDecoder("viewer");
    return this.frames.map((frame) => decoder.decode(frame)).filter((message) => message !== undefined);
  }
}

function join(to: Hub) {
  const keeper = new Keeper();
  return Object.assign(keeper, { subscription: to.subscribe(keeper) });
}

const output = (seconds: number, text: string): Event => ({ time: seconds * 1e6, type: "output", text });

it("begins with the magic and an empty init", () => {
  const viewer = join(hub().hub);
  expect(viewer.frames[0]).toEqual(MAGIC);
  expect(viewer.messages).toEqual([{ type: "init", lastId: 0, time: 0, cols: 20, rows: 3, dump: "" }]);
});

it("numbers events and sends them as they are published", () => {
  const { hub: one } = hub();
  const viewer = join(one);
  one.publish(output(1, "a"));
  one.publish({ time: 1_500_000, type: "resize", cols: 30, rows: 4 });
  one.publish({ time: 2_000_000, type: "marker", label: "here" });
  one.publish({ time: 2_500_000, type: "exit", status: 1 });
  expect(viewer.messages.slice(1)).toEqual([
    { id: 1, ...output(1, "a") },
    { id: 2, time: 1_500_000, type: "resize", cols: 30, rows: 4 },
    { id: 3, time: 2_000_000, type: "marker", label: "here" },
    { id: 4, time: 2_500_000, type: "exit", status: 1 },
  ]);
  expect(one.lastId).toBe(4);
});

it("keeps a producer's numbers", () => {
  const { hub: one } = hub();
  one.publish(output(1, "a"), 17);
  one.publish(output(2, "b"));
  expect(one.lastId).toBe(18);
});

it("brings a late viewer to the present, with the time that has passed", () => {
  const { hub: one, clock } = hub();
  one.publish(output(1, "\x1b[31mred"));
  clock.ms = 250;
  const viewer = join(one);
  const [init] = viewer.messages;
  expect(init).toMatchObject({ type: "init", lastId: 1, time: 1_250_000, cols: 20, rows: 3 });
  expect(init).toMatchObject({ dump: one.terminal.dump() });
  expect(one.terminal.text()[0]).toBe("red");
});

it("lets no viewer's time run ahead or behind, whenever it came", () => {
  const { hub: one, clock } = hub();
  const early = join(one);
  one.publish(output(1, "a"));
  clock.ms = 600;
  // By the clock it is 1.6 s; the next event was at 1.5 s and only came late.
  const late = join(one);
  one.publish(output(1.5, "b"));
  one.publish(output(2, "c"));
  one.publish(output(3, "d"));
  expect(early.messages.map((message) => message.time)).toEqual([0, 1_000_000, 1_500_000, 2_000_000, 3_000_000]);
  expect(late.messages.map((message) => message.time)).toEqual([1_600_000, 1_600_000, 2_000_000, 3_000_000]);
});

it("encodes once for all who have the same past", () => {
  const { hub: one } = hub();
  const [first, second] = [join(one), join(one)];
  one.publish(output(1, "a"));
  expect(first.frames[2]).toBe(second.frames[2]);
});

it("keeps input to itself unless told", () => {
  const input: Event = { time: 1_000_000, type: "input", text: "secret" };
  for (const forward of [undefined, { input: true, exit: false }]) {
    const { hub: one } = hub(forward ? { forward } : {});
    const viewer = join(one);
    one.publish(input);
    one.publish({ time: 2_000_000, type: "exit", status: 0 });
    one.publish(output(3, "a"));
    const types = viewer.messages.slice(1).map((message) => message.type);
    expect(types).toEqual(forward ? ["input", "output"] : ["exit", "output"]);
    expect(viewer.messages.at(-1)).toMatchObject({ id: 3, time: 3_000_000 });
  }
});

describe("a viewer that cannot keep up", () => {
  it("gets nothing more, and a new init when it has caught up", () => {
    const { hub: one } = hub();
    const viewer = join(one);
    viewer.full = true;
    one.publish(output(1, "a"));
    one.publish(output(2, "b"));
    expect(viewer.messages.map((message) => message.type)).toEqual(["init", "output"]);
    viewer.full = false;
    viewer.subscription.resync();
    one.publish(output(3, "c"));
    expect(viewer.messages.slice(2)).toMatchObject([
      { type: "init", lastId: 2, time: 2_000_000, dump: expect.stringContaining("ab") },
      { type: "output", id: 3, time: 3_000_000, text: "c" },
    ]);
  });

  it("does not hold up others", () => {
    const { hub: one } = hub();
    const [slow, fast] = [join(one), join(one)];
    slow.full = true;
    for (let i = 1; i <= 5; i++) one.publish(output(i, "a"));
    expect([slow.messages.length, fast.messages.length]).toEqual([2, 6]);
  });

  it("needs no resync when it has missed nothing", () => {
    const viewer = join(hub().hub);
    viewer.subscription.resync();
    expect(viewer.messages).toHaveLength(1);
  });
});

it("drops a viewer whose send throws, and tells it so", () => {
  const { hub: one } = hub();
  const broken = join(one);
  const whole = join(one);
  broken.send = () => {
    throw new Error("gone");
  };
  one.publish(output(1, "a"));
  expect(one.viewers).toBe(1);
  expect(broken.closed).toEqual([[1011, "sending failed"]]);
  expect(whole.messages).toHaveLength(2);
});

it("counts viewers", () => {
  const { hub: one } = hub();
  const viewer = join(one);
  expect(one.viewers).toBe(1);
  viewer.subscription.close();
  viewer.subscription.close();
  one.publish(output(1, "a"));
  expect(one.viewers).toBe(0);
  expect(viewer.messages).toHaveLength(1);
});

describe("the end and a new beginning", () => {
  it("tells viewers of the end once, and gives them the next session", () => {
    const { hub: one, clock } = hub();
    const viewer = join(one);
    one.publish(output(1, "a"));
    clock.ms = 500;
    one.end();
    one.end();
    one.publish(output(2, "lost"));
    one.reset({ lastId: 0, time: 0, cols: 40, rows: 5, dump: "fresh" });
    one.publish(output(1, "b"));
    expect(viewer.messages.slice(2)).toMatchObject([
      { type: "eot", time: 1_500_000 },
      { type: "init", lastId: 0, time: 0, cols: 40, rows: 5, dump: expect.stringContaining("fresh") },
      { type: "output", id: 1, time: 1_000_000, text: "b" },
    ]);
  });

  it("sends the magic alone while nothing is on", () => {
    const { hub: one } = hub();
    one.end();
    expect(join(one).frames).toEqual([MAGIC]);
  });

  it("tells a viewer of the end that it missed, but not of the end of what it never saw", () => {
    const { hub: one } = hub();
    const viewer = join(one);
    viewer.full = true;
    one.publish(output(1, "a"));
    one.end();
    viewer.full = false;
    viewer.subscription.resync();
    expect(viewer.messages.at(-1)?.type).toBe("eot");

    const late = new Keeper();
    late.full = true;
    const subscription = one.subscribe(late);
    late.full = false;
    subscription.resync();
    expect(late.frames).toEqual([MAGIC]);
  });

  it("takes the theme of the init", () => {
    const theme = { fg: "#ffffff", bg: "#000000", palette: Array<string>(16).fill("#123456") };
    const { hub: one } = hub({ theme });
    expect(join(one).messages).toMatchObject([{ theme }]);
    one.reset({ lastId: 5, time: 7, cols: 20, rows: 3, dump: "" });
    expect(join(one).messages[0]).not.toHaveProperty("theme");
  });
});

it("refuses sizes that no terminal has, and is as before", () => {
  const { hub: one } = hub();
  expect(() => one.publish({ time: 1, type: "resize", cols: 0, rows: 5 })).toThrow(RangeError);
  expect(() => one.reset({ lastId: 9, time: 9, cols: 99_999, rows: 5, dump: "" })).toThrow(RangeError);
  expect([one.lastId, one.terminal.cols, one.terminal.rows]).toEqual([0, 20, 3]);
});

describe("a producer that was cut off", () => {
  const cut = { lastId: 1, time: 1e6, cols: 20, rows: 3, dump: "" };

  it("goes on where it was, and what it repeats is not taken again", () => {
    const { hub: one } = hub();
    const viewer = join(one);
    one.publish(output(1, "a"), 1);
    one.publish(output(2, "b"), 2);
    expect(one.resume(cut)).toBe(true);
    expect(one.publish(output(2, "b"), 2)).toBe(false);
    expect(one.publish(output(3, "c"), 3)).toBe(true);
    expect(viewer.messages.slice(1)).toMatchObject([{ text: "a" }, { text: "b" }, { text: "c" }]);
    expect(one.terminal.text()[0]).toBe("abc");
  });

  it.each([
    ["has a dump", { ...cut, dump: "a" }],
    ["is ahead of what is known", { ...cut, lastId: 3 }],
    ["begins", { ...cut, lastId: 0 }],
  ])("does not when its init %s", (_, init) => {
    const { hub: one } = hub();
    one.publish(output(1, "a"), 1);
    expect(one.resume(init)).toBe(false);
  });

  it("does not when the stream has ended, and numbers count anew after a reset", () => {
    const { hub: one } = hub();
    one.publish(output(1, "a"), 5);
    one.resume(cut);
    one.end();
    expect(one.resume(cut)).toBe(false);
    one.reset({ ...cut, lastId: 0 });
    expect(one.publish(output(1, "z"), 1)).toBe(true);
  });
});

it("tells what a viewer would begin with", () => {
  const { hub: one, clock } = hub();
  expect(one.init()).toEqual({ lastId: 0, time: 0, cols: 20, rows: 3, dump: "" });
  one.publish(output(1, "a"));
  clock.ms = 500;
  expect(one.init()).toMatchObject({ lastId: 1, time: 1_500_000, dump: expect.stringContaining("a") });
});

it("keeps the intervals for one who came while the session's clock stood still", () => {
  const { hub: one, clock } = hub();
  one.publish(output(1, "a"));
  clock.ms = 600_000; // a pause
  const viewer = join(one);
  one.publish(output(2, "b"));
  one.publish(output(3, "c"));
  one.publish(output(3.5, "d"));
  const times = viewer.messages.map(({ time }) => time / 1e6);
  expect(times).toEqual([601, 601, 602, 602.5]);
});
