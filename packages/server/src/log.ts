/** Writes one line per event. */
export interface Log {
  info(event: string, facts?: Facts): void;
  warn(event: string, facts?: Facts): void;
  error(event: string, facts?: Facts): void;
}

type Facts = Record<string, string | number | boolean | undefined>;

/** A log of JSON lines, or of lines for reading when `pretty`.
 *
 *  @param write  takes one line with its line end */
export function createLog(write: (line: string) => void, clock: () => number, pretty = false): Log {
  let now = Number.NaN;
  let time = "";
  const at =
    (level: string) =>
    (event: string, facts: Facts = {}) => {
      const millisecond = clock();
      // Under load there are many lines in one.
      if (millisecond !== now) [now, time] = [millisecond, new Date(millisecond).toISOString()];
      if (!pretty) {
        const rest = JSON.stringify(facts).slice(1, -1);
        return write(`{"time":"${time}","level":"${level}","event":${JSON.stringify(event)}${rest && `,${rest}`}}\n`);
      }
      const values = Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`));
      write(`${time.slice(11, 19)} ${level === "info" ? "" : `${level} `}${event} ${clean(values.join(" "))}\n`);
    };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

/** Milliseconds. */
const MOMENT = 20;

/** Writes lines together that come within a moment: each write to a pipe costs as much as making ten lines.
 *
 *  @param write  takes several lines at once */
export function together(write: (lines: string) => void): (line: string) => void {
  let lines = "";
  const flush = () => {
    const written = lines;
    lines = "";
    if (written !== "") write(written);
  };
  process.once("exit", flush);
  return (line) => {
    if (lines === "") setTimeout(flush, MOMENT);
    lines += line;
  };
}

/** A path as it may be logged: what could be an install id or the secret address of a recording is cut to four
 *  characters. */
export function withoutSecrets(path: string): string {
  return path.replace(/[A-Za-z0-9-]{16,}/g, (word) => (/^[a-z-]+$/.test(word) ? word : `${word.slice(0, 4)}…`));
}

/** Without control characters: a request must not be able to steer the terminal that shows the log. */
function clean(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}
