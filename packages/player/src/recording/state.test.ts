import { expect, test } from "vitest";
import { type Effect, type Input, next, type State } from "./state.js";

/** Follows inputs from cold; what was done on the way, and where it ended. */
function follow(...inputs: Input[]): [State, ...Effect[]] {
  let state: State = "cold";
  const done: Effect[] = [];
  for (const input of inputs) {
    const step = next(state, input);
    state = step.state;
    done.push(...step.effects);
  }
  return [state, ...done];
}

test("playing a cold recording loads it first", () => {
  expect(follow("play")).toEqual(["starting", "emit play", "load", "wait"]);
  expect(follow("play", "arrive").slice(4)).toEqual(["rewind", "run", "emit playing"]);
});

test("a preloaded recording waits to be played", () => {
  expect(follow("load", "arrive")).toEqual(["ready", "load", "wait"]);
  expect(follow("load", "arrive", "play")[0]).toBe("playing");
});

test("pausing while it loads keeps it from starting", () => {
  expect(follow("play", "pause", "arrive")[0]).toBe("ready");
});

test("only a real transition emits pause", () => {
  const effects = follow("load", "arrive", "pause", "pause").slice(1);
  expect(effects).not.toContain("emit pause");
  expect(follow("play", "arrive", "pause", "pause").filter((effect) => effect === "emit pause")).toHaveLength(1);
});

test("a seek keeps playing what plays and pauses what has ended", () => {
  expect(follow("play", "arrive", "seek")[0]).toBe("playing");
  expect(follow("play", "arrive", "finish", "seek")[0]).toBe("paused");
});

test("data that is late is waited for, and pausing ends the wait", () => {
  expect(follow("play", "arrive", "starve")[0]).toBe("buffering");
  expect(follow("play", "arrive", "starve", "arrive")[0]).toBe("playing");
  expect(follow("play", "arrive", "starve", "pause", "arrive")[0]).toBe("paused");
});

test("play after the end begins again", () => {
  expect(follow("play", "arrive", "finish", "play").slice(-4)).toEqual(["emit play", "rewind", "run", "emit playing"]);
});

test("a step leads to paused and says nothing", () => {
  expect(next("ready", "step")).toEqual({ state: "paused", effects: [] });
  expect(next("playing", "step")).toEqual({ state: "playing", effects: [] });
});

test("nothing leads back from failed and stopped", () => {
  for (const input of ["load", "play", "pause", "arrive", "seek", "finish", "fail"] as const) {
    expect(next("stopped", input)).toEqual({ state: "stopped", effects: [] });
    expect(next("failed", input)).toEqual({ state: "failed", effects: [] });
  }
  expect(next("failed", "stop").state).toBe("stopped");
});
