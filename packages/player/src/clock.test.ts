import { expect, test } from "vitest";
import { Clock } from "./clock.js";

function clockAt(speed = 1) {
  const time = { now: 0 };
  return { time, clock: new Clock(speed, () => time.now) };
}

test("it moves while it runs", () => {
  const { time, clock } = clockAt(2);
  clock.set(1_000_000);
  time.now = 100;
  expect(clock.position).toBe(1_000_000);
  clock.start();
  time.now = 600;
  expect(clock.position).toBe(2_000_000);
  clock.stop();
  time.now = 9000;
  expect(clock.position).toBe(2_000_000);
});

test("a new speed counts from where it is", () => {
  const { time, clock } = clockAt(1);
  clock.start();
  time.now = 1000;
  clock.speed = 3;
  time.now = 2000;
  expect(clock.position).toBe(4_000_000);
  expect(clock.until(7_000_000)).toBe(1000);
});

test("it can be set while it runs", () => {
  const { time, clock } = clockAt();
  clock.start();
  time.now = 500;
  clock.set(10);
  time.now = 501;
  expect(clock.position).toBe(1010);
});
