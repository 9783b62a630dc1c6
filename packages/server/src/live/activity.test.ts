import { expect, test } from "vitest";
import { Activity } from "./activity.js";

test("ten minutes of output as bars, which fill from the left and then move on", () => {
  let now = 5000;
  const activity = new Activity(() => now, 64_000);
  expect(activity.levels()).toBe("1");
  activity.add(100);
  expect(activity.levels()).toBe("f");
  now += 2000;
  activity.add(9);
  expect(activity.levels()).toBe("f17");
  now += 61_500;
  expect(activity.levels()).toBe(`f17${"1".repeat(61)}`);
  now += 1000;
  expect(activity.levels()).toBe(`f3${"1".repeat(62)}`.replace("f3", "1f"));
  now += 64_000;
  expect(activity.levels()).toBe("1".repeat(64));
  activity.begin();
  expect(activity.levels()).toBe("1");
});
