import { expect, test } from "vitest";
import { Activity } from "./activity.js";

test("ten minutes of output as bars, the present at the right", () => {
  let now = 5000;
  const activity = new Activity(() => now, 64_000);
  expect(activity.levels()).toBe("0".repeat(64));
  activity.add(100);
  expect(activity.levels()).toBe(`${"0".repeat(63)}f`);
  now += 2000;
  activity.add(9);
  expect(activity.levels()).toBe(`${"0".repeat(61)}f07`);
  now += 61_500;
  expect(activity.levels()).toBe(`f07${"0".repeat(61)}`);
  now += 64_000;
  expect(activity.levels()).toBe("0".repeat(64));
});
