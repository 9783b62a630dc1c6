import { AsciicastError } from "./error.js";
import type { Theme } from "./header.js";

/** Reads the keys of a header one by one. What is left at the end are the keys that the format does not know.
 *
 *  Only a header without a usable size is refused: any other value of a wrong kind is left out with a note. */
export class Fields {
  readonly #left: Map<string, unknown>;

  /** @param where  what the keys belong to, for messages: `""` or `term.` */
  constructor(
    json: object,
    readonly note: (text: string) => void,
    readonly where = "",
  ) {
    this.#left = new Map(Object.entries(json));
  }

  take(key: string): unknown {
    const value = this.#left.get(key);
    this.#left.delete(key);
    return value;
  }

  /** @param standard  the size that stands for 0, which some recorders write when they do not know it */
  size(key: string, standard: number): number {
    const value = this.take(key);
    if (value === 0) {
      this.note(`${this.where}${key} is 0, taken as ${standard}`);
      return standard;
    }
    if (isSize(value)) return value;
    throw new AsciicastError(
      `not a v1, v2, v3 asciicast file: ${this.where}${key} must be a whole number from 1 to 65535${quote(value)}`,
      0,
    );
  }

  string(key: string): string | undefined {
    return this.#take(key, "a string", (value) => (typeof value === "string" ? value : undefined));
  }

  /** A non-negative number of seconds as whole microseconds. */
  seconds(key: string): number | undefined {
    return this.#take(key, "a number of seconds", (value) => {
      const time = typeof value === "number" ? Math.round(value * 1e6) : -1;
      return time >= 0 && Number.isSafeInteger(time) ? time : undefined;
    });
  }

  /** A non-negative number, cut to a whole one. */
  timestamp(key: string): number | undefined {
    return this.#take(key, "a number of seconds since 1970", (value) => {
      const whole = typeof value === "number" ? Math.floor(value) : -1;
      if (whole < 0 || !Number.isSafeInteger(whole)) return undefined;
      if (whole !== value) this.note(`${this.where}${key} cut to whole seconds`);
      return whole;
    });
  }

  /** Names and strings; names with the value null are dropped as if they were not there, and so is an empty object. */
  env(key: string): Record<string, string> | undefined {
    const env = this.#take(key, "an object", (value) => {
      if (!isObject(value)) return undefined;
      const strings: [string, string][] = [];
      for (const [name, text] of Object.entries(value)) {
        if (typeof text === "string") strings.push([name, text]);
        else if (text !== null) this.note(`${this.where}${key}.${name} left out: it is not a string`);
      }
      return strings.length > 0 ? Object.fromEntries(strings) : "none";
    });
    return env === "none" ? undefined : env;
  }

  theme(key: string): Theme | undefined {
    return this.#take(key, "a theme of #rrggbb colours: fg, bg and a palette of 8 or 16", (value) => {
      if (!isObject(value)) return undefined;
      const { fg, bg, palette } = value;
      if (!isColor(fg) || !isColor(bg) || typeof palette !== "string") return undefined;
      const colors = palette.toLowerCase().split(":");
      if ((colors.length !== 8 && colors.length !== 16) || !colors.every(isColor)) return undefined;
      if (colors.length === 8) colors.push(...colors);
      return { fg: fg.toLowerCase(), bg: bg.toLowerCase(), palette: colors };
    });
  }

  /** The keys that nobody took, or undefined when there are none. */
  rest(): Record<string, unknown> | undefined {
    for (const [key, value] of this.#left) {
      if (shallow(value)) continue;
      this.#left.delete(key);
      this.note(`${this.where}${key} left out: it is nested too deeply`);
    }
    return this.#left.size > 0 ? Object.fromEntries(this.#left) : undefined;
  }

  #take<T>(key: string, kind: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.take(key);
    if (value === undefined || value === null) return undefined;
    const result = read(value);
    if (result === undefined) this.note(`${this.where}${key} left out: it is not ${kind}`);
    return result;
  }
}

/** Whether a value can be a terminal's number of columns or rows. */
export function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535;
}

/** Whether a parsed JSON value is an object, not an array and not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Leaves out the keys without a value, so that absent and undefined are the same thing to whoever reads a header. */
export function compact<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function isColor(value: unknown): value is string {
  return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);
}

/** Whether a value is nested no deeper than this. JSON is read to any depth, but written by recursion. */
function shallow(value: unknown, levels = 100): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => shallow(inner, levels - 1));
}

function quote(value: unknown): string {
  if (value === undefined) return " and is missing";
  if (typeof value === "object" && value !== null) return `, not ${Array.isArray(value) ? "a list" : "an object"}`;
  const text = JSON.stringify(value);
  return `, not ${text.length > 20 ? `${text.slice(0, 20)}…` : text}`;
}
