// A schedule is a cron expression: minute hour day month weekday year, of which those at the end may be left out and mean
// every one then. A field is `*`, a number, a name (jan … dec, sun … sat), a range `a-b`, any of these with a step `/n`, or
// several of them with commas between. As in cron, when both day and weekday are given one of them is enough.

/** The times that a stream is to be live at, in local time. */
export interface Schedule {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  /** 0 is Sunday. */
  weekdays: ReadonlySet<number>;
  years: ReadonlySet<number>;
  /** Whether a day that fits in one of the two ways is enough. */
  either: boolean;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Field names, ranges, and the names of values, in order. */
const fields: readonly { name: string; least: number; most: number; names?: string[]; first?: number }[] = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day", least: 1, most: 31 },
  { name: "month", least: 1, most: 12, names: months, first: 1 },
  { name: "weekday", least: 0, most: 7, names: weekdays, first: 0 },
  { name: "year", least: 1970, most: 2199 },
];

const MOST_LENGTH = 255;
/** Eight years hold every date there is; a leap day can be that far away. */
const HORIZON = 366 * 8 + 2;
const MINUTE = 60_000;

/** Reads a cron expression, or says what is wrong with it. */
export function parseSchedule(text: string): Schedule | { problem: string } {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (text.length > MOST_LENGTH) return { problem: `should be at most ${MOST_LENGTH} character(s)` };
  if (words[0] === "" || words.length > fields.length) {
    return { problem: "has invalid format: minute hour day month weekday year" };
  }
  const sets: Set<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const set = parseField(words[index] ?? "*", field);
    if (!set) return { problem: `has an invalid ${field.name}: ${words[index]}` };
    sets.push(set);
  }
  const [minute, hour, day, month, weekday, year] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekday.delete(7)) weekday.add(0);
  const restricted = (index: number) => !(words[index] ?? "*").startsWith("*");
  return {
    minutes: minute,
    hours: hour,
    days: day,
    months: month,
    weekdays: weekday,
    years: year,
    either: restricted(2) && restricted(4),
  };
}

/** The first time of a schedule after a moment, both in milliseconds since 1970; `undefined` when there is none any more.
 *
 *  A time that clocks jump over is taken when they have jumped; one that they show twice, the first time.
 *
 *  @param timezone  IANA name */
export function nextTime(schedule: Schedule, after: number, timezone: string): number | undefined {
  const hours = [...schedule.hours].sort((a, b) => a - b);
  const minutes = [...schedule.minutes].sort((a, b) => a - b);
  const offset = offsets(timezone);
  const local = new Date(after + offset(after));
  // A day earlier, because a shift of clocks can put a time of yesterday's behind the moment.
  const first = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate() - 1);
  for (let day = 0; day < HORIZON; day++) {
    const date = new Date(first + day * 86_400_000);
    if (!fits(schedule, date)) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        const wall = date.getTime() + (hour * 60 + minute) * MINUTE;
        if (wall - offset(wall) < after - 26 * 60 * MINUTE) continue;
        const moment = fromLocal(wall, offset);
        if (moment > after) return moment;
      }
    }
  }
  return undefined;
}

function parseField(word: string, field: (typeof fields)[number]): Set<number> | undefined {
  const set = new Set<number>();
  for (const part of word.split(",")) {
    const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,4}))?$/.exec(part);
    if (!match) return undefined;
    const [, from = "", to, stepText] = match;
    const step = stepText === undefined ? 1 : Number(stepText);
    if (step < 1 || (from === "*" && to !== undefined)) return undefined;
    const start = from === "*" ? field.least : valueIn(from, field);
    const open = from === "*" || (to === undefined && stepText !== undefined);
    const end = open ? field.most : to === undefined ? start : valueIn(to, field);
    if (start === undefined || end === undefined || end < start) return undefined;
    for (let value = start; value <= end; value += step) set.add(value);
  }
  return set;
}

function valueIn(text: string, field: (typeof fields)[number]): number | undefined {
  const named = field.names?.indexOf(text) ?? -1;
  const value = named >= 0 ? named + field.first! : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.least && value <= field.most ? value : undefined;
}

function fits({ days, months, weekdays, years, either }: Schedule, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1) || !years.has(date.getUTCFullYear())) return false;
  const [day, weekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return either ? day || weekday : day && weekday;
}

/** How far a zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offsets(timezone: string): (moment: number) => number {
  if (timezone === "UTC") return () => 0;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (moment) => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(moment)) parts[type] = Number(value);
    const { year, month, day, hour, minute, second } = parts as Record<string, number> & { year: number };
    const wall = Date.UTC(year, month! - 1, day, hour, minute, second);
    return wall - Math.floor(moment / 1000) * 1000;
  };
}

function fromLocal(wall: number, offset: (moment: number) => number): number {
  // The larger of the offsets around gives the earlier moment: right before a shift and for the first of two.
  const before = offset(wall - 86_400_000);
  const after = offset(wall + 86_400_000);
  for (const one of [Math.max(before, after), Math.min(before, after)]) {
    if (offset(wall - one) === one) return wall - one;
  }
  // Jumped over: the same distance after midnight as if clocks had not jumped yet.
  return wall - before;
}
