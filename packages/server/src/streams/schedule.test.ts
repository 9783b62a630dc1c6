import fc from "fast-check";
import { expect, test } from "vitest";
import { nextTime, parseSchedule, type Schedule } from "./schedule.js";

const after = (text: string, from: string, timezone = "UTC") => {
  const schedule = parseSchedule(text);
  if ("problem" in schedule) throw new Error(schedule.problem);
  const next = nextTime(schedule, Date.parse(from), timezone);
  return next === undefined ? undefined : new Date(next).toISOString().slice(0, 16);
};

test.each([
  ["0 18 * * sat", "2026-11-21T10:00Z", "2026-11-21T18:00"],
  ["0 18 * * sat", "2026-11-21T18:00Z", "2026-11-28T18:00"],
  ["*/15", "2026-11-21T10:07Z", "2026-11-21T10:15"],
  ["30 9 1 jan", "2026-11-21T10:00Z", "2027-01-01T09:30"],
  ["0 0 29 2", "2026-11-21T10:00Z", "2028-02-29T00:00"],
  ["0 12 1-7 * mon-fri", "2026-11-21T10:00Z", "2026-11-23T12:00"], // either day is enough, as in cron
  ["0 12 * * 7", "2026-11-21T10:00Z", "2026-11-22T12:00"],
  ["0 12 24 12 * 2030", "2026-11-21T10:00Z", "2030-12-24T12:00"],
  ["10,20 8-10/2 * * *", "2026-11-21T08:20Z", "2026-11-21T10:10"],
])("%s after %s is %s", (text, from, expected) => {
  expect(after(text, from)).toBe(expected);
});

test("what is over has no next time", () => {
  expect(after("0 12 24 12 * 2020", "2026-11-21T10:00Z")).toBeUndefined();
  expect(after("0 12 31 2 *", "2026-11-21T10:00Z")).toBeUndefined();
});

test.each([
  ["Europe/Warsaw", "0 18 * * *", "2026-07-01T10:00Z", "2026-07-01T16:00"],
  ["Europe/Warsaw", "0 18 * * *", "2026-12-01T10:00Z", "2026-12-01T17:00"],
  ["America/New_York", "30 20 * * *", "2026-11-21T23:00Z", "2026-11-22T01:30"],
  // Clocks jump from 2:00 to 3:00: what should be at 2:30 is at 3:30.
  ["Europe/Warsaw", "30 2 * * *", "2026-03-28T12:00Z", "2026-03-29T01:30"],
  // They show 2:30 twice: the first counts.
  ["Europe/Warsaw", "30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T00:30"],
  ["Pacific/Kiritimati", "0 1 * * *", "2026-11-21T10:00Z", "2026-11-21T11:00"],
])("in %s, %s after %s is %s", (timezone, text, from, expected) => {
  expect(after(text, from, timezone)).toBe(expected);
});

test.each([
  "",
  "60",
  "* 24",
  "* * 0",
  "* * * 13",
  "* * * * 8",
  "* * * * * 1969",
  "* * * * * * *",
  "5-1",
  "*/0",
  "a",
  "1-",
  "1,,2",
  "L",
  "*-3",
  "@daily",
])("%j is refused with a reason", (text) => {
  expect(parseSchedule(text)).toHaveProperty("problem");
});

test("any text is read or refused, and a next time is after, on a minute, and fits", () => {
  const number = (least: number, most: number) => fc.integer({ min: least, max: most }).map(String);
  const field = (least: number, most: number) =>
    fc.oneof(
      fc.constant("*"),
      number(least, most),
      fc.tuple(number(least, most), fc.integer({ min: 1, max: 9 })).map(([from, step]) => `${from}/${step}`),
    );
  const expression = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7));
  fc.assert(
    fc.property(
      expression,
      fc.integer({ min: 0, max: 4e12 }),
      fc.constantFrom("UTC", "Asia/Kolkata"),
      (words, now, zone) => {
        const schedule = parseSchedule(words.join(" ")) as Schedule;
        const next = nextTime(schedule, now, zone);
        if (next === undefined) return;
        expect(next).toBeGreaterThan(now);
        expect(next % 60_000).toBe(0);
        const local = new Date(next + (zone === "UTC" ? 0 : 5.5 * 3_600_000));
        expect(schedule.minutes).toContain(local.getUTCMinutes());
        expect(schedule.hours).toContain(local.getUTCHours());
        expect(schedule.months).toContain(local.getUTCMonth() + 1);
      },
    ),
    { numRuns: 60 },
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseSchedule(text)).toBeTypeOf("object");
    }),
  );
});
